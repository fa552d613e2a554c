"""Addresses of agencies and their clients."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from gateway import operations, queries
from gateway.clients import Disabled
from gateway.schemas import (
    AgencyAnswer,
    AgencyCode,
    AgencyIn,
    AgencyOut,
    ClientIn,
    ClientOut,
    NewClient,
    NewSecret,
    RotateIn,
)
from kernel.access import Caller, allowed_to
from kernel.database import Transaction
from kernel.idempotency import AnsweredOnce, IdempotencyKey
from kernel.paging import Page, Wanted, page_of
from kernel.problems import NotFound
from kernel.roles import AgencyType, May
from kernel.service import body_of
from kernel.written import HEADER, end_of_write


def agency_routes() -> APIRouter:
    """`/v1/agencies`: written by operators, read by everybody who works with agencies."""
    router = APIRouter(prefix="/v1/agencies", tags=["agencies"])

    @router.post(
        "",
        status_code=201,
        operation_id="record_agency",
        responses={
            200: {
                "model": AgencyAnswer,
                "description": "Known already; `outcome` says what became.",
            }
        },
    )
    async def record(
        session: Transaction,
        _: Annotated[Caller, allowed_to(May.AGENCIES_WRITE)],
        said: Annotated[Any, body_of(AgencyIn)],
        response: Response,
    ) -> AgencyAnswer:
        """Record an agency. 201 if it is new, 200 otherwise; a higher source_version corrects."""
        recorded = await operations.record_agency(session, said)
        response.status_code = 201 if recorded.is_new else 200
        if recorded.event_id:
            response.headers[HEADER] = await end_of_write(session)
        return AgencyAnswer.model_validate(recorded._asdict())

    @router.get("", operation_id="list_agencies")
    async def read_list(
        session: Transaction,
        _: Annotated[Caller, allowed_to(May.AGENCIES_READ)],
        wanted: Wanted,
        code: Annotated[AgencyCode | None, Query()] = None,
        agency_type: AgencyType | None = None,
        parent: Annotated[AgencyCode | None, Query()] = None,
    ) -> Page[AgencyOut]:
        """Agencies as they are on record now, oldest first."""
        filters = {"code": code, "agency_type": agency_type, "parent": parent}
        found = await queries.agencies(session, wanted, filters)
        rows = [AgencyOut.model_validate(agency).model_dump() for agency in found]
        return Page[AgencyOut].model_validate(page_of(rows, wanted, "agency_id"))

    @router.get("/{agency_id}", operation_id="read_agency")
    async def read_one(
        session: Transaction,
        _: Annotated[Caller, allowed_to(May.AGENCIES_READ)],
        agency_id: UUID,
    ) -> AgencyOut:
        """An agency as it is on record now."""
        agency = await queries.agency_with_id(session, agency_id)
        if agency is None:
            raise NotFound
        return AgencyOut.model_validate(agency)

    return router


def client_routes(disabled: Disabled) -> APIRouter:
    """`/v1/clients`: for operators only. A secret is shown once, when it is made."""
    router = APIRouter(prefix="/v1/clients", tags=["clients"], route_class=AnsweredOnce)
    Operator = Annotated[Caller, allowed_to(May.CLIENTS_WRITE)]

    @router.post("", status_code=201, operation_id="register_client")
    async def register(
        session: Transaction,
        _: Operator,
        said: Annotated[Any, body_of(ClientIn)],
        __: IdempotencyKey,
    ) -> NewClient:
        """Register a client of an agency. Keep client_secret: it is never shown again."""
        return await operations.register_client(session, said)

    @router.get("", operation_id="list_clients")
    async def read_list(
        session: Transaction,
        _: Operator,
        wanted: Wanted,
        agency: Annotated[AgencyCode | None, Query()] = None,
    ) -> Page[ClientOut]:
        """Clients, oldest first, without their secrets."""
        found = await queries.clients(session, wanted, agency=agency)
        rows = [ClientOut.model_validate(client).model_dump() for client in found]
        return Page[ClientOut].model_validate(page_of(rows, wanted, "client_id"))

    @router.get("/{client_id}", operation_id="read_client")
    async def read_one(session: Transaction, _: Operator, client_id: UUID) -> ClientOut:
        """A client, without its secret."""
        client = await queries.client_with_id(session, client_id)
        if client is None:
            raise NotFound
        return ClientOut.model_validate(client)

    @router.post("/{client_id}/rotate", operation_id="rotate_client")
    async def rotate(
        session: Transaction,
        _: Operator,
        client_id: UUID,
        said: Annotated[Any, body_of(RotateIn, needed=False)],
        __: IdempotencyKey,
    ) -> NewSecret:
        """Give a client a new secret. The present one works for another 24 hours.

        With `jwks` it proves itself by these public keys from now on, and by no secret any more.
        """
        return await operations.rotate_client(session, client_id, said)

    @router.post("/{client_id}/disable", operation_id="disable_client")
    async def disable(session: Transaction, operator: Operator, client_id: UUID) -> ClientOut:
        """Turn a client away for good. Its tokens stop working within seconds."""
        client = await operations.disable_client(session, client_id, by=operator.client_id)
        disabled.forget()
        return client

    return router
