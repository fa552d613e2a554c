"""What stories are made of: people, rows that fill in what a story does not care about, pushes.

Agencies push their rows, the exchange works, a supervisor screens:

    wang = a_person()
    loan = a_contract(wang, principal="50000.01")
    push(office, "households", a_household(wang))
    push(bank, "contracts", loan)
    found = screened(supervisor, drain, "2019-06-01")
    assert found.verdict("LOAN-08", loan) == "not_met"

Everybody lives, lends and serves in Baiquan (230231) unless told otherwise.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any, NamedTuple

from kernel.people import check_character
from tests.visitor import Visitor

Row = dict[str, Any]

COUNTY = "230231000000"
VILLAGE = "230231100200"
SIGNED = "2018-03-05"
"""The day on which contracts are signed."""

SERVICE_OF = {
    "households": "registry",
    "needs": "registry",
    "payments": "subsidy",
    "products": "insurance",
    "policies": "insurance",
    "incidents": "insurance",
    "claims": "insurance",
    "claim-status-changes": "insurance",
}
"""Who takes which rows; loans takes all others."""

_serials = count(1)


class Person(NamedTuple):
    """Who is meant: a name and 18 characters nobody alive can bear."""

    name: str
    id_number: str


def a_person(born: str = "1975-06-15", *, name: str = "") -> Person:
    """Somebody born on a day, as if nobody else."""
    serial = next(_serials) % 1000
    first_17 = f"230199{born.replace('-', '')}{serial:03d}"
    return Person(name or f"王{serial}", first_17 + check_character(first_17))


def a_member(person: Person, certificate: str = "", **fields: Any) -> Row:
    """A person of a household; `certificate` are the digits that follow the ID number."""
    return {
        "member_no": str(next(_serials)),
        "name": person.name,
        "id_number": person.id_number + certificate,
        "relation": "HEAD",
        "labour_skill": "ORDINARY",
    } | fields


REGISTERED = (("REGISTERED", "2014-01-01"),)


def a_household(
    *members: Person | Row, statuses: Iterable[tuple[str, ...]] = REGISTERED, **fields: Any
) -> Row:
    """A household with these people and statuses: (status, from) or (status, from, to)."""
    dated = ("status", "valid_from", "valid_to")
    return {
        "household_no": f"2302{next(_serials):08d}",
        "village_code": VILLAGE,
        "attribute": "GENERAL_POOR",
        "main_cause": "NO_CAPITAL",
        "statuses": [dict(zip(dated, status, strict=False)) for status in statuses],
        "members": [a_member(m) if isinstance(m, Person) else m for m in members],
        "as_at": "2014-01-01",
    } | fields


def a_contract(borrower: Person, **fields: Any) -> Row:
    """A faultless poverty loan of one year, as its bank reported it on the day of signing."""
    signed_on = fields.get("signed_on", SIGNED)
    principal = fields.get("principal", "10000.00")
    drawn_on = fields.get("disbursed_on", signed_on)
    return {
        "contract_no": f"农{next(_serials)}",
        "branch_division": COUNTY,
        "borrower_name": borrower.name,
        "borrower_id_number": borrower.id_number,
        "kind": "NEW",
        "product": "POVERTY_MICRO",
        "principal": principal,
        "annual_rate": "0.0175",
        "convention": "ITEM_YMD",
        "settlement": "AT_MATURITY",
        "applied_on": signed_on,
        "signed_on": signed_on,
        "disbursed_on": drawn_on,
        "matures_on": a_year_after(drawn_on),
        "purpose": "PLANTING",
        "guarantee": "NONE",
        "wish_signed_on": signed_on,
        "actual_user": {"kind": "HOUSEHOLD"},
        "household_aware": True,
        "household_takes_part": True,
        "balance": principal,
        "overdue_principal": "0.00",
        "five_class": 1,
        "as_at": signed_on,
    } | fields


def a_year_after(day: str) -> str:
    """The same day of the next year; 28 February for the 29th."""
    year, rest = int(day[:4]) + 1, day[4:]
    return f"{year}{'-02-28' if rest == '-02-29' else rest}"


def reported_again(contract: Row, as_at: str, **changes: Any) -> Row:
    """What the bank says of a contract on a later day."""
    return (
        contract
        | {
            "as_at": as_at,
            "source_version": contract.get("source_version", 1) + 1,
        }
        | changes
    )


def a_line(contract: Row, start: str, end: str, amount: str, **fields: Any) -> Row:
    """Interest that the household paid for a period, on its last day."""
    return {
        "contract_no": contract["contract_no"],
        "line_no": str(next(_serials)),
        "kind": "NORMAL",
        "period_start": start,
        "period_end": end,
        "base": contract["principal"],
        "amount": amount,
        "settled_on": end,
        "borne_by": "HOUSEHOLD",
    } | fields


def a_repayment(contract: Row, principal: str, paid_on: str, **fields: Any) -> Row:
    """Principal paid back."""
    return {
        "contract_no": contract["contract_no"],
        "repayment_no": str(next(_serials)),
        "principal": principal,
        "interest": "0.00",
        "penalty": "0.00",
        "paid_on": paid_on,
    } | fields


def push(visitor: Visitor, things: str, *rows: Row) -> dict[str, Any]:
    """Push rows in bulk; the answer. None may be rejected."""
    answer = visitor.post(
        f"/v1/{SERVICE_OF.get(things, 'loans')}/bulk/{things}",
        content="\n".join(json.dumps(row) for row in rows).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert told["rejected"] == 0, told["results"]
    return told


def declare(
    visitor: Visitor, kind: str, since: str = "2014-01-01", until: str = "2030-01-01", **fields: Any
) -> None:
    """Say that what was pushed of one kind is everything for these days."""
    declaration = {"kind": kind, "valid_from": since, "valid_to": until, "rows": 0} | fields
    path = f"/v1/{SERVICE_OF.get(kind, 'loans')}/declarations"
    answer = visitor.post(path, json=declaration)
    assert answer.status_code == 201, answer.text


class Found:
    """What a screening found."""

    def __init__(self, findings: Iterable[dict[str, Any]]) -> None:
        self.findings = list(findings)

    def finding(self, rule_id: str, subject: Row) -> dict[str, Any] | None:
        """The finding of a rule on a contract, or on another row that bears its number."""
        names = ("contract_no", "household_no", "policy_no", "claim_no")
        number = next(name for name in names if name in subject)
        of_rule = [each for each in self.findings if each["rule_id"] == rule_id]
        found = [each for each in of_rule if each[number] == subject[number]]
        assert len(found) <= 1, found
        return found[0] if found else None

    def verdict(self, rule_id: str, subject: Row) -> str:
        """met, not_met or undetermined."""
        found = self.finding(rule_id, subject)
        return str(found["verdict"]) if found else "met"

    def verdicts(self, rule_id: str, subjects: Mapping[str, Row]) -> dict[str, str]:
        """The verdict on each of some subjects, by the subjects' names."""
        return {name: self.verdict(rule_id, row) for name, row in subjects.items()}


def screened(
    supervisor: Visitor, drain: Callable[[], None], business_date: str, *rules: str, **scope: Any
) -> Found:
    """Let everything that was pushed arrive and be judged; what was found."""
    asked = {"business_date": business_date, **({"rules": list(rules)} if rules else {}), **scope}
    answer = supervisor.post("/v1/rectification/screenings", json=asked)
    assert answer.status_code == 202, answer.text
    drain()
    query = {"screening": answer.json()["screening_id"], "limit": 200}
    pages = [supervisor.get("/v1/rectification/findings", params=query).json()]
    assert pages[0]["state"] == "judged", pages[0]
    while after := pages[-1]["next_after"]:
        pages.append(
            supervisor.get("/v1/rectification/findings", params={**query, "after": after}).json()
        )
    return Found(item for page in pages for item in page["items"])
