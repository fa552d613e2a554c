"""A county where a bank claims and offices decide: who is there, and what they send."""

from collections.abc import Callable
from typing import Any, NamedTuple

import httpx

from tests.story import COUNTY, Row, a_contract, a_household, a_line, a_person, push
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
FIRST, LAST = "2018-03-05", "2019-03-05"
"""Drawdown and maturity of the story's loans: 10,000.00 at 1.75%, so 175.00 for the year."""


class Town(NamedTuple):
    """Everybody who has to do with a claim."""

    office: Visitor
    bank: Visitor
    bureau: Visitor
    reviewer: Visitor
    approver: Visitor
    payer: Visitor
    supervisor: Visitor


def a_town(visit: Visit) -> Town:
    """Baiquan's poverty office, a bank of it, its finance bureau, and a supervisor above them."""
    office = visit("poverty_office", divisions=[COUNTY])
    bureau = visit("finance_bureau", divisions=[COUNTY])
    bank = visit("bank", divisions=[COUNTY])
    officer = {"kind": "OFFICER", "divisions": [COUNTY]}
    return Town(
        office=office,
        bank=bank,
        bureau=bureau,
        reviewer=visit("poverty_office", agency=office.agency, **officer),
        approver=visit("finance_bureau", agency=bureau.agency, **officer),
        payer=visit("finance_bureau", agency=bureau.agency, **officer),
        supervisor=visit("supervisor", divisions=["230000000000"]),
    )


def a_loan(town: Town, *, charged: str | None = "175.00", **fields: Any) -> Row:
    """A faultless loan of somebody registered, and a year's interest on it; pushed."""
    person = a_person()
    loan = a_contract(person, signed_on=FIRST, **fields)
    push(town.office, "households", a_household(person))
    push(town.bank, "contracts", loan)
    if charged:
        push(town.bank, "interest-lines", a_line(loan, FIRST, LAST, charged))
    return loan


def a_claim_line(loan: Row, amount: str = "175.00", **fields: Any) -> Row:
    """A year's interest of a loan, claimed."""
    return {
        "line_no": loan["contract_no"],
        "contract_no": loan["contract_no"],
        "period_start": FIRST,
        "period_end": LAST,
        "base": loan["principal"],
        "amount": amount,
        "claimed_on": "2019-03-10",
    } | fields


def a_claim(*lines: Row, claim_no: str = "S-1", **fields: Any) -> Row:
    """A claim of these lines, for the year that ends in 2019."""
    return {
        "claim_no": claim_no,
        "county": COUNTY,
        "period_start": FIRST,
        "period_end": LAST,
        "lines": list(lines),
    } | fields


def claimed(town: Town, claim: Row) -> str:
    """Push a claim as the bank; its id."""
    answer = town.bank.post("/v1/subsidy/claims", json=claim)
    assert answer.status_code in (200, 201), answer.text
    return str(answer.json()["claim"]["claim_id"])


def act(who: Visitor, claim_id: str, verb: str, on: str, **said: Any) -> httpx.Response:
    """Do something with a claim on a day."""
    return who.post(f"/v1/subsidy/claims/{claim_id}/{verb}", json={"on": on, **said})


def done(who: Visitor, claim_id: str, verb: str, on: str, **said: Any) -> Row:
    """The same, which must succeed; the claim as it then stands."""
    answer = act(who, claim_id, verb, on, **said)
    assert answer.status_code == 200, answer.text
    told: Row = answer.json()
    return told


def budgeted(town: Town, amount: str = "1000.00") -> None:
    """Give the county a budget for 2019."""
    answer = town.bureau.put(f"/v1/subsidy/budgets/{COUNTY}/2019", json={"amount": amount})
    assert answer.status_code == 200, answer.text


def approved(town: Town, claim_id: str) -> Row:
    """Lead a claim from its draft to its approval."""
    done(town.bank, claim_id, "submit", "2019-03-10")
    done(town.reviewer, claim_id, "review", "2019-03-12")
    done(town.reviewer, claim_id, "publicise", "2019-03-13")
    return done(town.approver, claim_id, "approve", "2019-03-20")


def findings_of(claim: Row, line_no: str | None = None) -> dict[str, str]:
    """Verdicts on a claim's first line, or the line of a number, by rule; the budget's left out."""
    line = next(each for each in claim["lines"] if line_no in (None, each["line_no"]))
    return {
        each["rule_id"]: each["verdict"] for each in line["findings"] if each["rule_id"] != "SUB-06"
    }
