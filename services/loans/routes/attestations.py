"""Addresses of what a bank attests of a loan, and of its officers' exceptions."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Response
from starlette.requests import Request

from kernel.access import Caller, allowed_to, officer_allowed_to
from kernel.database import Transaction
from kernel.editing import REPLACES, check_if_match, etag_of
from kernel.roles import May
from kernel.service import body_of
from kernel.written import TellsItsEnd
from services.loans.operations import attestations
from services.loans.operations.attestations import ATTESTATIONS, EXCEPTIONS, Put
from services.loans.schemas.attestations import (
    AttestationIn,
    AttestationOut,
    AttestationsOut,
    ExceptionIn,
    ExceptionOut,
    ExceptionsOut,
)

attested = APIRouter(tags=["attestations"], prefix="/contracts/{loan_id}", route_class=TellsItsEnd)

Reader = Annotated[Caller, allowed_to(May.CONTRACTS_READ)]
RuleId = Annotated[str, Path(max_length=20, examples=["LOAN-15"])]


@attested.put(
    "/attestations/{rule_id}",
    operation_id="attest_condition",
    dependencies=[REPLACES],
    responses={201: {"model": AttestationOut, "description": "The first one on record"}},
)
async def attest(
    request: Request,
    response: Response,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.CONTRACTS_WRITE)],
    loan_id: UUID,
    rule_id: RuleId,
    said: Annotated[AttestationIn, body_of(AttestationIn)],
) -> AttestationOut:
    """The bank's yes or no to a condition that only it can look into.

    To replace one send its ETag as If-Match; the earlier one stays on record. The same again
    changes nothing.
    """
    put = await attestations.attest(
        session, caller, loan_id, rule_id, said, partial(check_if_match, request)
    )
    return AttestationOut.model_validate(_answer(response, put))


@attested.get("/attestations", operation_id="list_attestations")
async def list_attestations(session: Transaction, caller: Reader, loan_id: UUID) -> AttestationsOut:
    """What the bank attested of a loan: every version, by condition, the newest first."""
    rows = await attestations.on_record(session, caller, ATTESTATIONS, loan_id)
    return AttestationsOut.model_validate({"items": [dict(row) for row in rows]})


@attested.get("/attestations/{rule_id}", operation_id="read_attestation")
async def read_attestation(
    response: Response, session: Transaction, caller: Reader, loan_id: UUID, rule_id: RuleId
) -> AttestationOut:
    """What the bank attested last of one condition, with its ETag."""
    row = await attestations.newest(session, caller, ATTESTATIONS, loan_id, rule_id)
    return AttestationOut.model_validate(_answer(response, (row, False)))


@attested.put(
    "/exceptions/{rule_id}",
    operation_id="record_exception",
    dependencies=[REPLACES],
    responses={201: {"model": ExceptionOut, "description": "The first one on record"}},
)
async def record_exception(
    request: Request,
    response: Response,
    session: Transaction,
    caller: Annotated[Caller, officer_allowed_to(May.CONTRACTS_WRITE)],
    loan_id: UUID,
    rule_id: RuleId,
    said: Annotated[ExceptionIn, body_of(ExceptionIn)],
) -> ExceptionOut:
    """Why an officer of the lending bank lets the loan pass a condition that law states in
    principle only (原则上). Replaced as attestations are."""
    put = await attestations.record_exception(
        session, caller, loan_id, rule_id, said, partial(check_if_match, request)
    )
    return ExceptionOut.model_validate(_answer(response, put))


@attested.get("/exceptions", operation_id="list_exceptions")
async def list_exceptions(session: Transaction, caller: Reader, loan_id: UUID) -> ExceptionsOut:
    """The exceptions recorded of a loan: every version, by condition, the newest first."""
    rows = await attestations.on_record(session, caller, EXCEPTIONS, loan_id)
    return ExceptionsOut.model_validate({"items": [dict(row) for row in rows]})


@attested.get("/exceptions/{rule_id}", operation_id="read_exception")
async def read_exception(
    response: Response, session: Transaction, caller: Reader, loan_id: UUID, rule_id: RuleId
) -> ExceptionOut:
    """The exception recorded last of one condition, with its ETag."""
    row = await attestations.newest(session, caller, EXCEPTIONS, loan_id, rule_id)
    return ExceptionOut.model_validate(_answer(response, (row, False)))


def _answer(response: Response, put: Put) -> dict[str, Any]:
    """The version on record, with its ETag; 201 for the first one."""
    row, is_first = put
    response.headers["ETag"] = etag_of(row["version"])
    if is_first:
        response.status_code = 201
    return dict(row)
