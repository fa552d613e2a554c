"""Financing needs (金融需求): what a household wants money for, and what became of it."""

from collections.abc import Mapping
from typing import Any

from kernel.access import Caller
from kernel.bulk.reads import Reads
from kernel.bulk.resource import Push, Rejection, Resource
from kernel.crypto import Keys
from kernel.database import table_of
from kernel.division import spans
from kernel.roles import May, Role
from services.registry.queries import needs as queries
from services.registry.queries.sharing import KEEP_PUSHED_DAY
from services.registry.schemas import NeedIn, NeedOut
from services.registry.tables import Need


def _columns(push: Push, need: NeedIn) -> dict[str, Any]:
    said = need.model_dump(exclude={"source_version"})
    return {**said, "household_key": push.keys.household_key(need.household_no)}


async def _resolve(push: Push) -> None:
    """A need stands where its household lives; until that is known it waits."""
    lo, hi = spans(push.caller.divisions)
    await push.session.execute(queries.HOUSEHOLDS_STAY)
    await push.session.execute(queries.OF_HOUSEHOLD)
    await push.session.execute(queries.WAITS_FOR_HOUSEHOLD)
    await push.session.execute(queries.HOUSEHOLD_ELSEWHERE, {"lo": lo, "hi": hi})


async def _after(push: Push) -> None:
    await push.session.execute(queries.ANNOUNCE)
    await push.session.execute(KEEP_PUSHED_DAY, {"today": push.today})


NEEDS = Resource(
    name="needs",
    thing="need",
    model=NeedIn,
    table=table_of(Need),
    number=("agency", "need_no"),
    write=May.NEEDS_WRITE,
    columns=_columns,
    resolve=_resolve,
    after=_after,
    amount=lambda need: need.amount,
    rejections={
        "household-elsewhere": Rejection(
            "/household_no", "This household is on record in a village that another office serves."
        ),
        "household-changed": Rejection(
            "/household_no",
            "This need is on record for another household; give that one's a number of its own.",
        ),
    },
)


def shown_need(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> NeedOut:
    """A need as a caller may see it.

    A bank learns what to lend to, where and how far it is. The true cause and the other measure
    may tell of health, and another bank's name is not its business.
    """
    shown = {
        "need_id": row["id"],
        "subject_ref": keys.subject_ref(caller.agency, row["household_key"]),
        "village_code": row["division"],
    }
    need = NeedOut.model_validate({**row, **shown})
    if caller.role != Role.BANK:
        return need
    hidden: dict[str, Any] = {"true_cause": None, "other_measure": None}
    if need.bank != caller.agency:
        hidden["bank"] = None
    return need.model_copy(update=hidden)


NEEDS_SHOWN = Reads(
    table=table_of(Need),
    out=NeedOut,
    may=May.NEEDS_READ,
    filters=("need_no", "household_no", "division", "state", "raised_on"),
    show=shown_need,
    shared=True,
)
