"""Who looked at this person or household in clear, when and why."""

from collections.abc import Mapping
from typing import Any, NamedTuple
from uuid import UUID

from kernel.bulk.reads import row_of
from kernel.bulk.resource import Push
from kernel.division import spans
from kernel.language import Language
from kernel.paging import WantedPage, page_of
from kernel.problems import NotFound
from kernel.purposes import WORDS, Purpose
from kernel.roles import Role
from services.registry.operations.households import HOUSEHOLDS_SHOWN
from services.registry.queries import usage as queries
from services.registry.schemas import UsageOut, UsageQueryIn


class _Whom(NamedTuple):
    people: list[UUID]
    household_key: UUID | None


async def usage(
    ask: Push, asked: UsageQueryIn, wanted: WantedPage, language: Language
) -> dict[str, Any]:
    """A page of what is on record, newest first.

    Raises NotFound, to an office, for people who are none of its own. An auditor is told what is
    on record of anybody, and never whether there is such a person.
    """
    is_auditor = ask.caller.role == Role.AUDITOR
    whom = await (_anybody(ask, asked) if is_auditor else _ones_own(ask, asked))
    values = {**whom._asdict(), "after": wanted.after, "limit": wanted.limit + 1}
    rows = (await ask.session.execute(queries.USAGE, values)).mappings().all()
    page = page_of(rows, wanted, "record_id")
    return {**page, "items": [_shown(row, language) for row in page["items"]]}


async def _ones_own(ask: Push, asked: UsageQueryIn) -> _Whom:
    if asked.household_id:
        row = await row_of(ask.session, HOUSEHOLDS_SHOWN, ask.caller, asked.household_id)
        return _household(row)
    assert asked.id_number
    person_key = ask.keys.person_key(asked.id_number)
    lo, hi = spans(ask.caller.divisions)
    values = {
        "person_key": person_key,
        "name_key": asked.name and ask.keys.name_key(asked.name),
        "lo": lo,
        "hi": hi,
    }
    if not (await ask.session.execute(queries.IS_ONES_PERSON, values)).scalar_one():
        raise NotFound
    return _Whom([person_key], None)


async def _anybody(ask: Push, asked: UsageQueryIn) -> _Whom:
    """Names are not compared: that would tell an auditor who is called so."""
    if asked.id_number:
        return _Whom([ask.keys.person_key(asked.id_number)], None)
    values = {"household_id": asked.household_id}
    row = (await ask.session.execute(queries.HOUSEHOLD, values)).mappings().first()
    return _household(row) if row else _Whom([], None)


def _household(row: Mapping[Any, Any]) -> _Whom:
    people = [UUID(member["person_key"]) for member in row["members"]]
    return _Whom(people, row["household_key"])


def _shown(row: Mapping[Any, Any], language: Language) -> UsageOut:
    zh, en = WORDS[Purpose(row["purpose"])]
    return UsageOut.model_validate(
        {
            **row,
            "action": row["operation"],
            "purpose_text": en if language == "en" else zh,
            "receiver": row["agency"],
            "receiver_type": row["agency_type"],
            "receiver_client": row["client_id"],
        }
    )
