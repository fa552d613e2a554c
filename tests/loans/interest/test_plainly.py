"""The engine against the plain computation, over thousands of contracts that chance draws.

Days crowd where calendars are tricky: month ends, 29 February, the 20th and 21st of a quarter's
last month, the first and the last day of the term and their neighbours.
"""

import json
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kernel.policy.interest import METHODS, Terms, reference_interest
from services.loans.operations.quotes import quote_interest
from services.loans.schemas.quotes import QuoteIn
from tests.loans.interest import plain

DAY = timedelta(days=1)
FIRST, LAST = date(2015, 1, 1), date(2025, 12, 31)
TRICKY = [
    each
    for each in (FIRST + DAY * count for count in range((LAST - FIRST).days))
    if (each + DAY).day in (1, 2)
    or (each.month, each.day) in ((2, 28), (2, 29))
    or (each.month % 3 == 0 and 19 <= each.day <= 22)
]
BY_MONTHS = [name for name in METHODS if "YMD" in name or name == "OVERDUE_SPLIT"]

starts = st.sampled_from(TRICKY) | st.dates(FIRST, LAST)
lengths = st.sampled_from([0, 1, 28, 29, 30, 31, 89, 365, 366, 1096]) | st.integers(0, 800)
sums = st.integers(1, 10**9).map(lambda fen: f"{fen // 100}.{fen % 100:02}")
rates = st.sampled_from(["0", "0.0435", "0.0375", "0.0175", "0.108"]) | st.integers(
    0, 2 * 10**6
).map(lambda parts: f"0.{parts:07}")


@st.composite
def loans(draw):
    """Facts of a loan, from which each method takes what it takes, and a day to ask about."""
    start = draw(starts)
    end = start + DAY * draw(lengths)
    edges = [start + DAY * n for n in (-1, 0, 1)] + [end + DAY * n for n in (-1, 0, 1)]
    inside = [each for each in TRICKY if start < each < end][:12]
    days = st.sampled_from([*edges, *inside]) | st.dates(start - 40 * DAY, end + 40 * DAY)
    principal = draw(sums)
    repaid, left = [], Decimal(principal)
    for share in draw(st.lists(st.sampled_from([1, 2, 3, 7]), max_size=4)):
        part = (left / share).quantize(Decimal("0.01"), "ROUND_DOWN")
        repaid.append((draw(days), part))
        left -= part
    return {
        "terms": {
            "principal": principal,
            "annual_rate": draw(rates),
            "start": str(start),
            "end": str(end),
        },
        "rates": [
            {"date": str(on), "annual_rate": changed}
            for on, changed in draw(st.lists(st.tuples(days, rates), max_size=4))
        ],
        "repaid": draw(st.permutations(repaid)),
        "drawn": draw(st.lists(st.tuples(days, sums), max_size=2)),
        "overpaid": draw(st.lists(st.tuples(days, sums), max_size=1)),
        "multiplier": draw(st.sampled_from(["1", "1.3", "1.5", "2", "1.4999"])),
        "rate": draw(rates),
        "subsidy": draw(
            st.fixed_dictionaries(
                {"ratio": st.sampled_from(["1.00", "0.70", "0.5", "0", "0.33333333"])},
                optional={"cap": sums | st.sampled_from(["50000.00", "0.00"]), "claimed": sums},
            )
        ),
        "day": str(draw(days)),
        "payoff": draw(st.none() | days.map(str)),
    }


def case_of(loan, method):
    """The loan as a case of the file: everything that the method takes."""
    moved = [{"date": str(on), "amount": f"-{part}"} for on, part in loan["repaid"]]
    drawn = [each for each in loan["drawn"] if str(each[0]) > loan["terms"]["start"]]
    known = method not in BY_MONTHS or (
        method != "SUBSIDY_YMD"
        and all(repaid < each for repaid, _ in loan["repaid"] for each, _ in drawn)
    )
    moved += [{"date": str(on), "amount": amount} for on, amount in drawn if known]
    case = {**loan["terms"], "method": method}
    case |= {"rate_changes": loan["rates"], "principal_changes": moved}
    if method in ("OVERDUE_SPLIT", "PENALTY_ACT360"):
        case["penalty_multiplier"] = loan["multiplier"]
    if method == "OVERDUE_SPLIT":
        case["maturity"] = max(case["start"], loan["day"])
    if method == "REFUND_YMD":
        case["entitled_rate"] = loan["rate"]
    if method == "SUBSIDY_YMD":
        case["subsidy"] = loan["subsidy"]
    return case


def compare(case):
    asked = QuoteIn.model_validate_json(json.dumps(case), strict=True)
    answer = quote_interest(asked).model_dump(mode="json", by_alias=True, exclude_none=True)
    told = plain.answer(case)

    for name in told.keys() - {"settlements", "payments", "subsidy"}:
        assert answer[name] == told[name], name
    assert answer.get("payments", []) == told.get("payments", [])
    assert told.get("subsidy", {}).items() <= answer.get("subsidy", {}).items()
    settled = zip(answer.get("settlements", []), told.get("settlements", []), strict=True)
    assert all(theirs.items() <= ours.items() for ours, theirs in settled)


@given(loans())
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_every_method_and_the_reference_are_what_walking_day_by_day_finds(loan):
    for method in METHODS:
        compare(case_of(loan, method))
    compare_reference(loan)


def compare_reference(loan):
    principal, rate, start, end = loan["terms"].values()
    payoff = loan["payoff"] and max(start, loan["payoff"])
    repaid = [*loan["repaid"], *((on, Decimal(part)) for on, part in loan["overpaid"])]
    terms = Terms(
        principal=Decimal(principal),
        annual_rate=Decimal(rate),
        drawdown=date.fromisoformat(start),
        maturity=date.fromisoformat(end),
        rate_changes=tuple(
            (date.fromisoformat(each["date"]), Decimal(each["annual_rate"]))
            for each in loan["rates"]
        ),
        repaid=tuple(repaid),
        payoff=payoff and date.fromisoformat(payoff),
    )
    pushed = {
        "principal": principal,
        "annual_rate": rate,
        "disbursed_on": start,
        "matures_on": end,
        "closed_on": payoff,
        "rate_changes": [
            {"from": each["date"], "annual_rate": each["annual_rate"]} for each in loan["rates"]
        ],
        "repaid": [{"paid_on": str(on), "principal": str(part)} for on, part in repaid],
    }

    on_the_way = [on for on, _ in repaid] + [each["date"] for each in loan["rates"]]
    for day in map(str, (loan["day"], end, *on_the_way)):
        found = reference_interest(terms, date.fromisoformat(day))
        assert str(found) == plain.reference(pushed, day)
