"""Registered households at ordinary rates (plan 三; rows 4 and 5).

拜泉: 78 households, 3,329,000 yuan at 6.75-10.5%, of whom eight sampled overpaid 11,700 yuan to
March 2018 against 1.75%. 兰西: 243 households, 8,324,600 yuan at 8.96-10.5%, overpaid 363,300 yuan
to June 2018 against 3.75%.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from random import Random

from jinqiao.counties.county import County, settle
from jinqiao.counties.households import Household, couple
from jinqiao.counties.interest import FEN, days, months_later
from jinqiao.counties.lending import Loan, Refund, charge, overpaid, policy_rate
from jinqiao.counties.people import Person
from jinqiao.counties.places import BAIQUAN, LANXI, PLAN_DAY
from jinqiao.counties.planted.farm_loans import STORIES, Story, farm_loan
from jinqiao.counties.planted.spared import leave_open, set_aside, spare, to_the_limit

PLACES = (BAIQUAN.code, LANXI.code)
NAME, SOURCE = "拜泉8", "审计"
SAMPLED, OVERPAID_BY_SAMPLE = 8, Decimal(11_700)
OVERPAID_IN_LANXI = Decimal(363_300)

Borrower = tuple[Household, Person]


def plant(county: County) -> None:
    story = STORIES[county.place.code]
    loans = to_the_limit(county)
    before: list[Loan] = []
    singles = story.households - story.couples - len(loans)
    borrowers = list(_borrowers(county, singles, story.couples))
    left = story.principal - int(sum(loan.principal for loan in loans))
    principals = split(county.rng, left, len(borrowers), 15_000, 50_000, story.step)

    if county.place == BAIQUAN:
        # Singles come first, so the eight of the sample are eight households.
        eight = _reach(county, borrowers[:SAMPLED], principals[:SAMPLED], OVERPAID_BY_SAMPLE)
        for loan in eight:
            county.sample(NAME, loan)
            county.expect("baiquan-eight", "LOAN-31", loan, _overpaid(story, loan))
        loans += eight
        for (household, person), principal in zip(
            borrowers[SAMPLED:], principals[SAMPLED:], strict=True
        ):
            drawn_on = story.first + days(county.rng.randrange((story.last - story.first).days))
            rate = _rate(county.rng, story)
            loans.append(farm_loan(county, household, person, drawn_on, principal, rate))
        before = set_aside(county)
    else:
        paid = sum((_overpaid(story, loan) for loan in loans), Decimal(0))
        loans += _reach(county, borrowers, principals, OVERPAID_IN_LANXI - paid)

    for loan in loans:
        county.expect(story.part, "LOAN-31", loan, _overpaid(story, loan))
    since = spare(county)
    if county.place == BAIQUAN:
        _give_back(loans[-5:])
    for loan in [*loans, *before, since]:
        _tell(county, loan)
    for loan in leave_open(county):
        county.doubt(story.part, "LOAN-31", loan)
        for rule in ("LOAN-31", "LOAN-32"):
            county.unclear(rule, loan)


def _give_back(loans: list[Loan]) -> None:
    """By the day of the plan: all of it, all but a fen, and as much to the wrong hands or for the
    wrong cause or rather more than is due."""
    everything, short, wrong_hands, wrong_cause, generous = loans
    cause, on = "ORDINARY_RATE", date(2019, 5, 6)
    for loan in loans:
        amount = _excess(loan)
        baseline = _baseline(loan)
        loan.refunds = [Refund(amount, on, cause, baseline=baseline)]
    short.refunds = [Refund(_excess(short) - FEN, on, cause, baseline=_baseline(short))]
    wrong_hands.refunds = [Refund(_excess(wrong_hands), on, cause, to="TREASURY")]
    wrong_cause.refunds = [Refund(_excess(wrong_cause), on, "RATE_EXCESS")]
    generous.refunds.append(Refund(Decimal("0.50"), on + days(1), cause))
    assert everything.refunds


def _tell(county: County, loan: Loan) -> None:
    """What LOAN-31 and 32 find on the day of the plan, a year after the auditors' days."""
    excess = _excess(loan)
    county.found("LOAN-31", loan, excess)
    back = sum((one.amount for one in loan.refunds if (one.cause, one.to) == RETURNED), Decimal(0))
    if excess > back:
        county.found("LOAN-32", loan, excess - back)


RETURNED = "ORDINARY_RATE", "HOUSEHOLD"


def _baseline(loan: Loan) -> Decimal:
    return policy_rate(loan.bank, loan.branch, loan.signed_on, loan.disbursed_on, loan.matures_on)


def _excess(loan: Loan) -> Decimal:
    if not loan.lines:
        charge(loan)
    return overpaid(loan, _baseline(loan), PLAN_DAY)


def split(rng: Random, total: int, count: int, lowest: int, highest: int, step: int) -> list[int]:
    """So many principals within bounds, each a multiple of `step`, that add up to the total."""
    parts = []
    for left in range(count - 1, -1, -1):
        low = max(lowest, total - left * highest)
        high = min(highest, total - left * lowest)
        if left:
            mean = total // (left + 1)
            spread = min(mean - low, high - mean)
            low, high = mean - spread, mean + spread
        part = rng.randrange(low // step, high // step + 1) * step if left else total
        parts.append(part)
        total -= part
    rng.shuffle(parts)
    return parts


def _borrowers(county: County, singles: int, couples: int) -> Iterator[Borrower]:
    for _ in range(singles):
        household = settle(county, couple)
        yield household, household.head
    for _ in range(couples):
        household = settle(county, couple)
        yield household, household.members[0]
        yield household, household.members[1]


def _rate(rng: Random, story: Story) -> Decimal:
    """A rate within the story's bounds, to the basis point."""
    return Decimal(rng.randrange(int(story.lowest * 10_000), int(story.highest * 10_000) + 1)) / (
        10_000
    )


def _overpaid(story: Story, loan: Loan) -> Decimal:
    if not loan.lines:
        charge(loan)
    return overpaid(loan, story.baseline, story.business_date)


def _reach(
    county: County, borrowers: list[Borrower], principals: list[int], target: Decimal
) -> list[Loan]:
    """Loans that together overpay exactly the target.

    Each is drawn so long before the business date that it bears about its share of what is still
    missing; the last two are then chosen so that the sum is right to the fen.
    """
    rng, story = county.rng, STORIES[county.place.code]
    rates = [_rate(rng, story) for _ in borrowers]
    excess = [
        principal * (rate - story.baseline)
        for principal, rate in zip(principals, rates, strict=True)
    ]
    loans: list[Loan] = []
    for number, (household, person) in enumerate(borrowers):
        final = number >= len(borrowers) - 2
        still = excess[-2:] if final else excess[number:]
        years = target / sum(still, Decimal(0))
        if not final:
            years = years * rng.randrange(75, 126) / 100
        drawn_on = story.business_date - days(int(years * 365))
        drawn_on = max(story.first, min(story.last, drawn_on))
        settlement = "AT_MATURITY" if final or rng.randrange(4) == 0 else "QUARTERLY"
        if settlement == "AT_MATURITY":
            drawn_on = max(drawn_on, months_later(story.business_date, -12) + days(1))
        loan = farm_loan(
            county,
            household,
            person,
            drawn_on,
            principals[number],
            rates[number],
            settlement=settlement,
        )
        loans.append(loan)
        if not final:
            target -= _overpaid(story, loan)
    _meet(story, loans[-2], loans[-1], target)
    return loans


def _meet(story: Story, one: Loan, other: Loan, target: Decimal) -> None:
    """Choose day and rate of two loans so that they overpay the target together."""
    choices = {worth: (drawn_on, rate) for worth, drawn_on, rate in _choices(story, one)}
    for worth, drawn_on, rate in _choices(story, other):
        if target - worth in choices:
            _redraw(one, *choices[target - worth])
            _redraw(other, drawn_on, rate)
            return
    raise ValueError(f"no two loans overpay {target} together")


def _choices(story: Story, loan: Loan) -> Iterator[tuple[Decimal, date, Decimal]]:
    around = loan.signed_on
    for shift in range(-12, 13):
        drawn_on = around + days(shift)
        within = story.first <= drawn_on <= story.last
        if not within or months_later(drawn_on, 12) <= story.business_date:
            continue
        for points in range(int(story.lowest * 10_000), int(story.highest * 10_000) + 1, 3):
            rate = Decimal(points) / 10_000
            _redraw(loan, drawn_on, rate)
            yield overpaid(loan, story.baseline, story.business_date), drawn_on, rate


def _redraw(loan: Loan, drawn_on: date, rate: Decimal) -> None:
    moved = drawn_on - loan.signed_on
    loan.applied_on += moved
    loan.signed_on = loan.disbursed_on = drawn_on
    loan.matures_on = months_later(drawn_on, 12)
    loan.annual_rate = rate
    loan.repaid = [(loan.matures_on, loan.principal)]
    charge(loan)
