"""What is asked and answered about following loans up: rates, calendar, users, proposals."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from kernel.fields import NOT_BLANK, AgencyNumber, Part
from kernel.paging import Page
from services.loans.schemas.attestations import Day
from services.loans.vocabulary import Decision, Disposition, FiveClass, NoticeKind

Reason = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"[^\s]")]


class RateOut(BaseModel):
    """An area's overdue rate beside the mean."""

    division: str
    loans: int
    """That live. A stranger's loan counts in his branch's county and in no village."""
    balance: Decimal
    overdue: Decimal
    rate: Decimal | None
    """Σ overdue ÷ Σ balance."""
    mean_rate: Decimal | None
    """The county's own; of counties that of all that were asked for."""
    clearly_above: bool | None
    """As LOAN-41 judges a village or township; none where too few loans live, nothing certain can
    be said, or a bank asks, who sees its own part only."""


class RatesOut(BaseModel):
    """Rates by division."""

    as_of: date
    items: list[RateOut]
    next_after: str | None


class _LoanSeen(BaseModel):
    loan_id: UUID
    agency: str
    contract_no: str
    division: str
    person_ref: str
    """How the exchange calls the borrower towards the caller's agency."""
    household_no: str | None
    village_code: str | None
    matures_on: date
    balance: Decimal


class NoticeSent(BaseModel):
    """A notice on record; without proof it does not count."""

    kind: NoticeKind
    sent_on: date
    proof: str | None


class MaturityOut(_LoanSeen):
    """A living loan that falls due."""

    days_left: int
    notices: list[NoticeSent]
    due: NoticeKind | None
    """The notice that should be on record by now and is not."""


class MaturitiesOut(Page[MaturityOut]):
    """Living loans that fall due, the soonest first."""

    as_of: date


class OverdueOut(_LoanSeen):
    """An overdue loan: the band of its days beside the class that its bank gave."""

    overdue_amount: Decimal
    overdue_from: date | None
    """The first day overdue is the next."""
    overdue_days: int | None
    overdue_band: str | None
    five_class: FiveClass
    least_class: FiveClass | None
    class_is_too_mild: bool | None
    repayment_planned_on: date | None
    helper_named: bool


class OverdueLoansOut(Page[OverdueOut]):
    """Overdue loans."""

    as_of: date


class DispositionIn(Part):
    """What is to be done about an actual user."""

    assigned_class: Annotated[Disposition, Field(alias="class")]
    reason: Reason
    on: Day | None = None
    """The day of the decision; left out: today."""


class DispositionOut(BaseModel):
    """One version of what an office means to do about an actual user."""

    model_config = ConfigDict(populate_by_name=True)

    version: int
    """1 for the first; it is the ETag. Earlier versions stay on record."""
    assigned_class: Annotated[Disposition, Field(alias="class")]
    reason: str | None
    """Not for banks: it may speak of another."""
    disposed_on: date
    disposed_by: str | None
    agency: str


class UserOut(BaseModel):
    """An organisation that really uses poverty loans. A bank sees what it lent, and no more."""

    user_id: UUID
    credit_code: str
    names: list[str]
    families: int
    loans: int
    balance: Decimal
    banks: int | None
    watched: bool | None
    """Whether LOAN-21 puts it on the watch list; none if that is uncertain, and for banks."""
    classes: dict[str, int]
    """Its loans by the class that LOAN-20 assigns; `none` where what is known gives no class."""
    disposition: DispositionOut | None
    history: list[DispositionOut] | None = None
    """Every version, the newest first; only of one user."""


class UsersOut(Page[UserOut]):
    """Actual users of whose loans one lies where the caller may see."""

    as_of: date


class ProposalIn(Part):
    """A bank proposes a borrower for the list of those who default in bad faith."""

    contract_no: AgencyNumber
    evidence: Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=NOT_BLANK)]
    """Hash of the file in which it stands."""
    reason: Reason
    on: Day | None = None
    """The day of the proposal; left out: today."""


class DecisionIn(Part):
    """What an officer decides on a proposal."""

    decision: Decision
    reason: Reason
    court_listed: bool | None = None
    """Whether the borrower is on the court's list of 失信被执行人, which is another list."""
    on: Day | None = None
    """The day of the decision; left out: today."""


class ProposalState(StrEnum):
    """How far a proposal is."""

    PROPOSED = "proposed"
    LISTED = "listed"
    REFUSED = "refused"


class ProposalOut(BaseModel):
    """A proposal, what the loan owes now, and the decision if there is one."""

    proposal_id: UUID
    agency: str
    contract_no: str
    loan_id: UUID
    division: str
    person_ref: str
    state: ProposalState
    evidence: str
    reason: str
    proposed_on: date
    balance: Decimal
    overdue_principal: Decimal
    five_class: FiveClass
    decision: Decision | None
    decision_reason: str | None
    court_listed: bool | None
    decided_on: date | None
    decided_by: str | None
    decided_agency: str | None
    recorded_at: datetime
