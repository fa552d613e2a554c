"""A snapshot tells what stands and where to go on; a manifest, what should have been read."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from anyio.from_thread import BlockingPortal

from jinqiao.exchange import Exchange
from kernel import clock
from tests.insurance import scene
from tests.sharing.conftest import Event, fetched_from, read_all, snapshot
from tests.sharing.standing import standing
from tests.story import (
    COUNTY,
    a_contract,
    a_household,
    a_line,
    a_person,
    a_repayment,
    declare,
    push,
    reported_again,
)
from tests.subsidy.claiming import FIRST, LAST, a_claim, a_claim_line, a_loan, a_town
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Drain = Callable[[], None]
SERVICES = ("gateway", "registry", "loans", "subsidy", "insurance", "rectification")


class Sister(Visitor):
    """A sister service, which reads with a token of the exchange's own."""

    def __init__(self, send: Callable[..., httpx.Response]) -> None:
        super().__init__(send, "EXCHANGE", "worker", "")

    def _with_token(self, method: str, path: str, **more: Any) -> httpx.Response:
        return self._send(method, path, **more)


@pytest.fixture
def sister(portal: BlockingPortal, exchange: Exchange) -> Sister:
    """Any of our own services."""
    client = exchange.worker.feeds
    return Sister(lambda method, path, **m: portal.call(partial(client.request, method, path, **m)))


@pytest.fixture
def story(visit: Visit, office: Visitor, drain: Drain) -> dict[str, Visitor]:
    """A county in which everything has happened once, and something twice."""
    town = a_town(visit)
    insurer = visit("insurer")
    wang = a_person()
    household = a_household(wang)
    loan = a_contract(wang)
    push(office, "households", household)
    push(town.bank, "contracts", loan)
    line = a_line(loan, "2018-03-05", "2018-06-05", "43.75")
    push(town.bank, "interest-lines", line)
    push(town.bank, "interest-lines", line | {"amount": "44.00", "source_version": 2})
    push(town.bank, "repayments", a_repayment(loan, "1000.00", "2018-07-01"))
    refund = {"refund_no": "R1", "amount": "1.00", "paid_on": "2018-08-01", "cause": "RATE_EXCESS"}
    push(town.bank, "refunds", refund | {"contract_no": loan["contract_no"], "to": "HOUSEHOLD"})
    push(town.bank, "contracts", reported_again(loan, "2018-12-31", balance="9000.00"))
    need = {"need_no": "N1", "household_no": household["household_no"], "amount": "5000.00"}
    push(office, "needs", need | {"use": "养鸡", "raised_on": "2018-02-01", "state": "OPEN"})
    declare(office, "households")
    declare(town.bank, "contracts", division="230231")
    claimed = a_loan(town)
    paid = {"payment_no": "P1", "county": COUNTY, "bank": town.bank.agency, "amount": "175.00"}
    paid |= {"period_start": FIRST, "period_end": LAST, "paid_on": "2019-03-20"}
    drain()
    push(town.bureau, "payments", paid | {"contract_no": claimed["contract_no"]})
    claim = a_claim(a_claim_line(claimed))
    made = town.bank.post("/v1/subsidy/claims", json=claim).json()["claim"]["claim_id"]
    submitted = town.bank.post(f"/v1/subsidy/claims/{made}/submit", json={"on": "2019-03-15"})
    assert submitted.status_code == 200, submitted.text
    someone = {"name": wang.name, "id_number": wang.id_number}
    scene.sell(insurer, scene.FIXED)
    scene.insure(insurer, someone)
    scene.happen(office, someone)
    scene.claim(insurer, someone)
    push(
        insurer,
        "claim-status-changes",
        {"claim_no": "C1", "version": 1, "state": "FILED", "on": "2018-08-21"},
    )
    drawn = {"name": "抽查", "source": "审计", "contract_nos": [{"bank": "B1", "contract_no": "1"}]}
    assert town.supervisor.post("/v1/rectification/samples", json=drawn).status_code == 201
    worker = visit("supervisor", agency=town.supervisor.agency, kind="OFFICER")
    item = {"category": 1, "source": "SELF_FOUND", "division": "230231", "measure": "逐户核实"}
    item |= {"description": "自查发现一笔", "on": "2019-06-01"}
    assert worker.post("/v1/rectification/items", json=item).status_code == 201
    drain()
    return {
        "bank": town.bank,
        "insurer": insurer,
        "office": office,
        "bureau": town.bureau,
        "supervisor": town.supervisor,
    }


def test_a_snapshot_tells_a_sister_service_what_its_feed_has_told(
    story: dict[str, Visitor], sister: Sister, drain: Drain
) -> None:
    for service in SERVICES:
        head, rows = snapshot(sister, service, drain)
        events = read_all(sister, service)

        assert standing(rows) == standing([e for e in events if e["position"] <= head["position"]])
        assert standing(rows), service


def test_every_reader_finds_in_a_snapshot_what_the_feed_has_told_him(
    story: dict[str, Visitor], drain: Drain
) -> None:
    found: dict[str, int] = {}
    asked = {
        (who, service): reader.post(f"/v1/{service}/snapshots", json={}).headers["Location"]
        for service in SERVICES
        for who, reader in story.items()
    }
    drain()
    for service in SERVICES:
        for who, reader in story.items():
            head, rows = fetched_from(reader, asked[who, service])
            told = read_all(reader, service)
            before: list[Event] = [e for e in told if e["position"] <= head["position"]]
            assert standing(rows) == standing(before), (who, service)
            found[who] = found.get(who, 0) + len(rows)
    assert min(found.values()) > 5, found


def test_whoever_takes_a_snapshot_may_read_on_under_his_new_grants(
    visit: Visit, operator: Visitor, office: Visitor, drain: Drain
) -> None:
    far = visit("poverty_office", divisions=["230281"])
    push(far, "households", a_household(a_person(), village_code="230281100200"))
    drain()
    bank = visit("bank")
    end = bank.get("/v1/registry/feed").json()["next_after"]
    said = {"code": bank.agency, "name": "行", "agency_type": "BANK", "source_version": 2}
    said |= {"divisions": ["230231", "230281"]}
    assert operator.post("/v1/agencies", json=said).status_code == 200
    bank._token = ""

    assert bank.get("/v1/registry/feed", params={"after": end}).status_code == 410
    head, rows = snapshot(bank, "registry", drain)
    push(far, "households", a_household(a_person(), village_code="230281100200"))
    drain()
    on = bank.get("/v1/registry/feed", params={"after": head["position"]})

    assert [row["type"] for row in rows] == ["household.recorded"]
    assert len(on.json()["items"]) == 1
    stranger = visit("bank")
    seen = [
        stranger.get(f"/v1/registry/snapshots/{head['snapshot_id']}{part}").status_code
        for part in ("", "/rows")
    ]
    assert seen == [404, 404]
    assert stranger.get("/v1/registry/snapshots").json()["items"] == []
    [own] = bank.get("/v1/registry/snapshots").json()["items"]
    assert own["snapshot_id"] == head["snapshot_id"]

    less = said | {"divisions": ["230231"], "source_version": 3}
    assert operator.post("/v1/agencies", json=less).status_code == 200
    bank._token = ""
    no_more = bank.get(f"/v1/registry/snapshots/{head['snapshot_id']}/rows")
    assert (no_more.status_code, no_more.json()["code"]) == (410, "snapshot-required")


def test_a_manifest_proves_that_nothing_was_missed(
    visit: Visit, office: Visitor, drain: Drain
) -> None:
    for _ in range(3):
        push(office, "households", a_household(a_person()), a_household(a_person()))
    drain()
    bank, far = visit("bank"), visit("bank", divisions=["230281"])
    events = read_all(bank, "registry")
    today = clock.today()

    def manifest(reader: Visitor, day: Any, **asked: Any) -> Any:
        answer = reader.get(f"/v1/registry/manifests/{day}", params=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def mine(m: Any, events: list[Event]) -> tuple[int, str]:
        found = sorted(
            (e["position"], e["id"]) for e in events if m["after"] < e["position"] <= m["until"]
        )
        text = chr(10).join(id for _, id in found)
        return len(found), hashlib.sha256(text.encode()).hexdigest()

    whole = manifest(bank, today)
    assert (whole["count"], whole["root"]) == mine(whole, events)
    assert (whole["count"], whole["is_final"], whole["after"]) == (6, False, 0)
    assert mine(whole, events[:2] + events[3:]) != (whole["count"], whole["root"])
    lost = manifest(bank, today, after=events[1]["position"], until=events[2]["position"])
    assert (lost["count"], lost["root"]) == mine(lost, events[2:3])
    nothing = manifest(far, today)
    assert (nothing["count"], nothing["root"]) == (0, hashlib.sha256(b"").hexdigest())
    assert manifest(bank, today, types="need.recorded")["count"] == 0
    yesterday = manifest(bank, today - timedelta(days=1))
    assert (yesterday["count"], yesterday["is_final"], yesterday["until"]) == (0, True, 0)
    path = "/v1/registry/manifests"
    assert bank.get(f"{path}/{today + timedelta(days=1)}").status_code == 404
    assert bank.get(f"{path}/{today}", params={"until": 10**6}).status_code == 404
    assert bank.get(f"{path}/0").status_code == 404, "a number is no day"
