"""Sign and read access tokens (RFC 9068). The only module that knows the JWT library.

python-jose 3.5.0 takes a token without `aud` or `exp`, with any `typ`, and an HS256 token made
with the DER public key when `algorithms` is left out (trust.md 4.2). So the header is parsed and
allow-listed here, the key is a ready-made EC key, and every claim is checked again. Never import
`jose.jwe`. A differential test against joserfc keeps this honest.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
_TEXTS = ("iss", "sub", "client_id", "aud", "jti", "scope", "agency", "agency_type", "role", "kind")
_TIMES = ("iat", "nbf", "exp")


class Refused(Exception):
    """A token is not one of ours, or no longer."""


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


class SigningKey:
    """A private ES256 key; only the gateway holds one."""

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
    )


def _is_division(code: object) -> bool:
    return isinstance(code, str) and len(code) == 12 and code.isascii() and code.isdigit()


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
