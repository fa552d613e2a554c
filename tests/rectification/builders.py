"""A household and its loans, with everything filled in that a story does not care about."""

from typing import Any

import httpx

from kernel.ids import new_id
from kernel.people import check_character
from tests.visitor import Visitor

COUNTY = "231283000000"
VILLAGE = "231283101200"
PROVINCE = "230000000000"


def id_number(number: int, born: str = "19700101") -> str:
    """Somebody's: the district 230199 was never assigned, so nobody's."""
    first = f"230199{born}{number:03d}"
    return first + check_character(first)


def a_household(office: Visitor, **head: Any) -> httpx.Response:
    """A registered one with a single member, 王示例."""
    member = {
        "member_no": "1",
        "name": "王示例",
        "id_number": id_number(7),
        "relation": "HEAD",
        "labour_skill": "ORDINARY",
    }
    row = {
        "household_no": "H-1",
        "village_code": VILLAGE,
        "attribute": "GENERAL_POOR",
        "main_cause": "NO_CAPITAL",
        "statuses": [{"status": "REGISTERED", "valid_from": "2014-01-01"}],
        "members": [member | head],
        "as_at": "2014-12-31",
    }
    return office.post("/v1/registry/households", json=row)


def a_contract(bank: Visitor, contract_no: str = "C-1", **said: Any) -> httpx.Response:
    """A loan of 王示例 in which nothing is wrong but what is said."""
    row = {
        "contract_no": contract_no,
        "branch_division": COUNTY,
        "borrower_name": "王示例",
        "borrower_id_number": id_number(7),
        "kind": "NEW",
        "product": "POVERTY_MICRO",
        "principal": "30000.00",
        "annual_rate": "0.0435",
        "convention": "ITEM_YMD",
        "settlement": "AT_MATURITY",
        "applied_on": "2018-01-05",
        "signed_on": "2018-01-09",
        "disbursed_on": "2018-01-09",
        "matures_on": "2019-01-09",
        "purpose": "PLANTING",
        "actual_user": {"kind": "HOUSEHOLD"},
        "guarantee": "NONE",
        "balance": "30000.00",
        "overdue_principal": "0.00",
        "five_class": 1,
        "as_at": "2018-01-31",
    }
    return bank.post("/v1/loans/contracts", json=row | said)


def a_finding(screening_id: str) -> dict[str, Any]:
    """What a judge announces of one loan."""
    return {
        "screening_id": screening_id,
        "household_key": str(new_id()),
        "rule_id": "LOAN-12",
        "verdict": "not_met",
        "subject_kind": "loan",
        "agency": "BANK-A",
        "contract_no": "C-1",
        "division": COUNTY,
        "figures": {"purpose": "HOUSE_BUILDING"},
        "missing": [],
        "citation": "银保监发〔2019〕24号",
        "certainty": "stated",
        "judged_at": "2018-07-01T00:00:00+00:00",
    }
