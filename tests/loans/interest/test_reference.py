"""R(day) of LOAN-30, the law's reference: what a loan may cost from drawdown to a day."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, Inexact, localcontext
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.policy import LAW
from kernel.policy.interest import (
    ENGINE_VERSION,
    Terms,
    law_version,
    reference_at_rate,
    reference_interest,
)

DAY = timedelta(days=1)

some = settings(max_examples=60, deadline=None)


def lanxi(**facts):
    """34,000 yuan at 8.96% for a year, unless the story says otherwise."""
    terms = Terms(Decimal(34000), Decimal("0.0896"), date(2017, 10, 20), date(2018, 10, 20))
    return replace(terms, **facts)


def test_a_year_costs_its_rate_however_it_was_settled():
    terms = Terms(Decimal(50000), Decimal("0.0475"), date(2018, 1, 15), date(2019, 1, 15))
    ends = [date(2018, 3, 21), date(2018, 6, 21), date(2018, 9, 21), date(2018, 12, 21)]

    settled = [
        reference_interest(terms, end) - reference_interest(terms, start)
        for start, end in pairwise([terms.drawdown, *ends, terms.maturity])
    ]

    assert [str(line) for line in settled] == ["435.42", "593.75", "593.75", "593.75", "158.33"]
    assert sum(settled) == Decimal("2375.00")


def test_a_corrected_rate_holds_from_its_day_in_a_stretch_of_its_own():
    corrected = lanxi(rate_changes=((date(2018, 7, 1), Decimal("0.0375")),))

    assert reference_interest(corrected, date(2018, 7, 1)) == Decimal("2124.02")
    assert reference_interest(corrected, corrected.maturity) == Decimal("2510.06")
    assert reference_at_rate(corrected, Decimal("0.0375"), corrected.maturity) == Decimal("1275.00")


def test_a_change_to_the_same_rate_changes_nothing():
    unchanged = lanxi(rate_changes=((date(2018, 1, 31), Decimal("0.08960")),))

    assert reference_interest(unchanged, date(2018, 10, 20)) == Decimal("3046.40")


def test_a_change_on_or_before_the_drawdown_sets_the_rate_of_the_whole_loan():
    for day in (date(2017, 10, 20), date(2017, 1, 1)):
        terms = lanxi(rate_changes=((day, Decimal("0.0375")),))

        assert reference_interest(terms, terms.maturity) == Decimal("1275.00")


def test_of_two_rates_for_one_day_the_later_listed_holds():
    day = date(2018, 7, 1)
    terms = lanxi(rate_changes=((day, Decimal("0.0375")), (day, Decimal("0.0896"))))

    assert reference_interest(terms, terms.maturity) == Decimal("3046.40")


def test_a_repaid_part_bears_interest_until_the_day_before_it_is_repaid():
    terms = Terms(
        Decimal(50000),
        Decimal("0.0435"),
        date(2019, 1, 10),
        date(2020, 1, 10),
        repaid=((date(2019, 6, 20), Decimal(20000)),),
    )

    # 20,000 for 5 months and 10 days, 30,000 for the year: 386.67 and 1305.00.
    assert reference_interest(terms, terms.maturity) == Decimal("1691.67")


def test_interest_ends_the_day_nothing_is_outstanding_and_past_zero_nothing_is_repaid():
    early = date(2018, 4, 20)
    terms = lanxi(repaid=((early, Decimal(30000)), (date(2018, 1, 20), Decimal(20000))))

    repaid_exactly = replace(
        terms, repaid=((date(2018, 1, 20), Decimal(20000)), (early, Decimal(14000)))
    )

    assert reference_interest(terms, terms.maturity) == reference_interest(terms, early)
    assert reference_interest(terms, terms.maturity) == reference_interest(repaid_exactly, early)


def test_interest_ends_at_the_payoff_or_at_maturity_whichever_is_first():
    paid_off = lanxi(payoff=date(2018, 4, 20))
    late = lanxi(payoff=date(2019, 4, 20))

    assert reference_interest(paid_off, date(2020, 1, 1)) == Decimal("1523.20")
    assert reference_interest(late, date(2020, 1, 1)) == Decimal("3046.40")


def test_nothing_is_due_up_to_the_drawdown():
    for day in (date(1949, 10, 1), date(2017, 10, 19), date(2017, 10, 20)):
        assert str(reference_interest(lanxi(), day)) == "0.00"
    assert reference_interest(lanxi(), date(2017, 10, 21)) > 0


def test_a_sum_of_half_a_fen_goes_up_though_its_parts_never_end():
    thirds = Terms(
        Decimal(3),
        Decimal("0.2"),
        date(2019, 1, 1),
        date(2019, 1, 7),
        repaid=((date(2019, 1, 2), Decimal(1)), (date(2019, 1, 3), Decimal(1))),
    )

    due = reference_interest(thirds, thirds.maturity)

    # One yuan for 1, 2 and 6 days: 0.2 x 9 / 360 is 0.005, while 0.2 / 360 is no finite decimal.
    assert due == Decimal("0.01")


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"principal": Decimal(-1)}, "principal must be finite and not below zero"),
        ({"principal": Decimal("Infinity")}, "principal must be finite"),
        ({"annual_rate": Decimal("NaN")}, "annual rate must be finite"),
        ({"annual_rate": Decimal("-0.01")}, "annual rate must be finite and not below zero"),
        ({"rate_changes": ((date(2018, 1, 1), Decimal(-1)),)}, "annual rate must be"),
        ({"repaid": ((date(2018, 1, 1), Decimal(-1)),)}, "principal repaid must be"),
        ({"repaid": ((date(2018, 1, 1), Decimal("sNaN")),)}, "principal repaid must be"),
        ({"maturity": date(2017, 10, 19)}, "must not come before the start"),
        ({"payoff": date(2017, 10, 19)}, "must not come before the start"),
    ],
)
def test_terms_that_cannot_be_a_loan_are_refused(facts, sentence):
    with pytest.raises(ValueError, match=sentence):
        lanxi(**facts)


def test_a_baseline_below_zero_is_refused():
    with pytest.raises(ValueError, match="annual rate must be"):
        reference_at_rate(lanxi(), Decimal("-0.01"), date(2018, 10, 20))


def test_figures_too_long_to_be_exact_are_refused_rather_than_rounded():
    with pytest.raises(Inexact):
        reference_interest(lanxi(principal=Decimal("1." + "1" * 60)), date(2018, 10, 20))


def test_the_callers_decimal_context_changes_nothing():
    terms = Terms(
        Decimal("12345678.91"),
        Decimal("0.043517"),
        date(2018, 1, 31),
        date(2021, 1, 31),
        rate_changes=((date(2019, 5, 5), Decimal("0.0375")),),
        repaid=((date(2020, 2, 29), Decimal("2345678.90")),),
    )
    usual = reference_interest(terms, terms.maturity)

    with localcontext(prec=3):
        unusual = reference_interest(terms, terms.maturity)

    assert unusual == usual


def test_a_stored_figure_can_name_its_engine_and_its_law():
    assert ENGINE_VERSION == 1
    assert len(law_version()) == 16


def test_how_the_reference_is_counted_is_law_and_an_earlier_drawdown_has_the_first_of_it():
    [first, *_] = LAW["reference_interest"].rows()
    early = date(first["starts"].year - 2, 1, 31)
    terms = Terms(Decimal(36000), Decimal("0.1"), early, early + 365 * DAY)

    assert (first["month"], first["year"]) == (30, 360)
    assert reference_interest(terms, early + 28 * DAY) == Decimal("300.00")


@st.composite
def contracts(draw):
    drawdown = draw(st.dates(date(2014, 1, 1), date(2021, 12, 31)))
    within = st.integers(-30, 800).map(lambda count: drawdown + DAY * count)
    later = st.integers(0, 800).map(lambda count: drawdown + DAY * count)
    money = st.decimals(Decimal("0.01"), Decimal(100000), places=2)
    rates = st.decimals(Decimal(0), Decimal("0.12"), places=4)
    changes = st.lists(st.tuples(within, rates), max_size=4, unique_by=lambda dated: dated[0])
    return Terms(
        principal=draw(money),
        annual_rate=draw(rates),
        drawdown=drawdown,
        maturity=draw(later),
        rate_changes=tuple(draw(changes)),
        repaid=tuple(draw(st.lists(st.tuples(within, money), max_size=4))),
        payoff=draw(st.none() | later),
    )


@given(contracts())
@some
def test_the_reference_never_decreases_and_its_lines_add_up(terms):
    length = (terms.maturity - terms.drawdown).days
    marks = [terms.drawdown + DAY * count for count in range(-1, length + 2)]

    references = [reference_interest(terms, day) for day in marks]
    lines = [later - earlier for earlier, later in pairwise(references)]

    assert references[0] == 0
    assert min(lines) >= 0
    assert sum(lines) == references[-1] == reference_interest(terms, date.max)


@given(contracts(), st.randoms())
@some
def test_the_order_in_which_facts_are_listed_changes_nothing(terms, random):
    shuffled = replace(
        terms,
        rate_changes=tuple(random.sample(terms.rate_changes, len(terms.rate_changes))),
        repaid=tuple(random.sample(terms.repaid, len(terms.repaid))),
    )

    assert reference_interest(shuffled, terms.maturity) == reference_interest(terms, terms.maturity)


@given(contracts(), st.integers(0, 900))
@some
def test_what_happens_later_does_not_change_what_was_due(terms, length):
    day = terms.drawdown + DAY * length
    known_then = replace(
        terms,
        rate_changes=tuple(change for change in terms.rate_changes if change[0] < day),
        repaid=tuple(repayment for repayment in terms.repaid if repayment[0] < day),
    )

    assert reference_interest(known_then, day) == reference_interest(terms, day)
