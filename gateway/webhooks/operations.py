"""What operators and agencies do about webhooks."""

from collections.abc import Collection
from datetime import datetime
from ipaddress import ip_network
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway import queries as agencies
from gateway.webhooks import problems
from gateway.webhooks.addresses import approvable, is_name, is_open, target_of
from gateway.webhooks.keys import MOST_OLD_KEYS, OLD_KEY_SIGNS, sealed
from gateway.webhooks.queries import deliveries, endpoints
from gateway.webhooks.schemas import EndpointIn, HostIn
from gateway.webhooks.signing import NewKey, Signing, new_key
from gateway.webhooks.tables import WebhookDelivery, WebhookEndpoint, WebhookHost
from gateway.webhooks.vocabulary import Because, DeliveryState, Origin
from kernel import clock
from kernel.crypto import Keys
from kernel.ids import new_id
from kernel.problems import NotFound

MOST_ENDPOINTS = 20
"""Of one agency: each costs a look at each feed."""


async def approve_host(
    session: AsyncSession, said: HostIn, *, by: str
) -> tuple[WebhookHost, str, bool]:
    """Approve a host for an agency; other CIDRs take the place of those approved before.

    Returns the approval in force, what became of the act, and whether the host is new.
    """
    if await agencies.current_agency(session, said.agency) is None:
        raise problems.UnknownAgency
    if not is_name(said.host):
        raise problems.HostIsNoName
    if not all(map(_may_be_pinned, said.cidrs)):
        raise problems.CidrNotApprovable
    await agencies.lock(session, "webhook hosts")
    known = await endpoints.approved_host(session, said.agency, said.host)
    if known and known.cidrs == said.cidrs:
        return known, "unchanged", False
    now = clock.now()
    if known:
        known.withdrawn_at, known.withdrawn_by = now, by
        await session.flush()
    made = WebhookHost(
        host_id=new_id(),
        agency=said.agency,
        host=said.host,
        cidrs=said.cidrs,
        approved_by=by,
        approved_at=now,
    )
    session.add(made)
    await session.flush()
    return made, "accepted", known is None


def _may_be_pinned(cidr: str) -> bool:
    try:
        return approvable(ip_network(cidr))
    except ValueError:
        return False


async def withdraw_host(session: AsyncSession, host_id: UUID, *, by: str) -> WebhookHost:
    """Approve a host no longer. Its deliveries wait, and are not lost. Twice changes nothing."""
    host = await endpoints.host(session, host_id, None)
    if host is None:
        raise NotFound
    if host.withdrawn_at is None:
        host.withdrawn_at, host.withdrawn_by = clock.now(), by
    return host


class Recorded(NamedTuple):
    """An endpoint, what became of the act, and the key that was made for it, if one was."""

    endpoint: WebhookEndpoint
    outcome: str
    key: NewKey | None


def check_types(said: EndpointIn, announced: Collection[str]) -> None:
    """Raises UnknownType for a type that no service announces: it would never be heard of."""
    if not set(said.types or ()) <= set(announced):
        raise problems.UnknownType


async def add_endpoint(
    session: AsyncSession, keys: Keys, said: EndpointIn, *, agency: str
) -> Recorded:
    """Add an endpoint of an agency; it hears of everything from now on.

    The same again is `unchanged` and shows no secret. Raises EndpointKnown when there is one at
    this URL with other content.
    """
    host = await _approved(session, agency, said.url)
    await agencies.lock(session, f"webhook endpoints of {agency}")
    known = await endpoints.endpoint_at(session, agency, said.url)
    if known is not None:
        if EndpointIn.model_validate(known.model_dump(include=_SAID)) != said:
            raise problems.EndpointKnown
        return Recorded(known, "unchanged", None)
    if await endpoints.how_many(session, agency) >= MOST_ENDPOINTS:
        raise problems.TooManyEndpoints
    made = WebhookEndpoint(
        **said.model_dump(mode="json"),
        endpoint_id=new_id(),
        agency=agency,
        host=host,
        version=1,
        created_at=clock.now(),
    )
    key = new_key(said.signing)
    session.add_all([made, sealed(keys, made.endpoint_id, 1, key, clock.now())])
    await session.flush()
    return Recorded(made, "accepted", key)


_SAID = set(EndpointIn.model_fields)


async def _approved(session: AsyncSession, agency: str, url: str) -> str:
    """The host of a URL that this agency may use; raises what is wrong with it."""
    target = target_of(url)
    if target is None:
        raise problems.UrlNotUsable
    approval = await endpoints.approved_host(session, agency, target.host)
    if approval is None:
        raise problems.HostNotApproved
    if not is_open(target, approval.cidrs):
        raise problems.PortNotOpen
    return target.host


async def change_endpoint(
    session: AsyncSession, endpoint: WebhookEndpoint, said: EndpointIn
) -> WebhookEndpoint:
    """Put what an agency says of its endpoint in the place of what was said before."""
    if said.signing.value != endpoint.signing:
        raise problems.SigningIsFixed
    host = await _approved(session, endpoint.agency, said.url)
    await agencies.lock(session, f"webhook endpoints of {endpoint.agency}")
    other = await endpoints.endpoint_at(session, endpoint.agency, said.url)
    if other is not None and other.endpoint_id != endpoint.endpoint_id:
        raise problems.EndpointKnown
    if EndpointIn.model_validate(endpoint.model_dump(include=_SAID)) != said:
        endpoint.url, endpoint.host = said.url, host
        endpoint.types, endpoint.description = said.types, said.description
        endpoint.version += 1
    return endpoint


def disable_endpoint(endpoint: WebhookEndpoint) -> None:
    """Tell an endpoint nothing until it is enabled. Doing it twice changes nothing."""
    if endpoint.disabled_at is None:
        endpoint.disabled_at, endpoint.disabled_because = clock.now(), Because.ASKED.value
        endpoint.version += 1


async def enable_endpoint(session: AsyncSession, endpoint: WebhookEndpoint) -> None:
    """Tell an endpoint again: all that was not delivered, and all that is new since."""
    if endpoint.disabled_at is not None:
        endpoint.disabled_at = endpoint.disabled_because = endpoint.failing_since = None
        endpoint.version += 1
        await deliveries.send_again(
            session, endpoint.endpoint_id, clock.now(), since=endpoint.created_at
        )


def delete_endpoint(endpoint: WebhookEndpoint) -> None:
    """Tell an endpoint nothing any more. Its deliveries stay in the log for their time."""
    endpoint.deleted_at = clock.now()


class Rotated(NamedTuple):
    """A new key, and until when the one before it signs as well."""

    key: NewKey
    older_sign_until: datetime


async def rotate_key(session: AsyncSession, keys: Keys, endpoint: WebhookEndpoint) -> Rotated:
    """Sign with a new key from now on, and beside it for a day with those in force now."""
    now = clock.now()
    until = now + OLD_KEY_SIGNS
    in_force = (await endpoints.keys_in_force(session, [endpoint.endpoint_id], now)).get(
        endpoint.endpoint_id, []
    )
    if len(in_force) > MOST_OLD_KEYS:
        raise problems.TooManyKeys
    newest = in_force[0]
    newest.ends_at = until
    key = new_key(Signing(endpoint.signing))
    session.add(sealed(keys, endpoint.endpoint_id, newest.number + 1, key, now))
    return Rotated(key, until)


async def send_example(session: AsyncSession, endpoint: WebhookEndpoint, kind: str | None) -> UUID:
    """Send an endpoint a delivery that speaks of no event; tried once. Returns its id."""
    _check_enabled(endpoint)
    now = clock.now()
    example = WebhookDelivery(
        delivery_id=new_id(),
        endpoint_id=endpoint.endpoint_id,
        origin=Origin.EXAMPLE.value,
        service="gateway",
        subject="webhook",
        types=[kind] if kind else [],
        first_position=0,
        last_position=0,
        events=0,
        occurred_at=now,
        created_at=now,
        state=DeliveryState.WAITING.value,
        attempts=0,
        step=0,
        next_at=now,
    )
    session.add(example)
    await session.flush()
    return example.delivery_id


async def recover(session: AsyncSession, endpoint: WebhookEndpoint, since: datetime) -> int:
    """Send again, at once, everything since an instant that was not delivered; how many it is."""
    _check_enabled(endpoint)
    return await deliveries.send_again(session, endpoint.endpoint_id, clock.now(), since=since)


async def resend(session: AsyncSession, endpoint: WebhookEndpoint, delivery_id: UUID) -> None:
    """Send one delivery again, also one that was delivered, under the same webhook-id."""
    _check_enabled(endpoint)
    await deliveries.send_again(session, endpoint.endpoint_id, clock.now(), delivery_id=delivery_id)


def _check_enabled(endpoint: WebhookEndpoint) -> None:
    if endpoint.disabled_at is not None:
        raise problems.EndpointDisabled
