"""What the registry hears and says."""

from collections.abc import Hashable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, Field, model_validator
from pydantic_core import PydanticCustomError

from kernel.division import DivisionCode
from kernel.fields import AgencyCode, AgencyNumber, BusinessDate, FirstDay, Line, Part, Pushed
from kernel.money import PositiveYuan, Yuan
from kernel.people import CertificateNumber, IdNumber, PersonName
from kernel.purposes import Purpose
from kernel.roles import AgencyType
from services.registry.vocabulary import (
    Attribute,
    Cause,
    Education,
    Health,
    LabourSkill,
    NeedState,
    Relation,
    Status,
)


class StatusIn(Part):
    """A status and the days it holds; it ends at the latest where the next one begins."""

    status: Status
    valid_from: FirstDay
    valid_to: date | None = None
    """The first day it no longer holds."""

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise PydanticCustomError("empty_interval", "valid_to must come after valid_from.")
        return self


class MemberIn(Part):
    """A person of a household. Sex and birthday come from the ID number."""

    member_no: AgencyNumber
    name: PersonName
    id_number: CertificateNumber
    """18 characters, or the 20 or 22 of a disability certificate, which are split on entry."""
    relation: Relation
    labour_skill: LabourSkill | None = None
    health: Annotated[list[Health], Field(max_length=4)] = Field(default_factory=list)
    education: Education | None = None
    studying: Line | bool | None = None
    phone: Line | None = None
    joined_on: date | None = None
    """Left out: always."""
    left_on: date | None = None
    """Left out: has not happened."""
    died_on: date | None = None


class HouseholdIn(Pushed):
    """A household with everybody in it, as the poverty office reports it."""

    household_no: AgencyNumber
    """户编号 of the national system."""
    village_code: DivisionCode
    attribute: Attribute
    main_cause: Cause
    other_causes: Annotated[list[Cause], Field(max_length=2)] = Field(default_factory=list)
    statuses: Annotated[list[StatusIn], Field(max_length=50)]
    """May be empty: then nothing is known of its status."""
    members: Annotated[list[MemberIn], Field(max_length=60)]
    per_capita_income: Yuan | None = None
    as_at: date | None = None
    """The day this was so; left out: the day of the push."""

    @model_validator(mode="after")
    def _numbers_stand_once(self) -> Self:
        _stands_once([member.member_no for member in self.members], "member_no")
        return self


def _stands_once(values: Sequence[Hashable], name: str) -> None:
    if len(set(values)) < len(values):
        raise PydanticCustomError("repeated", "A {name} stands twice.", {"name": name})


class StatusOut(BaseModel):
    """A status and the days it holds."""

    status: Status
    valid_from: date
    valid_to: date | None


class MemberOut(BaseModel):
    """A person of a household, masked unless it was asked for with a purpose."""

    member_no: str
    person_ref: str
    """How other answers, such as cover lists, call this person towards the caller's agency."""
    name: str
    id_number: str
    relation: Relation
    sex: str
    born_on: date | None
    """Only under a purpose, as the whole name and number."""
    labour_skill: LabourSkill | None
    """Only for poverty offices."""
    joined_on: date | None
    left_on: date | None
    died_on: date | None


class HouseholdOut(BaseModel):
    """A household as it was last reported."""

    household_id: UUID
    subject_ref: str
    """How feeds call this household towards the caller's agency."""
    household_no: str
    village_code: str
    attribute: Attribute | None
    """Only for poverty offices and supervisors, like the causes and the income."""
    main_cause: Cause | None
    other_causes: list[Cause]
    per_capita_income: Decimal | None
    statuses: list[StatusOut]
    members: list[MemberOut]
    as_at: date
    source_version: int


class NeedIn(Pushed):
    """What a household needs money for. UNSUITABLE says why, and what is done instead; where it
    does not, that is stored too, and LOAN-50 finds it."""

    need_no: AgencyNumber
    household_no: AgencyNumber
    amount: PositiveYuan
    use: Line
    raised_on: date
    state: NeedState
    bank: AgencyCode | None = None
    """The bank that was asked, offered or lent."""
    true_cause: Line | None = None
    """What really keeps the household poor, if a loan does not suit it."""
    other_measure: Line | None = None


class NeedOut(BaseModel):
    """A need as it was last reported."""

    need_id: UUID
    subject_ref: str
    """How feeds call the household towards the caller's agency."""
    need_no: str
    household_no: str
    village_code: str
    amount: Decimal
    use: str
    raised_on: date
    state: NeedState
    bank: str | None
    """To a bank: its own code only."""
    true_cause: str | None
    """Only for poverty offices and supervisors, like the other measure."""
    other_measure: str | None
    source_version: int


class PersonLookupIn(Part):
    """Is this person registered? Number and name must both be the registry's."""

    id_number: IdNumber
    name: PersonName
    as_of: BusinessDate | None = None
    """The day asked about, today or earlier; left out: today."""


class PersonLookupOut(BaseModel):
    """What the registry says of a person on a day, as known now."""

    as_of: date
    registered: bool
    """False also where nobody in the caller's divisions has this number and this name."""
    status: Status | None
    """Of the household on that day; null if it has none, or if nobody was found."""
    household: HouseholdOut | None
    """As the caller's role may see it; null if nobody was found, or if the role reads none."""


class UsageQueryIn(Part):
    """Who looked at this person, or at the people of this household? One of the two.

    An ID number stands here and never in an address.
    """

    id_number: IdNumber | None = None
    name: PersonName | None = None
    """With the ID number, if the person must also be called so."""
    household_id: UUID | None = None

    @model_validator(mode="after")
    def _asks_about_one(self) -> Self:
        by_number = self.id_number is not None
        if by_number == (self.household_id is not None) or (self.name and not by_number):
            raise PydanticCustomError(
                "one_of", "Send id_number, with a name or without, or else household_id."
            )
        return self


class UsageOut(BaseModel):
    """That somebody was shown names or numbers in clear; never what was shown."""

    record_id: UUID
    recorded_at: datetime
    """Before the answer left."""
    service: str
    action: str
    """The operation, by its operationId."""
    fields: list[str]
    """Which fields were shown in clear."""
    purpose: Purpose
    purpose_text: str
    """The same in words, by Accept-Language."""
    receiver: str
    """The code of the agency that was answered."""
    receiver_name: str | None
    receiver_type: AgencyType
    receiver_client: str
    """Its system or officer, by client_id."""
    request_id: UUID
    """X-Request-Id of the answer."""
