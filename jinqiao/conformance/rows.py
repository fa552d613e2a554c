"""Rows that are pushed: each of a person who has never been, and whom nobody else names."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

from kernel.people import check_character

Row = dict[str, Any]


def _id_number() -> str:
    chosen = uuid4().int
    born = date(1960, 1, 1) + timedelta(days=chosen % 12_000)
    first_17 = f"230199{born:%Y%m%d}{chosen // 12_000 % 1000:03d}"
    return first_17 + check_character(first_17)


def contract(serial: str, county: str) -> Row:
    """A loan of this number to one person."""
    return {
        "contract_no": serial,
        "branch_division": county,
        "borrower_name": "张三",
        "borrower_id_number": _id_number(),
        "kind": "NEW",
        "product": "POVERTY_MICRO",
        "principal": "50000.00",
        "annual_rate": "0.0435",
        "convention": "ITEM_YMD",
        "settlement": "QUARTERLY",
        "applied_on": "2018-03-01",
        "signed_on": "2018-03-05",
        "disbursed_on": "2018-03-05",
        "matures_on": "2019-03-05",
        "purpose": "BREEDING",
        "guarantee": "NONE",
        "balance": "50000.00",
        "overdue_principal": "0.00",
        "five_class": 1,
        "as_at": "2018-03-31",
    }


def product(serial: str) -> Row:
    """A product of this number."""
    liability = {"kind": "ACCIDENT_DEATH", "basis": "FIXED", "sum": "50000.00"}
    return {
        "product_code": serial,
        "liabilities": [{**liability, "shared_by_household": False}],
    }


def policy(serial: str, product_code: str) -> Row:
    """A policy of this number for one person."""
    return {
        "policy_no": serial,
        "product_code": product_code,
        "valid_from": "2018-01-01",
        "valid_to": "2019-01-01",
        "covered": [{"name": "张三", "id_number": _id_number()}],
    }


def household(serial: str, county: str) -> Row:
    """A household of this number with one member."""
    return {
        "household_no": serial,
        "village_code": f"{county}100200",
        "attribute": "GENERAL_POOR",
        "main_cause": "NO_CAPITAL",
        "statuses": [{"status": "REGISTERED", "valid_from": "2015-01-01"}],
        "members": [
            {
                "member_no": "1",
                "name": "张三",
                "id_number": _id_number(),
                "relation": "HEAD",
                "labour_skill": "ORDINARY",
            }
        ],
        "as_at": "2018-03-31",
    }
