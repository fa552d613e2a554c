"""Which of a contract's reports counts on a day, and that the order of pushes never matters."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.story import (
    a_contract,
    a_household,
    a_line,
    a_member,
    a_person,
    a_repayment,
    declare,
    push,
    reported_again,
    screened,
)


def test_the_report_that_counts_is_the_newest_one_known_on_the_day(visit, drain):
    bank, supervisor = visit("bank"), visit("supervisor")
    loan = a_contract(a_person(), purpose="MARRIAGE", as_at="2018-03-31")
    later = a_contract(a_person(), purpose="MARRIAGE", signed_on="2018-03-31")
    june = reported_again(loan, "2018-06-30", balance="8000.00", source_version=3)
    corrected = june | {"balance": "7000.00", "source_version": 5}
    december = reported_again(loan, "2018-12-31", balance="5000.00", source_version=4)
    # The correction of June comes last; a version older than it comes after that.
    push(bank, "contracts", loan, later)
    push(bank, "contracts", december)
    push(bank, "contracts", corrected)
    assert push(bank, "contracts", june)["superseded"] == 1
    assert push(bank, "contracts", june)["unchanged"] == 1

    days = ("2018-03-30", "2018-06-29", "2018-06-30", "2018-12-31")
    found = {day: screened(supervisor, drain, day, "LOAN-12") for day in days}

    assert {day: found[day].finding("LOAN-12", loan)["amount"] for day in days} == {
        "2018-03-30": None,  # signed, but not yet reported
        "2018-06-29": "10000.00",
        "2018-06-30": "7000.00",
        "2018-12-31": "5000.00",
    }
    assert found["2018-03-30"].verdict("LOAN-12", later) == "met"  # not yet signed
    assert found["2018-06-29"].verdict("LOAN-12", later) == "not_met"


def test_a_correction_takes_the_place_of_what_was_said_before(visit, drain):
    bank, supervisor = visit("bank"), visit("supervisor")
    loan = a_contract(a_person(), purpose="MARRIAGE")
    push(bank, "contracts", loan)
    push(bank, "contracts", loan | {"purpose": "PLANTING", "source_version": 2})

    assert screened(supervisor, drain, "2018-12-31", "LOAN-12").findings == []


def test_the_order_of_pushes_never_matters(visit, drain):
    office, bank, other = visit("poverty_office"), visit("bank"), visit("bank")
    supervisor = visit("supervisor")
    declare(office, "households")
    declare(bank, "contracts")
    declare(other, "contracts")

    @settings(max_examples=4, deadline=None, derandomize=True)
    @given(st.permutations(range(12)))
    def in_any_order(order):
        husband, wife, neighbour = a_person(), a_person(), a_person()
        lost = [a_member(each, labour_skill="LOST") for each in (husband, wife)]
        family = a_household(*lost)
        corrected = [lost[0], lost[1] | {"labour_skill": "WEAK_OR_HALF"}]
        loans = {
            "husband's": a_contract(husband, principal="30000.00"),
            "wife's": a_contract(wife, principal="20000.01"),
            "neighbour's": a_contract(
                neighbour, product="COMMERCIAL", annual_rate="0.0900", principal="10000.00"
            ),
        }
        year = ("2018-03-05", "2019-03-05")
        acts = [
            lambda: push(office, "households", family),
            lambda: push(
                office, "households", family | {"members": corrected, "source_version": 2}
            ),
            lambda: push(office, "households", a_household(neighbour)),
            lambda: push(bank, "contracts", loans["husband's"]),
            lambda: push(other, "contracts", loans["wife's"]),
            lambda: push(
                bank,
                "contracts",
                reported_again(loans["husband's"], "2018-12-31", balance="15000.00"),
            ),
            lambda: push(bank, "contracts", loans["neighbour's"]),
            lambda: push(bank, "interest-lines", a_line(loans["husband's"], *year, "530.00")),
            lambda: push(bank, "interest-lines", a_line(loans["neighbour's"], *year, "900.00")),
            lambda: push(
                bank, "repayments", a_repayment(loans["husband's"], "15000.00", "2018-09-05")
            ),
            drain,
            drain,
        ]
        for number in order:
            acts[number]()

        rules = ("LOAN-01", "LOAN-02", "LOAN-08", "LOAN-14", "LOAN-30", "LOAN-31")
        found = screened(supervisor, drain, "2019-12-31", *rules)

        names = {loan["contract_no"]: name for name, loan in loans.items()}
        assert {
            (names[each["contract_no"]], each["rule_id"], each["verdict"], each["amount"])
            for each in found.findings
            if each["contract_no"] in names
        } == {
            ("husband's", "LOAN-08", "not_met", "0.01"),
            ("husband's", "LOAN-30", "not_met", "136.25"),
            ("wife's", "LOAN-08", "not_met", "0.01"),
            ("neighbour's", "LOAN-31", "not_met", "465.00"),
        }

    in_any_order()
