"""Sign and read access tokens (RFC 9068) and client assertions (RFC 7523). The only module that
knows the JWT library.

python-jose 3.5.0 takes a token without `aud` or `exp`, with any `typ`, and an HS256 token made
with the DER public key when `algorithms` is left out (trust.md 4.2). So the header is parsed and
allow-listed here, the key is a ready-made EC key, and every claim is checked again. Never import
`jose.jwe`. A differential test against joserfc keeps this honest.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jose import jwk, jwt
from jose.exceptions import JOSEError

from kernel.ids import new_id

AUDIENCE = "urn:jinqiao:exchange"
LIFETIME = timedelta(minutes=10)
LEEWAY = 30
_LONGEST = 4096
_TYPES = ("at+jwt", "application/at+jwt")

ASSERTION_LIFETIME = timedelta(minutes=5)
"""How far ahead an assertion may expire; one of a minute is enough."""

_LONGEST_JTI = 128
_ASSERTION_TYPES = (None, "JWT", "client-authentication+jwt")
"""rfc7523bis wants the last; libraries of before it write JWT, or nothing."""

_TEXTS = ("iss", "sub", "client_id", "aud", "jti", "scope", "agency", "agency_type", "role", "kind")
_TIMES = ("iat", "nbf", "exp")


class Refused(Exception):
    """A token is not one of ours, or an assertion not one of this client, or no longer."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says of its bearer."""

    sub: str
    client_id: str
    agency: str
    agency_type: str
    role: str
    kind: str
    divisions: tuple[str, ...]
    scope: frozenset[str]
    jti: str
    exp: int
    purposes: frozenset[str] | None = None
    """What its client may ask for names and numbers for, if that is less than its role may."""


@dataclass(frozen=True, slots=True)
class Assertion:
    """An assertion that a client has signed. It may be used once."""

    jti: str
    until: datetime
    """When no assertion with this jti can be valid any more."""


class SigningKey:
    """A private ES256 key: the gateway's, or with which a client proves who it is."""

    def __init__(self, pem: bytes) -> None:
        key = load_pem_private_key(pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise ValueError("The signing key must be an elliptic-curve key.")
        numbers = key.public_key().public_numbers()
        public = jwk.construct(_public_pem(key), "ES256").to_dict()
        self.kid = hashlib.sha256(f"{numbers.x:x}.{numbers.y:x}".encode()).hexdigest()[:16]
        self.public_jwk: dict[str, str] = {
            **{name: _text(value) for name, value in public.items()},
            "kid": self.kid,
            "use": "sig",
            "alg": "ES256",
        }
        self._pem = pem.decode()

    @staticmethod
    def new_pem() -> bytes:
        """A fresh private key, as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def sign(self, claims: Mapping[str, Any], *, issuer: str, now: datetime) -> str:
        """A token with these claims, valid for ten minutes from now."""
        at = int(now.timestamp())
        times = {"iat": at, "nbf": at, "exp": at + int(LIFETIME.total_seconds())}
        body = {"iss": issuer, "aud": AUDIENCE, "jti": str(new_id()), **claims, **times}
        token: str = jwt.encode(
            body, self._pem, algorithm="ES256", headers={"kid": self.kid, "typ": "at+jwt"}
        )
        return token

    def assertion(self, client_id: str, *, issuer: str, now: datetime) -> str:
        """What a client sends instead of a secret, good for a minute and for one use."""
        at = int(now.timestamp())
        body = {"iss": client_id, "sub": client_id, "aud": issuer, "jti": str(new_id())}
        made: str = jwt.encode(
            body | {"iat": at, "exp": at + 60},
            self._pem,
            algorithm="ES256",
            headers={"kid": self.kid, "typ": "client-authentication+jwt"},
        )
        return made


class Verifier:
    """Reads tokens with the public keys of the gateway's key set."""

    def __init__(self, jwks: Callable[[], list[dict[str, str]]], *, issuer: str) -> None:
        self._jwks = jwks
        self._issuer = issuer
        self._keys: dict[str, Any] = {}
        self._seen: dict[bytes, Claims] = {}

    def read(self, token: str, *, now: datetime) -> Claims:
        """The claims of a valid token; raises Refused for any other, without saying why.

        An answer is remembered until the token expires: verifying costs 0.2 ms, a read 0.01.
        """
        at = now.timestamp()
        digest = hashlib.sha256(token.encode("utf-8", "replace")).digest()
        claims = self._seen.get(digest)
        if claims is None:
            claims = self._verify(token, at)
            if len(self._seen) >= 10_000:
                self._seen.clear()
            self._seen[digest] = claims
        if claims.exp + LEEWAY <= at:
            raise Refused
        return claims

    def _verify(self, token: str, at: float) -> Claims:
        key = self._key(_header(token))
        try:
            body = jwt.decode(
                token,
                key,
                algorithms=["ES256"],
                audience=AUDIENCE,
                issuer=self._issuer,
                options={f"require_{claim}": True for claim in ("aud", "iss", "sub", "jti")}
                | {"verify_exp": False, "verify_nbf": False, "verify_iat": False},
            )
        except (JOSEError, ValueError, TypeError, KeyError, RecursionError) as failure:
            raise Refused from failure
        _once(token.split(".")[1])
        return _claims(body, at)

    def _key(self, header: dict[str, Any]) -> Any:
        if set(header) != {"alg", "typ", "kid"} or header["alg"] != "ES256":
            raise Refused
        if header["typ"] not in _TYPES or not isinstance(header["kid"], str):
            raise Refused
        if header["kid"] not in self._keys:
            self._keys = {key["kid"]: jwk.construct(key, "ES256") for key in self._jwks()}
        try:
            return self._keys[header["kid"]]
        except KeyError:
            raise Refused from None


def client_named_in(assertion: str) -> str:
    """Whom an assertion says it is of, which nothing has proven yet; raises Refused."""
    _header(assertion)
    claimed = _once(assertion.split(".")[1]).get("sub")
    if not isinstance(claimed, str):
        raise Refused
    return claimed


def read_assertion(
    assertion: str,
    keys: Sequence[Mapping[str, str]],
    *,
    client_id: str,
    issuer: str,
    now: datetime,
) -> Assertion:
    """An assertion that the client has signed with one of its public keys; else raises Refused.

    `aud` is the issuer and nothing else, not the token endpoint (rfc7523bis): what was signed for
    another server, or for an address that another server claims to be its own, is no use here.
    """
    header = _header(assertion)
    if not {"alg", "kid"} <= header.keys() <= {"alg", "kid", "typ"} or header["alg"] != "ES256":
        raise Refused
    fitting = [key for key in keys if key["kid"] == header["kid"]]
    if header.get("typ") not in _ASSERTION_TYPES or not fitting:
        raise Refused
    try:
        jwt.decode(
            assertion,
            jwk.construct(dict(fitting[0]), "ES256"),
            algorithms=["ES256"],
            audience=issuer,
            issuer=client_id,
            subject=client_id,
            options=dict.fromkeys(("verify_exp", "verify_nbf", "verify_iat"), False),
        )
    except (JOSEError, ValueError, TypeError, KeyError, RecursionError) as failure:
        raise Refused from failure
    return _asserted(_once(assertion.split(".")[1]), client_id, issuer, now)


def _asserted(body: Mapping[str, Any], client_id: str, issuer: str, now: datetime) -> Assertion:
    if (body.get("iss"), body.get("sub"), body.get("aud")) != (client_id, client_id, issuer):
        raise Refused
    jti, exp, at = body.get("jti"), body.get("exp"), now.timestamp()
    longest = int(ASSERTION_LIFETIME.total_seconds())
    iat, nbf = body.get("iat", int(at)), body.get("nbf", int(at))
    if not isinstance(jti, str) or not 0 < len(jti) <= _LONGEST_JTI:
        raise Refused
    if type(exp) is not int or type(iat) is not int or type(nbf) is not int:
        raise Refused
    if max(iat, nbf) > at + LEEWAY or not at - LEEWAY < exp <= at + LEEWAY + longest:
        raise Refused
    if "iat" in body and exp - iat > longest:
        raise Refused
    return Assertion(jti, datetime.fromtimestamp(exp + LEEWAY + 1, tz=UTC))


def is_public_key(x: str, y: str) -> bool:
    """Whether these are a point of P-256, each coordinate 32 bytes as base64url."""
    try:
        if not all(_is_canonical(part) for part in (x, y)):
            return False
        raw = [urlsafe_b64decode(part + "=") for part in (x, y)]
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b"\x04" + raw[0] + raw[1])
    except ValueError:
        return False
    return all(len(part) == 32 for part in raw)


def _public_pem(key: ec.EllipticCurvePrivateKey) -> str:
    form = PublicFormat.SubjectPublicKeyInfo
    return key.public_key().public_bytes(Encoding.PEM, form).decode()


def _header(token: str) -> dict[str, Any]:
    parts = token.split(".") if token.isascii() and len(token) <= _LONGEST else []
    if len(parts) != 3 or not all(map(_is_canonical, parts)):
        raise Refused
    return _once(parts[0])


def _is_canonical(part: str) -> bool:
    """Whether this is base64url as everybody writes it: one token, one text (RFC 7515, 2).

    Python's decoder skips what is not base64 and ignores spare bits, so that one signature would
    fit many texts.
    """
    try:
        raw = urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return False
    return urlsafe_b64encode(raw).rstrip(b"=") == part.encode()


def _once(part: str) -> dict[str, Any]:
    """A JSON object whose names stand once each; python-jose would take the last of two."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({name for name, _ in pairs}) != len(pairs):
            raise Refused
        return dict(pairs)

    try:
        text = urlsafe_b64decode(part + "=" * (-len(part) % 4))
        found = json.loads(text, object_pairs_hook=unique)
    except (ValueError, RecursionError) as failure:
        raise Refused from failure
    if not isinstance(found, dict):
        raise Refused
    return found


def _claims(body: Mapping[str, Any], at: float) -> Claims:
    if not all(isinstance(body.get(name), str) and body[name] for name in _TEXTS):
        raise Refused
    if not all(type(body.get(name)) is int for name in _TIMES):
        raise Refused
    divisions = body.get("divisions")
    if not isinstance(divisions, list) or not all(_is_division(code) for code in divisions):
        raise Refused
    purposes = body.get("purposes")
    if purposes is not None and not _are_words(purposes):
        raise Refused
    if body["sub"] != body["client_id"]:
        raise Refused
    early = max(body["iat"], body["nbf"]) > at + LEEWAY
    if early or body["exp"] + LEEWAY <= at or body["exp"] - body["iat"] > 900:
        raise Refused
    return Claims(
        sub=body["sub"],
        client_id=body["client_id"],
        agency=body["agency"],
        agency_type=body["agency_type"],
        role=body["role"],
        kind=body["kind"],
        divisions=tuple(divisions),
        scope=frozenset(body["scope"].split()),
        jti=body["jti"],
        exp=body["exp"],
        purposes=None if purposes is None else frozenset(purposes),
    )


def _are_words(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(word, str) for word in given)


def _is_division(code: object) -> bool:
    return isinstance(code, str) and len(code) == 12 and code.isascii() and code.isdigit()


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
