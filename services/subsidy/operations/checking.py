"""The automatic check: every line of a claim beside our own reckoning, with findings."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.law import Rule
from kernel.policy.interest import ENGINE_VERSION
from services.subsidy.operations.facts import law_parameters, lay_out_lines, lay_out_standing
from services.subsidy.queries import claims
from services.subsidy.queries.facts import LINE_FACTS
from services.subsidy.queries.standing import LAY_OUT_OF_CLAIM
from services.subsidy.rules import OF_LINES

_SHOWN = {
    "line_no",
    "eligible",
    *[each for rule in OF_LINES for each in (*rule.figures, *rule.silence, *rule.assumed)],
}
_WEIGHED = select(
    *[LINE_FACTS.c[name] for name in sorted(_SHOWN)],
    *[rule.condition(LINE_FACTS).label(rule.id) for rule in OF_LINES],
)


async def check_lines(session: AsyncSession, claim_id: UUID, on: date) -> None:
    """Ask SUB-01 to 06 of each line of a submitted claim, and keep the answer with the line.

    Ours is the reference interest of the days and principal that bear subsidy, times the share.
    """
    values = {"on": on, "claim_id": claim_id, **law_parameters(on)}
    await lay_out_standing(session, LAY_OUT_OF_CLAIM, values)
    await lay_out_lines(session, values)
    rows = (await session.execute(_WEIGHED)).mappings().all()
    checked = [
        {"line_no": row["line_no"], "ours": row["eligible"], "findings": _findings(row)}
        for row in rows
    ]
    kept = {"claim_id": claim_id, "on": on, "engine_version": ENGINE_VERSION}
    await session.execute(claims.KEEP_CHECK, {**kept, "checked": json.dumps(checked, default=str)})


def _findings(row: RowMapping) -> list[dict[str, Any]]:
    return [_told(rule, row) for rule in OF_LINES if row[rule.id] is not True]


def _told(rule: Rule, row: RowMapping) -> dict[str, Any]:
    """A finding as the bank may read it too: no other agency is named, no figure of another's."""
    failed = row[rule.id] is False
    named = [item.partition(":")[0] for name in rule.silence for item in row[name] or ()]
    blank = [name for name in rule.figures if row[name] is None]
    return {
        "rule_id": rule.id,
        "verdict": "not_met" if failed else "undetermined",
        "wording": {"zh": rule.zh, "en": rule.en},
        "missing": [] if failed else sorted({*blank, *named}),
        "citation": rule.cite,
        "certainty": rule.certainty_for(row).value,
    }
