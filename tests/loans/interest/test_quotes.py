"""What the engine's quotes promise beyond the cases: balances by the day, changes outside the term,
and facts that it refuses rather than ignores."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.policy.interest import Case, Subsidy, Unanswerable, quote

DAY = timedelta(days=1)
YEAR = Case(Decimal(10000), Decimal("0.0375"), date(2018, 1, 1), date(2019, 1, 1))


def test_a_case_can_be_asked_of_several_conventions():
    charged, law = quote("ITEM_ACT360", YEAR).interest, quote("ITEM_YMD", YEAR).interest

    assert (charged, law, charged - law) == (Decimal("380.21"), Decimal("375.00"), Decimal("5.21"))


def test_changes_outside_the_term_only_set_the_balance_it_opens_with():
    opening, after = (date(2017, 1, 1), Decimal(-20000)), (date(2019, 1, 1), Decimal(-30000))
    drawn = (date(2018, 1, 1), Decimal(5000))
    case = replace(YEAR, principal=Decimal(50000), principal_changes=(after, opening, drawn))

    for method in ("PRODUCT_ACT360", "ITEM_YMD_PER_PRINCIPAL", "QUARTERLY_YMD_CUMULATIVE"):
        lines = quote(method, case).lines

        assert {line.base for line in lines} == {Decimal(35000)}
        assert (lines[0].start, lines[-1].end) == (case.start, case.end)


def test_a_quote_shows_no_empty_stretch_for_a_change_on_the_first_or_the_last_day():
    first, last = (YEAR.start, Decimal("0.0375")), (YEAR.end, Decimal("0.0435"))
    case = replace(YEAR, annual_rate=Decimal("0.0896"), rate_changes=(first, last))

    (line,) = quote("SEGMENT_YMD", case).lines

    assert (line.rate, line.interest) == (Decimal("0.0375"), 375)


def test_a_repayment_and_a_drawdown_of_one_day_are_one_balance():
    """More may be repaid than was owed in the morning, if as much was drawn that day."""
    day = date(2018, 7, 1)
    moved = ((day, Decimal(-30000)), (day, Decimal(30000)))
    case = replace(YEAR, principal_changes=moved)

    assert quote("PRODUCT_ACT360", case).interest == quote("PRODUCT_ACT360", YEAR).interest
    with pytest.raises(Unanswerable, match="More principal is repaid than was owed"):
        replace(YEAR, principal_changes=moved[:1])


def test_of_a_loan_above_the_cap_the_part_above_is_repaid_first():
    case = Case(
        Decimal(80000),
        Decimal("0.036"),
        date(2024, 3, 1),
        date(2025, 3, 1),
        principal_changes=((date(2024, 9, 1), Decimal(-40000)),),
        subsidy=Subsidy(Decimal("0.7"), cap=Decimal(50000)),
    )

    answer = quote("SUBSIDY_YMD", case)

    # 30,000 above and 10,000 of the eligible for half a year, 40,000 of the eligible for the year.
    assert answer.interest == Decimal("2160.00")
    assert answer.told["eligible_interest"] == Decimal("1620.00")
    assert answer.told["subsidy"] == Decimal("1134.00")
    assert answer.told["borrower"] == Decimal("1026.00")


def test_by_months_each_drawdown_is_an_item_of_its_own():
    """What was repaid before the second drawdown can only have been of the first."""
    case = Case(
        Decimal(20000),
        Decimal("0.0375"),
        date(2018, 4, 1),
        date(2018, 12, 21),
        principal_changes=(
            (date(2018, 5, 15), Decimal(30000)),
            (date(2018, 5, 1), Decimal(-8000)),
        ),
    )

    # 8,000 for a month, 12,000 for 8 months and 20 days, 30,000 for 7 months and 6 days.
    paid = [step.amount for step in quote("ITEM_YMD_PER_PRINCIPAL", case).steps]
    assert paid == [Decimal("25.00"), Decimal("325.00"), Decimal("675.00")]
    for method in ("ITEM_YMD", "SEGMENT_YMD", "QUARTERLY_YMD_CUMULATIVE"):
        assert quote(method, case).interest == Decimal("1025.00")


def test_the_penalty_follows_the_contracts_rate():
    case = Case(
        Decimal(36000),
        Decimal("0.04"),
        date(2018, 1, 1),
        date(2019, 1, 31),
        rate_changes=((date(2019, 1, 11), Decimal("0.03")),),
        principal_changes=((date(2019, 1, 21), Decimal(-18000)),),
        maturity=date(2019, 1, 1),
        penalty_multiplier=Decimal("1.5"),
    )

    answer = quote("OVERDUE_SPLIT", case)

    # 10 days at 6%, 10 at 4.5%, and 10 at 4.5% of half of it.
    assert answer.told == {
        "eligible_interest": Decimal("1440.00"),
        "penalty_interest": Decimal("127.50"),
    }


def test_a_refund_that_is_none_is_below_zero():
    """Who was charged less than he was entitled to is owed nothing, and the figure says so."""
    case = replace(YEAR, entitled_rate=Decimal("0.0435"))

    assert quote("REFUND_YMD", case).told["refund"] == Decimal("-60.00")


@given(st.dates(date(2014, 1, 1), date(2021, 12, 31)), st.integers(0, 900), st.integers(0, 900))
@settings(max_examples=60, deadline=None)
def test_actual_days_add_up_wherever_the_term_is_cut(start, first, second):
    cut, end = start + DAY * first, start + DAY * (first + second)

    def exact(since, until):
        lines = quote("ITEM_ACT360", replace(YEAR, start=since, end=until)).lines
        return sum(Fraction(line.interest) for line in lines)

    assert abs(exact(start, cut) + exact(cut, end) - exact(start, end)) < Fraction(1, 10**60)


@given(st.dates(date(2014, 1, 1), date(2021, 12, 31)), st.integers(0, 1100))
@settings(max_examples=60, deadline=None)
def test_cumulative_settlement_closes_at_the_item_method(start, length):
    case = replace(YEAR, start=start, end=start + DAY * length)

    settled = quote("QUARTERLY_YMD_CUMULATIVE", case)

    assert settled.interest == sum(step.amount for step in settled.steps)
    assert settled.interest == quote("ITEM_YMD", case).interest
    assert all(step.amount >= 0 for step in settled.steps)


@pytest.mark.parametrize(
    ("method", "facts", "fact", "sentence"),
    [
        ("SIMPLE", {}, "method", "There is no such method; there are ITEM_YMD"),
        ("OVERDUE_SPLIT", {"penalty_multiplier": Decimal("1.5")}, "maturity", "needs maturity"),
        ("PENALTY_ACT360", {}, "penalty_multiplier", "needs penalty_multiplier"),
        ("REFUND_YMD", {}, "entitled_rate", "needs entitled_rate"),
        ("SUBSIDY_YMD", {}, "subsidy", "needs subsidy"),
        (
            "SEGMENT_YMD",
            {"entitled_rate": Decimal(0)},
            "entitled_rate",
            "SEGMENT_YMD takes no entitled_rate; REFUND_YMD can be asked",
        ),
        (
            "ITEM_YMD",
            {"penalty_multiplier": Decimal(2)},
            "penalty_multiplier",
            "OVERDUE_SPLIT and PENALTY_ACT360 can be asked",
        ),
        (
            "ITEM_YMD_PER_PRINCIPAL",
            {
                "principal_changes": (
                    (date(2018, 7, 1), Decimal(1)),
                    (date(2018, 7, 1), Decimal(-1)),
                )
            },
            "principal_changes",
            "each drawdown is an item of its own",
        ),
        (
            "SUBSIDY_YMD",
            {
                "principal_changes": ((date(2018, 7, 1), Decimal(1)),),
                "subsidy": Subsidy(Decimal(1)),
            },
            "principal_changes",
            "Which drawdown is above the cap is not said",
        ),
    ],
)
def test_a_quote_refuses_what_it_cannot_answer_or_would_ignore(method, facts, fact, sentence):
    with pytest.raises(Unanswerable, match=sentence) as refused:
        quote(method, replace(YEAR, **facts))

    assert refused.value.fact == fact


@pytest.mark.parametrize(
    "facts",
    [
        {"end": date(2017, 12, 31)},
        {"principal": Decimal(-1)},
        {"annual_rate": Decimal("NaN")},
        {"penalty_multiplier": Decimal("NaN")},
        {"rate_changes": ((date(2018, 7, 1), Decimal(-1)),)},
        {"principal_changes": ((date(2018, 7, 1), Decimal("Infinity")),)},
    ],
)
def test_a_case_of_nonsense_is_refused(facts):
    with pytest.raises(Unanswerable, match=r"before the start|finite and not below zero"):
        replace(YEAR, **facts)


def test_a_working_too_long_to_be_read_is_refused():
    days = [YEAR.start + DAY * (count + 1) for count in range(300)]
    busy = replace(
        YEAR,
        rate_changes=tuple((day, Decimal(day.day) / 1000) for day in days),
        principal_changes=tuple((day, Decimal(-1)) for day in days),
    )

    for method in ("ITEM_YMD", "QUARTERLY_YMD_CUMULATIVE"):
        with pytest.raises(Unanswerable, match="ask for a shorter term"):
            quote(method, busy)
    assert len(quote("PRODUCT_ACT360", busy).lines) == 301


def test_a_subsidy_below_zero_is_refused():
    with pytest.raises(Unanswerable, match="finite and not below zero") as refused:
        Subsidy(Decimal(1), cap=Decimal(-1))

    assert refused.value.fact == "subsidy/cap"
