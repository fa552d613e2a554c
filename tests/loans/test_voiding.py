"""A contract that was pushed in error is taken back: it never was, and its number is free."""

from tests.story import (
    a_contract,
    a_household,
    a_line,
    a_person,
    declare,
    push,
    reported_again,
    screened,
)

CONTRACTS = "/v1/loans/contracts"
ON = "2019-06-01"


def test_a_bank_takes_back_a_contract_that_never_was(visit, drain):
    office, supervisor = visit("poverty_office"), visit("supervisor")
    bank, other = visit("bank"), visit("bank")
    wang, zhang = a_person(), a_person()
    wrong = a_contract(wang, principal="50000.00", purpose="MARRIAGE")
    right = a_contract(wang, contract_no="对", principal="30000.00")
    push(office, "households", a_household(wang), a_household(zhang))
    drain()
    push(bank, "contracts", wrong, reported_again(wrong, "2018-04-05"))
    push(bank, "interest-lines", a_line(wrong, "2018-03-05", "2018-06-05", "999.00"))
    push(other, "contracts", right)
    for each in (bank, other):
        declare(each, "contracts")
    of_zhang = a_contract(zhang, contract_no=wrong["contract_no"])
    path = f"{CONTRACTS}/{bank.get(CONTRACTS).json()['items'][0]['id']}"
    reason = {"reason": "录错借款人", "on": ON}

    before = screened(supervisor, drain, ON)
    taken = bank.post(CONTRACTS, json=of_zhang)
    elsewhere = other.post(f"{path}/void", json=reason)
    voided = bank.post(f"{path}/void", json=reason)
    twice = bank.post(f"{path}/void", json={"reason": "又一次"})
    late = bank.post(CONTRACTS, json=wrong)
    drain()
    after = screened(supervisor, drain, ON)

    for rule, loan in (("LOAN-08", right), ("LOAN-12", wrong), ("LOAN-30", wrong)):
        assert before.verdict(rule, loan) == "not_met", rule
        assert after.verdict(rule, loan) == "met", rule
    assert (taken.status_code, taken.json()["code"]) == (409, "borrower-changed")
    assert "void" in taken.json()["detail"]
    assert elsewhere.status_code == 404
    assert (voided.status_code, twice.json()) == (200, voided.json())
    assert voided.json()["contract_no"] == wrong["contract_no"]
    assert (late.status_code, late.json()["code"]) == (409, "contract-voided")
    assert bank.get(path).status_code == 404
    assert bank.get(CONTRACTS).json()["items"] == []

    anew = bank.post(CONTRACTS, json=of_zhang)
    again = bank.post(CONTRACTS, json=of_zhang)
    assert (anew.status_code, again.status_code, again.json()["outcome"]) == (201, 200, "unchanged")
    assert anew.json()["contract"]["id"] not in path
    assert screened(supervisor, drain, ON).verdict("LOAN-30", of_zhang) == "met"
