"""The six sections: what the ledger's figures say under each, and what the unit wrote."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.division import county_of
from services.rectification.operations.plan import LAW
from services.rectification.queries import reports as queries
from services.rectification.schemas.reports import (
    FiguresOut,
    LedgerRowOut,
    SectionOut,
    UndeterminedOut,
)
from services.rectification.vocabulary import ItemState, Source

Ledger = Sequence[LedgerRowOut]


async def sections_of(
    session: AsyncSession,
    caller: Caller,
    stage: date,
    ledger: Ledger,
    total: FiguresOut,
    undetermined: Sequence[UndeterminedOut],
) -> list[SectionOut]:
    """The six sections of a report, in the plan's order."""
    figure = LAW["report_sections"]
    titles = figure.on(stage) or figure.values[0]["is"]
    told = _told_by_figures(stage, ledger, total, undetermined)
    written = await _written(session, caller.agency, stage)
    return [
        SectionOut(
            number=number,
            title_zh=title["zh"],
            title_en=title["en"],
            figures=told[number - 1],
            text=written[number]["text"] if number in written else None,
            version=written[number]["version"] if number in written else None,
            written_at=written[number]["recorded_at"] if number in written else None,
        )
        for number, title in enumerate(titles, start=1)
    ]


async def write_section(
    session: AsyncSession, caller: Caller, stage: date, number: int, text: str
) -> int:
    """Keep what an officer writes under a heading of his unit's report; its version."""
    version = await version_of_section(session, caller.agency, stage, number) or 0
    values = {"agency": caller.agency, "stage": stage, "number": number, "version": version + 1}
    values |= {"text": text, "by": caller.sub, "recorded_at": clock.now()}
    await session.execute(queries.ADD_SECTION, values)
    return version + 1


async def version_of_section(
    session: AsyncSession, agency: str, stage: date, number: int
) -> int | None:
    """How often a section was written; None: not yet. Holds the report until the end."""
    await session.execute(queries.LOCK_REPORT, {"agency": agency})
    written = await _written(session, agency, stage)
    return written[number]["version"] if number in written else None


async def _written(session: AsyncSession, agency: str, stage: date) -> dict[int, Any]:
    rows = await session.execute(queries.SECTIONS, {"agency": agency, "stage": stage})
    return {row["number"]: row for row in rows.mappings()}


def _told_by_figures(
    stage: date, ledger: Ledger, total: FiguresOut, undetermined: Sequence[UndeterminedOut]
) -> list[list[str]]:
    """Sentences of figures for each section: 用数字、用事实说话 (plan, 三(三))."""
    open_rows = [row for row in ledger if row.state not in _DONE_WITH]
    late = [row for row in open_rows if row.deadline < stage]
    counties = {county_of(row.division) for row in ledger}
    return [
        [
            f"截至{stage}，台账共列{total.items}项、涉及问题{total.found}个，"
            f"分布在{len(counties)}个县（市、区）及以上单位。"
        ],
        [
            f"已启动整改{len(ledger) - _items(ledger, ItemState.OPEN)}项，"
            f"尚未启动{_items(ledger, ItemState.OPEN)}项；"
            f"上门排查{sum(row.visits for row in ledger)}次。"
        ],
        [
            f"已销号{_items(ledger, ItemState.CLOSED)}项、涉及问题{total.rectified}个，"
            f"占{_percent(total.share)}；已完成待验收{_items(ledger, ItemState.COMPLETED)}项。",
            f"应退（付）{total.owed}元，已退（付）{total.returned}元，尚欠{total.outstanding}元。",
        ],
        [
            f"督办{sum(row.reminders for row in ledger)}次；超过整改时限尚未销号{len(late)}项；"
            f"反弹{_items(ledger, ItemState.REOPENED)}项。"
        ],
        [
            f"长期坚持{_items(ledger, ItemState.LONG_TERM)}项；自查和举一反三发现"
            f"{sum(row.source in _FOUND_BY_ITSELF for row in ledger)}项。"
        ],
        [
            f"未销号{len(open_rows)}项，最近的整改时限为"
            f"{min((row.deadline for row in open_rows), default='（无）')}；"
            f"因缺少事实尚不能判定{sum(each.verdicts for each in undetermined)}条。"
        ],
    ]


_FOUND_BY_ITSELF = (Source.SELF_EXAMINATION, Source.SELF_FOUND)
_DONE_WITH = (ItemState.CLOSED, ItemState.DISMISSED)


def _items(ledger: Ledger, state: ItemState) -> int:
    return sum(row.state == state for row in ledger)


def _percent(share: Decimal | None) -> str:
    return "—" if share is None else f"{share * 100:.2f}%"
