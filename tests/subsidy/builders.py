"""Banks, bureaus and what they push, with everything filled in that a story does not care about."""

from typing import Any

import httpx

from kernel.people import check_character
from tests.visitor import Visitor

COUNTY = "231283000000"
BRANCH = "231283101000"


def id_number(number: int, born: str = "19700101") -> str:
    """Somebody's: the district 230199 was never assigned, so nobody's."""
    first = f"230199{born}{number:03d}"
    return first + check_character(first)


def a_contract(bank: Visitor, contract_no: str = "C-1", **said: Any) -> httpx.Response:
    row = {
        "contract_no": contract_no,
        "branch_division": BRANCH,
        "borrower_name": "王示例",
        "borrower_id_number": id_number(7),
        "kind": "NEW",
        "product": "POVERTY_MICRO",
        "principal": "50000.00",
        "annual_rate": "0.0435",
        "convention": "ITEM_YMD",
        "settlement": "QUARTERLY",
        "applied_on": "2017-01-05",
        "signed_on": "2017-01-09",
        "disbursed_on": "2017-01-09",
        "matures_on": "2019-01-09",
        "guarantee": "NONE",
        "balance": "50000.00",
        "overdue_principal": "0.00",
        "five_class": 1,
        "as_at": "2017-01-09",
    }
    return bank.post("/v1/loans/contracts", json=row | said)


def a_line(bank: Visitor, contract_no: str = "C-1", **said: Any) -> httpx.Response:
    row = {
        "contract_no": contract_no,
        "line_no": "1",
        "kind": "NORMAL",
        "period_start": "2017-03-21",
        "period_end": "2017-06-21",
        "base": "50000.00",
        "amount": "543.75",
        "settled_on": "2017-06-21",
        "borne_by": "HOUSEHOLD",
    }
    return bank.post("/v1/loans/interest-lines", json=row | said)


def a_refund(bank: Visitor, contract_no: str = "C-1", **said: Any) -> httpx.Response:
    row = {
        "contract_no": contract_no,
        "refund_no": "1",
        "amount": "543.75",
        "paid_on": "2018-05-20",
        "cause": "SUBSIDY_PASS_THROUGH",
        "to": "HOUSEHOLD",
    }
    return bank.post("/v1/loans/refunds", json=row | said)


def a_payment(bureau: Visitor, bank: Visitor, **said: Any) -> httpx.Response:
    row = {
        "payment_no": "2018-000001",
        "county": COUNTY,
        "bank": bank.agency,
        "contract_no": "C-1",
        "period_start": "2017-01-09",
        "period_end": "2018-01-09",
        "amount": "2175.00",
        "paid_on": "2018-04-25",
    }
    return bureau.post("/v1/subsidy/payments", json=row | said)


def all_refunds_declared(bank: Visitor, **said: Any) -> httpx.Response:
    row = {"kind": "refunds", "valid_from": "2017-01-01", "valid_to": "2019-07-01", "rows": 1}
    return bank.post("/v1/loans/declarations", json=row | said)
