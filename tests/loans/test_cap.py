"""LOAN-08: what a household owes in poverty loans, over all banks, stays within the cap."""

import pytest

from tests.story import (
    COUNTY,
    a_contract,
    a_household,
    a_member,
    a_person,
    a_repayment,
    declare,
    push,
    reported_again,
    screened,
)


@pytest.fixture
def banks(visit):
    """Two banks of the county, who declared their contracts complete."""
    banks = visit("bank"), visit("bank")
    for bank in banks:
        declare(bank, "contracts")
    return banks


def test_a_family_may_owe_exactly_the_cap_over_all_banks(visit, drain, banks):
    office, supervisor, (bank, other) = visit("poverty_office"), visit("supervisor"), banks
    husband, wife, man, woman, single, son, guest = (a_person() for _ in range(7))
    push(
        office,
        "households",
        a_household(husband, wife),
        a_household(man, woman),
        a_household(
            single, a_member(son, joined_on="2018-03-06"), a_member(guest, left_on="2018-03-05")
        ),
    )
    loans = {
        "husband's": a_contract(husband, principal="30000.00"),
        "man's": a_contract(man, principal="30000.00"),
        "single's": a_contract(single, principal="50000.00"),
        "son's": a_contract(son, principal="50000.00"),
        "guest's, who then left": a_contract(guest, principal="50000.00", signed_on="2018-03-01"),
        "stranger's": a_contract(a_person(), principal="50000.01"),
    }
    elsewhere = {
        "wife's of that day": a_contract(wife, principal="20000.00"),
        "woman's, one fen more": a_contract(woman, principal="20000.01"),
        "later": a_contract(single, principal="0.01", signed_on="2018-03-06"),
    }
    push(bank, "contracts", *loans.values())
    push(other, "contracts", *elsewhere.values())

    found = screened(supervisor, drain, "2018-12-31", "LOAN-08")

    assert found.verdicts("LOAN-08", loans | elsewhere) == {
        "husband's": "met",
        "wife's of that day": "met",
        "man's": "not_met",
        "woman's, one fen more": "not_met",
        "single's": "met",
        "son's": "met",
        "guest's, who then left": "met",
        "stranger's": "not_met",
        "later": "not_met",
    }


def test_what_was_repaid_converted_or_renewed_is_no_longer_outstanding(visit, drain, banks):
    office, supervisor, (bank, other) = visit("poverty_office"), visit("supervisor"), banks
    repaid = {"balance": "0.00"}
    stories = {  # what became of the first loan, of which kind the second is, and its verdict
        "repaid that day": (repaid, "NEW", "met"),
        "repaid the next": (repaid, "NEW", "not_met"),
        "partly repaid": ({"balance": "49999.99"}, "NEW", "not_met"),
        "converted that day": ({"converted_on": "2018-03-05"}, "NEW", "met"),
        "converted the next": ({"converted_on": "2018-03-06"}, "NEW", "not_met"),
        "renewed": ({}, "RENEWAL", "met"),
        "extended": ({}, "EXTENSION", "met"),
        "added to": ({}, "ADDITIONAL", "not_met"),
        "renewed by another bank": ({}, "RENEWAL", "not_met"),
    }
    households, firsts, seconds = [], {}, {}
    for name, (became, kind, _) in stories.items():
        borrower = a_person()
        first = a_contract(borrower, principal="50000.00", signed_on="2017-03-05")
        parent = None if kind == "NEW" else first["contract_no"]
        households.append(a_household(borrower))
        firsts[name] = reported_again(first, "2018-03-31", **became)
        seconds[name] = a_contract(
            borrower, principal="50000.00", kind=kind, parent_contract_no=parent
        )
    push(office, "households", *households)
    push(other, "contracts", seconds["renewed by another bank"])
    of_one_bank = [loan for name, loan in seconds.items() if name != "renewed by another bank"]
    push(bank, "contracts", *firsts.values(), *of_one_bank)
    push(
        bank,
        "repayments",
        a_repayment(firsts["repaid that day"], "20000.00", "2018-03-01"),
        a_repayment(firsts["repaid that day"], "30000.00", "2018-03-05"),
        a_repayment(firsts["repaid the next"], "50000.00", "2018-03-06"),
        a_repayment(firsts["partly repaid"], "0.01", "2018-03-05"),
    )

    found = screened(supervisor, drain, "2018-12-31", "LOAN-08")

    assert set(found.verdicts("LOAN-08", firsts).values()) == {"met"}
    assert found.verdicts("LOAN-08", seconds) == {
        name: verdict for name, (*_, verdict) in stories.items()
    }
    over = found.finding("LOAN-08", seconds["partly repaid"])
    assert (over["amount"], over["figures"]["others_at_least"]) == ("49999.99", "49999.99")


def test_only_an_additional_loan_from_march_2021_may_reach_the_higher_cap(visit, drain, banks):
    office, supervisor, (bank, _) = visit("poverty_office"), visit("supervisor"), banks
    stories = {
        "added": ("2021-03-01", "ADDITIONAL", "50000.00", "met"),
        "added, one fen more": ("2021-03-01", "ADDITIONAL", "50000.01", "not_met"),
        "added the day before": ("2021-02-28", "ADDITIONAL", "50000.00", "not_met"),
        "new": ("2021-03-01", "NEW", "50000.00", "not_met"),
    }
    households, firsts, seconds = [], {}, {}
    for name, (signed_on, kind, principal, _) in stories.items():
        borrower = a_person()
        households.append(a_household(borrower))
        firsts[name] = a_contract(borrower, principal="50000.00", signed_on="2021-01-05")
        seconds[name] = a_contract(borrower, principal=principal, signed_on=signed_on, kind=kind)
    too_early = a_contract(a_person(), signed_on="2014-12-09", principal="60000.00")
    push(office, "households", *households)
    push(bank, "contracts", *firsts.values(), *seconds.values(), too_early)

    found = screened(supervisor, drain, "2021-12-31", "LOAN-08")

    assert set(found.verdicts("LOAN-08", firsts).values()) == {"met"}
    assert found.verdicts("LOAN-08", seconds) == {
        name: verdict for name, (*_, verdict) in stories.items()
    }
    before_the_law = found.finding("LOAN-08", too_early)
    assert before_the_law["verdict"] == "undetermined"
    assert before_the_law["missing"] == ["cap"]


def test_repayments_that_do_not_explain_the_balance_leave_open_what_they_may_decide(
    visit, drain, banks
):
    office, supervisor, (bank, _) = visit("poverty_office"), visit("supervisor"), banks
    unclear = {"principal": "30000.00", "signed_on": "2017-03-05"}
    principals = {
        "fits whatever is owed": "20000.00",
        "may be over": "20000.01",
        "may be over by all of it": "50000.00",
        "over by itself": "50000.01",
    }
    firsts, seconds, households = {}, {}, []
    for name, principal in principals.items():
        borrower = a_person()
        households.append(a_household(borrower))
        first = a_contract(borrower, **unclear)
        firsts[name] = reported_again(first, "2018-03-31", balance="10000.00")
        seconds[name] = a_contract(borrower, principal=principal)
    push(office, "households", *households)
    push(bank, "contracts", *firsts.values(), *seconds.values())
    # 20,000.00 would explain the balance.
    push(bank, "repayments", *[a_repayment(f, "19999.99", "2018-03-01") for f in firsts.values()])

    found = screened(supervisor, drain, "2018-12-31", "LOAN-08")

    assert found.verdicts("LOAN-08", seconds) == {
        "fits whatever is owed": "met",
        "may be over": "undetermined",
        "may be over by all of it": "undetermined",
        "over by itself": "not_met",
    }
    assert found.finding("LOAN-08", seconds["may be over"])["missing"] == [
        f"repayments:{bank.agency}"
    ]
    assert found.finding("LOAN-08", seconds["over by itself"])["amount"] == "0.01"


def test_within_the_cap_is_known_only_where_every_bank_of_the_county_declared(visit, drain):
    office, supervisor = visit("poverty_office"), visit("supervisor")
    visit("bank", agency="RCU23", divisions=["230000"])  # lends to nobody, so it need not declare
    bank, withheld = visit("bank", parent="RCU23"), visit("bank", divisions=[COUNTY, "230000"])
    visit("bank", divisions=["230221"])  # serves another county
    borrower, second = a_person(), a_person()
    push(office, "households", a_household(borrower), a_household(second))
    within = a_contract(borrower, principal="50000.00")
    over = a_contract(second, principal="50000.01")
    push(bank, "contracts", within, over)
    declare(bank, "contracts", "2018-03-05", "2019-01-01", division=COUNTY)

    one_silent = screened(supervisor, drain, "2018-12-31", "LOAN-08")
    declare(withheld, "contracts")
    all_told = screened(supervisor, drain, "2018-12-31", "LOAN-08")
    a_day_later = screened(supervisor, drain, "2019-01-01", "LOAN-08")

    assert one_silent.finding("LOAN-08", within)["missing"] == [f"contracts:{withheld.agency}"]
    assert one_silent.verdict("LOAN-08", over) == "not_met"
    assert all_told.verdict("LOAN-08", within) == "met"
    assert a_day_later.finding("LOAN-08", within)["missing"] == [f"contracts:{bank.agency}"]
    assert a_day_later.verdict("LOAN-08", over) == "not_met"
