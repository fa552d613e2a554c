"""What insurance stores: facts that insurers and offices pushed, who is covered, and copies."""

from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Index
from sqlmodel import Field

from kernel.agency_copy import add_agency_copy
from kernel.database import Row, schema
from kernel.facts import DOCUMENT, YUAN, AgencyFact, Fact
from kernel.judging import add_screening_requests
from kernel.registry_copy import add_registry_copy
from kernel.tables import add_shared_tables

SCHEMA = schema("insurance")
add_shared_tables(SCHEMA)
add_registry_copy(SCHEMA)
add_agency_copy(SCHEMA)
add_screening_requests(SCHEMA)


class Product(AgencyFact, table=True):
    """A product of an insurer. Own group: it is sold everywhere and speaks of nobody.

    `division` is the narrowest that holds all places its insurer serves.
    """

    __table_args__ = (Index("product_number_idx", "agency", "product_code"),)
    metadata = SCHEMA

    product_code: str
    liabilities: list[dict[str, Any]] = Field(sa_type=DOCUMENT)
    """Each with kind, basis, sum, shared_by_household, min_age and max_age."""


class Policy(AgencyFact, table=True):
    """A policy as its insurer pushed it. Own group: one may cover people of many households.

    `division` is the narrowest that holds all its people's households; it follows the registry.
    """

    __table_args__ = (Index("policy_number_idx", "agency", "policy_no"),)
    metadata = SCHEMA

    policy_no: str
    product_code: str
    valid_from: date
    valid_to: date
    covered: list[dict[str, Any]] = Field(sa_type=DOCUMENT)
    """Each with person_key, stranger_key, name_key, from and to (may be null)."""
    strangers: dict[str, str] | None = Field(default=None, sa_type=DOCUMENT)
    """Name and ID number, encrypted, by person_key; only of people the registry does not hold."""


class Cover(Row, table=True):
    """Derived from current policies: whom they cover, and on which days.

    `household_key` is the household in which the person lived on the first day covered, or last; a
    stranger's own until the registry tells of him.
    """

    __table_args__ = (
        Index("cover_person_key_idx", "person_key"),
        Index("cover_policy_id_idx", "policy_id"),
    )
    metadata = SCHEMA

    household_key: UUID = Field(primary_key=True)
    person_key: UUID = Field(primary_key=True)
    policy_id: UUID = Field(primary_key=True)
    covered_from: date = Field(primary_key=True)
    covered_to: date
    """Exclusive."""
    agency: str
    policy_no: str
    product_code: str


class Incident(Fact, table=True):
    """What happened to a person, as an office pushed it. `division` is the household's village."""

    __table_args__ = (
        Index("incident_number_idx", "agency", "incident_no"),
        Index("incident_person_key_idx", "person_key"),
    )
    metadata = SCHEMA

    incident_no: str
    person_key: UUID
    name_key: UUID
    born_on: date
    kind: str
    on: date
    hospital_days: int | None = None
    loss: Decimal | None = Field(default=None, sa_type=YUAN)


class Claim(Fact, table=True):
    """A claim as its insurer pushed it. It keeps the household it was first recorded under.

    `division` is the village of the person's household, a stranger's that of the policy.
    """

    __table_args__ = (
        Index("claim_number_idx", "agency", "claim_no"),
        Index("claim_person_key_idx", "person_key"),
    )
    metadata = SCHEMA

    claim_no: str
    policy_no: str
    person_key: UUID
    born_on: date
    kind: str
    incident_on: date
    reported_on: date
    amount_claimed: Decimal | None = Field(default=None, sa_type=YUAN)
    incident_no: str | None = None


class ClaimStatusChange(Fact, table=True):
    """A claim came into another state; `version` says after which other changes."""

    __tablename__ = "claim_status_change"
    __table_args__ = (
        Index("claim_status_change_number_idx", "agency", "claim_no", "version"),
        Index("claim_status_change_claim_idx", "household_key", "claim_id"),
    )
    metadata = SCHEMA

    claim_id: UUID
    claim_no: str
    version: int
    state: str
    on: date
    amount: Decimal | None = Field(default=None, sa_type=YUAN)
    reason_code: str | None = None
    second_look_on: date | None = None
    notified_on: date | None = None
