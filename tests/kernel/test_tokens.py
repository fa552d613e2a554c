"""Access tokens: ours are read, and whatever somebody else could make is refused."""

import hmac
import json
import random
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)
from joserfc import jwk, jwt
from joserfc.errors import JoseError

from kernel.tokens import AUDIENCE, LEEWAY, Claims, Refused, SigningKey, Verifier

ISSUER = "http://exchange"
NOW = datetime(2019, 6, 1, 8, tzinfo=UTC)
AT = int(NOW.timestamp())
PEM = SigningKey.new_pem()
KEY = SigningKey(PEM)
OTHER_PEM = SigningKey.new_pem()

WHO = {
    "sub": "client-1",
    "client_id": "client-1",
    "scope": "contracts:read contracts:write",
    "agency": "RCU-230231",
    "agency_type": "BANK",
    "role": "bank",
    "kind": "SYSTEM",
    "divisions": ["230231000000"],
}
HEADER = {"alg": "ES256", "typ": "at+jwt", "kid": KEY.kid}
CLAIMS = {
    **WHO,
    "iss": ISSUER,
    "aud": AUDIENCE,
    "jti": "1",
    "iat": AT,
    "nbf": AT,
    "exp": AT + 600,
}


def read(token: str, *, now: datetime = NOW) -> Claims:
    return Verifier(lambda: [KEY.public_jwk], issuer=ISSUER).read(token, now=now)


def base64(value: Any) -> str:
    """Anything as a part of a token; text as it is, so that it may be what no library writes."""
    if not isinstance(value, bytes | str):
        value = json.dumps(value)
    raw = value.encode() if isinstance(value, str) else value
    return urlsafe_b64encode(raw).decode().rstrip("=")


def signed(header: Any = HEADER, claims: Any = CLAIMS, *, pem: bytes = PEM) -> str:
    """A token with any header and claims, properly signed."""
    key = load_pem_private_key(pem, None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    text = f"{base64(header)}.{base64(claims)}"
    r, s = decode_dss_signature(key.sign(text.encode(), ec.ECDSA(SHA256())))
    return f"{text}.{base64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


def hs256(form: PublicFormat, encoding: Encoding) -> str:
    """A token 'signed' with our public key as if it were a shared secret."""
    secret = load_pem_private_key(PEM, None).public_key().public_bytes(encoding, form)
    text = f"{base64({**HEADER, 'alg': 'HS256'})}.{base64(CLAIMS)}"
    return f"{text}.{base64(hmac.digest(secret, text.encode(), 'sha256'))}"


def without(fields: dict[str, Any], name: str) -> dict[str, Any]:
    return {field: value for field, value in fields.items() if field != name}


def twice(fields: dict[str, Any], name: str, value: Any) -> str:
    """JSON in which a name stands twice; the second value is the right one."""
    return "{" + f'"{name}": {json.dumps(value)}, ' + json.dumps(fields)[1:]


GOOD = signed()

FORGED: dict[str, str | Callable[[], str]] = {
    "nothing": "",
    "two parts": GOOD.rpartition(".")[0],
    "four parts": GOOD + ".",
    "no signature": GOOD.rpartition(".")[0] + ".",
    "alg none": f"{base64({**HEADER, 'alg': 'none'})}.{base64(CLAIMS)}.",
    "alg None with our signature": signed({**HEADER, "alg": "None"}),
    "HS256 with our public PEM": lambda: hs256(PublicFormat.SubjectPublicKeyInfo, Encoding.PEM),
    "HS256 with our public DER": lambda: hs256(PublicFormat.SubjectPublicKeyInfo, Encoding.DER),
    "HS256 with our public point": lambda: hs256(PublicFormat.UncompressedPoint, Encoding.X962),
    "ES384": signed({**HEADER, "alg": "ES384"}),
    "lower-case alg": signed({**HEADER, "alg": "es256"}),
    "another key under our kid": signed(pem=OTHER_PEM),
    "another key under its own kid": signed(
        {**HEADER, "kid": SigningKey(OTHER_PEM).kid}, pem=OTHER_PEM
    ),
    "a key inside the header": signed(
        {**HEADER, "jwk": SigningKey(OTHER_PEM).public_jwk}, pem=OTHER_PEM
    ),
    "a key's address in the header": signed({**HEADER, "jku": "http://attacker/jwks.json"}),
    "crit": signed({**HEADER, "crit": ["exp"]}),
    "b64": signed({**HEADER, "b64": False}),
    "header with a name twice": signed(twice(HEADER, "alg", "none")),
    "header that is a list": signed([HEADER]),
    "header that is no JSON": signed("{"),
    "header nested without end": signed("[" * 3000),
    "typ JWT": signed({**HEADER, "typ": "JWT"}),
    "kid that is a number": signed({**HEADER, "kid": 1}),
    "kid that is a list": signed({**HEADER, "kid": [KEY.kid]}),
    **{f"header without {name}": signed(without(HEADER, name)) for name in HEADER},
    **{f"claims without {name}": signed(claims=without(CLAIMS, name)) for name in CLAIMS},
    **{f"{name} is null": signed(claims={**CLAIMS, name: None}) for name in CLAIMS},
    "other issuer": signed(claims={**CLAIMS, "iss": "http://elsewhere"}),
    "issuers": signed(claims={**CLAIMS, "iss": [ISSUER]}),
    "other audience": signed(claims={**CLAIMS, "aud": "urn:other"}),
    "audiences": signed(claims={**CLAIMS, "aud": [AUDIENCE, "urn:other"]}),
    "one audience in a list": signed(claims={**CLAIMS, "aud": [AUDIENCE]}),
    "expired": signed(claims={**CLAIMS, "iat": AT - 700, "nbf": AT - 700, "exp": AT - LEEWAY}),
    "issued in the future": signed(claims={**CLAIMS, "iat": AT + LEEWAY + 1}),
    "not yet valid": signed(claims={**CLAIMS, "nbf": AT + LEEWAY + 1}),
    "valid for a day": signed(claims={**CLAIMS, "exp": AT + 86400}),
    "exp as text": signed(claims={**CLAIMS, "exp": str(AT + 600)}),
    "exp as a fraction": signed(claims={**CLAIMS, "exp": AT + 600.5}),
    "exp true": signed(claims={**CLAIMS, "exp": True}),
    "exp infinite": signed(claims=json.dumps({**CLAIMS, "exp": float("inf")})),
    "sub of somebody else": signed(claims={**CLAIMS, "sub": "client-2"}),
    "a claim twice": signed(claims=twice(CLAIMS, "role", "operator")),
    "an issuer twice": signed(claims=twice(CLAIMS, "iss", "http://elsewhere")),
    "claims that are a list": signed(claims=[CLAIMS]),
    "claims that are no JSON": signed(claims="{"),
    "scopes as a list": signed(claims={**CLAIMS, "scope": ["contracts:read"]}),
    "divisions as text": signed(claims={**CLAIMS, "divisions": "230231000000"}),
    "a division of 6 digits": signed(claims={**CLAIMS, "divisions": ["230231"]}),
    "a division with a wildcard": signed(claims={**CLAIMS, "divisions": ["2302%0000000"]}),
    "a division in full-width digits": signed(
        claims={**CLAIMS, "divisions": ["２３０２３１００００００"]}
    ),
    "a very long token": signed(claims={**CLAIMS, "extra": "x" * 4096}),
    "padding": GOOD + "=",
    "a line break": GOOD + "\n",
    "junk inside the signature": GOOD[:-5] + "!" + GOOD[-5:],
    "a letter that is not ASCII": GOOD[:-1] + "é",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_token_that_is_not_ours_is_refused(name: str) -> None:
    forged = FORGED[name]

    with pytest.raises(Refused):
        read(forged if isinstance(forged, str) else forged())


def test_a_token_of_ours_says_who_bears_it() -> None:
    claims = read(KEY.sign(WHO, issuer=ISSUER, now=NOW))

    assert claims.client_id == claims.sub == "client-1"
    assert claims.scope == {"contracts:read", "contracts:write"}
    assert claims.divisions == ("230231000000",)
    assert (claims.role, claims.kind) == ("bank", "SYSTEM")


def test_the_plain_token_from_which_the_forged_ones_are_made_is_good() -> None:
    assert read(GOOD).jti == "1"
    assert read(signed({**HEADER, "typ": "application/at+jwt"})).jti == "1"


def test_a_token_ends_ten_minutes_after_it_was_signed_although_it_was_remembered() -> None:
    token = KEY.sign(WHO, issuer=ISSUER, now=NOW)
    verifier = Verifier(lambda: [KEY.public_jwk], issuer=ISSUER)
    last_second = NOW + timedelta(seconds=600 + LEEWAY - 1)

    verifier.read(token, now=NOW)
    verifier.read(token, now=last_second)

    with pytest.raises(Refused):
        verifier.read(token, now=last_second + timedelta(seconds=1))


def test_no_two_tokens_are_the_same() -> None:
    tokens = {read(KEY.sign(WHO, issuer=ISSUER, now=NOW)).jti for _ in range(100)}

    assert len(tokens) == 100


def test_a_new_key_is_found_without_a_restart() -> None:
    keys = [KEY]
    verifier = Verifier(lambda: [key.public_jwk for key in keys], issuer=ISSUER)
    verifier.read(KEY.sign(WHO, issuer=ISSUER, now=NOW), now=NOW)

    keys.append(SigningKey(OTHER_PEM))

    verifier.read(keys[-1].sign(WHO, issuer=ISSUER, now=NOW), now=NOW)
    verifier.read(KEY.sign({**WHO, "jti": "2"}, issuer=ISSUER, now=NOW), now=NOW)


def test_a_public_key_holds_nothing_private() -> None:
    assert set(KEY.public_jwk) == {"kty", "crv", "x", "y", "kid", "use", "alg"}


# --- a second opinion ---

_KEY = jwk.ECKey.import_key({**KEY.public_jwk})
_ESSENTIAL: Any = {"essential": True}
_TIMES = jwt.JWTClaimsRegistry(
    now=AT,
    leeway=LEEWAY,
    iss={"essential": True, "value": ISSUER},
    aud={"essential": True, "value": AUDIENCE},
    **dict.fromkeys(CLAIMS.keys() - {"iss", "aud", "divisions"}, _ESSENTIAL),
)


def joserfc_takes(token: str) -> bool:
    """What joserfc says of signature, issuer, audience and times, with our stricter words."""
    try:
        found = jwt.decode(token, _KEY, algorithms=["ES256"])
        _TIMES.validate(found.claims)
    except (JoseError, ValueError, TypeError, AttributeError):
        return False
    claims = found.claims
    return (
        found.header in (HEADER, {**HEADER, "typ": "application/at+jwt"})
        and claims["aud"] == AUDIENCE
        and claims["sub"] == claims["client_id"]
        and all(type(claims[name]) is int for name in ("iat", "nbf", "exp"))
        and claims["exp"] - claims["iat"] <= 900
        and all(isinstance(claims[name], str) for name in without(WHO, "divisions"))
        and isinstance(claims.get("divisions"), list)
        and all(isinstance(code, str) and code.isdigit() for code in claims["divisions"])
    )


def wrapper_takes(token: str) -> bool:
    try:
        read(token)
    except Refused:
        return False
    return True


def damaged(token: str, chance: random.Random) -> str:
    """A token with a few characters changed, lost, doubled or swapped."""
    letters = list(token)
    for _ in range(chance.choice((1, 1, 1, 2, 5))):
        place = chance.randrange(len(letters))
        act = chance.randrange(4)
        if act == 0:
            letters[place] = chance.choice("ABCXYZabcxyz0189-_.=+/ \n!é")
        elif act == 1:
            del letters[place]
        elif act == 2:
            letters.insert(place, letters[place])
        else:
            letters[place], letters[place - 1] = letters[place - 1], letters[place]
    return "".join(letters)


def resigned(chance: random.Random) -> str:
    """A well-signed token in which something about header or claims may be wrong."""
    odd: list[Any] = [
        None,
        "",
        0,
        -1,
        1.5,
        True,
        AT,
        AT + 600,
        AT - LEEWAY,
        AT + LEEWAY,
        str(AT),
        [],
        {},
    ]
    odd += [ISSUER, AUDIENCE, [AUDIENCE], "ES256", "none", KEY.kid, "client-1", ["230231000000"]]
    header: dict[str, Any] = dict(HEADER)
    claims: dict[str, Any] = dict(CLAIMS)
    for fields in chance.choice(([], [claims], [claims], [header], [claims, claims])):
        name = chance.choice([*fields, "crit", "kid", "typ"])
        if chance.random() < 0.2:
            fields.pop(name, None)
        else:
            fields[name] = chance.choice(odd)
    return signed(header, claims)


def test_joserfc_is_of_one_mind_with_us_about_five_thousand_tokens() -> None:
    chance = random.Random(20190601)
    tokens = [damaged(signed(), chance) for _ in range(3_000)]
    tokens += [resigned(chance) for _ in range(2_000)]

    differing = [token for token in tokens if joserfc_takes(token) != wrapper_takes(token)]
    taken = sum(map(wrapper_takes, tokens))

    assert [_shown(token) for token in differing[:5]] == []
    assert 500 < taken < 5_000, "mutations should hit both good and bad tokens"


def _shown(token: str) -> str:
    try:
        parts = [urlsafe_b64decode(part + "==") for part in token.split(".")[:2]]
    except ValueError:
        return repr(token)
    return f"{parts} taken by us: {wrapper_takes(token)}, {token[-12:]!r}"


def test_joserfc_reads_what_we_sign() -> None:
    token = KEY.sign(WHO, issuer=ISSUER, now=NOW)

    assert joserfc_takes(token)
    assert jwt.decode(token, _KEY, algorithms=["ES256"]).header == HEADER
