"""The ledger's rows as they stood on a day, and totals, each of which names its rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock, divisions
from kernel.access import Caller
from kernel.division import county_of
from services.rectification.operations.plan import asked_by_plan
from services.rectification.operations.reports.sections import sections_of
from services.rectification.queries import reports as queries
from services.rectification.queries.money import MONEY_OF_ITEMS
from services.rectification.schemas.reports import (
    CategoryOut,
    FiguresOut,
    LedgerRowOut,
    PlaceOut,
    ReportOut,
    UndeterminedOut,
)
from services.rectification.vocabulary import (
    SOURCE_LABELS,
    STATE_LABELS,
    ItemState,
    RuleId,
    Source,
    Verdict,
)

_NOTHING = Decimal("0.00")
_FOUR_PLACES = Decimal("0.0001")
_SERVES = {
    "POVERTY_OFFICE": "扶贫办",
    "BANK": "银行",
    "FINANCE_BUREAU": "财政局",
    "INSURER": "保险公司",
}


async def report_at(
    session: AsyncSession, caller: Caller, stage: date, division: str | None
) -> ReportOut:
    """The report of the caller's unit as of the day of a stage; yuan to the fen.

    Every total is the sum of the rows that it names.
    """
    ledger = await _ledger_on(session, caller, stage, division)
    names = {row.code: row.name for row in await session.execute(queries.UNITS)}
    total = FiguresOut(**_totals(ledger))
    run = (await session.execute(queries.newest_run(caller, stage))).mappings().first()
    undetermined = _undetermined(run["counts"] if run else {})
    return ReportOut(
        stage=stage,
        unit=caller.agency,
        unit_name=names.get(caller.agency, caller.agency),
        division=division,
        made_at=clock.now(),
        total=total,
        by_category=[CategoryOut(**each) for each in _by_category(ledger)],
        by_category_and_place=[PlaceOut(**each) for each in _by_place(ledger)],
        undetermined=undetermined,
        undetermined_of=run["screening_id"] if run else None,
        sections=await sections_of(session, caller, stage, ledger, total, undetermined),
        ledger=ledger,
    )


async def _ledger_on(
    session: AsyncSession, caller: Caller, on: date, division: str | None
) -> list[LedgerRowOut]:
    statement = queries.items_opened_by(caller, on, division)
    items = (await session.execute(statement)).mappings().all()
    ids = [row["item_id"] for row in items]
    values = {"items": ids, "on": on}
    told: dict[UUID, dict[str, Any]] = {each: {} for each in ids}
    for query in (queries.STATES_ON, queries.COUNTS_ON, MONEY_OF_ITEMS):
        for row in (await session.execute(query, values)).mappings():
            told[row["item_id"]] |= row
    return [_row(number, row, told[row["item_id"]]) for number, row in enumerate(items, start=1)]


def _row(number: int, item: Mapping[str, Any], told: Mapping[str, Any]) -> LedgerRowOut:
    state = ItemState(told.get("state", ItemState.OPEN))
    owed, returned = told.get("owed") or _NOTHING, told.get("returned") or _NOTHING
    kinds = "、".join(_SERVES.get(kind, kind) for kind in item["responsible_kinds"])
    return LedgerRowOut(
        number=number,
        item_id=item["item_id"],
        category=item["category"],
        problem=asked_by_plan(item["category"], item["opened_on"])["problem"],
        source=Source(item["source"]),
        source_label=SOURCE_LABELS[Source(item["source"])],
        description=item["description"],
        measure=item["measure"],
        deadline=item["deadline"],
        standard=item["standard"],
        lead_unit=item["lead_unit"],
        responsible_unit=item["responsible_unit"] or f"{place_name(item['division'])}{kinds}",
        division=item["division"],
        place=place_name(item["division"]),
        problems=max(1, told["findings"]),
        state=state,
        progress=STATE_LABELS[state],
        closed_on=told["closed_on"] if state == ItemState.CLOSED else None,
        owed=owed,
        returned=returned,
        outstanding=owed - returned,
        evidence=told["evidence"],
        reminders=told["reminders"],
        visits=told["visits"],
    )


def place_name(division: str) -> str:
    """A division's own name; its code where the list of 2023 does not have it."""
    return divisions.names().get(division, division)


def _by_category(ledger: Sequence[LedgerRowOut]) -> Iterable[dict[str, Any]]:
    for category, rows in _grouped(ledger, lambda row: row.category):
        yield _totals(rows) | {"category": category, "problem": rows[0].problem}


def _by_place(ledger: Sequence[LedgerRowOut]) -> Iterable[dict[str, Any]]:
    for (category, county), rows in _grouped(
        ledger, lambda row: (row.category, county_of(row.division))
    ):
        yield _totals(rows) | {
            "category": category,
            "problem": rows[0].problem,
            "division": county,
            "place": place_name(county),
        }


def _grouped(ledger: Sequence[LedgerRowOut], key: Any) -> Iterable[tuple[Any, list[LedgerRowOut]]]:
    return ((name, list(rows)) for name, rows in groupby(sorted(ledger, key=key), key=key))


def _totals(rows: Sequence[LedgerRowOut]) -> dict[str, Any]:
    def problems(*states: ItemState) -> int:
        return sum(row.problems for row in rows if row.state in states)

    found, rectified = sum(row.problems for row in rows), problems(ItemState.CLOSED)
    dismissed = problems(ItemState.DISMISSED)
    real = found - dismissed
    return {
        "items": len(rows),
        "found": found,
        "completed": problems(ItemState.COMPLETED),
        "rectified": rectified,
        "dismissed": dismissed,
        "share": (Decimal(rectified) / real).quantize(_FOUR_PLACES, ROUND_HALF_UP)
        if real
        else None,
        "owed": sum((row.owed for row in rows), _NOTHING),
        "returned": sum((row.returned for row in rows), _NOTHING),
        "outstanding": sum((row.outstanding for row in rows), _NOTHING),
        "rows": [row.number for row in rows],
    }


def _undetermined(counts: Mapping[str, Mapping[str, int]]) -> list[UndeterminedOut]:
    told = {rule: verdicts.get(Verdict.UNDETERMINED, 0) for rule, verdicts in counts.items()}
    return [
        UndeterminedOut(rule_id=RuleId(rule), verdicts=n) for rule, n in sorted(told.items()) if n
    ]
