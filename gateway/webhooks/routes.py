"""Addresses of webhooks: hosts that the operator approves, endpoints and deliveries of agencies."""

from collections.abc import Collection, Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request

from gateway.schemas import AgencyCode
from gateway.webhooks import messages, operations
from gateway.webhooks.queries import deliveries, endpoints
from gateway.webhooks.schemas import (
    DeliveryLog,
    DeliveryOut,
    EndpointAnswer,
    EndpointIn,
    EndpointOut,
    EventType,
    Host,
    HostAnswer,
    HostIn,
    HostOut,
    NewKeyOut,
    Recovered,
    RecoverIn,
)
from gateway.webhooks.signing import Signing
from gateway.webhooks.tables import WebhookEndpoint
from gateway.webhooks.vocabulary import DeliveryState
from kernel import clock
from kernel.access import Caller, allowed_to, allowed_to_any
from kernel.crypto import Keys
from kernel.database import Transaction
from kernel.editing import REPLACES, check_if_match, etag_of
from kernel.idempotency import AnsweredOnce, IdempotencyKey
from kernel.paging import Page, Wanted, page_of
from kernel.problems import NotFound
from kernel.roles import May, Role
from kernel.service import body_of

Reader = Annotated[Caller, allowed_to(May.WEBHOOKS_READ)]
Writer = Annotated[Caller, allowed_to(May.WEBHOOKS_WRITE)]
Operator = Annotated[Caller, allowed_to(May.WEBHOOKS_APPROVE)]


def _whose(caller: Caller) -> str | None:
    """Whose webhooks a caller may see: his agency's; an operator everybody's (None)."""
    return None if caller.role == Role.OPERATOR else caller.agency


def host_routes() -> APIRouter:
    """`/v1/webhooks/hosts`: where deliveries may go. Operators approve, their agency reads."""
    router = APIRouter(prefix="/v1/webhooks/hosts", tags=["webhooks"])

    @router.post(
        "",
        status_code=201,
        operation_id="approve_webhook_host",
        responses={
            200: {"model": HostAnswer, "description": "Known already; `outcome` says what became."}
        },
    )
    async def approve(
        session: Transaction,
        operator: Operator,
        said: Annotated[Any, body_of(HostIn)],
        response: Response,
    ) -> HostAnswer:
        """Approve a host for an agency, with the networks in which its addresses must lie.

        201 if the host is new for the agency, 200 otherwise. Other CIDRs take the place of those
        approved before, from the next delivery on.
        """
        host, outcome, is_new = await operations.approve_host(session, said, by=operator.client_id)
        response.status_code = 201 if is_new else 200
        return HostAnswer.model_validate({"outcome": outcome, "host": host.model_dump()})

    @router.get("", operation_id="list_webhook_hosts")
    async def read_list(
        session: Transaction,
        caller: Reader,
        wanted: Wanted,
        agency: Annotated[AgencyCode | None, Query()] = None,
        host: Annotated[Host | None, Query()] = None,
    ) -> Page[HostOut]:
        """Approvals, oldest first, also withdrawn ones: an agency's own, an operator's all."""
        own = _whose(caller)
        if own is not None and agency not in (None, own):
            return Page[HostOut](items=[], next_after=None)
        found = await endpoints.hosts(session, wanted, {"agency": own or agency, "host": host})
        rows = [each.model_dump() for each in found]
        return Page[HostOut].model_validate(page_of(rows, wanted, "host_id"))

    @router.get("/{host_id}", operation_id="read_webhook_host")
    async def read_one(session: Transaction, caller: Reader, host_id: UUID) -> HostOut:
        """An approval."""
        found = await endpoints.host(session, host_id, _whose(caller))
        if found is None:
            raise NotFound
        return HostOut.model_validate(found)

    @router.post("/{host_id}/withdraw", operation_id="withdraw_webhook_host")
    async def withdraw(session: Transaction, operator: Operator, host_id: UUID) -> HostOut:
        """Approve a host no longer. Deliveries to it fail and wait until it is approved again."""
        found = await operations.withdraw_host(session, host_id, by=operator.client_id)
        return HostOut.model_validate(found)

    return router


def endpoint_routes(keys: Keys, announced: Collection[str]) -> APIRouter:
    """`/v1/webhooks/endpoints`: each agency its own. `announced` are the types there are."""
    router = APIRouter(prefix="/v1/webhooks/endpoints", tags=["webhooks"], route_class=AnsweredOnce)

    @router.post(
        "",
        status_code=201,
        operation_id="add_webhook_endpoint",
        responses={
            200: {
                "model": EndpointAnswer,
                "description": "Known already; `outcome` says what became.",
            }
        },
    )
    async def add(
        session: Transaction,
        caller: Writer,
        said: Annotated[Any, body_of(EndpointIn)],
        response: Response,
    ) -> EndpointAnswer:
        """Ask to be told of news from now on. Keep `secret` (of v1): it is shown this once.

        The operator must have approved the URL's host for your agency. 201 if it is new; the same
        again is 200 `unchanged`, without the secret.
        """
        operations.check_types(said, announced)
        made = await operations.add_endpoint(session, keys, said, agency=caller.agency)
        response.status_code = 201 if made.key else 200
        response.headers["ETag"] = etag_of(made.endpoint.version)
        secret = made.key.secret if made.key and said.signing == Signing.V1 else None
        [shown] = await _shown(session, [made.endpoint])
        return EndpointAnswer.model_validate(
            {"outcome": made.outcome, "endpoint": shown, "secret": secret}
        )

    @router.get("", operation_id="list_webhook_endpoints")
    async def read_list(
        session: Transaction,
        caller: Reader,
        wanted: Wanted,
        agency: Annotated[AgencyCode | None, Query()] = None,
    ) -> Page[EndpointOut]:
        """Endpoints, oldest first, without their secrets: an agency's own, an operator's all."""
        own = _whose(caller)
        if own is not None and agency not in (None, own):
            return Page[EndpointOut](items=[], next_after=None)
        found = await endpoints.endpoints(session, wanted, agency=own or agency)
        rows = [each.model_dump() for each in await _shown(session, found)]
        return Page[EndpointOut].model_validate(page_of(rows, wanted, "endpoint_id"))

    @router.get("/{endpoint_id}", operation_id="read_webhook_endpoint")
    async def read_one(
        session: Transaction, caller: Reader, endpoint_id: UUID, response: Response
    ) -> EndpointOut:
        """An endpoint. Its ETag is what a change sends as If-Match."""
        found = await _found(session, endpoint_id, caller)
        return await _told(session, found, response)

    @router.put(
        "/{endpoint_id}",
        operation_id="change_webhook_endpoint",
        dependencies=[REPLACES],
    )
    async def change(
        session: Transaction,
        request: Request,
        caller: Writer,
        endpoint_id: UUID,
        said: Annotated[Any, body_of(EndpointIn)],
        response: Response,
    ) -> EndpointOut:
        """Change URL, types or description. The kind of signature stays; make another endpoint."""
        found = await _found(session, endpoint_id, caller, to_change=True)
        check_if_match(request, found.version)
        operations.check_types(said, announced)
        await operations.change_endpoint(session, found, said)
        return await _told(session, found, response)

    @router.delete(
        "/{endpoint_id}",
        status_code=204,
        operation_id="delete_webhook_endpoint",
        dependencies=[REPLACES],
    )
    async def delete(
        session: Transaction, request: Request, caller: Writer, endpoint_id: UUID
    ) -> None:
        """Take an endpoint away for good, with whatever was not delivered."""
        found = await _found(session, endpoint_id, caller, to_change=True)
        check_if_match(request, found.version)
        operations.delete_endpoint(found)

    @router.post("/{endpoint_id}/disable", operation_id="disable_webhook_endpoint")
    async def disable(
        session: Transaction,
        caller: Annotated[Caller, allowed_to_any([May.WEBHOOKS_WRITE, May.WEBHOOKS_APPROVE])],
        endpoint_id: UUID,
        response: Response,
    ) -> EndpointOut:
        """Be told nothing until it is enabled again. An operator may do it for any agency."""
        found = await _found(session, endpoint_id, caller, to_change=True)
        operations.disable_endpoint(found)
        return await _told(session, found, response)

    @router.post("/{endpoint_id}/enable", operation_id="enable_webhook_endpoint")
    async def enable(
        session: Transaction, caller: Writer, endpoint_id: UUID, response: Response
    ) -> EndpointOut:
        """Be told again: all that was not delivered goes out, then what is new since."""
        found = await _found(session, endpoint_id, caller, to_change=True)
        await operations.enable_endpoint(session, found)
        return await _told(session, found, response)

    @router.post("/{endpoint_id}/rotate", operation_id="rotate_webhook_key")
    async def rotate(
        session: Transaction, caller: Writer, endpoint_id: UUID, _: IdempotencyKey
    ) -> NewKeyOut:
        """Sign with a new key. Those in force sign beside it for another 24 hours."""
        found = await _found(session, endpoint_id, caller, to_change=True)
        made = await operations.rotate_key(session, keys, found)
        return NewKeyOut(
            endpoint_id=endpoint_id,
            secret=None if made.key.public_key else made.key.secret,
            public_key=made.key.public_key,
            older_keys_sign_until=made.older_sign_until,
        )

    @router.post(
        "/{endpoint_id}/send-example", status_code=202, operation_id="send_webhook_example"
    )
    async def send_example(
        session: Transaction,
        caller: Writer,
        endpoint_id: UUID,
        _: IdempotencyKey,
        kind: Annotated[EventType | None, Query(alias="type")] = None,
    ) -> DeliveryOut:
        """Send a delivery that speaks of no event, once, to try a receiver."""
        found = await _found(session, endpoint_id, caller)
        made = await operations.send_example(session, found, kind)
        return await _delivery(session, made, caller)

    @router.post("/{endpoint_id}/recover", status_code=202, operation_id="recover_webhooks")
    async def recover(
        session: Transaction,
        caller: Writer,
        endpoint_id: UUID,
        said: Annotated[Any, body_of(RecoverIn)],
        _: IdempotencyKey,
    ) -> Recovered:
        """Send again, at once, everything since an instant that was not delivered."""
        found = await _found(session, endpoint_id, caller, to_change=True)
        return Recovered(deliveries=await operations.recover(session, found, said.since))

    return router


def delivery_routes() -> APIRouter:
    """`/v1/webhooks/deliveries`: the log. It holds what was sent, which is nobody's secret."""
    router = APIRouter(
        prefix="/v1/webhooks/deliveries", tags=["webhooks"], route_class=AnsweredOnce
    )

    @router.get("", operation_id="list_webhook_deliveries")
    async def read_list(
        session: Transaction,
        caller: Reader,
        wanted: Wanted,
        endpoint_id: UUID | None = None,
        state: DeliveryState | None = None,
        service: Annotated[str | None, Query(max_length=40)] = None,
    ) -> Page[DeliveryOut]:
        """Deliveries, oldest first, each with its last attempt. The log keeps them for 30 days."""
        filters = {
            "agency": _whose(caller),
            "endpoint_id": endpoint_id,
            "state": state,
            "service": service,
        }
        found = await deliveries.page(session, wanted, filters)
        rows = [_as_told(each) for each in found]
        return Page[DeliveryOut].model_validate(page_of(rows, wanted, "delivery_id"))

    @router.get("/{delivery_id}", operation_id="read_webhook_delivery")
    async def read_one(session: Transaction, caller: Reader, delivery_id: UUID) -> DeliveryLog:
        """A delivery with all its attempts: when, what came back, how long it took."""
        found = await deliveries.delivery(session, delivery_id, _whose(caller))
        if found is None:
            raise NotFound
        log = [dict(each) for each in await deliveries.attempts(session, delivery_id)]
        return DeliveryLog.model_validate({**_as_told(found), "log": log})

    @router.post("/{delivery_id}/resend", status_code=202, operation_id="resend_webhook_delivery")
    async def resend(
        session: Transaction, caller: Writer, delivery_id: UUID, _: IdempotencyKey
    ) -> DeliveryOut:
        """Send a delivery again, under the same webhook-id, also one that was delivered."""
        found = await deliveries.delivery(session, delivery_id, caller.agency)
        if found is None:
            raise NotFound
        endpoint = await _found(session, found["endpoint_id"], caller, to_change=True)
        await operations.resend(session, endpoint, delivery_id)
        return await _delivery(session, delivery_id, caller)

    return router


async def _found(
    session: AsyncSession, endpoint_id: UUID, caller: Caller, *, to_change: bool = False
) -> WebhookEndpoint:
    found = await endpoints.endpoint(session, endpoint_id, _whose(caller), to_change=to_change)
    if found is None:
        raise NotFound
    return found


async def _told(
    session: AsyncSession, endpoint: WebhookEndpoint, response: Response
) -> EndpointOut:
    response.headers["ETag"] = etag_of(endpoint.version)
    [shown] = await _shown(session, [endpoint])
    return shown


async def _shown(session: AsyncSession, found: Sequence[WebhookEndpoint]) -> list[EndpointOut]:
    """Endpoints as they are told, with the public keys in force."""
    ids = [each.endpoint_id for each in found]
    keys = await endpoints.keys_in_force(session, ids, clock.now())
    return [
        EndpointOut.model_validate(
            {
                **each.model_dump(),
                "public_keys": [
                    key.public_key for key in keys.get(each.endpoint_id, []) if key.public_key
                ],
            }
        )
        for each in found
    ]


async def _delivery(session: AsyncSession, delivery_id: UUID, caller: Caller) -> DeliveryOut:
    found = await deliveries.delivery(session, delivery_id, _whose(caller))
    assert found is not None
    return DeliveryOut.model_validate(_as_told(found))


def _as_told(delivery: RowMapping) -> dict[str, Any]:
    return {
        **delivery,
        "webhook_id": messages.webhook_id(delivery["delivery_id"]),
        "type": messages.type_of(delivery),
        "data": messages.news_of(delivery),
        "next_attempt_at": delivery["next_at"],
    }
