"""What changed between two runs, and what a run lacks."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal
from uuid import UUID

from pydantic import BaseModel

from kernel.paging import Page
from services.rectification.schemas.screenings import FindingOut
from services.rectification.vocabulary import RuleId, Verdict

Change = Literal["new", "gone", "still"]


class ChangeOut(BaseModel):
    """A problem (a rule and its subject) that is new, gone, or still there."""

    change: Change
    rule_id: RuleId
    verdict_before: Verdict | None
    verdict_now: Verdict | None
    amount_before: Decimal | None
    amount_now: Decimal | None
    finding_before: UUID | None
    finding_now: UUID | None
    finding: FindingOut
    """As this run says it; what is gone as the other said it."""


class ChangeCount(BaseModel):
    """How many findings of a rule are new, gone or still there, and what they amount to."""

    rule_id: RuleId
    change: Change
    findings: int
    amount_before: Decimal | None
    amount_now: Decimal | None


class ChangesOut(Page[ChangeOut]):
    """A page of what changed, and all of it counted. Only what both runs judged is compared."""

    screening_id: UUID
    since: UUID
    counts: list[ChangeCount]


@dataclass(frozen=True, slots=True)
class ChangeFilters:
    """Which changes a caller wants; what is left out filters nothing."""

    rule_id: RuleId | None = None
    change: Change | None = None


class MissingFact(BaseModel):
    """Something that undetermined verdicts of a rule lack."""

    rule_id: RuleId
    missing: str
    """A field that is blank, or a declaration as `kind:agency` or `kind:county`."""
    findings: int
    """How many verdicts lack it."""
    alone: int
    """How many of them lack nothing else, so that it would settle them."""


class MissingFactsOut(BaseModel):
    """What would settle the undetermined verdicts of a run, by rule, the most wanted first."""

    screening_id: UUID
    items: list[MissingFact]
