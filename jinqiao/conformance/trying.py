"""Deliveries, good and bad, sent at a receiver: a partner's own, or the kit's."""

import hmac
import json
import ssl
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

import httpx

from gateway.webhooks.signing import Signing, headers_of, new_key, receivers_key
from jinqiao.conformance.duties import Duty, Unmet
from kernel import clock

_LONGEST = 15.0
"""Seconds that the exchange waits for an answer (gateway.webhooks.sending)."""

_PAST_TOLERANCE = 10 * 60

Headers = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Trial:
    """A receiver that is tried, and the key with which it is sent what it must take."""

    http: httpx.Client
    url: str
    secret: str
    """whsec_… or whsk_…: what signs. The receiver verifies with `receivers_key` of it."""

    @property
    def signing(self) -> Signing:
        """The scheme of the key."""
        return Signing.V1 if self.secret.startswith("whsec_") else Signing.V1A

    def takes(self, what: str, headers: Headers, body: bytes) -> None:
        """Raises Unmet unless the answer is 2xx."""
        answer = self.http.post(self.url, content=body, headers=headers)
        if not answer.is_success:
            raise Unmet(f"{what} was answered with {answer.status_code}, not with 2xx")

    def refuses(self, what: str, headers: Headers, body: bytes) -> None:
        """Raises Unmet unless the answer is 4xx."""
        answer = self.http.post(self.url, content=body, headers=headers)
        if not answer.is_client_error:
            raise Unmet(f"{what} was answered with {answer.status_code}, not with 4xx")


@contextmanager
def as_the_exchange_sends() -> Iterator[httpx.Client]:
    """No redirects, no proxies of the environment, the certificates that this machine trusts."""
    limits = httpx.Timeout(_LONGEST, connect=3.0)
    with httpx.Client(timeout=limits, trust_env=False, verify=ssl.create_default_context()) as http:
        yield http


# --- what is sent ---


def _body(kind: str = "webhook.example", **more: object) -> bytes:
    said = {
        "type": kind,
        "timestamp": clock.now().isoformat().replace("+00:00", "Z"),
        "data": {
            "service": "gateway",
            "first_position": 0,
            "last_position": 0,
            "count": 0,
            "types": [],
            **more,
        },
    }
    return json.dumps(said, separators=(",", ":")).encode()


def _signed(body: bytes, *secrets: str, seconds: int = 0, webhook_id: str = "") -> dict[str, str]:
    """The headers of an attempt so many seconds from now."""
    stamp = int(clock.now().timestamp()) + seconds
    return headers_of(webhook_id or f"msg_{uuid4().hex}", stamp, body, secrets)


def _others(trial: Trial) -> str:
    return new_key(trial.signing).secret


# --- the duties ---


def _takes_what_is_signed(trial: Trial) -> None:
    body = _body()
    trial.takes("a delivery", _signed(body, trial.secret), body)


def _takes_it_again(trial: Trial) -> None:
    body, same = _body(), f"msg_{uuid4().hex}"
    for what in ("a delivery", "the same delivery again"):
        headers = _signed(body, trial.secret, webhook_id=same)
        trial.takes(what, headers, body)


def _takes_either_key(trial: Trial) -> None:
    body = _body()
    for secrets in ((_others(trial), trial.secret), (trial.secret, _others(trial))):
        trial.takes("a delivery with two signatures", _signed(body, *secrets), body)


def _takes_what_came_later(trial: Trial) -> None:
    for body in (
        _body("household.batch_applied", count=500, first_position=1, last_position=900),
        _body("nobody-knows.this", added_later=True),
    ):
        trial.takes("a type or field it may not know", _signed(body, trial.secret), body)


def _refuses_others(trial: Trial) -> None:
    body = _body()
    trial.refuses("what another key signed", _signed(body, _others(trial)), body)


def _refuses_what_was_changed(trial: Trial) -> None:
    body = _body()
    good = _signed(body, trial.secret)
    stamp = str(int(good["webhook-timestamp"]) + 1)
    trial.refuses("a changed body", good, body.replace(b'"count":0', b'"count":9'))
    trial.refuses("a changed id", {**good, "webhook-id": "msg_other"}, body)
    trial.refuses("a changed time", {**good, "webhook-timestamp": stamp}, body)


def _refuses_other_times(trial: Trial) -> None:
    body = _body()
    for what, seconds in (("old", -_PAST_TOLERANCE), ("early", _PAST_TOLERANCE)):
        headers = _signed(body, trial.secret, seconds=seconds)
        trial.refuses(f"an attempt ten minutes too {what}", headers, body)


def _refuses_other_schemes(trial: Trial) -> None:
    """Who knows a public key can make an HMAC of it; and names can be exchanged."""
    body = _body()
    good = _signed(body, trial.secret)
    known = b64decode(receivers_key(trial.secret).partition("_")[2])
    signed = f"{good['webhook-id']}.{good['webhook-timestamp']}.".encode() + body
    digest = b64encode(hmac.digest(known, signed, "sha256")).decode()
    signature = good["webhook-signature"].partition(",")[2]
    claimed = [f"v2,{signature}"]
    claimed += [f"v1a,{signature}"] if trial.signing == Signing.V1 else [f"v1,{digest}"]
    for each in claimed:
        what = f"a signature that says {each.partition(',')[0]}"
        trial.refuses(what, {**good, "webhook-signature": each}, body)


def _refuses_nonsense(trial: Trial) -> None:
    body = _body()
    good = _signed(body, trial.secret)
    trial.refuses("a request without headers", {}, body)
    for gone in good:
        rest = {name: value for name, value in good.items() if name != gone}
        trial.refuses(f"a request without {gone}", rest, body)
    for name, nonsense in (
        ("webhook-timestamp", "now"),
        ("webhook-timestamp", "9" * 400),
        ("webhook-signature", ""),
        ("webhook-signature", "v1"),
        ("webhook-signature", "v1,! v1a,!"),
    ):
        trial.refuses(f"nonsense as {name}", {**good, name: nonsense}, body)


DUTIES: tuple[Duty[Trial], ...] = (
    Duty("its receiver takes a delivery that is signed with its key", _takes_what_is_signed),
    Duty("its receiver takes the same delivery twice", _takes_it_again),
    Duty("its receiver takes two signatures, whichever is its key's", _takes_either_key),
    Duty("its receiver takes types and fields that it does not know yet", _takes_what_came_later),
    Duty("its receiver refuses what another key has signed", _refuses_others),
    Duty(
        "its receiver refuses a body, id or time changed after signing", _refuses_what_was_changed
    ),
    Duty("its receiver refuses attempts ten minutes old, or ahead", _refuses_other_times),
    Duty("its receiver refuses a signature under another scheme's name", _refuses_other_schemes),
    Duty("its receiver refuses missing headers and nonsense", _refuses_nonsense),
    Duty("its receiver still takes a good delivery after all that", _takes_what_is_signed),
)


def of_each(duty: Duty[Trial]) -> Duty[Sequence[Trial]]:
    """A duty that several receivers must meet."""

    def play(trials: Sequence[Trial]) -> None:
        for trial in trials:
            duty.play(trial)

    return Duty(duty.says, play)
