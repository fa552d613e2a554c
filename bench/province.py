"""A few partners and records to measure with: one county, invented people."""

from collections.abc import Iterator
from typing import Any

from jinqiao.partner import Partner
from kernel.people import check_character

COUNTY = "230231000000"
VILLAGE = "230231100200"


def partners(operator: Partner) -> tuple[Partner, Partner]:
    """A poverty office and a bank of the county."""
    return _joined(operator, "PO230231", "POVERTY_OFFICE"), _joined(operator, "ABC23", "BANK")


def _joined(operator: Partner, code: str, agency_type: str) -> Partner:
    agency = {"code": code, "name": code, "agency_type": agency_type, "divisions": [COUNTY]}
    operator.post("/v1/agencies", agency)
    client = operator.post(
        "/v1/clients", {"agency": code, "kind": "SYSTEM", "role": agency_type.lower()}
    )
    return Partner(operator.http, client["client_id"], client["client_secret"])


def id_number(n: int) -> str:
    """The n-th invented person's ID number; its prefix was never assigned to anyone."""
    year, rest = 1960 + n // 336_000, n % 336_000
    month, day, serial = rest // 28_000 + 1, rest // 1000 % 28 + 1, rest % 1000
    first = f"230199{year}{month:02}{day:02}{serial:03}"
    return first + check_character(first)


def household(n: int) -> dict[str, Any]:
    """A registered household of one."""
    member = {
        "member_no": "1",
        "name": f"张{n}",
        "id_number": id_number(n),
        "relation": "HEAD",
        "labour_skill": "ORDINARY",
    }
    return {
        "household_no": f"{n:012}",
        "village_code": VILLAGE,
        "attribute": "GENERAL_POOR",
        "main_cause": "NO_CAPITAL",
        "statuses": [{"status": "REGISTERED", "valid_from": "2014-01-01"}],
        "members": [member],
        "as_at": "2018-12-31",
    }


def contracts(count: int) -> Iterator[dict[str, Any]]:
    """As many poverty loans, each to a person of his own."""
    for n in range(count):
        yield {
            "contract_no": f"B{n:08}",
            "branch_division": COUNTY,
            "borrower_name": f"张{n}",
            "borrower_id_number": id_number(n),
            "kind": "NEW",
            "product": "POVERTY_MICRO",
            "principal": "30000.00",
            "annual_rate": "0.0435",
            "convention": "ITEM_YMD",
            "settlement": "AT_MATURITY",
            "applied_on": "2018-03-01",
            "signed_on": "2018-03-05",
            "disbursed_on": "2018-03-05",
            "matures_on": "2019-03-05",
            "purpose": "PLANTING",
            "guarantee": "NONE",
            "balance": "30000.00",
            "overdue_principal": "0.00",
            "five_class": 1,
            "as_at": "2018-12-31",
        }
