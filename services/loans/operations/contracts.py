"""Contracts: pushed by banks, placed in households, read back."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from pydantic_core import to_json

from kernel.access import Caller
from kernel.bulk.reads import Reads
from kernel.bulk.resource import Push, Rejection, Resource
from kernel.crypto import Keys
from kernel.database import table_of
from kernel.division import spans
from kernel.people import born_on
from kernel.roles import May
from services.loans.operations.eligibility.reservations import use_up
from services.loans.operations.references import refresh_references
from services.loans.operations.screening import findings_of_loan
from services.loans.queries import pushes, reference
from services.loans.schemas.pushed import ContractIn, ContractOut
from services.loans.tables import Contract

_IDENTITY = "loans.contract.identity"
_PUBLICITY_NAME = "publicity.name"
"""What a name is bound to that a publicity list may open, and nothing else."""
_PLAIN = (
    "contract_no",
    "kind",
    "parent_contract_no",
    "product",
    "principal",
    "annual_rate",
    "convention",
    "settlement",
    "applied_on",
    "signed_on",
    "disbursed_on",
    "matures_on",
    "purpose",
    "purpose_text",
    "guarantee",
    "wish_signed_on",
    "household_aware",
    "household_takes_part",
    "balance",
    "overdue_principal",
    "overdue_since",
    "five_class",
    "closed_on",
    "converted_to",
    "converted_on",
    "as_at",
)
_USER = ("kind", "credit_code", "name", "mode", "has_industry_base", "at_risk")


def _columns(push: Push, contract: ContractIn) -> dict[str, Any]:
    keys, number = push.keys, contract.borrower_id_number
    person_key = keys.person_key(number)
    identity = to_json({"name": contract.borrower_name, "id_number": number}).decode()
    changes = [change.model_dump(mode="json", by_alias=True) for change in contract.rate_changes]
    user = contract.actual_user
    terms = [contract.principal, contract.annual_rate, contract.disbursed_on, contract.matures_on]
    said = vars(contract)
    return {
        **{name: said[name] for name in _PLAIN},
        "life": 0,
        **{f"actual_user_{name}": getattr(user, name, None) for name in _USER},
        "household_key": keys.stranger_key(person_key),
        "division": contract.branch_division,
        "person_key": person_key,
        "name_key": keys.name_key(contract.borrower_name),
        "born_on": born_on(number),
        "identity": keys.seal(_IDENTITY, person_key, identity),
        "publicity_name": keys.seal(_PUBLICITY_NAME, person_key, contract.borrower_name),
        "rate_changes": to_json(changes).decode(),
        "terms_digest": keys.digest(to_json([*map(str, terms), changes]).decode()),
    }


async def _resolve(push: Push) -> None:
    places = dict(zip(("lo", "hi"), spans(push.caller.divisions), strict=True))
    for statement, values in (
        (pushes.NOT_YOURS, places),
        *((statement, {}) for statement in pushes.LIFE),
        (pushes.KNOWN_CONTRACT, {}),
        (pushes.BORROWER_CHANGED_HERE, {}),
        (pushes.PLACE_CONTRACT, {}),
        (pushes.NOT_ON_THE_LIST, places),
        (pushes.FORGET_IDENTITY, {}),
    ):
        await push.session.execute(statement, values)
    for statement in pushes.LOCK_HOUSEHOLDS:
        await push.session.execute(statement)


async def _after(push: Push) -> None:
    await push.session.execute(pushes.KEEP_REFS)
    await use_up(push)
    touched = (await push.session.execute(reference.PUSHED_CONTRACTS)).scalars().all()
    await refresh_references(push.session, touched)
    await push.session.execute(pushes.ANNOUNCE_CONTRACTS)


async def _findings(push: Push, loan_id: UUID) -> list[dict[str, Any]]:
    return await findings_of_loan(push, loan_id)


CONTRACTS = Resource(
    name="contracts",
    thing="contract",
    model=ContractIn,
    table=table_of(Contract),
    number=("agency", "contract_no", "life"),
    era="as_at",
    write=May.CONTRACTS_WRITE,
    columns=_columns,
    resolve=_resolve,
    after=_after,
    amount=lambda contract: contract.principal,
    findings=_findings,
    rejections={
        "not-your-division": Rejection(
            "/branch_division", "This branch is not in a division that the bank serves."
        ),
        "borrower-changed": Rejection(
            "/borrower_id_number",
            "This contract number is on record with another borrower; void that contract first "
            "with `POST /v1/loans/contracts/{loan_id}/void`.",
        ),
        "contract-voided": Rejection(
            "/contract_no",
            "This very row is of a contract that was voided; if it stands after all, push it under "
            "a higher source_version.",
        ),
    },
)


def _shown(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> ContractOut:
    user = {name: row[f"actual_user_{name}"] for name in _USER}
    return ContractOut.model_validate(
        {
            **row,
            "person_ref": keys.subject_ref(caller.agency, row["person_key"]),
            "branch_division": row["division"],
            "actual_user": user if user["kind"] else None,
        }
    )


CONTRACTS_SHOWN = Reads(
    table=table_of(Contract),
    out=ContractOut,
    may=May.CONTRACTS_READ,
    filters=("agency", "contract_no", "product", "division", "signed_on"),
    show=_shown,
)
