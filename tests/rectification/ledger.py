"""A ledger to be worked: agencies, a loan that an enterprise uses, and acts upon an item."""

from collections.abc import Callable
from typing import Any, NamedTuple

import httpx

from tests.story import (
    COUNTY,
    Person,
    Row,
    a_contract,
    a_household,
    a_person,
    push,
    reported_again,
    screened,
)
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Drain = Callable[[], None]
Json = dict[str, Any]

ITEMS = "/v1/rectification/items"
PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
FOUND_ON, AGAIN_ON = "2019-06-01", "2019-07-01"
ENTERPRISE = {"kind": "ENTERPRISE", "credit_code": "91230231MA00000001", "name": "某公司"}


class Ledger(NamedTuple):
    """Who works a ledger: pushes come from systems, acts from officers."""

    drain: Drain
    office: Visitor
    bank: Visitor
    worker: Visitor
    """An officer of the bank."""
    clerk: Visitor
    """An officer of the county's poverty office."""
    supervisor: Visitor
    """An officer of the province's supervisor."""

    def screened(self, on: str, *rules: str, **scope: Any) -> list[Json]:
        return screened(self.supervisor, self.drain, on, *rules, **scope).findings


def a_ledger(visit: Visit, drain: Drain) -> Ledger:
    office = visit("poverty_office", agency="PO230231")
    bank = visit("bank", agency="RCU230231")
    return Ledger(
        drain,
        office,
        bank,
        visit("bank", agency="RCU230231", kind="OFFICER"),
        visit("poverty_office", agency="PO230231", kind="OFFICER"),
        visit("supervisor", agency="SV23", divisions=["230000"], kind="OFFICER"),
    )


def a_loan_of_an_enterprise(ledger: Ledger, person: Person | None = None, **fields: Any) -> Row:
    """A registered household's loan that an enterprise uses: LOAN-13 and LOAN-20."""
    borrower = person or a_person()
    loan = a_contract(borrower, actual_user=ENTERPRISE, matures_on="2021-03-05", **fields)
    push(ledger.office, "households", a_household(borrower))
    push(ledger.bank, "contracts", loan)
    return loan


def converted(ledger: Ledger, loan: Row, on: str = "2019-06-15") -> Row:
    """The bank turns the loan into another product."""
    again = reported_again(loan, on, converted_to="产业扶贫贷款", converted_on=on)
    push(ledger.bank, "contracts", again)
    return again


def opened(visitor: Visitor, *findings: Json, **fields: Any) -> Json:
    """An item of these findings."""
    asked = {
        "category": 1,
        "source": "AUDIT",
        "finding_ids": [each["finding_id"] for each in findings],
        "measure": "转为产业扶贫贷款",
        "on": FOUND_ON,
    } | fields
    answer = visitor.post(ITEMS, json=asked)
    assert answer.status_code == 201, answer.text
    item: Json = answer.json()
    return item


def act(visitor: Visitor, item: Json, verb: str, **said: Any) -> httpx.Response:
    return visitor.post(f"{ITEMS}/{item['item_id']}/{verb}", json=said)


def acted(visitor: Visitor, item: Json, verb: str, **said: Any) -> Json:
    answer = act(visitor, item, verb, **said)
    assert answer.status_code in (200, 201), answer.text
    told: Json = answer.json()
    return told


def shown(visitor: Visitor, item: Json) -> Json:
    answer = visitor.get(f"{ITEMS}/{item['item_id']}")
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


def proved(visitor: Visitor, item: Json, content: bytes = PDF, **query: str) -> httpx.Response:
    """A file uploaded as evidence."""
    return visitor.post(
        f"{ITEMS}/{item['item_id']}/evidence",
        content=content,
        params=query,
        headers={"Content-Type": "application/pdf"},
    )


def lacks(answer: httpx.Response) -> list[str]:
    """What a refused closing or dismissing says is lacking."""
    assert answer.status_code == 409, answer.text
    return [each["code"] for each in answer.json()["errors"]]


HERE = COUNTY
