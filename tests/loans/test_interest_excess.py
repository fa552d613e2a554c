"""LOAN-30: the interest of a poverty loan, however it was settled, is no more than its rate."""

import pytest

from tests.story import a_contract, a_line, a_person, a_repayment, push, reported_again, screened

YEAR = ("2018-01-01", "2019-01-01")


@pytest.fixture
def bank(visit):
    return visit("bank")


@pytest.fixture
def supervisor(visit):
    return visit("supervisor")


def a_loan(**fields):
    """10,000.00 yuan at 3.75% for 2018, which may cost 375.00."""
    return a_contract(a_person(), **{"annual_rate": "0.0375", "signed_on": YEAR[0], **fields})


def lines(contract, *charged, **fields):
    return [a_line(contract, *period, amount, **fields) for *period, amount in charged]


def excess(found, loans):
    """The amount of each finding of LOAN-30; None where nothing was found."""
    findings = {name: found.finding("LOAN-30", loan) for name, loan in loans.items()}
    assert all(each is None or each["verdict"] == "not_met" for each in findings.values())
    return {name: each and each["amount"] for name, each in findings.items()}


def test_a_line_may_differ_by_a_fen_and_no_more(drain, bank, supervisor):
    amounts = {
        "its rate": "375.00",
        "a fen more": "375.01",
        "two fen": "375.02",
        "by days": "380.21",
    }
    loans = {name: a_loan() for name in (*amounts, "none", "penalties")}
    charged = [a_line(loans[name], *YEAR, amount) for name, amount in amounts.items()]
    push(bank, "contracts", *loans.values())
    push(bank, "interest-lines", *charged)
    push(
        bank,
        "interest-lines",
        a_line(loans["penalties"], *YEAR, "900.00", kind="PENALTY"),
        a_line(loans["penalties"], *YEAR, "900.00", kind="COMPOUND"),
    )

    found = screened(supervisor, drain, "2019-01-01", "LOAN-30")

    assert excess(found, loans) == {
        "its rate": None,
        "a fen more": None,
        "two fen": "0.02",
        "by days": "5.21",
        "none": None,
        "penalties": None,
    }
    by_days = found.finding("LOAN-30", loans["by days"])["figures"]
    assert (by_days["charged"], by_days["reference"], by_days["line_count"]) == (
        "380.21",
        "375.00",
        1,
    )


def test_quarters_close_at_the_annual_rate_stubs_and_all(drain, bank, supervisor):
    days = ("2018-01-15", "2018-03-21", "2018-06-21", "2018-09-21", "2018-12-21", "2019-01-15")
    settled = {
        "cumulatively": ("435.42", "593.75", "593.75", "593.75", "158.33"),
        "a fen more each": ("435.43", "593.76", "593.76", "593.76", "158.34"),
        "and one more": ("435.43", "593.76", "593.76", "593.76", "158.35"),
        "each by itself": ("435.42", "593.75", "593.75", "593.75", "164.93"),
        "by days": ("428.82", "606.94", "606.94", "600.35", "164.93"),
        "dear, then cheap": ("500.00", "600.00", "600.00", "600.00", "75.00"),
    }
    terms = {"principal": "50000.00", "annual_rate": "0.0475", "signed_on": days[0]}
    loans = {name: a_loan(**terms) for name in settled}
    push(bank, "contracts", *loans.values())
    for name, amounts in settled.items():
        periods = zip(days, days[1:], amounts, strict=False)
        push(bank, "interest-lines", *lines(loans[name], *periods))

    found = screened(supervisor, drain, "2019-01-31", "LOAN-30")

    assert excess(found, loans) == {
        "cumulatively": None,
        "a fen more each": None,
        "and one more": "0.06",
        "each by itself": "6.60",
        "by days": "32.98",
        "dear, then cheap": None,
    }


def test_a_day_billed_twice_has_its_reference_once(drain, bank, supervisor):
    periods = {
        "the same days": [(*YEAR, "375.00"), (*YEAR, "375.00")],
        "one inside another": [(*YEAR, "375.00"), ("2018-03-01", "2018-04-01", "31.25")],
        "half of them": [
            ("2018-01-01", "2018-09-01", "250.00"),
            ("2018-05-01", "2019-01-01", "250.00"),
        ],
        "after maturity": [(*YEAR, "375.00"), ("2019-01-01", "2019-02-01", "31.25")],
    }
    loans = {name: a_loan() for name in periods}
    push(bank, "contracts", *loans.values())
    push(bank, "interest-lines", *[line for n in periods for line in lines(loans[n], *periods[n])])

    found = screened(supervisor, drain, "2019-03-01", "LOAN-30")

    assert excess(found, loans) == {
        "the same days": "375.00",
        "one inside another": "31.25",
        "half of them": "125.00",
        "after maturity": "31.25",
    }


def test_the_rate_and_the_principal_of_each_day_count(drain, bank, supervisor):
    cut = {
        "principal": "34000.00",
        "annual_rate": "0.0896",
        "signed_on": "2017-10-20",
        "rate_changes": [{"from": "2018-07-01", "annual_rate": "0.0375"}],
    }
    part = {"principal": "50000.00", "annual_rate": "0.0435", "signed_on": "2019-01-10"}
    loans = {
        "rate cut": a_loan(**cut),
        "rate cut, more": a_loan(**cut),
        "part repaid": a_loan(**part),
        "part repaid, more": a_loan(**part),
        "paid off": a_loan(),
    }
    loans["paid off"] = reported_again(
        loans["paid off"], "2018-07-01", balance="0.00", closed_on="2018-07-01"
    )
    push(bank, "contracts", *loans.values())
    push(
        bank,
        "repayments",
        a_repayment(loans["part repaid"], "20000.00", "2019-06-20"),
        a_repayment(loans["part repaid, more"], "20000.00", "2019-06-20"),
    )
    push(
        bank,
        "interest-lines",
        a_line(loans["rate cut"], "2017-10-20", "2018-10-20", "2510.07"),
        a_line(loans["rate cut, more"], "2017-10-20", "2018-10-20", "2510.08"),
        a_line(loans["part repaid"], "2019-01-10", "2020-01-10", "1691.68"),
        a_line(loans["part repaid, more"], "2019-01-10", "2020-01-10", "1691.69"),
        a_line(loans["paid off"], *YEAR, "375.00"),
    )

    found = screened(supervisor, drain, "2020-01-31", "LOAN-30")

    assert excess(found, loans) == {
        "rate cut": None,
        "rate cut, more": "0.02",
        "part repaid": None,
        "part repaid, more": "0.02",
        "paid off": "187.50",
    }


def test_only_what_was_settled_by_the_day_and_before_the_conversion_counts(drain, bank, supervisor):
    loans = {"settled that day": a_loan(), "settled the next": a_loan(), "converted": a_loan()}
    loans["converted"] = reported_again(
        loans["converted"], "2018-07-01", converted_on="2018-07-01", balance="0.00"
    )
    push(bank, "contracts", *loans.values())
    push(
        bank,
        "interest-lines",
        a_line(loans["settled that day"], *YEAR, "400.00", settled_on="2019-01-01"),
        a_line(loans["settled the next"], *YEAR, "400.00", settled_on="2019-01-02"),
        a_line(loans["converted"], "2018-01-01", "2018-07-01", "187.52"),
        a_line(loans["converted"], "2018-07-01", "2018-10-01", "500.00"),
    )

    found = screened(supervisor, drain, "2019-01-01", "LOAN-30")

    assert excess(found, loans) == {
        "settled that day": "25.00",
        "settled the next": None,
        "converted": "0.02",
    }


def test_the_excess_is_split_by_who_bore_it(drain, bank, supervisor):
    loan = a_loan()
    push(bank, "contracts", loan)
    push(
        bank,
        "interest-lines",
        a_line(loan, "2018-01-01", "2018-05-01", "130.00", borne_by="HOUSEHOLD"),
        a_line(loan, "2018-05-01", "2018-09-01", "126.00", borne_by="TREASURY"),
        a_line(loan, "2018-09-01", "2019-01-01", "124.00", borne_by="BANK"),
    )

    finding = screened(supervisor, drain, "2019-01-01", "LOAN-30").finding("LOAN-30", loan)

    shares = [finding["figures"][f"{bearer}_share"] for bearer in ("household", "treasury", "bank")]
    assert finding["amount"] == "5.00"
    assert shares == ["5.00", "1.00", "-1.00"]


def test_the_reference_follows_what_arrives_later(drain, bank, supervisor):
    repaid, cheaper, early = a_loan(), a_loan(), a_loan()
    charged = [a_line(loan, *YEAR, "375.00") for loan in (repaid, cheaper, early)]
    push(bank, "interest-lines", *charged)
    push(bank, "contracts", repaid, cheaper, early)
    before = screened(supervisor, drain, "2019-01-31", "LOAN-30")

    push(bank, "repayments", a_repayment(repaid, "5000.00", "2018-07-01"))
    push(bank, "contracts", reported_again(cheaper, "2019-01-31", annual_rate="0.0365"))
    push(bank, "contracts", early | {"annual_rate": "0.0350", "source_version": 2})
    push(bank, "interest-lines", charged[2] | {"amount": "350.00", "source_version": 2})
    after = screened(supervisor, drain, "2019-01-31", "LOAN-30")
    a_day_earlier = screened(supervisor, drain, "2019-01-30", "LOAN-30")

    loans = {"repaid": repaid, "cheaper": cheaper, "corrected": early}
    assert before.findings == []
    assert excess(after, loans) == {"repaid": "93.75", "cheaper": "10.00", "corrected": None}
    # On the day before its second report the dearer rate was what was known.
    assert excess(a_day_earlier, loans) == {"repaid": "93.75", "cheaper": None, "corrected": None}


def test_interest_taken_in_advance_is_measured_by_what_was_known(drain, bank, supervisor):
    loan = a_loan()
    push(bank, "contracts", loan)
    push(bank, "interest-lines", a_line(loan, *YEAR, "375.00", settled_on="2018-01-01"))
    push(bank, "repayments", a_repayment(loan, "5000.00", "2018-07-01"))

    before = screened(supervisor, drain, "2018-06-30", "LOAN-30")
    after = screened(supervisor, drain, "2018-07-01", "LOAN-30")

    assert before.findings == []
    assert after.finding("LOAN-30", loan)["amount"] == "93.75"
