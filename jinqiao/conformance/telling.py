"""What a partner is told: webhooks of the exchange, as they come to a receiver of the kit."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx

from gateway.webhooks.signing import Signing
from gateway.webhooks.vocabulary import DISABLED
from jinqiao.conformance.duties import Duty, Unmet, same, status
from jinqiao.conformance.play import Play
from jinqiao.conformance.receiver import PATIENCE, Heard, Receiver, Receivers
from jinqiao.conformance.rows import Row

ENDPOINTS = "/v1/webhooks/endpoints"
DELIVERIES = "/v1/webhooks/deliveries"

_PAUSE = 3600
"""Seconds that a busy receiver asks for."""

_IN_A_FILE = 5

Found = TypeVar("Found")


@dataclass(slots=True)
class Endpoint:
    """A receiver, and the address at the exchange under which it is told."""

    receiver: Receiver
    endpoint_id: str

    @property
    def path(self) -> str:
        """Where it is changed, rotated, deleted."""
        return f"{ENDPOINTS}/{self.endpoint_id}"


@dataclass(slots=True)
class Listening:
    """A partner who has receivers, one for each kind of signature."""

    play: Play
    receivers: Receivers
    endpoints: dict[Signing, Endpoint] = field(default_factory=dict)

    def endpoint(self, signing: Signing) -> Endpoint:
        """The endpoint of a kind; raises Unmet where none was made."""
        if signing not in self.endpoints:
            raise Unmet("there is no endpoint, see above")
        return self.endpoints[signing]

    def each(self) -> list[Endpoint]:
        """One endpoint of each kind."""
        return [self.endpoint(signing) for signing in Signing]

    def push(self) -> str:
        """Push one more row; the id of its event."""
        path = f"/v1/{self.play.service}/{self.play.announced}"
        answer = self.play.send("POST", path, json=self.play.another(uuid4().hex[:8]))
        status(answer, 201)
        return str(answer.headers["Event-Id"])

    def resend(self, heard: Heard) -> None:
        """Have a delivery sent again."""
        status(self.play.act(f"{DELIVERIES}/{_delivery_id(heard)}/resend"), 202)

    def log(self, heard: Heard) -> Row:
        """What the exchange has on record of a delivery."""
        answer = self.play.send("GET", f"{DELIVERIES}/{_delivery_id(heard)}")
        status(answer, 200)
        return dict(answer.json())


@contextmanager
def listening_to(play: Play, receivers: Receivers) -> Iterator[Listening]:
    """A partner who listens for as long as the block lasts; his endpoints are deleted."""
    made = Listening(play, receivers)
    try:
        yield made
    finally:
        for endpoint in made.endpoints.values():
            _delete(play, endpoint)


def _delete(play: Play, endpoint: Endpoint) -> None:
    try:
        etag = play.send("GET", endpoint.path).headers.get("ETag", "*")
        play.send("DELETE", endpoint.path, headers={"If-Match": etag})
    except httpx.HTTPError:
        pass  # An exchange that is gone was told of by a duty.


def _delivery_id(heard: Heard) -> str:
    return str(UUID(heard.webhook_id.removeprefix("msg_")))


def _waited_for(what: str, found: Callable[[], Found | None]) -> Found:
    """What is found in the end; raises Unmet if it is not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if (come := found()) is not None:
            return come
        time.sleep(0.1)
    raise Unmet(f"{what} within {PATIENCE:.0f} s")


# --- the duties ---


def _asks_to_be_told(partner: Listening) -> None:
    for signing in Signing:
        receiver = partner.receivers.new()
        said = {"url": receiver.url, "signing": signing.value, "types": [partner.play.event]}
        answer = partner.play.send("POST", ENDPOINTS, json=said)
        if "host-not-approved" in answer.text:
            agency = partner.play.claims["agency"]
            raise Unmet(
                "the operator must approve the receiver's host first, by POST /v1/webhooks/hosts: "
                f'{{"agency": "{agency}", "host": "localhost", "cidrs": ["127.0.0.0/8"]}}'
            )
        status(answer, 201)
        made = answer.json()
        endpoint = made["endpoint"]
        receiver.keys = [made["secret"] or endpoint["public_keys"][0]]
        partner.endpoints[signing] = Endpoint(receiver, endpoint["endpoint_id"])


def _verifies_an_example(partner: Listening) -> None:
    for endpoint in partner.each():
        _example(partner, endpoint)


def _example(partner: Listening, endpoint: Endpoint) -> Heard:
    answer = partner.play.act(f"{endpoint.path}/send-example")
    status(answer, 202)
    heard = endpoint.receiver.next()
    same("the id", heard.webhook_id, answer.json()["webhook_id"])
    same("the type", heard.said["type"], "webhook.example")
    return heard


def _is_told_of_a_push(partner: Listening) -> None:
    event_id = partner.push()
    for endpoint in partner.each():
        heard = endpoint.receiver.next()
        same("what a body holds", set(heard.said), {"type", "timestamp", "data"})
        news = heard.said["data"]
        same("the service", news["service"], partner.play.service)
        events = _events(partner.play, news)
        same("the count", news["count"], len(events))
        if event_id not in [event["id"] for event in events]:
            raise Unmet(f"event {event_id} is not between the positions that were told")


def _events(play: Play, news: Mapping[str, Any]) -> list[Row]:
    """What the feed holds between the positions that a delivery names."""
    asked = {"after": news["first_position"] - 1, "limit": 200, "types": ",".join(news["types"])}
    answer = play.send("GET", f"/v1/{news['service']}/feed", params=asked)
    status(answer, 200)
    return [each for each in answer.json()["items"] if each["position"] <= news["last_position"]]


def _is_told_once_of_a_file(partner: Listening) -> None:
    lines = [partner.play.another(uuid4().hex[:8]) for _ in range(_IN_A_FILE)]
    done = partner.play.push_file(partner.play.announced, lines)
    same("the accepted", done["accepted"], _IN_A_FILE)
    for endpoint in partner.each():
        said = endpoint.receiver.next().said
        if not said["type"].endswith(".batch_applied"):
            raise Unmet(f"{_IN_A_FILE} events were told as {said['type']}")
        same("the count", said["data"]["count"], _IN_A_FILE)


def _acts_once(partner: Listening) -> None:
    endpoint = partner.endpoint(Signing.V1A)
    partner.push()
    first = endpoint.receiver.next()
    partner.resend(first)
    again = endpoint.receiver.next()
    same("the second one's id", again.webhook_id, first.webhook_id)
    same("its body", again.body, first.body)
    same("which of the two was news", (first.is_new, again.is_new), (True, False))
    partner.endpoint(Signing.V1).receiver.next()


def _rotates(partner: Listening) -> None:
    for endpoint in partner.each():
        answer = partner.play.act(f"{endpoint.path}/rotate")
        status(answer, 200)
        made = answer.json()
        endpoint.receiver.keys.append(made["secret"] or made["public_key"])
        heard = _example(partner, endpoint)
        same("how many of the two keys have signed", len(heard.keys), 2)


def _asks_for_time(partner: Listening) -> None:
    endpoint = partner.endpoint(Signing.V1A)
    endpoint.receiver.will_answer.append((429, {"Retry-After": str(_PAUSE)}))
    partner.push()
    heard = endpoint.receiver.next()

    def put_off() -> Row | None:
        log = partner.log(heard)
        return log if log["last_status"] == 429 else None

    log = _waited_for("the exchange did not record 429", put_off)
    pause = _seconds(log["next_attempt_at"]) - _seconds(log["log"][-1]["ended_at"])
    if pause < _PAUSE:
        raise Unmet(f"the exchange waits {pause:.0f} s, not {_PAUSE}")
    partner.resend(heard)
    same("what came when it was asked for", endpoint.receiver.next().webhook_id, heard.webhook_id)
    partner.endpoint(Signing.V1).receiver.next()


def _is_gone_and_back(partner: Listening) -> None:
    endpoint = partner.endpoint(Signing.V1A)
    endpoint.receiver.will_answer.append((410, {}))
    event_id = partner.push()
    missed = endpoint.receiver.next()

    def disabled() -> Row | None:
        found = partner.play.send("GET", endpoint.path).json()
        return found if found["disabled_at"] else None

    same("the reason", _waited_for("410 did not disable", disabled)["disabled_because"], "gone")
    _waited_for("no event said so", lambda: _announced(partner.play, endpoint))
    status(partner.play.act(f"{endpoint.path}/enable"), 200)
    back = endpoint.receiver.next()
    same("what comes after it", back.said["data"], missed.said["data"])
    if event_id not in [event["id"] for event in _events(partner.play, back.said["data"])]:
        raise Unmet(f"event {event_id} is not between the positions that were told")


def _seconds(instant: str) -> float:
    return datetime.fromisoformat(instant).timestamp()


def _announced(play: Play, endpoint: Endpoint) -> Row | None:
    events = play.partner.get("/v1/gateway/feed", after=0, types=DISABLED, limit=200)["items"]
    told = (each for each in events if each["data"]["endpoint_id"] == endpoint.endpoint_id)
    return next(told, None)


DUTIES: tuple[Duty[Listening], ...] = (
    Duty("asks to be told, signed as v1 and as v1a", _asks_to_be_told),
    Duty("verifies an example under either signature", _verifies_an_example),
    Duty("is told of its own push, and finds it in the feed", _is_told_of_a_push),
    Duty("is told once of a file of many rows", _is_told_once_of_a_file),
    Duty("hears the same delivery twice, and acts once", _acts_once),
    Duty("rotates its keys, and finds old and new one used", _rotates),
    Duty("asks for time with 429 and Retry-After, and is given it", _asks_for_time),
    Duty("answers 410, is disabled and told so, comes back and misses nothing", _is_gone_and_back),
)


def is_reached(play: Play, url: str) -> None:
    """Have the exchange send an example to a partner's own endpoint; raises Unmet."""
    known = [each for each in play.partner.items(ENDPOINTS) if each["url"] == url]
    if not known:
        raise Unmet(
            f"your agency has no endpoint at {url}: the operator approves its host, then POST "
            f"{ENDPOINTS}"
        )
    answer = play.act(f"{ENDPOINTS}/{known[0]['endpoint_id']}/send-example")
    status(answer, 202)
    path = f"{DELIVERIES}/{answer.json()['delivery_id']}"

    def ended() -> Row | None:
        found = play.send("GET", path).json()
        return found if found["state"] != "waiting" else None

    found = _waited_for("the example was not sent", ended)
    if found["state"] != "delivered":
        raise Unmet(f"the example came to nothing: {found['last_outcome']}, {found['last_status']}")
