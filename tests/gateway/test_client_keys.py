"""Clients that prove themselves by a key: what gets a token, and everything that does not."""

import hmac
from base64 import b64encode
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from joserfc import jwk, jwt

from gateway.proving import ASSERTION_TYPE
from kernel import clock
from kernel.tokens import SigningKey
from tests.kernel.test_tokens import base64, signed, twice, without
from tests.visitor import Send, Visitor

Visit = Callable[..., Visitor]
Json = dict[str, Any]

ISSUER = "http://exchange"
PEM, OTHER_PEM = SigningKey.new_pem(), SigningKey.new_pem()
KEY, OTHER = SigningKey(PEM), SigningKey(OTHER_PEM)


class Bank:
    """A client with keys."""

    def __init__(self, send: Send, client_id: str) -> None:
        self.client_id = client_id
        self._send = send

    def claims(self, **changes: Any) -> Json:
        at = int(clock.now().timestamp())
        mine = {"iss": self.client_id, "sub": self.client_id, "aud": ISSUER}
        return {**mine, "jti": str(uuid4()), "iat": at, "exp": at + 60} | changes

    def sends(self, assertion: str, **more: Any) -> httpx.Response:
        form = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": assertion,
        }
        headers = more.pop("headers", {})
        return self._send("POST", "/oauth2/token", data=form | more, headers=headers)


HEADER = {"alg": "ES256", "typ": "client-authentication+jwt", "kid": KEY.kid}


def made(header: Any, claims: Any, *, pem: bytes = PEM) -> str:
    return signed(header, claims, pem=pem)


@pytest.fixture
def register(operator: Visitor, visit: Visit) -> Callable[..., httpx.Response]:
    """`register(*keys)`: a client of a bank that has these public keys."""
    visit("bank", agency="RCU230231")

    def register(*keys: Json) -> httpx.Response:
        said = {"agency": "RCU230231", "kind": "SYSTEM", "role": "bank"}
        return operator.post("/v1/clients", json={**said, "jwks": {"keys": list(keys)}})

    return register


@pytest.fixture
def bank(register: Callable[..., httpx.Response], send: Send) -> Bank:
    answer = register(KEY.public_jwk)
    assert answer.status_code == 201, answer.text
    assert answer.json()["client_secret"] is None
    return Bank(send, answer.json()["client_id"])


def test_a_bank_gets_a_token_for_what_its_key_has_signed(bank: Bank, send: Send) -> None:
    answer = bank.sends(KEY.assertion(bank.client_id, issuer=ISSUER, now=clock.now()))

    assert answer.status_code == 200, answer.text
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert send("GET", "/v1/loans/contracts", headers=headers).status_code == 200
    found = send("GET", "/.well-known/oauth-authorization-server").json()
    assert "private_key_jwt" in found["token_endpoint_auth_methods_supported"]
    assert found["token_endpoint_auth_signing_alg_values_supported"] == ["ES256"]
    assert found["issuer"] == ISSUER


def test_what_another_library_signs_is_understood(bank: Bank) -> None:
    key = jwk.ECKey.import_key(PEM.decode())

    for header in ({"alg": "ES256", "kid": KEY.kid}, {**HEADER, "typ": "JWT"}):
        assertion = jwt.encode(header, bank.claims(), key)
        assert bank.sends(assertion, client_id=bank.client_id).status_code == 200


REFUSED: dict[str, Callable[[Bank], str]] = {
    "aud is the token endpoint": lambda b: made(HEADER, b.claims(aud=f"{ISSUER}/oauth2/token")),
    "aud is another server": lambda b: made(HEADER, b.claims(aud="http://elsewhere")),
    "aud is a list": lambda b: made(HEADER, b.claims(aud=[ISSUER, "http://elsewhere"])),
    "aud is a list of one": lambda b: made(HEADER, b.claims(aud=[ISSUER])),
    "alg none": lambda b: f"{base64({**HEADER, 'alg': 'none'})}.{base64(b.claims())}.",
    "alg none with a signature": lambda b: made({**HEADER, "alg": "none"}, b.claims()),
    "HS256 with the public key": lambda b: hs256(b.claims(), Encoding.PEM),
    "HS256 with the public key as DER": lambda b: hs256(b.claims(), Encoding.DER),
    "RS256": lambda b: rs256(b.claims()),
    "ES384": lambda b: made({**HEADER, "alg": "ES384"}, b.claims()),
    "another key under its kid": lambda b: made(HEADER, b.claims(), pem=OTHER_PEM),
    "a key it never had": lambda b: made({**HEADER, "kid": OTHER.kid}, b.claims(), pem=OTHER_PEM),
    "its key in the header": lambda b: made({**HEADER, "jwk": KEY.public_jwk}, b.claims()),
    "an address of keys": lambda b: made({**HEADER, "jku": "http://elsewhere"}, b.claims()),
    "crit": lambda b: made({**HEADER, "crit": ["exp"]}, b.claims()),
    "no kid": lambda b: made(without(HEADER, "kid"), b.claims()),
    "typ of an access token": lambda b: made({**HEADER, "typ": "at+jwt"}, b.claims()),
    "alg twice": lambda b: made(twice(HEADER, "alg", "none"), b.claims()),
    "aud twice": lambda b: made(HEADER, twice(b.claims(), "aud", "http://elsewhere")),
    "expired": lambda b: made(HEADER, b.claims(**at(b, iat=-400, exp=-31))),
    "good for too long": lambda b: made(HEADER, b.claims(**at(b, exp=301))),
    "good for ever so long": lambda b: made(HEADER, without(b.claims(**at(b, exp=400)), "iat")),
    "issued in the future": lambda b: made(HEADER, b.claims(**at(b, iat=60, exp=90))),
    "not yet valid": lambda b: made(HEADER, b.claims(**at(b, nbf=60))),
    "exp is text": lambda b: made(HEADER, b.claims(exp="9999999999")),
    "exp is true": lambda b: made(HEADER, b.claims(exp=True)),
    "jti is a number": lambda b: made(HEADER, b.claims(jti=1)),
    "jti is empty": lambda b: made(HEADER, b.claims(jti="")),
    "jti is long": lambda b: made(HEADER, b.claims(jti="x" * 129)),
    "sub is somebody else": lambda b: made(HEADER, b.claims(sub=str(uuid4()))),
    "iss is somebody else": lambda b: made(HEADER, b.claims(iss=str(uuid4()))),
    "sub and iss are nobody": lambda b: made(HEADER, b.claims(iss="nobody", sub="nobody")),
    **{
        f"without {name}": lambda b, name=name: made(HEADER, without(b.claims(), name))  # type: ignore[misc]
        for name in ("iss", "sub", "aud", "exp", "jti")
    },
    "an access token": lambda b: KEY.sign(b.claims(), issuer=ISSUER, now=clock.now()),
    "claims are a list": lambda b: made(HEADER, [b.claims()]),
    "no JWT": lambda b: "x",
    "very long": lambda b: made(HEADER, b.claims(more="x" * 5000)),
}


def at(_: Bank, **offsets: int) -> Json:
    now = int(clock.now().timestamp())
    return {name: now + seconds for name, seconds in offsets.items()}


def hs256(claims: Json, encoding: Encoding) -> str:
    public = load_pem_private_key(PEM, None).public_key()
    secret = public.public_bytes(encoding, PublicFormat.SubjectPublicKeyInfo)
    text = f"{base64({**HEADER, 'alg': 'HS256'})}.{base64(claims)}"
    return f"{text}.{base64(hmac.digest(secret, text.encode(), 'sha256'))}"


def rs256(claims: Json) -> str:
    key = rsa.generate_private_key(65537, 2048)
    text = f"{base64({**HEADER, 'alg': 'RS256'})}.{base64(claims)}"
    return f"{text}.{base64(key.sign(text.encode(), PKCS1v15(), SHA256()))}"


def test_nothing_else_gets_a_token(bank: Bank, visit: Visit) -> None:
    wrong_secret = Visitor(bank._send, "RCU230231", bank.client_id, "wrong").ask_token()

    answers = {name: bank.sends(make(bank)) for name, make in REFUSED.items()}

    taken = [name for name, each in answers.items() if each.status_code != 401]
    if "very long" in taken:  # longer than a form may be
        taken.remove("very long")
        assert answers.pop("very long").status_code in (400, 401)
    assert taken == []
    # Nobody learns what was wrong, nor whether there is such a client.
    assert {each.text for each in answers.values()} == {wrong_secret.text}
    assert bank.sends(made(HEADER, bank.claims())).status_code == 200


def test_an_assertion_proves_its_bank_once(
    bank: Bank, register: Callable[..., httpx.Response], send: Send
) -> None:
    assertion = made(HEADER, bank.claims(jti="one"))
    twin = Bank(send, register(KEY.public_jwk).json()["client_id"])

    assert bank.sends(assertion).status_code == 200
    assert bank.sends(assertion).json()["error"] == "invalid_client"
    assert bank.sends(made(HEADER, bank.claims(jti="one"))).status_code == 401
    # Another client's jti are its own.
    assert twin.sends(made(HEADER, twin.claims(jti="one"))).status_code == 200


def test_an_assertion_is_used_up_although_no_token_came_of_it(bank: Bank) -> None:
    assertion = made(HEADER, bank.claims())

    assert bank.sends(assertion, scope="everything").json()["error"] == "invalid_scope"
    assert bank.sends(assertion).status_code == 401


def test_used_assertions_are_forgotten_when_they_have_expired(
    bank: Bank, drain: Callable[[], None], sql: Callable[..., list[Any]]
) -> None:
    bank.sends(made(HEADER, bank.claims()))
    drain()
    assert len(sql("gateway", "select 1 from used_assertion")) == 1

    sql("gateway", "update used_assertion set until = until - interval '2 minutes'")
    drain()

    assert sql("gateway", "select 1 from used_assertion") == []


def test_a_banks_key_opens_nothing_of_another_bank(
    bank: Bank, register: Callable[..., httpx.Response], send: Send
) -> None:
    other = Bank(send, register(OTHER.public_jwk).json()["client_id"])
    of_other = {**HEADER, "kid": OTHER.kid}

    assert other.sends(made(of_other, other.claims(), pem=OTHER_PEM)).status_code == 200
    assert other.sends(made(HEADER, other.claims())).status_code == 401
    assert bank.sends(made(of_other, bank.claims(), pem=OTHER_PEM)).status_code == 401
    assert bank.sends(made(HEADER, bank.claims()), client_id=other.client_id).status_code == 401


def test_keys_change_over_without_a_gap(bank: Bank, operator: Visitor) -> None:
    of_new = {**HEADER, "kid": OTHER.kid}
    rotate = f"/v1/clients/{bank.client_id}/rotate"

    both = operator.post(rotate, json={"jwks": {"keys": [KEY.public_jwk, OTHER.public_jwk]}})
    assert both.status_code == 200, both.text
    assert both.json()["client_secret"] is None
    assert bank.sends(made(HEADER, bank.claims())).status_code == 200
    assert bank.sends(made(of_new, bank.claims(), pem=OTHER_PEM)).status_code == 200

    operator.post(rotate, json={"jwks": {"keys": [OTHER.public_jwk]}})
    assert bank.sends(made(HEADER, bank.claims())).status_code == 401
    assert bank.sends(made(of_new, bank.claims(), pem=OTHER_PEM)).status_code == 200
    shown = operator.get(f"/v1/clients/{bank.client_id}").json()
    assert [key["kid"] for key in shown["jwks"]["keys"]] == [OTHER.kid]

    secret = operator.post(rotate)
    assert (secret.status_code, secret.json()["code"]) == (422, "keys-needed")
    operator.post(f"/v1/clients/{bank.client_id}/disable")
    assert bank.sends(made(of_new, bank.claims(), pem=OTHER_PEM)).status_code == 401


def test_a_bank_that_goes_over_to_keys_has_no_secret_any_more(
    visit: Visit, operator: Visitor, send: Send
) -> None:
    old = visit("bank")
    assert old.ask_token().status_code == 200

    keys = {"jwks": {"keys": [KEY.public_jwk]}}
    assert operator.post(f"/v1/clients/{old.client_id}/rotate", json=keys).status_code == 200

    bank = Bank(send, old.client_id)
    assert old.ask_token().json()["error"] == "invalid_client"
    assert bank.sends(made(HEADER, bank.claims())).status_code == 200


def test_secret_and_assertion_do_not_go_together(bank: Bank) -> None:
    basic = {"Authorization": "Basic " + b64encode(f"{bank.client_id}:x".encode()).decode()}

    with_header = bank.sends(made(HEADER, bank.claims()), headers=basic)
    with_secret = bank.sends(made(HEADER, bank.claims()), client_secret="x")
    of_other_type = bank.sends(
        made(HEADER, bank.claims()), client_assertion_type=f"{ASSERTION_TYPE}x"
    )
    without_one = bank.sends("")

    for answer in (with_header, with_secret, of_other_type, without_one):
        assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_only_public_keys_that_are_keys_are_registered(
    register: Callable[..., httpx.Response],
) -> None:
    private = load_pem_private_key(PEM, None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    d = base64(private.private_numbers().private_value.to_bytes(32, "big"))
    good = KEY.public_jwk
    wrong: dict[str, list[Json]] = {
        "none": [],
        "six": [{**good, "kid": str(n)} for n in range(6)],
        "private": [{**good, "d": d}],
        "symmetric": [{"kty": "oct", "k": "AAAA", "kid": "1"}],
        "RSA": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "kid": "1"}],
        "another curve": [{**good, "crv": "P-384"}],
        "off the curve": [{**good, "x": good["y"]}],
        "spare bits": [{**good, "x": good["x"][:-1] + "_"}],
        "not 32 bytes": [{**good, "x": good["x"] + "A"}],
        "no kid": [without(good, "kid")],
        "another algorithm": [{**good, "alg": "ES384"}],
        "for encryption": [{**good, "use": "enc"}],
        "one kid twice": [good, {**OTHER.public_jwk, "kid": good["kid"]}],
    }

    answers = {name: register(*keys) for name, keys in wrong.items()}

    assert {name for name, each in answers.items() if each.status_code != 422} == set()
    for answer in answers.values():
        assert all(each["pointer"].startswith("/jwks") for each in answer.json()["errors"])
        assert d not in answer.text
    assert register({**good, "x5t": "abc", "key_ops": ["verify"]}).status_code == 201
