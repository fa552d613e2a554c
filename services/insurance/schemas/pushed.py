"""What insurance hears and says."""

from collections import defaultdict
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from kernel.fields import AgencyNumber, DayAfter, FirstDay, Line, Part, Pushed
from kernel.money import PositiveYuan, Yuan
from kernel.people import IdNumber, PersonName
from services.insurance.vocabulary import Basis, ClaimState, IncidentKind, LiabilityKind

Age = Annotated[int, Field(ge=0, le=150)]
"""Completed years (周岁)."""


class LiabilityIn(Part):
    """What a product answers for, and how much it pays."""

    kind: LiabilityKind
    basis: Basis
    sum: PositiveYuan
    """A day's for PER_DAY, the limit for LOSS."""
    shared_by_household: bool
    min_age: Age | None = None
    max_age: Age | None = None
    """Both ends included, on the day of the incident."""


class ProductIn(Pushed):
    """A product as its insurer sells it."""

    product_code: AgencyNumber
    liabilities: Annotated[list[LiabilityIn], Field(min_length=1, max_length=50)]

    @model_validator(mode="after")
    def _one_sum_for_each_age(self) -> Self:
        """Of one kind at most one liability fits any age, so that what is due is one sum."""
        ages = [
            (liability.kind, liability.min_age or 0, liability.max_age or 150)
            for liability in self.liabilities
        ]
        for _, youngest, oldest in ages:
            if oldest < youngest:
                raise PydanticCustomError("empty_interval", "max_age is below min_age.")
        _never_overlap([(kind, begins, end + 1) for kind, begins, end in ages], "kind")
        return self


class CoveredIn(Part):
    """A person whom a policy covers."""

    name: PersonName
    id_number: IdNumber
    from_: Annotated[date | None, Field(alias="from")] = None
    """Left out: from the policy's first day."""
    to: date | None = None
    """The first day no longer covered; left out: the policy's."""


class PolicyIn(Pushed):
    """A policy and everybody it covers. Cover never reaches beyond the policy's own days."""

    policy_no: AgencyNumber
    product_code: AgencyNumber
    valid_from: FirstDay
    valid_to: DayAfter
    """The first day no longer insured."""
    covered: Annotated[list[CoveredIn], Field(max_length=5000)]

    @model_validator(mode="after")
    def _covers_each_person_once_a_day(self) -> Self:
        days = [
            (person.id_number, person.from_ or self.valid_from, person.to or self.valid_to)
            for person in self.covered
        ]
        for begins, ends in [(self.valid_from, self.valid_to), *[day[1:] for day in days]]:
            if ends <= begins:
                raise PydanticCustomError("empty_interval", "A last day comes before the first.")
        _never_overlap(days, "id_number")
        return self


def _never_overlap(intervals: list[tuple[str, Any, Any]], name: str) -> None:
    """Refuse two half-open intervals of the same thing that have something in common."""
    found: dict[str, list[tuple[Any, Any]]] = defaultdict(list)
    for thing, begins, ends in intervals:
        found[thing].append((begins, ends))
    for spans in found.values():
        spans.sort()
        for (_, ends), (begins, _) in pairwise(spans):
            if begins < ends:
                raise PydanticCustomError(
                    "repeated", "The same {name} stands twice for the same time.", {"name": name}
                )


class IncidentIn(Pushed):
    """Something that happened to a person and that insurance may answer for. No diagnosis."""

    incident_no: AgencyNumber
    id_number: IdNumber
    name: PersonName
    kind: IncidentKind
    on: date
    hospital_days: Annotated[int, Field(ge=0, le=3660)] | None = None
    loss: Yuan | None = None


class ClaimIn(Pushed):
    """A claim as it was reported; its later states come as status changes."""

    claim_no: AgencyNumber
    policy_no: AgencyNumber
    id_number: IdNumber
    """Of the person to whom it happened."""
    kind: LiabilityKind
    incident_on: date
    reported_on: date
    amount_claimed: Yuan | None = None
    incident_no: AgencyNumber | None = None
    """The poverty office's, where the insurer knows it."""


class ClaimStatusChangeIn(Pushed):
    """A claim came into another state. Any order and any repetition ends in the same."""

    claim_no: AgencyNumber
    version: Annotated[int, Field(ge=1, le=2**31 - 1)]
    """Where it stands among the claim's changes; REPORTED was version 0."""
    state: ClaimState
    on: date
    amount: Yuan | None = None
    reason_code: Line | None = None
    second_look_on: date | None = None
    notified_on: date | None = None


class FactOut(BaseModel):
    """What every fact says when it is read back."""

    id: UUID
    agency: str
    source_version: int


class LiabilityOut(BaseModel):
    """What a product answers for, and how much it pays."""

    kind: LiabilityKind
    basis: Basis
    sum: Decimal
    shared_by_household: bool
    min_age: int | None
    max_age: int | None


class ProductOut(FactOut):
    """A product as it was last pushed."""

    product_code: str
    liabilities: list[LiabilityOut]


class CoveredOut(BaseModel):
    """A covered person, by a reference of the reader's own."""

    person_ref: str
    from_: Annotated[date | None, Field(alias="from")]
    to: date | None


class PolicyOut(FactOut):
    """A policy as it was last pushed."""

    policy_no: str
    product_code: str
    valid_from: date
    valid_to: date
    division: str
    """The narrowest that holds everybody covered, as far as they are registered."""
    covered: list[CoveredOut]


class IncidentOut(FactOut):
    """An incident as it was last pushed."""

    incident_no: str
    person_ref: str
    village_code: str
    kind: IncidentKind
    on: date
    hospital_days: int | None
    loss: Decimal | None


class ClaimOut(FactOut):
    """A claim as it was last pushed, and the newest state it is known to be in."""

    claim_no: str
    policy_no: str
    person_ref: str
    kind: LiabilityKind
    incident_on: date
    reported_on: date
    amount_claimed: Decimal | None
    incident_no: str | None
    state: ClaimState
    state_version: int
    state_on: date


class ClaimStatusChangeOut(FactOut):
    """A change of state as it was pushed."""

    claim_no: str
    version: int
    state: ClaimState
    on: date
    amount: Decimal | None
    reason_code: str | None
    second_look_on: date | None
    notified_on: date | None
