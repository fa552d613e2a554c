"""What tests of insurance push: people who cannot exist, households, policies, incidents."""

import json
from typing import Any

import httpx

from kernel.people import check_character
from tests.visitor import Visitor

VILLAGE = "230129100200"
YEAR = ("2018-01-01", "2019-01-01")
EVER = ("2010-01-01", "2030-01-01")

FIXED = {"kind": "ACCIDENT_MEDICAL", "basis": "FIXED", "sum": "500.00"}
PER_DAY = {"kind": "HOSPITAL_ALLOWANCE", "basis": "PER_DAY", "sum": "30.00"}
LOSS = {"kind": "ACCIDENT_DISABILITY", "basis": "LOSS", "sum": "3000.00"}
SHARED = {"kind": "ACCIDENT_DEATH", "basis": "FIXED", "sum": "100.00", "shared_by_household": True}


def person(born: str = "1970-05-06", nth: int = 1) -> dict[str, str]:
    """Name and ID number of a person; the number's district was never assigned to anyone."""
    first_17 = "230199" + born.replace("-", "") + f"{nth:03}"
    return {"name": "李测试", "id_number": first_17 + check_character(first_17)}


def put(visitor: Visitor, path: str, row: dict[str, Any]) -> httpx.Response:
    """Push one row that the exchange must take."""
    answer = visitor.post(path, json=row)
    assert answer.status_code in (200, 201, 202), answer.text
    return answer


def register(
    office: Visitor,
    *people: dict[str, Any],
    no: str = "H1",
    village: str = VILLAGE,
    statuses: list[dict[str, str]] | None = None,
    **more: Any,
) -> None:
    """Push a household of these people, registered since 2016 unless `statuses` says otherwise."""
    members = [
        {"member_no": f"{number}", "relation": "HEAD" if number == 1 else "OTHER", **each}
        for number, each in enumerate(people, start=1)
    ]
    row = {
        "household_no": no,
        "village_code": village,
        "attribute": "GENERAL_POOR",
        "main_cause": "ILLNESS",
        "statuses": [{"status": "REGISTERED", "valid_from": "2016-01-01"}]
        if statuses is None
        else statuses,
        "members": members,
        **more,
    }
    put(office, "/v1/registry/households", row)


def insure(
    insurer: Visitor,
    *people: dict[str, Any],
    no: str = "P1",
    days: tuple[str, str] = YEAR,
    **more: Any,
) -> httpx.Response:
    """Push a policy that covers these people."""
    row = {
        "policy_no": no,
        "product_code": "FP",
        "valid_from": days[0],
        "valid_to": days[1],
        "covered": list(people),
        **more,
    }
    return put(insurer, "/v1/insurance/policies", row)


def sell(insurer: Visitor, *liabilities: dict[str, Any], **more: Any) -> None:
    """Push the product under which policies are sold here."""
    rows = [{"shared_by_household": False, **liability} for liability in liabilities]
    row = {"product_code": "FP", "liabilities": rows, **more}
    put(insurer, "/v1/insurance/products", row)


def happen(office: Visitor, to: dict[str, str], *, no: str = "I1", **more: Any) -> httpx.Response:
    """Push an incident of this person: an accident that needed a doctor, on 1 August 2018."""
    row = {"incident_no": no, "kind": "ACCIDENT_MEDICAL", "on": "2018-08-01", **to, **more}
    return put(office, "/v1/insurance/incidents", row)


def claim(insurer: Visitor, to: dict[str, str], *, no: str = "C1", **more: Any) -> httpx.Response:
    """Push a claim that answers the incident of `happen`, reported in time."""
    row = {
        "claim_no": no,
        "policy_no": "P1",
        "id_number": to["id_number"],
        "kind": "ACCIDENT_MEDICAL",
        "incident_on": "2018-08-01",
        "reported_on": "2018-08-20",
        "incident_no": "I1",
        **more,
    }
    return put(insurer, "/v1/insurance/claims", row)


def declare(
    visitor: Visitor, kind: str, days: tuple[str, str] = EVER, division: str | None = None
) -> None:
    """Say that everything of one kind has been pushed."""
    row = {"kind": kind, "valid_from": days[0], "valid_to": days[1], "rows": 1}
    put(visitor, "/v1/insurance/declarations", row | ({"division": division} if division else {}))


def push(visitor: Visitor, things: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Push rows in bulk, none of which may be refused."""
    body = "\n".join(json.dumps(row) for row in rows).encode()
    ndjson = {"Content-Type": "application/x-ndjson"}
    answer = visitor.post(f"/v1/insurance/bulk/{things}", content=body, headers=ndjson)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    assert told["rejected"] == 0, told["results"]
    return told


def a_change(no: str, version: int, state: str, on: str, **more: Any) -> dict[str, Any]:
    """A claim came into another state on a day."""
    return {"claim_no": no, "version": version, "state": state, "on": on, **more}


def a_story(no: str, *steps: str, **of_states: dict[str, Any]) -> list[dict[str, Any]]:
    """The changes of a claim, each told as "STATE day"; `of_states` are other fields by state."""
    told = [step.split() for step in steps]
    return [
        a_change(no, version, state, on, **of_states.get(state, {}))
        for version, (state, on) in enumerate(told, start=1)
    ]


def a_claim(to: dict[str, str], no: str, reported_on: str, **more: Any) -> dict[str, Any]:
    """A claim under the policy P1 for an accident of 1 August 2018 that no office told of."""
    return {
        "claim_no": no,
        "policy_no": "P1",
        "id_number": to["id_number"],
        "kind": "ACCIDENT_MEDICAL",
        "incident_on": "2018-08-01",
        "reported_on": reported_on,
    } | more
