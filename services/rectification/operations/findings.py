"""Findings: whose they are to see, and what of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.crypto import Keys
from kernel.paging import WantedPage, page_of
from kernel.problems import NotFound
from kernel.roles import May, Role
from services.rectification.operations.samples import sample_named
from services.rectification.problems import NoSuchSample
from services.rectification.queries import findings as queries
from services.rectification.queries.screenings import STATE_OF
from services.rectification.schemas.screenings import FindingFilters, FindingOut, FindingsOut
from services.rectification.vocabulary import RuleId, Verdict


async def findings_seen(
    session: AsyncSession, keys: Keys, caller: Caller, wanted: WantedPage, asked: FindingFilters
) -> FindingsOut:
    """A page of the findings of judged runs that a caller may see. Raises NoSuchSample."""
    sample = None
    if asked.sample is not None:
        sample = await sample_named(session, caller, asked.sample)
        if sample is None:
            raise NoSuchSample
    filters = {
        "screening": asked.screening,
        "rule_id": asked.rule_id,
        "verdict": asked.verdict,
        "division": asked.division,
        "agency": asked.agency,
    }
    # The state is read first: a run that is closed in between is shown again, not missed.
    state = await session.execute(STATE_OF, {"screening_id": asked.screening})
    rows = await session.execute(queries.page_of_findings(caller, wanted, filters, sample))
    page = page_of(rows.mappings().all(), wanted, "finding_id")
    run = {"screening_id": asked.screening} if asked.screening else {}
    items = [shown_finding(keys, caller, {**row, **run}) for row in page["items"]]
    return FindingsOut(items=items, next_after=page["next_after"], state=state.scalar())


async def finding_seen(
    session: AsyncSession, keys: Keys, caller: Caller, finding_id: UUID
) -> FindingOut:
    """A finding that the caller may see; raises NotFound."""
    rows = await session.execute(queries.one_finding(caller, finding_id))
    row = rows.mappings().first()
    if row is None:
        raise NotFound
    return shown_finding(keys, caller, row)


def shown_finding(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> FindingOut:
    """A finding as a caller may see it; a person is named as towards the caller's agency only."""
    person_key = row["person_key"]
    shown = dict(row)
    shown["person_ref"] = keys.subject_ref(caller.agency, person_key) if person_key else None
    if May.HOUSEHOLDS_READ not in caller.scope:
        shown |= {"household_no": None, "village_code": None}
    if caller.role in (Role.BANK, Role.INSURER):
        shown |= _disclosed(caller, row)
    return FindingOut.model_validate(shown)


def _disclosed(caller: Caller, row: Mapping[str, Any]) -> dict[str, Any]:
    """What differs for a bank or insurer: nobody's health, no other agency's name or figures.

    LOAN-02 and 04 rest on health and skills, so only the verdict is left. LOAN-08 adds up all
    banks: the room that is left may be known, and the amount is what follows from it alone.
    """
    if row["rule_id"] in (RuleId.LOAN_02, RuleId.LOAN_04):
        return {"figures": {}, "missing": []}
    missing = sorted({_unnamed(each, {caller.agency, row["agency"]}) for each in row["missing"]})
    if row["rule_id"] != RuleId.LOAN_08:
        return {"missing": missing}
    figures = row["figures"]
    failed = row["verdict"] == Verdict.NOT_MET
    amount = Decimal(figures["principal"]) - Decimal(figures["room"]) if failed else None
    return {"missing": missing, "figures": {"room": figures["room"]}, "amount": amount}


def _unnamed(missing: str, known: set[str]) -> str:
    """A missing declaration (`kind:agency`) without the agency, unless it is a known one."""
    kind, _, agency = missing.partition(":")
    return missing if agency in known else kind
