"""Claims and their changes of state: pushed by insurers, in any order, safe to repeat."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from kernel.access import Caller
from kernel.bulk.reads import Reads
from kernel.bulk.resource import Push, Resource
from kernel.crypto import Keys
from kernel.database import table_of
from kernel.people import born_on
from kernel.roles import May
from services.insurance.queries.pushes import claims as pushes
from services.insurance.queries.reads import CLAIMS_WITH_STATE
from services.insurance.schemas.pushed import (
    ClaimIn,
    ClaimOut,
    ClaimStatusChangeIn,
    ClaimStatusChangeOut,
)
from services.insurance.tables import Claim, ClaimStatusChange


def _claim_columns(push: Push, claim: ClaimIn) -> dict[str, Any]:
    person_key = push.keys.person_key(claim.id_number)
    return {
        **claim.model_dump(exclude={"source_version", "id_number"}),
        "household_key": push.keys.stranger_key(person_key),
        "person_key": person_key,
        "born_on": born_on(claim.id_number),
    }


async def _place_claim(push: Push) -> None:
    for statement in pushes.PLACE_CLAIM:
        await push.session.execute(statement)
    await push.session.execute(pushes.WAITS_FOR_POLICY)


async def _announce_claims(push: Push) -> None:
    await push.session.execute(pushes.ANNOUNCE_CLAIMS)


CLAIMS = Resource(
    name="claims",
    thing="claim",
    model=ClaimIn,
    table=table_of(Claim),
    number=("agency", "claim_no"),
    write=May.CLAIMS_WRITE,
    columns=_claim_columns,
    resolve=_place_claim,
    after=_announce_claims,
    rejections={},
)


def _shown_claim(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> ClaimOut:
    ref = keys.subject_ref(caller.agency, row["person_key"])
    return ClaimOut.model_validate({**row, "person_ref": ref})


CLAIMS_SHOWN = Reads(
    table=CLAIMS_WITH_STATE,
    out=ClaimOut,
    may=May.CLAIMS_READ,
    filters=("agency", "claim_no", "policy_no", "kind", "incident_no", "state", "division"),
    show=_shown_claim,
)


def _change_columns(_: Push, change: ClaimStatusChangeIn) -> dict[str, Any]:
    return change.model_dump(exclude={"source_version"})


async def _find_claim(push: Push) -> None:
    await push.session.execute(pushes.OF_CLAIM)
    await push.session.execute(pushes.WAITS_FOR_CLAIM)


async def _announce_changes(push: Push) -> None:
    await push.session.execute(pushes.ANNOUNCE_CHANGES)


def _amount(change: ClaimStatusChangeIn) -> Decimal:
    return change.amount or Decimal(0)


CHANGES = Resource(
    name="claim-status-changes",
    thing="claim_status_change",
    model=ClaimStatusChangeIn,
    table=table_of(ClaimStatusChange),
    number=("agency", "claim_no", "version"),
    write=May.CLAIMS_WRITE,
    columns=_change_columns,
    resolve=_find_claim,
    after=_announce_changes,
    amount=_amount,
    rejections={},
)


def _shown_change(_: Keys, __: Caller, row: Mapping[str, Any]) -> ClaimStatusChangeOut:
    return ClaimStatusChangeOut.model_validate(dict(row))


CHANGES_SHOWN = Reads(
    table=table_of(ClaimStatusChange),
    out=ClaimStatusChangeOut,
    may=May.CLAIMS_READ,
    filters=("agency", "claim_no", "version", "state", "on"),
    show=_shown_change,
)
