"""Claims of banks: pushed as drafts with their lines, read back with what became of them."""

import json
from collections.abc import Mapping
from typing import Any

from kernel.access import Caller
from kernel.bulk.reads import Reads
from kernel.bulk.resource import Push, Rejection, Resource
from kernel.crypto import Keys
from kernel.database import table_of
from kernel.division import spans
from kernel.roles import May, Role
from kernel.workflow import possible
from services.subsidy.operations.facts import LAW
from services.subsidy.projections.references import refresh_references
from services.subsidy.queries import pushes
from services.subsidy.queries.claims import CLAIMS_SHOWN
from services.subsidy.schemas.claims import SubsidyClaimOut
from services.subsidy.schemas.pushed import SubsidyClaimIn
from services.subsidy.tables import Claim
from services.subsidy.vocabulary import EDITABLE, MOVES

_BY_ITSELF = ("check", "reconcile")
"""Acts that follow others and that nobody asks for."""


def _columns(_: Push, claim: SubsidyClaimIn) -> dict[str, Any]:
    return {
        "claim_no": claim.claim_no,
        "division": claim.county,
        "period_start": claim.period_start,
        "period_end": claim.period_end,
        "lines": json.dumps([line.model_dump(mode="json") for line in claim.lines]),
    }


async def _resolve(push: Push) -> None:
    """A bank claims where it serves, for its own loans, and changes what it may still change."""
    lo, hi = spans(push.caller.divisions)
    editable = [state.value for state in EDITABLE]
    await push.session.execute(pushes.NOT_YOURS, {"lo": lo, "hi": hi})
    await push.session.execute(pushes.NOT_EDITABLE, {"editable": editable})
    await push.session.execute(pushes.CLAIM_WAITS_FOR_CONTRACT)


async def _after(push: Push) -> None:
    for statement in (
        pushes.LOCK_CLAIMS,
        pushes.KEEP_PROGRESS,
        pushes.FORGET_LINES,
        pushes.KEEP_LINES_OF_CLAIMS,
    ):
        await push.session.execute(statement)
    touched = (await push.session.execute(pushes.LOANS_OF_CLAIMS)).scalars().all()
    await refresh_references(push.session, touched)


CLAIMS = Resource(
    name="claims",
    thing="claim",
    model=SubsidyClaimIn,
    table=table_of(Claim),
    number=("agency", "claim_no"),
    write=May.SUBSIDY_CLAIM,
    columns=_columns,
    resolve=_resolve,
    after=_after,
    amount=lambda claim: sum(line.amount for line in claim.lines),
    rejections={
        "not-your-division": Rejection(
            "/county", "This county is not in a division that the agency serves."
        ),
        "claim-not-editable": Rejection(
            "/claim_no",
            "This claim has been submitted; it can be changed again once it is returned.",
        ),
    },
)


def shown_claim(_: Keys, caller: Caller, row: Mapping[str, Any]) -> SubsidyClaimOut:
    """A claim as its bank, or the offices of its county, see it."""
    history = [
        {**act, "by": None if _is_hidden(caller, act["agency"]) else act["by"]}
        for act in row["history"]
    ]
    acts = [verb for verb in possible(MOVES, row["state"]) if verb not in _BY_ITSELF]
    return SubsidyClaimOut.model_validate(
        {
            **row,
            "claim_id": row["id"],
            "county": row["division"],
            "possible": acts,
            "payee": LAW["payee"].on(row["period_start"], row["division"]),
            "history": history,
        }
    )


def _is_hidden(caller: Caller, agency: str) -> bool:
    return caller.role == Role.BANK and agency != caller.agency


CLAIMS_SHOWN_TO = Reads(
    table=CLAIMS_SHOWN,
    out=SubsidyClaimOut,
    may=May.SUBSIDY_READ,
    filters=("claim_no", "agency", "division", "state"),
    show=shown_claim,
)
