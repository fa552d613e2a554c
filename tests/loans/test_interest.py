"""What the interest engine promises: the lawyers' cases, the calendar, and the law's reference.

The second half checks it against a slow computation of its own, day by day in fractions.
"""

import json
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal, Inexact, localcontext
from fractions import Fraction
from itertools import groupby, pairwise
from math import floor
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kernel.policy.interest import (
    ENGINE_VERSION,
    METHODS,
    Case,
    Terms,
    act360_interest,
    quote,
    reference_at_rate,
    reference_interest,
    to_fen,
    years_months_days,
    ymd_interest,
)

FILE = json.loads(Path(__file__).with_name("interest_cases.json").read_text(encoding="utf-8"))
CASES = FILE["cases"]
DAY = timedelta(days=1)
WORKED = re.compile(r"(\d+)y(\d+)m(\d+)d; (\d+) actual days; unrounded ([\d.]+)")

some = settings(max_examples=60, deadline=None)


def cases_with(key):
    return pytest.mark.parametrize(
        "row", [pytest.param(row, id=row["id"]) for row in CASES if row.get(key)]
    )


def figure(row, key):
    return Decimal(row[key]) if key in row else None


def case_of(row):
    dated = {
        "rate_changes": [(c["date"], c["annual_rate"]) for c in row.get("rate_changes", [])],
        "principal_changes": [(c["date"], c["amount"]) for c in row.get("principal_changes", [])],
    }
    return Case(
        principal=Decimal(row["principal"]),
        annual_rate=Decimal(row["annual_rate"]),
        start=date.fromisoformat(row["start"]),
        end=date.fromisoformat(row["end"]),
        maturity=date.fromisoformat(row["maturity"]) if "maturity" in row else None,
        penalty_multiplier=figure(row, "penalty_multiplier"),
        entitled_rate=figure(row, "entitled_rate"),
        subsidy_cap=figure(row.get("subsidy", {}), "cap"),
        **{
            name: tuple((date.fromisoformat(day), Decimal(value)) for day, value in changes)
            for name, changes in dated.items()
        },
    )


def quoted(row):
    return quote(row["method"], case_of(row))


def lanxi(**facts):
    """34,000 yuan at 8.96% for a year, unless the story says otherwise."""
    terms = Terms(Decimal(34000), Decimal("0.0896"), date(2017, 10, 20), date(2018, 10, 20))
    return replace(terms, **facts)


# The cases of the file


@cases_with("id")
def test_every_case_of_the_file_comes_out_to_the_fen(row):
    assert str(quoted(row).interest) == row["expected_interest"]


def test_every_method_of_the_file_is_offered_and_no_other():
    assert set(METHODS) == set(FILE["methods"])


@cases_with("settlements")
def test_settlements_are_matched_line_by_line(row):
    lines = [
        {
            "settle_date": str(line.settled_on),
            "period_start": str(line.start),
            "period_end_exclusive": str(line.end),
            "days": line.days,
            "interest": str(line.interest),
            "cumulative": str(line.cumulative),
        }
        for line in quoted(row).lines
    ]

    assert len(lines) == len(row["settlements"])
    for line, settlement in zip(lines, row["settlements"], strict=True):
        assert line | settlement == line


@cases_with("segments")
def test_segments_show_their_own_rate_and_unrounded_interest(row):
    lines = quoted(row).lines

    assert len(lines) == len(row["segments"])
    for line, segment in zip(lines, row["segments"], strict=True):
        assert (str(line.start), str(line.end)) == (segment["start"], segment["end"])
        assert line.rate == Decimal(segment["annual_rate"])
        assert f"{line.interest:.6f}" == segment["interest_unrounded"]
        assert segment["detail"].endswith(f"; {line.days} actual days")


@cases_with("payments")
def test_interest_is_paid_with_each_part_of_the_principal(row):
    paid = [{"date": str(line.end), "interest": str(line.interest)} for line in quoted(row).lines]

    assert paid == row["payments"]


@cases_with("subsidy")
def test_a_subsidy_rests_on_the_first_line_the_part_under_the_cap(row):
    facts = {key: Decimal(value) for key, value in row["subsidy"].items()}
    answer = quoted(row)

    eligible = to_fen(answer.lines[0].interest)
    subsidy = to_fen(eligible * facts["ratio"])

    assert answer.lines[0].base == min(Decimal(row["principal"]), facts["cap"])
    assert eligible == facts.get("eligible_interest", eligible)
    assert subsidy == facts["subsidy"]
    if "borrower" in facts:
        assert answer.interest - subsidy == facts["borrower"]
    if "claimed" in facts:
        assert facts["claimed"] - subsidy == facts["reduction"]


def test_an_overdue_loan_shows_what_is_eligible_and_what_is_penalty():
    row = next(row for row in CASES if row["method"] == "OVERDUE_SPLIT")

    normal, penalty = quoted(row).lines

    assert str(normal.interest) == row["eligible_interest"]
    assert (str(penalty.interest), penalty.days) == (row["penalty_interest"], 45)
    assert quote(
        "PENALTY_ACT360", replace(case_of(row), start=normal.end, maturity=None)
    ).lines == (penalty,)


def test_a_refund_shows_what_was_charged_less_what_was_due():
    row = next(row for row in CASES if row["method"] == "REFUND_YMD")

    charged, entitled = quoted(row).lines

    assert str(charged.interest) == row["charged"]
    assert str(-entitled.interest) == row["entitled"]


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=row["id"]) for row in CASES if WORKED.search(row["note"])]
)
def test_the_working_in_the_notes_is_ours(row):
    years, months, days, actual, unrounded = WORKED.search(row["note"]).groups()
    case = case_of(row)
    line = quoted(row).lines[0]

    split = years_months_days(case.start, case.end)

    assert split == (int(years), int(months), int(days))
    assert line.days == int(actual)
    assert line.interest.quantize(Decimal("1e-8")) == Decimal(unrounded)


@cases_with("id")
def test_anyone_can_redo_a_line_from_what_it_shows(row):
    settled = Decimal(0)
    for line in quoted(row).lines:
        days = Fraction(line.days)
        if line.years_months_days is not None:
            years, months, odd = line.years_months_days
            days = Fraction(360 * years + 30 * months + odd)
        interest = Fraction(line.base) * Fraction(line.rate) * days / line.year_base

        shown = abs(line.interest) if line.cumulative is None else settled + line.interest

        assert line.cumulative in (None, shown)
        assert abs(interest - Fraction(shown)) <= Fraction(1, 200)
        settled += line.interest


def test_a_case_can_be_asked_of_several_conventions():
    case = Case(Decimal(10000), Decimal("0.0375"), date(2018, 1, 1), date(2019, 1, 1))

    charged, law = quote("ITEM_ACT360", case).interest, quote("ITEM_YMD", case).interest

    assert (charged, law, charged - law) == (Decimal("380.21"), Decimal("375.00"), Decimal("5.21"))


def test_a_floating_rate_over_a_changing_balance_is_the_sum_of_its_days():
    case = Case(
        Decimal(50000),
        Decimal("0.0535"),
        date(2015, 4, 20),
        date(2016, 4, 20),
        rate_changes=(
            (date(2015, 10, 24), Decimal("0.0435")),
            (date(2015, 5, 11), Decimal("0.05")),
        ),
        principal_changes=(
            (date(2016, 1, 8), Decimal(7000)),
            (date(2015, 7, 1), Decimal(-20000)),
            (date(2016, 2, 1), Decimal(-90000)),
        ),
    )

    by_days = Fraction(0)
    for day in days_between(case.start, case.end):
        balance = 50000 if day < date(2015, 7, 1) else 30000 if day < date(2016, 1, 8) else 37000
        if day >= date(2016, 2, 1):
            balance = 0
        by_days += balance * Fraction(rate_on(case.annual_rate, case.rate_changes, day)) / 360

    assert quote("PRODUCT_ACT360", case).interest == half_up(by_days)


def test_changes_outside_the_term_only_set_the_balance_it_opens_with():
    opening, after = (date(2017, 1, 1), Decimal(-20000)), (date(2019, 1, 1), Decimal(-30000))
    case = Case(Decimal(50000), Decimal("0.036"), date(2018, 1, 1), date(2019, 1, 1))

    for method in ("PRODUCT_ACT360", "ITEM_YMD_PER_PRINCIPAL"):
        (line,) = quote(method, replace(case, principal_changes=(after, opening))).lines

        assert (line.start, line.end, line.base) == (case.start, case.end, Decimal(30000))


# The calendar


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
    ],
)
def test_anniversaries_keep_the_day_and_fall_back_to_the_last_of_a_short_month(start, end, split):
    assert years_months_days(date.fromisoformat(start), date.fromisoformat(end)) == split


def test_the_31st_day_of_a_month_is_free():
    terms = (Decimal(50000), Decimal("0.0435"), date(2019, 1, 31))

    assert ymd_interest(*terms, date(2019, 3, 30)) == ymd_interest(*terms, date(2019, 3, 31))


def test_a_day_of_actual_days_is_the_annual_rate_over_360_leap_day_or_not():
    one_day = act360_interest(Decimal(36000), Decimal("0.01"), date(2020, 2, 28), date(2020, 2, 29))

    assert one_day == 1
    assert (
        act360_interest(Decimal(36000), Decimal("0.01"), date(2020, 2, 28), date(2020, 3, 1)) == 2
    )


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


# The law's reference


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


def test_a_quote_shows_no_empty_stretch_for_a_change_on_the_first_or_the_last_day():
    first, last = (date(2018, 1, 1), Decimal("0.0375")), (date(2019, 1, 1), Decimal("0.0435"))
    case = Case(Decimal(10000), Decimal("0.0896"), first[0], last[0], rate_changes=(first, last))

    (line,) = quote("SEGMENT_YMD", case).lines

    assert (line.rate, line.interest) == (Decimal("0.0375"), 375)


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

    parts = [Fraction(20000 * 435, 10000) * 160 / 360, Fraction(30000 * 435, 10000)]

    assert reference_interest(terms, terms.maturity) == half_up(sum(parts)) == Decimal("1691.67")


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


def test_the_callers_decimal_context_changes_nothing():
    terms = Terms(
        Decimal("12345678.91"),
        Decimal("0.043517"),
        date(2018, 1, 31),
        date(2021, 1, 31),
        rate_changes=((date(2019, 5, 5), Decimal("0.0375")),),
        repaid=((date(2020, 2, 29), Decimal("2345678.90")),),
    )
    usual = reference_interest(terms, terms.maturity), [quoted(row) for row in CASES]

    with localcontext(prec=3):
        unusual = reference_interest(terms, terms.maturity), [quoted(row) for row in CASES]

    assert unusual == usual


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


# Refusals


@pytest.mark.parametrize(
    ("facts", "sentence"),
    [
        ({"principal": Decimal(-1)}, "principal must be finite and not below zero; it is -1"),
        ({"principal": Decimal("Infinity")}, "principal must be finite"),
        ({"annual_rate": Decimal("NaN")}, "annual rate must be finite"),
        ({"annual_rate": Decimal("-0.01")}, "annual rate must be finite and not below zero"),
        ({"rate_changes": ((date(2018, 1, 1), Decimal(-1)),)}, "annual rate must be"),
        ({"repaid": ((date(2018, 1, 1), Decimal(-1)),)}, "principal repaid must be"),
        ({"repaid": ((date(2018, 1, 1), Decimal("sNaN")),)}, "principal repaid must be"),
        ({"maturity": date(2017, 10, 19)}, "end 2017-10-19 is before the start 2017-10-20"),
        ({"payoff": date(2017, 10, 19)}, "end 2017-10-19 is before the start 2017-10-20"),
    ],
)
def test_terms_that_cannot_be_a_loan_are_refused(facts, sentence):
    with pytest.raises(ValueError, match=sentence):
        lanxi(**facts)


@pytest.mark.parametrize("interest", [ymd_interest, act360_interest])
def test_interest_is_not_computed_backwards_or_on_nonsense(interest):
    start, end = date(2018, 1, 1), date(2019, 1, 1)

    for principal, rate, first, last in [
        (Decimal(1), Decimal(1), end, start),
        (Decimal(-1), Decimal(1), start, end),
        (Decimal(1), Decimal("NaN"), start, end),
    ]:
        with pytest.raises(ValueError, match=r"before the start|finite and not below zero"):
            interest(principal, rate, first, last)


def test_a_term_does_not_run_backwards():
    with pytest.raises(ValueError, match="The end 2018-01-01 is before the start 2018-01-02"):
        years_months_days(date(2018, 1, 2), date(2018, 1, 1))


@pytest.mark.parametrize("amount", ["NaN", "Infinity", "-Infinity"])
def test_what_is_not_finite_has_no_fen(amount):
    with pytest.raises(ValueError, match="finite number of yuan"):
        to_fen(Decimal(amount))


def test_a_baseline_below_zero_is_refused():
    with pytest.raises(ValueError, match="annual rate must be"):
        reference_at_rate(lanxi(), Decimal("-0.01"), date(2018, 10, 20))


def test_figures_too_long_to_be_exact_are_refused_rather_than_rounded():
    with pytest.raises(Inexact):
        reference_interest(lanxi(principal=Decimal("1." + "1" * 60)), date(2018, 10, 20))


@pytest.mark.parametrize(
    ("method", "facts", "sentence"),
    [
        ("SIMPLE", {}, "There is no method SIMPLE; there are ITEM_YMD"),
        ("OVERDUE_SPLIT", {"penalty_multiplier": Decimal("1.5")}, "needs maturity"),
        ("PENALTY_ACT360", {}, "needs penalty_multiplier"),
        ("REFUND_YMD", {}, "needs entitled_rate"),
        ("ITEM_YMD", {"rate_changes": ((date(2018, 7, 1), Decimal(0)),)}, "takes no rate_changes"),
        ("SEGMENT_YMD", {"entitled_rate": Decimal(0)}, "takes no entitled_rate"),
        (
            "ITEM_YMD_PER_PRINCIPAL",
            {"principal_changes": ((date(2018, 7, 1), Decimal(1)),)},
            "further drawdown is an item of its own",
        ),
        (
            "OVERDUE_SPLIT",
            {"maturity": date(2019, 1, 2), "penalty_multiplier": Decimal("1.5")},
            "The end 2019-01-01 is before the start 2019-01-02",
        ),
    ],
)
def test_a_quote_refuses_what_it_cannot_answer_or_would_ignore(method, facts, sentence):
    case = Case(Decimal(1), Decimal(1), date(2018, 1, 1), date(2019, 1, 1), **facts)

    with pytest.raises(ValueError, match=sentence):
        quote(method, case)


@pytest.mark.parametrize(
    "facts",
    [
        {"end": date(2017, 12, 31)},
        {"principal": Decimal(-1)},
        {"subsidy_cap": Decimal(-1)},
        {"penalty_multiplier": Decimal("NaN")},
        {"rate_changes": ((date(2018, 7, 1), Decimal(-1)),)},
        {"principal_changes": ((date(2018, 7, 1), Decimal("Infinity")),)},
    ],
)
def test_a_case_of_nonsense_is_refused(facts):
    case = Case(Decimal(1), Decimal(1), date(2018, 1, 1), date(2019, 1, 1))

    with pytest.raises(ValueError, match=r"before the start|finite and not below zero"):
        replace(case, **facts)


def test_a_stored_figure_can_name_its_engine():
    assert ENGINE_VERSION == 1


# The same, computed plainly: day by day, in fractions


def days_between(start, end):
    return [start + DAY * count for count in range((end - start).days)]


def half_up(amount):
    return Decimal(floor(amount * 100 + Fraction(1, 2))) / 100


def months_later(start, months):
    """The same day so many months on, or the nearest day before it that exists."""
    year, month, day = start.year, start.month, start.day
    for _ in range(months):
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    while True:
        try:
            return date(year, month, day)
        except ValueError:
            day -= 1


def walked(start, end):
    """(whole months, odd days), found by walking from the start to the end."""
    months, odd, anniversary = 0, 0, months_later(start, 1)
    for day in days_between(start, end):
        odd += 1
        if day + DAY == anniversary:
            months, odd = months + 1, 0
            anniversary = months_later(start, months + 1)
    return months, odd


def is_settlement_day(day):
    return day.day == 20 and day.month in (3, 6, 9, 12)


def rate_on(rate, changes, day):
    begun = [(since, changed) for since, changed in changes if since <= day]
    return max(begun, key=lambda change: change[0])[1] if begun else rate


def plain_item(principal, rate, changes, start, end):
    interest = Fraction(0)
    for held, group in groupby(days_between(start, end), lambda day: rate_on(rate, changes, day)):
        days = list(group)
        months, odd = walked(days[0], days[-1] + DAY)
        yearly = Fraction(principal) * Fraction(held)
        interest += yearly * months / 12 + yearly * odd / 360
    return interest


def plain_reference(terms, day):
    def repaid_by(day):
        return min(terms.principal, sum(amount for paid, amount in terms.repaid if paid <= day))

    end = min(stop for stop in (day, terms.maturity, terms.payoff) if stop is not None)
    total = Fraction(0)
    for stop in days_between(terms.drawdown, end)[1:]:
        if part := repaid_by(stop) - repaid_by(stop - DAY):
            total += plain_item(part, terms.annual_rate, terms.rate_changes, terms.drawdown, stop)
    if end > terms.drawdown:
        rest = terms.principal - repaid_by(end - DAY)
        total += plain_item(rest, terms.annual_rate, terms.rate_changes, terms.drawdown, end)
    return half_up(total)


month_ends = st.sampled_from(
    [
        day
        for day in days_between(date(2014, 1, 1), date(2022, 1, 1))
        if (day + DAY).day in (1, 2, 29)
    ]
)
days = st.dates(date(2014, 1, 1), date(2021, 12, 31)) | month_ends
lengths = st.integers(0, 3 * 366)
money = st.decimals(Decimal("0.01"), Decimal(100000), places=2)
rates = st.decimals(Decimal(0), Decimal("0.12"), places=4)


@st.composite
def contracts(draw):
    drawdown = draw(days)
    within = st.builds(lambda count: drawdown + DAY * count, st.integers(-30, 3 * 366))
    return Terms(
        principal=draw(money),
        annual_rate=draw(rates),
        drawdown=drawdown,
        maturity=drawdown + DAY * draw(lengths),
        rate_changes=tuple(
            draw(st.lists(st.tuples(within, rates), max_size=4, unique_by=lambda dated: dated[0]))
        ),
        repaid=tuple(draw(st.lists(st.tuples(within, money), max_size=4))),
        payoff=draw(st.none() | st.builds(lambda count: drawdown + DAY * count, lengths)),
    )


@given(days, lengths)
@settings(max_examples=300, deadline=None)
def test_years_months_and_days_are_what_walking_finds(start, length):
    end = start + DAY * length

    years, months, odd = years_months_days(start, end)

    assert (12 * years + months, odd) == walked(start, end)
    assert 0 <= months < 12
    assert 0 <= odd <= 30


@given(contracts(), lengths)
@settings(max_examples=250, deadline=None)
def test_the_reference_is_what_walking_day_by_day_finds(terms, length):
    for day in (terms.drawdown + DAY * length, terms.maturity):
        assert reference_interest(terms, day) == plain_reference(terms, day)


@given(contracts(), rates)
@some
def test_a_flat_rate_is_the_reference_of_a_contract_that_never_changed(terms, rate):
    flat = replace(terms, annual_rate=rate, rate_changes=())

    assert reference_at_rate(terms, rate, terms.maturity) == plain_reference(flat, flat.maturity)


@given(contracts())
@some
def test_the_reference_never_decreases_and_its_lines_add_up(terms):
    marks = days_between(terms.drawdown - DAY, terms.maturity + 2 * DAY)

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


@given(contracts(), lengths)
@some
def test_what_happens_later_does_not_change_what_was_due(terms, length):
    day = terms.drawdown + DAY * length
    known_then = replace(
        terms,
        rate_changes=tuple(change for change in terms.rate_changes if change[0] < day),
        repaid=tuple(repayment for repayment in terms.repaid if repayment[0] < day),
    )

    assert reference_interest(known_then, day) == reference_interest(terms, day)


@given(money, rates, days, st.integers(1, 10))
@some
def test_whole_years_cost_the_annual_rate_times_their_number(principal, rate, start, years):
    interest = ymd_interest(principal, rate, start, months_later(start, 12 * years))

    assert interest == principal * rate * years


@given(money, rates, days, lengths, lengths)
@some
def test_actual_days_add_up_wherever_the_term_is_cut(principal, rate, start, first, second):
    cut, end = start + DAY * first, start + DAY * (first + second)

    parts = act360_interest(principal, rate, start, cut), act360_interest(principal, rate, cut, end)

    whole = act360_interest(principal, rate, start, end)
    assert abs(Fraction(parts[0]) + Fraction(parts[1]) - Fraction(whole)) < Fraction(1, 10**60)


@given(money, rates, days, lengths)
@some
def test_cumulative_settlement_closes_at_the_item_method(principal, rate, start, length):
    case = Case(principal, rate, start, start + DAY * length)

    settled = quote("QUARTERLY_YMD_CUMULATIVE", case)

    assert settled.interest == sum(line.interest for line in settled.lines)
    assert settled.interest == quote("ITEM_YMD", case).interest
    assert all(line.interest >= 0 for line in settled.lines)


@given(money, rates, days, lengths)
@some
def test_quarters_end_with_the_20th_and_leave_no_day_out(principal, rate, start, length):
    case = Case(principal, rate, start, start + DAY * length)

    lines = quote("QUARTERLY_ACT360", case).lines

    settled = [day for day in days_between(case.start, case.end - DAY) if is_settlement_day(day)]
    assert [line.settled_on for line in lines] == [*settled, case.end]
    assert [line.end for line in lines] == [*(day + DAY for day in settled), case.end]
    assert [line.start for line in lines] == [case.start, *(line.end for line in lines[:-1])]


@given(money, rates, rates, days, lengths, st.integers(0, 3 * 366))
@some
def test_segments_are_each_counted_alone_and_rounded_once(principal, rate, other, start, a, b):
    change, end = start + DAY * min(a, b), start + DAY * max(a, b)
    case = Case(principal, rate, start, end, rate_changes=((change, other),))

    answer = quote("SEGMENT_YMD", case)

    assert answer.interest == half_up(plain_item(principal, rate, case.rate_changes, start, end))
    assert all(line.days > 0 for line in answer.lines)
