"""A partner in the course of his duties: who he is, and what he pushes."""

import base64
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx

from jinqiao.conformance import rows
from jinqiao.conformance.duties import status
from jinqiao.conformance.rows import Row
from jinqiao.partner import Partner


@dataclass(slots=True)
class Play:
    """What one run pushes, and with whose credentials."""

    partner: Partner
    role: str
    """The role that the partner's token should have."""
    claims: Row
    """What his token says of him."""
    service: str
    resource: str
    row: Row
    number: str
    """The field of the row that holds the partner's own number."""
    amends: tuple[str, Any]
    """A field, and what it becomes in a correction."""
    announced: str
    """The resource whose rows are told of in a feed that the partner may read."""
    event: str
    """The type of event that tells of them."""
    another: Callable[[str], Row]
    """A new row of that resource, with this at the end of its number."""

    @property
    def path(self) -> str:
        """Where single rows are pushed."""
        return f"/v1/{self.service}/{self.resource}"

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request with the partner's token."""
        token = {"Authorization": f"Bearer {self.partner.token()}"}
        headers = {**token, **options.pop("headers", {})}
        return self.partner.http.request(method, path, headers=headers, **options)

    def act(self, path: str, **options: Any) -> httpx.Response:
        """A POST that does something each time it is sent, under a key of its own."""
        return self.send("POST", path, headers={"Idempotency-Key": str(uuid4())}, **options)

    def push_file(self, resource: str, lines: list[Row], **query: str) -> Row:
        """The answer to a file of these rows; raises Unmet if it is not taken."""
        answer = self.send(
            "POST",
            f"/v1/{self.service}/bulk/{resource}",
            content="\n".join(map(json.dumps, lines)).encode(),
            headers={"Content-Type": "application/x-ndjson"},
            params=query,
        )
        status(answer, 200)
        return dict(answer.json())


def play_of(part: str, partner: Partner) -> Play:
    """The play of a `bank`, `insurer` or `office`; raises Refused without a token."""
    claims = _claims(partner.token())
    county = next(iter(claims.get("divisions", [])), "230231000000")[:6]
    serial = f"CONFORM-{uuid4().hex[:12]}"
    if part == "bank":
        return Play(
            partner=partner,
            role="bank",
            claims=claims,
            service="loans",
            resource="contracts",
            row=rows.contract(serial, county),
            number="contract_no",
            amends=("purpose_text", "养牛"),
            announced="contracts",
            event="contract.recorded",
            another=lambda tail: rows.contract(f"{serial}-{tail}", county),
        )
    if part == "insurer":
        product = rows.product(serial)
        return Play(
            partner=partner,
            role="insurer",
            claims=claims,
            service="insurance",
            resource="products",
            row=product,
            number="product_code",
            amends=("liabilities", [{**product["liabilities"][0], "sum": "60000.00"}]),
            announced="policies",
            event="policy.recorded",
            another=lambda tail: rows.policy(f"{serial}-{tail}", serial),
        )
    return Play(
        partner=partner,
        role="poverty_office",
        claims=claims,
        service="registry",
        resource="households",
        row=rows.household(serial, county),
        number="household_no",
        amends=("main_cause", "ILLNESS"),
        announced="households",
        event="household.recorded",
        another=lambda tail: rows.household(f"{serial}-{tail}", county),
    )


def _claims(token: str) -> Row:
    """What our own token says of us; nobody is asked to believe it."""
    body = token.split(".")[1]
    return dict(json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4))))
