"""Years, months and days as law counts them (对年对月对日), and the days on which quarters end."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.policy.interest import ACT_360, YMD, Case, quote, to_fen, years_months_days
from tests.loans.interest import plain

DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("start", "end", "split"),
    [
        ("2019-01-31", "2019-02-27", (0, 0, 27)),
        ("2019-01-31", "2019-02-28", (0, 1, 0)),
        ("2019-01-31", "2019-03-30", (0, 1, 30)),
        ("2019-01-31", "2019-03-31", (0, 2, 0)),
        ("2019-01-31", "2019-04-30", (0, 3, 0)),
        ("2020-01-30", "2020-02-29", (0, 1, 0)),
        ("2019-01-29", "2019-02-28", (0, 1, 0)),
        ("2020-02-29", "2021-02-28", (1, 0, 0)),
        ("2020-02-29", "2024-02-28", (3, 11, 30)),
        ("2020-02-29", "2024-02-29", (4, 0, 0)),
        ("2019-02-28", "2020-02-29", (1, 0, 1)),
        ("2019-02-28", "2019-03-31", (0, 1, 3)),
        ("2018-12-31", "2019-01-01", (0, 0, 1)),
        ("2018-12-15", "2019-01-15", (0, 1, 0)),
        ("2018-12-15", "2019-01-14", (0, 0, 30)),
        ("2016-03-15", "2019-03-14", (2, 11, 27)),
        ("2019-06-20", "2019-06-20", (0, 0, 0)),
        ("9999-11-30", "9999-12-31", (0, 1, 1)),
    ],
)
def test_anniversaries_keep_the_day_and_fall_back_to_the_last_of_a_short_month(start, end, split):
    assert years_months_days(date.fromisoformat(start), date.fromisoformat(end)) == split


def test_a_term_does_not_run_backwards():
    with pytest.raises(ValueError, match="The end must not come before the start"):
        years_months_days(date(2018, 1, 2), date(2018, 1, 1))


def test_the_31st_day_of_a_month_is_free():
    terms = date(2019, 1, 31), Decimal(50000), Decimal("0.0435")

    by_day = {day: YMD.product(terms[0], date(2019, 3, day), *terms[1:]) for day in (29, 30, 31)}

    assert by_day[29] < by_day[30] == by_day[31]


def test_a_day_of_actual_days_is_the_annual_rate_over_360_leap_day_or_not():
    start, terms = date(2020, 2, 28), (Decimal(36000), Decimal("0.01"))

    found = [ACT_360.interest(ACT_360.product(start, start + DAY * n, *terms)) for n in (1, 2)]

    assert found == [1, 2]


@pytest.mark.parametrize(
    ("amount", "fen"),
    [
        ("0.045", "0.05"),
        ("0.0449999", "0.04"),
        ("0.055", "0.06"),
        ("-0.045", "-0.05"),
        ("7", "7.00"),
    ],
)
def test_half_a_fen_goes_up(amount, fen):
    assert str(to_fen(Decimal(amount))) == fen


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_has_no_fen(amount):
    with pytest.raises(ValueError, match="finite number of yuan"):
        to_fen(Decimal(amount))


days = st.dates(date(2014, 1, 1), date(2025, 12, 31)).map(
    lambda day: day + DAY * (day.day in (27, 28)) * (4 if day.month == 1 else 1)
)


@given(days, st.integers(0, 3 * 366))
@settings(max_examples=300, deadline=None)
def test_years_months_and_days_are_what_walking_finds(start, length):
    end = start + DAY * length

    years, months, odd = years_months_days(start, end)

    assert (12 * years + months, odd) == plain.months_and_days(
        plain.day(str(start)), plain.day(str(end))
    )
    assert 0 <= months < 12
    assert 0 <= odd <= 30


@given(days, st.integers(0, 3 * 366))
@settings(max_examples=60, deadline=None)
def test_quarters_end_with_the_20th_and_leave_no_day_out(start, length):
    end = start + DAY * length
    case = Case(Decimal(10000), Decimal("0.0375"), start, end)

    steps = quote("QUARTERLY_ACT360", case).steps

    settled = [
        day
        for day in (start + DAY * count for count in range(max(0, length - 1)))
        if day.day == 20 and day.month in (3, 6, 9, 12)
    ]
    assert [step.settled_on for step in steps] == [*settled, end]
    assert [step.end for step in steps] == [*(day + DAY for day in settled), end]
    assert [step.start for step in steps] == [start, *(step.end for step in steps[:-1])]
