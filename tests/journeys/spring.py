"""A spring in Baiquan: a household, a loan too large, a screening, and putting it right.

Every service takes part, and each kind of answer: single and bulk, streamed and binary, refused by
law and refused as a request.
"""

import gzip
import json
from collections.abc import Callable
from typing import Any

from kernel.people import check_character
from tests.loans.questions import PATH as CHECKS
from tests.loans.questions import asking
from tests.rectification.ledger import ITEMS, PDF
from tests.story import Person, a_contract, a_household, a_member, a_repayment
from tests.visitor import Send, Visitor

ZHANG = Person("张三", "230199197506150017")
NOBODY = Person("李四", "23019919800101001" + check_character("23019919800101001"))
NDJSON = {"Content-Type": "application/x-ndjson"}
BUDGET = "/v1/subsidy/budgets/230231/2018"

_AGENCIES = {
    "office": ("poverty_office", "POVERTY_OFFICE", "230231"),
    "bank": ("bank", "BANK", "230231"),
    "bureau": ("finance_bureau", "FINANCE_BUREAU", "230231"),
    "insurer": ("insurer", "INSURER", "230231"),
    "supervisor": ("supervisor", "SUPERVISOR", "230000"),
}


def spring(send: Send, operator: tuple[str, str], drain: Callable[[], None]) -> None:
    """Live through it. Nothing is asserted but what the next step rests on."""
    people = _let_in(Visitor(send, "OPERATOR", *operator), send)
    office, bank, insurer = people["office"], people["bank"], people["insurer"]
    _register(office)
    drain()
    _push(bank, insurer)
    drain()
    _ask_and_lend(bank, office, drain)
    drain()
    _put_right(people, drain)
    _refusals(send, people)


def _let_in(operator: Visitor, send: Send) -> dict[str, Visitor]:
    people = {}
    for who, (role, kind, division) in _AGENCIES.items():
        agency = {"code": who, "name": f"机构{who}", "agency_type": kind, "divisions": [division]}
        operator.post("/v1/agencies", json=agency)
        for of_whom, sort in ((who, "SYSTEM"), (f"{who}'s officer", "OFFICER")):
            said = {"agency": who, "role": role, "kind": sort, "name": "张三"}
            made = operator.post("/v1/clients", json=said).json()
            people[of_whom] = Visitor(send, who, made["client_id"], made["client_secret"])
            people[of_whom].ask_token()
    operator.get("/v1/clients", params={"agency": "bank"})
    return people


def _household() -> dict[str, Any]:
    member = a_member(ZHANG, member_no="1")
    return a_household(member, household_no="2302310001")


def _loan(number: int, **fields: Any) -> dict[str, Any]:
    return a_contract(ZHANG, contract_no=f"BQ-2018-{number:04}", **fields)


def _register(office: Visitor) -> None:
    household = _household()
    office.post("/v1/registry/households", json=household)
    office.post("/v1/registry/households", json=household)
    office.post("/v1/registry/households", json=household | {"village_code": "230231100201"})
    found = office.get("/v1/registry/households", params={"household_no": "2302310001"})
    one = f"/v1/registry/households/{found.json()['items'][0]['household_id']}"
    office.get(one)
    for purpose in ("ASSISTANCE", "LENDING", "CURIOSITY"):
        office.get(one, headers={"X-Purpose": purpose})
    office.post("/v1/audit/usage-queries", json={"id_number": ZHANG.id_number, "name": ZHANG.name})
    office.post("/v1/audit/usage-queries", json={"id_number": NOBODY.id_number})


def _push(bank: Visitor, insurer: Visitor) -> None:
    for person in (ZHANG, NOBODY):
        asked = {"name": person.name, "id_number": person.id_number, "as_of": "2018-03-05"}
        bank.post("/v1/registry/person-lookups", json=asked)
    declared = {"kind": "contracts", "valid_from": "2018-01-01", "valid_to": "2019-01-01"}
    bank.post("/v1/loans/declarations", json=declared | {"rows": 0})
    liability = {"kind": "ACCIDENT_DEATH", "basis": "FIXED", "sum": "50000.00"}
    product = {
        "product_code": "FP-2018",
        "liabilities": [liability | {"shared_by_household": False}],
    }
    insurer.post("/v1/insurance/products", json=product)
    policy = {
        "policy_no": "P-2018-0001",
        "product_code": "FP-2018",
        "valid_from": "2018-01-01",
        "valid_to": "2019-01-01",
        "covered": [{"name": ZHANG.name, "id_number": ZHANG.id_number}],
    }
    insurer.post("/v1/insurance/policies", json=policy)


def _ask_and_lend(bank: Visitor, office: Visitor, drain: Callable[[], None]) -> None:
    key = {"Idempotency-Key": "spring/1"}
    question = asking(ZHANG, amount="30000.00", reserve=True)
    asked = bank.post(CHECKS, json=question, headers=key)
    bank.post(CHECKS, json=question, headers=key)
    bank.post(CHECKS, json=question | {"amount": "1.00"}, headers=key)
    bank.get(asked.headers["Location"])
    bank.get("/v1/loans/reservations", params={"limit": 1})
    many = "\n".join(json.dumps(asking(each)) for each in (ZHANG, NOBODY)).encode()
    bank.post("/v1/loans/bulk/eligibility-checks", content=many, headers=NDJSON)
    rows = [_loan(1, principal="50000.01"), _loan(2, principal="-1"), _loan(3, kind="WRONG")]
    file = "\n".join(json.dumps(row) for row in rows).encode()
    gzipped = {**NDJSON, "Content-Encoding": "gzip"}
    packed = gzip.compress(file, mtime=0)
    dry = {"dry_run": "true"}
    bank.post("/v1/loans/bulk/contracts", content=packed, headers=gzipped, params=dry)
    bank.post("/v1/loans/bulk/contracts", content=packed, headers=gzipped)
    late = {**NDJSON, "Prefer": "respond-async"}
    one = json.dumps(_loan(4, principal="1000.00")).encode()
    job = bank.post("/v1/loans/bulk/contracts", content=one, headers=late)
    drain()
    bank.get(job.headers["Location"])
    bank.get(job.headers["Location"], params={"after_event": "not-an-id"})
    paid = a_repayment(_loan(1), "0.01", "2018-04-01", repayment_no="1")
    csv = ",".join(paid) + "\n" + ",".join(map(str, paid.values())) + "\n"
    bank.post(
        "/v1/loans/bulk/repayments", content=csv.encode(), headers={"Content-Type": "text/csv"}
    )
    bank.get("/v1/loans/contracts", params={"contract_no": "BQ-2018-0001"})
    quote = {"convention": "ITEM_YMD", "principal": "50000.00", "annual_rate": "0.0435"}
    bank.post(
        "/v1/loans/interest-quotes", json=quote | {"start": "2018-03-05", "end": "2019-03-05"}
    )
    office.get("/v1/loans/contracts", params={"limit": 1})


def _put_right(people: dict[str, Visitor], drain: Callable[[], None]) -> None:
    supervisor, officer = people["supervisor"], people["supervisor's officer"]
    worker, bureau = people["bank's officer"], people["bureau"]
    run = supervisor.post("/v1/rectification/screenings", json={"business_date": "2018-06-30"})
    drain()
    supervisor.get(run.headers["Location"])
    query = {"screening": run.json()["screening_id"], "limit": "200"}
    found = supervisor.get("/v1/rectification/findings", params=query).json()["items"]
    people["bank"].get("/v1/rectification/findings", params=query)
    over = next(
        each
        for each in found
        if (each["rule_id"], each["contract_no"]) == ("LOAN-08", "BQ-2018-0001")
    )
    supervisor.get(f"/v1/rectification/findings/{over['finding_id']}")
    asked = {
        "category": 6,
        "source": "AUDIT",
        "finding_ids": [over["finding_id"]],
        "measure": "收回超限部分",
        "on": "2018-07-01",
    }
    item = officer.post(ITEMS, json=asked)
    assert item.status_code == 201, item.text
    drain()  # it is entered late, and reminded of by the worker
    officer.post(ITEMS, json=asked)
    where = item.headers["Location"]
    worker.post(f"{where}/start", json={"on": "2018-07-02"})
    worker.post(f"{where}/start", json={"on": "2018-07-02"})
    shown = {"Content-Type": "application/pdf"}
    file = worker.post(f"{where}/evidence", content=PDF, headers=shown, params={"title": "回单"})
    worker.get(file.headers["Location"])
    worker.post(f"{where}/complete", json={"on": "2018-07-03"})
    drain()
    worker.post(f"{where}/close", json={"on": "2018-07-04", "statement": "已整改"})
    officer.post(f"{where}/close", json={"on": "2018-07-04", "statement": "已整改"})
    officer.get(where)
    supervisor.get("/v1/rectification/reports/2019-06-20", params={"format": "json"})
    supervisor.get("/v1/rectification/reports/2019-06-20", params={"format": "xlsx"})
    bureau.get(BUDGET)
    bureau.put(BUDGET, json={"amount": "1000.00"})
    bureau.put(BUDGET, json={"amount": "2000.00"})
    tag = bureau.get(BUDGET).headers["ETag"]
    bureau.put(BUDGET, json={"amount": "2000.00"}, headers={"If-Match": '"0"'})
    bureau.put(BUDGET, json={"amount": "2000.00"}, headers={"If-Match": tag})


def _refusals(send: Send, people: dict[str, Visitor]) -> None:
    bank, insurer = people["bank"], people["insurer"]
    send("GET", "/v1/loans/contracts")
    send("GET", "/v1/loans/contracts", headers={"Authorization": "Bearer x"})
    for service in ("registry", "loans", "subsidy", "insurance", "rectification"):
        bank.get(f"/v1/{service}/nothing")
        bank.delete(f"/v1/{service}/feed")
        bank.get(f"/v1/{service}/jobs/x")
    insurer.get("/v1/loans/contracts")
    bank.get("/v1/loans/contracts", params={"colour": "red"})
    bank.post("/v1/loans/contracts", content=b"{", headers={"Content-Type": "application/json"})
    bank.post("/v1/loans/contracts", content=b"x", headers={"Content-Type": "text/plain"})
    bank.post("/v1/loans/contracts", json=_loan(5, borrower_id_number="230199197506150018"))
    bank.post("/v1/loans/contracts", content=b"[" + b" " * 1_100_000 + b"]", headers=_JSON)
    bank.get("/v1/loans/contracts/%2e%2e%2fagencies")
    bank.get("/v1/insurance/suspected-claims")
    for language in ("zh-CN", "en"):
        bank.get("/v1/rulebook", headers={"Accept-Language": language})
    send("GET", "/healthz")


_JSON = {"Content-Type": "application/json"}
