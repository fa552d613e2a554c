"""Addresses of eligibility checks, and of the room they hold."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Response
from starlette.requests import Request
from starlette.responses import StreamingResponse

from kernel import clock
from kernel.access import Caller, allowed_to, allowed_to_any
from kernel.bulk import formats, reads
from kernel.bulk.formats.layout import layout_of
from kernel.bulk.resource import Push
from kernel.bulk.routes import bulk_body, rows_sent
from kernel.database import Transaction
from kernel.division import DivisionCode
from kernel.fields import AgencyCode, BusinessDate
from kernel.idempotency import AnsweredOnce, IdempotencyKey
from kernel.paging import Page, Wanted
from kernel.roles import May
from kernel.service import body_of
from kernel.written import after_event_named
from services.loans.operations.eligibility.checks import (
    MOST_PEOPLE,
    check_eligibility,
    check_many,
)
from services.loans.operations.eligibility.evidence import CHECKS_LISTED, CHECKS_WHOLE
from services.loans.operations.eligibility.reservations import release, reservations_on
from services.loans.schemas.eligibility import (
    CheckListedOut,
    CheckOut,
    EligibilityIn,
    EligibilityOut,
    ManyOut,
    ReservationOut,
)

checks = APIRouter(tags=["eligibility"], route_class=AnsweredOnce)
_COPIES = [Depends(after_event_named)]
reservations = APIRouter(tags=["reservations"])

Asker = Annotated[Caller, allowed_to(May.ELIGIBILITY_ASK)]
Reader = Annotated[Caller, allowed_to_any([May.ELIGIBILITY_ASK, May.CONTRACTS_READ])]
"""Who asks, and supervisors, who see what was asked in their divisions."""


class _Lines(StreamingResponse):
    """NDJSON, written as it leaves."""

    media_type = formats.NDJSON


_A_LINE = {"200": {"content": {formats.NDJSON: {"schema": {"type": "object"}}}}}
"""Each line is an object; FastAPI takes what is no JSON for a text."""


def _ask(request: Request, session: Transaction, caller: Caller) -> Push:
    return Push(session, caller, request.app.state.service.keys, clock.now(), clock.today())


@checks.post("/eligibility-checks", operation_id="check_eligibility", dependencies=_COPIES)
async def ask_eligibility(
    request: Request,
    session: Transaction,
    caller: Asker,
    asked: Annotated[Any, body_of(EligibilityIn)],
    response: Response,
    _: IdempotencyKey,
) -> EligibilityOut:
    """Every condition with verdict, figures, citation and what is missing, as of any day that has
    come. The answer is kept; Location leads to it and to the records that it rests on.

    With `reserve` a bank holds the amount under the household's cap for ten working days, as long
    as no condition fails that nothing can pass. It holds room for a person once: the same question
    again keeps what is held, another amount replaces it.
    """
    answer = await check_eligibility(_ask(request, session, caller), asked)
    response.headers["Location"] = f"/v1/loans/eligibility-checks/{answer.check_id}"
    return answer


@checks.post(
    "/bulk/eligibility-checks",
    operation_id="check_eligibility_of_many",
    dependencies=_COPIES,
    response_class=_Lines,
    responses={200: {"model": ManyOut, "description": "One line for each question."}},
    openapi_extra={"requestBody": bulk_body(EligibilityIn), "responses": _A_LINE},
)
async def ask_many(
    request: Request,
    session: Transaction,
    caller: Asker,
) -> Response:
    """Up to 10,000 questions as NDJSON, CSV or XLSX; one line of NDJSON back for each, in order.

    Every answer is that of a single check and is kept like it. A line that is no question is
    refused alone. Nothing is reserved here.
    """
    layout = layout_of(EligibilityIn, request.app.state.service.headings, "eligibility-checks")
    raws, strict = await rows_sent(request, layout, most=MOST_PEOPLE)
    many = await check_many(_ask(request, session, caller), raws, strict=strict)
    return _Lines(many.lines())


@checks.get("/eligibility-checks", operation_id="list_eligibility_checks")
async def list_checks(
    request: Request,
    session: Transaction,
    caller: Reader,
    wanted: Wanted,
    agency: Annotated[AgencyCode | None, Query()] = None,
    bank: Annotated[AgencyCode | None, Query()] = None,
    as_of: Annotated[BusinessDate | None, Query()] = None,
    division: Annotated[DivisionCode | None, Query()] = None,
    verdict: Annotated[Literal["eligible", "ineligible", "undetermined"] | None, Query()] = None,
) -> Page[CheckListedOut]:
    """Checks that the agency asked for, or about places in an office's divisions, oldest first."""
    filters = {
        "agency": agency,
        "bank": bank,
        "as_of": as_of,
        "division": division,
        "verdict": verdict,
    }
    keys = request.app.state.service.keys
    page = await reads.listed(session, CHECKS_LISTED, keys, caller, wanted, filters)
    return Page[CheckListedOut].model_validate(page)


@checks.get("/eligibility-checks/{check_id}", operation_id="read_eligibility_check")
async def read_check(
    request: Request, session: Transaction, caller: Reader, check_id: UUID
) -> CheckOut:
    """A check as it was answered, and for each condition the records that it rested on."""
    keys = request.app.state.service.keys
    found = await reads.one(session, CHECKS_WHOLE, keys, caller, check_id)
    return CheckOut.model_validate(found)


@reservations.get("/reservations", operation_id="list_reservations")
async def list_reservations(
    request: Request,
    session: Transaction,
    caller: Reader,
    wanted: Wanted,
    held_on: Annotated[
        BusinessDate | None, Query(description="Only those that hold that day.")
    ] = None,
    agency: Annotated[AgencyCode | None, Query()] = None,
    division: Annotated[DivisionCode | None, Query()] = None,
) -> Page[ReservationOut]:
    """The bank's own reservations, or those in an office's divisions, oldest first."""
    shown = reservations_on(held_on or clock.today(), only_held=held_on is not None)
    filters = {"agency": agency, "division": division}
    keys = request.app.state.service.keys
    page = await reads.listed(session, shown, keys, caller, wanted, filters)
    return Page[ReservationOut].model_validate(page)


@reservations.get("/reservations/{reservation_id}", operation_id="read_reservation")
async def read_reservation(
    request: Request, session: Transaction, caller: Reader, reservation_id: UUID
) -> ReservationOut:
    """One reservation, in its state of today."""
    shown = reservations_on(clock.today())
    keys = request.app.state.service.keys
    found = await reads.one(session, shown, keys, caller, reservation_id)
    return ReservationOut.model_validate(found)


@reservations.delete(
    "/reservations/{reservation_id}", status_code=204, operation_id="release_reservation"
)
async def release_reservation(
    request: Request,
    session: Transaction,
    caller: Asker,
    reservation_id: Annotated[UUID, Path()],
) -> None:
    """Give room back. Twice is harmless; what a contract has used up is 409, another bank's 404."""
    await release(_ask(request, session, caller), reservation_id)
