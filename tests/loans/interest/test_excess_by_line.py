"""What interest cost too much, line by line, as LOAN-30 and 31 find it and LOAN-32 counts."""

import pytest

from tests.story import (
    a_contract,
    a_household,
    a_line,
    a_person,
    a_repayment,
    declare,
    push,
    reported_again,
    screened,
)

YEAR = ("2018-01-01", "2019-01-01")
DAY = "2019-02-01"


@pytest.fixture
def bank(visit):
    return visit("bank", agency="RCU-1")


def a_loan(**fields):
    return a_contract(a_person(), **{"annual_rate": "0.0375", "signed_on": YEAR[0], **fields})


def a_refund(contract, amount, to="HOUSEHOLD", **fields):
    return {
        "contract_no": contract["contract_no"],
        "refund_no": f"退{amount}{to}",
        "amount": amount,
        "paid_on": "2019-01-15",
        "cause": "RATE_EXCESS",
        "to": to,
    } | fields


def read(visitor, contract, as_of=DAY):
    path = "/v1/loans/contracts"
    [found] = visitor.get(path, params={"contract_no": contract["contract_no"]}).json()["items"]
    return visitor.get(f"{path}/{found['id']}/interest", params={"as_of": as_of})


def test_a_bank_sees_each_line_its_reference_and_what_it_still_owes(visit, drain, bank):
    loan, supervisor = a_loan(), visit("supervisor")
    push(bank, "contracts", loan)
    push(
        bank,
        "interest-lines",
        a_line(loan, "2018-01-01", "2018-05-01", "130.00", line_no="1"),
        a_line(loan, "2018-05-01", "2018-09-01", "126.00", line_no="2", borne_by="TREASURY"),
        a_line(loan, "2018-09-01", "2019-01-01", "124.00", line_no="3", borne_by="BANK"),
        a_line(loan, *YEAR, "900.00", line_no="4", kind="PENALTY"),
    )
    push(
        bank,
        "refunds",
        a_refund(loan, "3.99", baseline_rate="0.0375"),
        a_refund(loan, "1.00", "TREASURY"),
        a_refund(loan, "9.00", cause="SUBSIDY_PASS_THROUGH"),
        a_refund(loan, "1.01", paid_on="2019-02-02"),
    )

    answer = read(bank, loan).json()
    finding = screened(supervisor, drain, DAY, "LOAN-30").finding("LOAN-30", loan)

    assert [
        (line["line_no"], line["charged"], line["reference"], line["difference"], line["borne_by"])
        for line in answer["lines"]
    ] == [
        ("1", "130.00", "125.00", "5.00", "HOUSEHOLD"),
        ("2", "126.00", "125.00", "1.00", "TREASURY"),
        ("3", "124.00", "125.00", "-1.00", "BANK"),
    ]
    totals = answer["totals"]
    assert totals["excess"] == finding["amount"] == "5.00"
    figures = ("charged", "reference", "household_share", "treasury_share", "bank_share")
    assert {name: totals[name] for name in figures} == {
        name: finding["figures"][name] for name in figures
    }
    assert (answer["rule_id"], answer["verdict"]) == ("LOAN-30", "not_met")
    assert answer["baseline_rate"] == "0.03750000"
    assert [(each["amount"], each["counts"]) for each in answer["refunds"]] == [
        ("1.00", True),
        ("3.99", True),
        ("9.00", False),
    ]
    assert answer["owed"] == {"household": "1.01", "treasury": "0.00", "total": "1.01"}
    assert read(bank, loan, "2019-02-02").json()["owed"]["total"] == "0.00"
    assert read(supervisor, loan).json() | {"facts": {}} == answer | {"facts": {}}


def test_lines_agree_with_the_finding_however_a_loan_was_settled(visit, drain, bank):
    """Days billed twice, rate cuts, repayments, payoffs, conversions, interest taken in advance."""
    supervisor = visit("supervisor")
    cut = [{"from": "2018-07-01", "annual_rate": "0.0300"}]
    loans = {
        "twice": a_loan(),
        "cut": a_loan(rate_changes=cut),
        "repaid": a_loan(),
        "paid off": a_loan(),
        "converted": a_loan(),
        "in advance": a_loan(matures_on="2019-12-31"),
    }
    push(bank, "contracts", *loans.values())
    push(
        bank,
        "contracts",
        reported_again(loans["paid off"], "2018-07-01", balance="0.00", closed_on="2018-07-01"),
        reported_again(loans["converted"], "2018-07-01", converted_on="2018-07-01"),
    )
    push(bank, "repayments", a_repayment(loans["repaid"], "4000.00", "2018-04-30"))
    push(
        bank,
        "interest-lines",
        *[a_line(loan, *YEAR, "400.00") for loan in loans.values()],
        *[a_line(loan, "2018-03-31", "2018-06-30", "100.00") for loan in loans.values()],
        a_line(loans["in advance"], "2019-01-01", "2019-12-31", "400.00", settled_on="2019-01-01"),
    )

    found = screened(supervisor, drain, DAY, "LOAN-30")

    for name, loan in loans.items():
        answer, finding = read(bank, loan).json(), found.finding("LOAN-30", loan)
        figures = finding["figures"] if finding else {"charged": None}
        assert answer["verdict"] == ("not_met" if finding else "met"), name
        if finding:
            assert answer["totals"]["excess"] == finding["amount"], name
            assert answer["totals"]["charged"] == figures["charged"], name
            assert answer["totals"]["reference"] == figures["reference"], name
            assert len(answer["lines"]) == figures["line_count"], name
    assert found.verdict("LOAN-30", loans["twice"]) == "not_met"


def test_a_loan_within_tolerance_owes_nothing_and_says_so(bank):
    loan = a_loan()
    push(bank, "contracts", loan)
    push(bank, "interest-lines", a_line(loan, *YEAR, "375.01"))

    answer = read(bank, loan).json()

    assert (answer["verdict"], answer["totals"]["excess"]) == ("met", "0.01")
    assert answer["owed"] == {"household": "0.00", "treasury": "0.00", "total": "0.00"}


def test_an_ordinary_loan_is_measured_at_the_policy_rate(visit, drain):
    office, supervisor = visit("poverty_office"), visit("supervisor")
    visit("bank", agency="RCU23", divisions=["230000"])
    bank = visit("bank", agency="RCU-BAIQUAN", parent="RCU23")
    wang = a_person()
    loan = a_contract(wang, product="ORDINARY_FARM", annual_rate="0.0896", signed_on="2018-01-01")
    push(office, "households", a_household(wang))
    declare(bank, "contracts")
    drain()
    push(bank, "contracts", loan)
    push(
        bank,
        "interest-lines",
        a_line(loan, "2018-01-01", "2018-07-01", "448.00"),
        a_line(loan, "2018-07-01", "2019-01-01", "448.00", borne_by="BANK"),
    )
    push(bank, "refunds", a_refund(loan, "60.50", cause="ORDINARY_RATE", baseline_rate="0.0175"))

    found = screened(supervisor, drain, "2018-10-01", "LOAN-31")
    answer = read(bank, loan, "2018-10-01").json()

    finding = found.finding("LOAN-31", loan)
    assert (answer["rule_id"], answer["verdict"]) == ("LOAN-31", finding["verdict"])
    assert answer["totals"]["excess"] == finding["amount"]
    assert answer["baseline_rate"] == finding["figures"]["policy_rate"]
    # Half of the second line's days lie before the day asked about: 92 of 184.
    assert [line["charged"] for line in answer["lines"]] == ["448.00", "224.00"]
    assert [line["reference"] for line in answer["lines"]] == ["87.50", "43.75"]
    assert set(answer["facts"]) == {"gateway", "registry"}
    assert answer["refunds"] == []
    assert answer["owed"]["household"] == "360.50"
    later = read(bank, loan, "2019-02-01").json()
    assert later["owed"] == {"household": "300.00", "treasury": "0.00", "total": "300.00"}


def test_nobody_else_sees_it_and_no_day_before_the_signing(visit, bank):
    loan = a_loan()
    push(bank, "contracts", loan)
    [found] = bank.get("/v1/loans/contracts").json()["items"]
    path = f"/v1/loans/contracts/{found['id']}/interest"

    assert visit("bank", agency="OTHER").get(path).status_code == 404
    assert visit("poverty_office", divisions=["230126"]).get(path).status_code == 404
    assert visit("poverty_office").get(path).status_code == 200
    assert visit("insurer").get(path).status_code == 403
    early = bank.get(path, params={"as_of": "2017-12-31"})
    assert early.status_code == 404
    assert "ask for a later one" in early.json()["detail"]
    assert bank.get(path, params={"as_of": "yesterday"}).status_code == 400
    assert bank.get(path).json()["lines"] == []
