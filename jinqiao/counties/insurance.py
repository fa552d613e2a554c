"""Products, policies, incidents and claims of the small personal insurance for the poor."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

from jinqiao.counties.households import Household
from jinqiao.counties.interest import completed_years, days, fen
from jinqiao.counties.people import Person


@dataclass(frozen=True, slots=True)
class Liability:
    kind: str
    basis: str
    sum: Decimal
    shared_by_household: bool = False
    max_age: int | None = None


@dataclass(frozen=True, slots=True)
class Product:
    code: str
    liabilities: tuple[Liability, ...]

    def liability(self, kind: str) -> Liability | None:
        return next((one for one in self.liabilities if one.kind == kind), None)


PRODUCTS = {
    "INA23": Product(
        "FPA-2018",
        (
            Liability("ACCIDENT_DEATH", "FIXED", Decimal(20000), shared_by_household=True),
            Liability("ACCIDENT_MEDICAL", "FIXED", Decimal(500)),
            Liability("SERIOUS_ILLNESS", "FIXED", Decimal(1000)),
            Liability("HOSPITAL_ALLOWANCE", "PER_DAY", Decimal(30), max_age=70),
        ),
    ),
    "INB23": Product(
        "FPB-2018",
        (
            Liability("ACCIDENT_DEATH", "FIXED", Decimal(30000)),
            Liability("ACCIDENT_MEDICAL", "LOSS", Decimal(3000)),
            Liability("HOSPITAL_ALLOWANCE", "PER_DAY", Decimal(40)),
            Liability("ILLNESS_DEATH", "FIXED", Decimal(1000)),
        ),
    ),
}
"""Invented. The sums of ACCIDENT_MEDICAL and SERIOUS_ILLNESS at INA23 are those of 延寿 (row 7)."""


@dataclass(frozen=True, slots=True)
class Cover:
    person: Person
    start: date | None = None
    end: date | None = None


@dataclass(slots=True, eq=False)
class Policy:
    insurer: str
    household: Household
    valid_from: date
    valid_to: date
    covered: list[Cover]
    number: str = ""

    def covers(self, person: Person, day: date) -> bool:
        if not self.valid_from <= day < self.valid_to:
            return False
        return any(
            cover.person is person
            and (cover.start or self.valid_from) <= day < (cover.end or self.valid_to)
            for cover in self.covered
        )


@dataclass(frozen=True, slots=True)
class Change:
    state: str
    on: date
    amount: Decimal | None = None
    reason_code: str | None = None
    second_look_on: date | None = None
    notified_on: date | None = None


@dataclass(slots=True, eq=False)
class Claim:
    """`kind` differs from the incident's where the county did not know it."""

    kind: str
    reported_on: date
    outcome: str = "PAID"
    names_incident: bool = True
    slow_papers: bool = False
    changes: list[Change] = field(default_factory=list)
    """None yet: it is carried to its end inside every clock."""
    number: str = ""


@dataclass(slots=True, eq=False)
class Incident:
    household: Household
    person: Person
    kind: str
    on: date
    hospital_days: int | None = None
    loss: Decimal | None = None
    claim: Claim | None = None
    number: str = ""
    told_again: bool = False


def write_policies(household: Household, insurers: tuple[str, ...], rng: Random) -> list[Policy]:
    """One policy for the household and each of the years 2018 and 2019 in which it is registered.

    Where two insurers serve the county, one of them; a member may be with the other.
    """
    policies = []
    for year in (2018, 2019):
        begins, ends = date(year, 1, 1), date(year + 1, 1, 1)
        insured = household.registered(begins) or household.insured_anyway
        if year in household.uninsured or not insured:
            continue
        mine = rng.choice(insurers)
        for insurer in insurers:
            covered = [
                cover
                for member in household.members
                if (insurer == mine) != member.other_insurer
                and (cover := _cover(member, year)) is not None
            ]
            if covered:
                policies.append(Policy(insurer, household, begins, ends, covered))
            renewed = [
                member for member in household.members if member.renewed_on and insurer == mine
            ]
            for member in renewed if year == 2019 else ():
                assert member.renewed_on
                policies.append(
                    Policy(insurer, household, member.renewed_on, ends, [Cover(member)])
                )
    return policies


def _cover(member: Person, year: int) -> Cover | None:
    """A member of the year, if old enough to be insured and not too old."""
    begins, ends = date(year, 1, 1), date(year + 1, 1, 1)
    gone = min(member.left_on or ends, member.died_on or ends) <= begins
    late = (member.joined_on or begins) >= ends
    if gone or late or year in member.uncovered or completed_years(member.born, begins) > 90:
        return None
    start, end = member.cover.get(year, (None, None))
    if start is None and member.joined_on and member.joined_on > begins:
        start = member.joined_on
    return Cover(member, start, end)


def due(liability: Liability, incident: Incident) -> Decimal:
    """What the policy owes for the incident (INS-02)."""
    if liability.basis == "PER_DAY":
        return fen(liability.sum * (incident.hospital_days or 0))
    if liability.basis == "LOSS":
        return fen(min(incident.loss or Decimal(0), liability.sum))
    return fen(liability.sum)


def decide(rng: Random, claim: Claim, amount: Decimal) -> None:
    """Carry a claim to its end inside every clock: 30 days to assess, 10 to pay, 3 to refuse."""
    on = claim.reported_on
    if claim.outcome == "WITHDRAWN":
        end = on + days(6)
        withdrawn = Change("WITHDRAWN", end, reason_code="DUPLICATE", second_look_on=end)
        claim.changes = [withdrawn, Change("CLOSED", end + days(1))]
        return
    claim.changes = [Change("FILED", on + days(1)), Change("UNDER_REVIEW", on + days(2))]
    if claim.slow_papers:
        claim.changes.append(Change("DOCS_PENDING", on + days(4)))
        claim.changes.append(Change("UNDER_REVIEW", on + days(16)))
    decided = on + days((20 if claim.slow_papers else 5) + rng.randrange(15))
    if claim.outcome == "REJECTED":
        refused = Change(
            "REJECTED",
            decided,
            reason_code="EXCLUDED_CAUSE",
            second_look_on=decided,
            notified_on=decided + days(2),
        )
        claim.changes += [refused, Change("CLOSED", decided + days(4))]
        return
    paid_on = decided + days(1 + rng.randrange(9))
    claim.changes += [
        Change("CALCULATED", decided - days(1), amount),
        Change("APPROVED", decided, amount),
        Change("PAID", paid_on, amount),
        Change("CLOSED", paid_on + days(1)),
    ]
