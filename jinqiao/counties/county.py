"""One county at work: what has been made for it so far, and what is expected to be found in it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from random import Random

from jinqiao.counties.households import Household, couple
from jinqiao.counties.insurance import Claim, Incident, Policy
from jinqiao.counties.interest import days, months_later
from jinqiao.counties.lending import Loan, Payment, policy_rate, term
from jinqiao.counties.people import Identities, Person
from jinqiao.counties.places import HANDED_OVER, Place, Village

PURPOSES = (
    ("PLANTING", "购买玉米种子和化肥"),
    ("PLANTING", "水稻种植"),
    ("PLANTING", "大棚蔬菜"),
    ("BREEDING", "养牛"),
    ("BREEDING", "养殖生猪"),
    ("BREEDING", "养鹅"),
    ("PROCESSING", "豆腐加工"),
    ("TRADE", "农资零售"),
    ("FARM_SIDELINE", "采摘和编织"),
)


@dataclass(frozen=True, slots=True)
class Resident:
    """A member of a household, who is named by the household's number."""

    household: Household
    person: Person


Subject = Resident | Loan | Household | Incident | Claim | Payment | str
"""What is judged; a village, a township or an enterprise is its code."""

PLAN_DAY_PART = "plan-day"
"""The part of the answer key that counts every rule on the day the plan was issued (row 8)."""

RESCREEN_PART = "re-screen"
"""The part that says what is left after the cure."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A verdict that the records were made to lead to; `part` is a part of the answer key."""

    part: str
    rule: str
    verdict: str
    subject: Subject
    amount: Decimal | None = None
    assigned: str = ""
    """The class that the rule gives it, where it gives one."""


@dataclass(slots=True)
class County:
    place: Place
    rng: Random
    identities: Identities
    villages: list[Village]
    reserved: list[Village] = field(default_factory=list)
    """Villages not yet lived in; a story that wants one to itself takes it from here."""
    households: list[Household] = field(default_factory=list)
    loans: list[Loan] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)
    policies: dict[int, list[Policy]] = field(default_factory=dict)
    """By the identity of the household, once they are written."""
    late_policies: list[Policy] = field(default_factory=list)
    """Written in the cure."""
    expectations: list[Expectation] = field(default_factory=list)
    plan_day: dict[tuple[str, str | int], Expectation] = field(default_factory=dict)
    cured: set[tuple[str, str | int]] = field(default_factory=set)
    then: list[Expectation] = field(default_factory=list)
    """What is new on the day of the re-screen."""
    samples: dict[str, list[Loan]] = field(default_factory=dict)

    def expect(self, part: str, rule: str, subject: Subject, amount: Decimal | None = None) -> None:
        self.expectations.append(Expectation(part, rule, "not_met", subject, amount))

    def doubt(self, part: str, rule: str, subject: Subject) -> None:
        self.expectations.append(Expectation(part, rule, "undetermined", subject))

    def found(
        self, rule: str, subject: Subject, amount: Decimal | None = None, assigned: str = ""
    ) -> None:
        """Not met on the day of the plan. Of a loan the amount is what is outstanding, if the
        story does not say it."""
        self._on_plan_day(Expectation(PLAN_DAY_PART, rule, "not_met", subject, amount, assigned))

    def unclear(self, rule: str, subject: Subject) -> None:
        """Undetermined on the day of the plan."""
        self._on_plan_day(Expectation(PLAN_DAY_PART, rule, "undetermined", subject))

    def told(self, rule: str, subject: Subject) -> str:
        """What was said of a subject for the day of the plan: not_met, undetermined, else met."""
        said = self.plan_day.get((rule, _identity(subject)))
        return said.verdict if said else "met"

    def cure(self, rule: str, subject: Subject) -> None:
        """Of this subject the rule has no more to say on the day of the re-screen."""
        self.cured.add((rule, _identity(subject)))

    def unclear_then(self, rule: str, subject: Subject) -> None:
        """Undetermined on the day of the re-screen, and not yet there on the day of the plan."""
        self.then.append(Expectation(RESCREEN_PART, rule, "undetermined", subject))

    def rescreened(self) -> Iterator[Expectation]:
        """What is still found, and still unclear, after the cure."""
        for name, one in self.plan_day.items():
            if name not in self.cured:
                yield Expectation(RESCREEN_PART, one.rule, one.verdict, one.subject)
        yield from self.then

    def under(self, incident: Incident) -> Policy | None:
        """The policy that covers an incident, else any of the household's."""
        policies = self.policies.get(id(incident.household), [])
        covering = (one for one in policies if one.covers(incident.person, incident.on))
        return next(covering, policies[0] if policies else None)

    def _on_plan_day(self, expectation: Expectation) -> None:
        name = expectation.rule, _identity(expectation.subject)
        if name in self.plan_day:
            raise ValueError(f"two stories speak of one subject and {expectation.rule}")
        self.plan_day[name] = expectation
        self.expectations.append(expectation)

    def sample(self, name: str, loan: Loan) -> None:
        self.samples.setdefault(name, []).append(loan)


def _identity(subject: Subject) -> str | int:
    return subject if isinstance(subject, str) else id(subject)


def settle(
    county: County,
    compose: Callable[[Random, Identities], list[Person]] = couple,
    village: Village | None = None,
) -> Household:
    """A household registered since 2014, not yet lifted, in one of the county's villages."""
    rng = county.rng
    household = Household(
        village=village or rng.choice(county.villages),
        members=compose(rng, county.identities),
        identified=2014,
        cause=rng.choice(("ILLNESS", "DISABILITY", "NO_SKILL", "SCHOOLING", "DISASTER")),
        income=rng.randrange(2400, 5200),
    )
    county.households.append(household)
    return household


def lend(
    county: County,
    household: Household | None,
    borrower: Person,
    signed_on: date,
    principal: int,
    *,
    bank: str = "",
    months: int = 0,
    settlement: str = "QUARTERLY",
    disbursed_on: date | None = None,
) -> Loan:
    """A poverty loan that breaks no rule, unless what the caller asks or changes breaks one.

    Without `months` the term is one that has ended by now or outlives the plan; a loan that has
    matured is repaid on its day.
    """
    rng = county.rng
    bank = bank or county.place.union
    branch = household.village.township if household else rng.choice(county.villages).township
    disbursed_on = disbursed_on or signed_on + days(rng.randrange(3))
    matures_on = months_later(disbursed_on, months or rng.choice(term(disbursed_on, (12, 24, 36))))
    rate = policy_rate(bank, branch, signed_on, disbursed_on, matures_on)
    purpose, text = rng.choice(PURPOSES)
    loan = Loan(
        bank=bank,
        branch=branch,
        household=household,
        borrower=borrower,
        principal=Decimal(principal),
        annual_rate=rate,
        applied_on=signed_on - days(4 + rng.randrange(18)),
        signed_on=signed_on,
        disbursed_on=disbursed_on,
        matures_on=matures_on,
        settlement=settlement,
        convention="QUARTERLY_YMD_CUMULATIVE" if settlement == "QUARTERLY" else "ITEM_YMD",
        purpose=purpose,
        purpose_text=text,
    )
    if matures_on <= HANDED_OVER:
        loan.repaid = [(matures_on, loan.principal)]
    county.loans.append(loan)
    return loan
