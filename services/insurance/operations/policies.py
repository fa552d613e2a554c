"""Products and policies: pushed by insurers, from which it follows who is covered when."""

import base64
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from kernel.access import Caller
from kernel.bulk.reads import Reads
from kernel.bulk.resource import Push, Resource
from kernel.crypto import Keys
from kernel.database import table_of
from kernel.roles import May
from services.insurance.queries.pushes import policies as pushes
from services.insurance.schemas.pushed import CoveredIn, PolicyIn, PolicyOut, ProductIn, ProductOut
from services.insurance.tables import Policy, Product

_IDENTITY = "insurance.policy.strangers"
_NOWHERE = "000000000000"


def _product_columns(_: Push, product: ProductIn) -> dict[str, Any]:
    liabilities = [liability.model_dump(mode="json") for liability in product.liabilities]
    return {"product_code": product.product_code, "liabilities": json.dumps(liabilities)}


async def _place_product(push: Push) -> None:
    await push.session.execute(pushes.PLACE_PRODUCT, _places(push.caller))


async def _announce_nothing(_: Push) -> None:
    """Nobody keeps a copy of products."""


PRODUCTS = Resource(
    name="products",
    thing="product",
    model=ProductIn,
    table=table_of(Product),
    number=("agency", "product_code"),
    write=May.POLICIES_WRITE,
    columns=_product_columns,
    resolve=_place_product,
    after=_announce_nothing,
    rejections={},
)


def _shown_product(_: Keys, __: Caller, row: Mapping[str, Any]) -> ProductOut:
    return ProductOut.model_validate(dict(row))


PRODUCTS_SHOWN = Reads(
    table=table_of(Product),
    out=ProductOut,
    may=May.POLICIES_READ,
    filters=("agency", "product_code"),
    show=_shown_product,
    everywhere=True,
)


def _policy_columns(push: Push, policy: PolicyIn) -> dict[str, Any]:
    people = [_person(push.keys, person) for person in policy.covered]
    return {
        "policy_no": policy.policy_no,
        "product_code": policy.product_code,
        "valid_from": policy.valid_from,
        "valid_to": policy.valid_to,
        "covered": json.dumps([kept for kept, _ in people]),
        "strangers": json.dumps({kept["person_key"]: identity for kept, identity in people}),
    }


def _person(keys: Keys, person: CoveredIn) -> tuple[dict[str, Any], str]:
    """A covered person as stored: keys and days in clear; name and number encrypted."""
    person_key = keys.person_key(person.id_number)
    identity = json.dumps({"name": person.name, "id_number": person.id_number})
    kept = {
        "person_key": str(person_key),
        "stranger_key": str(keys.stranger_key(person_key)),
        "name_key": str(keys.name_key(person.name)),
        "from": person.from_.isoformat() if person.from_ else None,
        "to": person.to.isoformat() if person.to else None,
    }
    return kept, base64.b64encode(keys.seal(_IDENTITY, person_key, identity)).decode()


async def _place_policy(push: Push) -> None:
    """A policy lies where its people live; where they are all unknown, where its insurer serves."""
    await push.session.execute(pushes.HOLD_REGISTRY)
    await push.session.execute(pushes.PLACE_POLICY, _places(push.caller))


def _places(caller: Caller) -> dict[str, str]:
    return {
        "first": min(caller.divisions, default=_NOWHERE),
        "last": max(caller.divisions, default=_NOWHERE),
    }


async def _derive_cover(push: Push) -> None:
    for statement in pushes.DERIVE_COVER:
        await push.session.execute(statement)
    await push.session.execute(pushes.ANNOUNCE_POLICIES)


POLICIES = Resource(
    name="policies",
    thing="policy",
    model=PolicyIn,
    table=table_of(Policy),
    number=("agency", "policy_no"),
    write=May.POLICIES_WRITE,
    columns=_policy_columns,
    resolve=_place_policy,
    after=_derive_cover,
    rejections={},
)


def _shown_policy(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> PolicyOut:
    covered = [
        {**person, "person_ref": keys.subject_ref(caller.agency, UUID(person["person_key"]))}
        for person in row["covered"]
    ]
    return PolicyOut.model_validate({**row, "covered": covered})


POLICIES_SHOWN = Reads(
    table=table_of(Policy),
    out=PolicyOut,
    may=May.POLICIES_READ,
    filters=("agency", "policy_no", "product_code", "valid_from", "valid_to", "division"),
    show=_shown_policy,
)
