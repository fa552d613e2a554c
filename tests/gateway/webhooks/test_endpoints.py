"""Endpoints: each agency its own, at hosts the operator approved; keys shown once and rotated."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.gateway.webhooks.receiving import LOOPBACK, Receiver
from tests.story import a_contract, a_person, push
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Drain = Callable[[], None]
Listening = Callable[..., dict[str, Any]]
Later = Callable[..., None]
Sql = Callable[..., list[Any]]

ENDPOINTS = "/v1/webhooks/endpoints"
PARTNER = {"host": "hooks.partner.cn", "cidrs": ["10.23.4.0/24"]}


def approved(operator: Visitor, visitor: Visitor, **fields: Any) -> dict[str, Any]:
    said = {"agency": visitor.agency, **PARTNER, **fields}
    answer = operator.post("/v1/webhooks/hosts", json=said)
    assert answer.status_code in (200, 201), answer.text
    found: dict[str, Any] = answer.json()
    return found


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_an_operator_approves_a_host_for_one_agency(visit: Visit, operator: Visitor) -> None:
    bank, other = visit("bank"), visit("bank")
    url = {"url": "https://hooks.partner.cn/jinqiao"}
    assert code_of(bank.post(ENDPOINTS, json=url)) == (422, "host-not-approved")

    host = approved(operator, bank)["host"]

    assert approved(operator, bank)["outcome"] == "unchanged"
    assert bank.post(ENDPOINTS, json=url).status_code == 201
    assert code_of(other.post(ENDPOINTS, json=url)) == (422, "host-not-approved")
    assert code_of(bank.post("/v1/webhooks/hosts", json={})) == (403, "forbidden")
    assert [each["host"] for each in bank.get("/v1/webhooks/hosts").json()["items"]] == [
        "hooks.partner.cn"
    ]
    assert other.get("/v1/webhooks/hosts").json()["items"] == []
    assert other.get(f"/v1/webhooks/hosts/{host['host_id']}").status_code == 404
    moved = approved(operator, bank, cidrs=["10.23.5.0/24"])
    assert moved["host"]["host_id"] != host["host_id"]
    at = f"/v1/webhooks/hosts/{moved['host']['host_id']}"
    assert operator.post(f"{at}/withdraw").json()["withdrawn_at"]
    assert code_of(bank.post(ENDPOINTS, json={"url": url["url"] + "/2"}))[0] == 422
    listed = operator.get("/v1/webhooks/hosts", params={"agency": bank.agency}).json()["items"]
    assert [bool(each["withdrawn_at"]) for each in listed] == [True, True]


REFUSED_HOSTS: list[tuple[dict[str, Any], str]] = [
    ({"agency": "NOBODY"}, "unknown-agency"),
    ({"host": "10.23.4.5"}, "host-is-no-name"),
    ({"host": "2130706433"}, "host-is-no-name"),
    ({"host": "hooks.partner.cn:8443"}, "host-is-no-name"),
    ({"cidrs": ["0.0.0.0/0"]}, "cidr-not-approvable"),
    ({"cidrs": ["10.23.4.0/24", "169.254.0.0/16"]}, "cidr-not-approvable"),
    ({"cidrs": ["64:ff9b::/96"]}, "cidr-not-approvable"),
    ({"cidrs": ["10.23.4.5/24"]}, "cidr-not-approvable"),
    ({"cidrs": ["anywhere"]}, "cidr-not-approvable"),
    ({"cidrs": []}, "invalid-body"),
]


def test_an_operator_cannot_approve_what_leads_inside(visit: Visit, operator: Visitor) -> None:
    said = {"agency": visit("bank").agency, **PARTNER}

    for fields, code in REFUSED_HOSTS:
        answer = operator.post("/v1/webhooks/hosts", json={**said, **fields})
        assert code_of(answer) == (422, code), fields


def test_a_url_must_be_of_https_and_a_name(visit: Visit, operator: Visitor) -> None:
    bank = visit("bank")
    approved(operator, bank)

    for url, code in {
        "http://hooks.partner.cn/": "port-not-open",
        "https://hooks.partner.cn:22/": "port-not-open",
        "https://10.23.4.5/": "url-not-usable",
        "https://me@hooks.partner.cn/": "url-not-usable",
        "https://www.partner.cn/": "host-not-approved",
    }.items():
        refused = bank.post(ENDPOINTS, json={"url": url})
        assert code_of(refused) == (422, code)
        assert url not in refused.text
    url = "https://hooks.partner.cn/"
    for types in (["contract.record"], ["contract.recorded", "finding.raised"]):
        refused = bank.post(ENDPOINTS, json={"url": url, "types": types})
        assert code_of(refused) == (422, "unknown-type")


def test_an_agency_changes_disables_and_deletes_its_endpoint(
    visit: Visit, operator: Visitor
) -> None:
    bank, other = visit("bank"), visit("bank")
    approved(operator, bank)
    said = {"url": "https://hooks.partner.cn/a", "types": ["contract.recorded"], "signing": "v1"}
    made = bank.post(ENDPOINTS, json=said)
    again = bank.post(ENDPOINTS, json=said)
    at = f"{ENDPOINTS}/{made.json()['endpoint']['endpoint_id']}"

    assert made.json()["secret"].startswith("whsec_")
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    assert again.json()["secret"] is None
    assert code_of(bank.post(ENDPOINTS, json={"url": said["url"]})) == (409, "endpoint-known")
    assert "secret" not in bank.get(at).json()
    assert other.get(at).status_code == other.delete(at).status_code == 404
    assert other.post(f"{at}/rotate").status_code == other.post(f"{at}/disable").status_code == 404
    assert other.get(ENDPOINTS, params={"agency": bank.agency}).json()["items"] == []
    assert operator.get(ENDPOINTS, params={"agency": bank.agency}).json()["items"]

    etag = bank.get(at).headers["ETag"]
    changed = {**said, "types": None, "description": "台账系统"}
    assert bank.put(at, json=changed).status_code == 428
    assert bank.put(at, json=changed, headers={"If-Match": '"9"'}).status_code == 412
    done = bank.put(at, json=changed, headers={"If-Match": etag})
    assert (done.json()["types"], done.json()["version"]) == (None, 2)
    assert bank.put(at, json=changed, headers={"If-Match": etag}).status_code == 412
    fixed = bank.put(at, json={**changed, "signing": "v1a"}, headers={"If-Match": "*"})
    assert code_of(fixed) == (422, "signing-fixed")

    assert operator.post(f"{at}/disable").json()["disabled_because"] == "asked"
    assert code_of(bank.post(f"{at}/send-example")) == (409, "endpoint-disabled")
    assert bank.post(f"{at}/enable").json()["disabled_at"] is None
    assert bank.delete(at).status_code == 428
    assert bank.delete(at, headers={"If-Match": "*"}).status_code == 204
    assert bank.get(at).status_code == 404
    assert bank.post(ENDPOINTS, json=said).status_code == 201


@pytest.mark.parametrize("signing", ["v1", "v1a"])
def test_a_key_is_rotated_without_a_gap(
    visit: Visit,
    drain: Drain,
    listening: Listening,
    receiver: Receiver,
    later: Later,
    signing: str,
) -> None:
    bank = visit("bank")
    endpoint = listening(bank, signing=signing)
    at = f"{ENDPOINTS}/{endpoint['endpoint_id']}"
    old = endpoint["secret"] or endpoint["public_keys"][0]

    rotated = bank.post(f"{at}/rotate").json()
    new = rotated["secret"] or rotated["public_key"]
    assert new[:5] == old[:5]
    assert new != old
    bank.post(f"{at}/send-example")
    drain()
    later(timedelta(hours=24, seconds=1), bank)
    bank.post(f"{at}/send-example")
    drain()

    during, after = receiver.received
    assert during.fits(old)
    assert during.fits(new)
    assert not after.fits(old)
    assert after.fits(new)
    assert bank.get(at).json()["public_keys"] == ([new] if signing == "v1a" else [])


def test_keys_lie_encrypted(
    visit: Visit, listening: Listening, receiver: Receiver, sql: Sql
) -> None:
    bank = visit("bank")
    endpoint = listening(bank, signing="v1")

    [stored] = sql("gateway", "select * from webhook_key")

    assert b"whsec" not in stored["sealed"]
    assert endpoint["secret"].encode() not in stored["sealed"]


def test_too_many_keys_at_once_are_refused(visit: Visit, operator: Visitor) -> None:
    bank = visit("bank")
    approved(operator, bank)
    made = bank.post(ENDPOINTS, json={"url": "https://hooks.partner.cn/a"}).json()
    at = f"{ENDPOINTS}/{made['endpoint']['endpoint_id']}"

    codes = [bank.post(f"{at}/rotate").status_code for _ in range(11)]

    assert codes == [200] * 10 + [409]


def test_a_host_withdrawn_is_no_longer_reached_and_its_deliveries_wait(
    visit: Visit,
    operator: Visitor,
    drain: Drain,
    listening: Listening,
    receiver: Receiver,
    later: Later,
) -> None:
    bank = visit("bank")
    listening(bank)
    host = bank.get("/v1/webhooks/hosts").json()["items"][0]
    operator.post(f"/v1/webhooks/hosts/{host['host_id']}/withdraw")
    push(bank, "contracts", a_contract(a_person()))

    drain()
    [waiting] = bank.get("/v1/webhooks/deliveries").json()["items"]
    assert (waiting["state"], waiting["last_outcome"]) == ("waiting", "not-approved")
    assert receiver.received == []
    approved(operator, bank, host="localhost", cidrs=LOOPBACK)
    later(timedelta(seconds=10))
    drain()

    assert receiver.types == ["contract.recorded"]
