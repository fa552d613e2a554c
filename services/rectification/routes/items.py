"""Addresses of the ledger's items."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from kernel.access import Caller, allowed_to, officer_allowed_to
from kernel.database import Transaction
from kernel.idempotency import ActedOnce, IdempotencyKey
from kernel.paging import Page, Wanted
from kernel.roles import May
from kernel.service import body_of
from services.rectification.operations import item_acts
from services.rectification.operations.items import item_in_full, item_seen, items_seen
from services.rectification.operations.opening import open_item, open_items_of_run
from services.rectification.schemas.items import (
    CloseIn,
    ItemActIn,
    ItemFilters,
    ItemFullOut,
    ItemIn,
    ItemOut,
    ItemsFromScreeningIn,
    ItemsOpenedOut,
    ReopenIn,
)
from services.rectification.vocabulary import Act

items = APIRouter(tags=["ledger"], route_class=ActedOnce)

Worker = Annotated[Caller, officer_allowed_to(May.ITEMS_WORK)]
Closer = Annotated[Caller, officer_allowed_to(May.ITEMS_CLOSE)]
Reader = Annotated[Caller, allowed_to(May.ITEMS_READ)]


@items.post(
    "/items",
    status_code=201,
    operation_id="open_item",
    responses={200: {"model": ItemOut, "description": "There is one already"}},
)
async def open_one(
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.ITEMS_WORK)],
    asked: Annotated[Any, body_of(ItemIn)],
    response: Response,
    _: IdempotencyKey,
) -> ItemOut:
    """List something to be put right: findings of one category, or what was self-found.

    A problem belongs to one item for good: findings that all are in one item answer 200 with it,
    some that are in others 409 `already-in-an-item`. Undetermined verdicts are no findings. A
    self-found problem told again in the same words answers 200 until it is done with.
    """
    item, is_new = await open_item(session, caller, asked)
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"/v1/rectification/items/{item.item_id}"
    return item


@items.post("/items/from-screening", status_code=201, operation_id="open_items_from_screening")
async def open_many(
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.ITEMS_WORK)],
    asked: Annotated[Any, body_of(ItemsFromScreeningIn)],
    _: IdempotencyKey,
) -> ItemsOpenedOut:
    """Open items for all findings of a judged run that belong to none yet; again: none."""
    return await open_items_of_run(session, caller, asked)


@items.get("/items", operation_id="list_items")
async def list_items(
    session: Transaction,
    caller: Reader,
    wanted: Wanted,
    filters: Annotated[ItemFilters, Depends()],
) -> Page[ItemOut]:
    """Items of the caller's divisions; a bank's or insurer's: those it is to work."""
    return await items_seen(session, caller, wanted, filters)


@items.get("/items/{item_id}", operation_id="read_item")
async def read_item(
    request: Request, session: Transaction, caller: Reader, item_id: UUID
) -> ItemFullOut:
    """One item with its history, money, evidence and findings."""
    return await item_in_full(session, request.app.state.service.keys, caller, item_id)


def _work_route(act: Act, says: str) -> None:
    """`POST items/{item_id}/{act}` for an act of the responsible unit."""

    async def route(
        session: Transaction,
        caller: Worker,
        item_id: UUID,
        done: Annotated[Any, body_of(ItemActIn)],
        _: IdempotencyKey,
    ) -> ItemOut:
        await item_acts.work(session, caller, item_id, act, done.on, done.note)
        return await item_seen(session, caller, item_id)

    route.__doc__ = f"{says} An officer of the responsible unit. Done twice: 409 `wrong-state`."
    name = act.value.replace("-", "_")
    items.post(f"/items/{{item_id}}/{act.value}", operation_id=f"{name}_item")(route)


_work_route(Act.START, "Begin to put it right.")
_work_route(Act.COMPLETE, "Say that it is put right, and may be looked at.")
_work_route(Act.LONG_TERM, "It is kept up for the long term (长期坚持).")


@items.post("/items/{item_id}/close", operation_id="close_item")
async def close(
    session: Transaction,
    caller: Closer,
    item_id: UUID,
    said: Annotated[Any, body_of(CloseIn)],
    _: IdempotencyKey,
) -> ItemOut:
    """销号, by an officer of another unit than the one that completed it.

    Asks: how the standard is met, evidence on record, money matched to the fen where it was owed,
    and a clean re-screen on a later business date; for LOAN-01 to 17 instead that the loan was
    repaid or converted, or a recorded visit; for LOAN-30 and 31 that LOAN-32 is clean. 409
    `not-to-be-closed` names all that is lacking.
    """
    await item_acts.close(session, caller, item_id, said.on, said.statement)
    return await item_seen(session, caller, item_id)


@items.post("/items/{item_id}/reopen", operation_id="reopen_item")
async def reopen(
    session: Transaction,
    caller: Closer,
    item_id: UUID,
    said: Annotated[Any, body_of(ReopenIn)],
    _: IdempotencyKey,
) -> ItemOut:
    """It is not right after all. Its first closing stays in the history."""
    await item_acts.reopen(session, caller, item_id, said.on, said.reason)
    return await item_seen(session, caller, item_id)


@items.post("/items/{item_id}/dismiss", operation_id="dismiss_item")
async def dismiss(
    session: Transaction,
    caller: Closer,
    item_id: UUID,
    done: Annotated[Any, body_of(ItemActIn)],
    _: IdempotencyKey,
) -> ItemOut:
    """Recorded visits refuted its findings, and a second officer agrees.

    The same facts stay dismissed; a later run that finds others reopens it.
    """
    await item_acts.dismiss(session, caller, item_id, done.on, done.note)
    return await item_seen(session, caller, item_id)


@items.post("/items/{item_id}/reminders", status_code=201, operation_id="remind_item")
async def remind(
    session: Transaction,
    caller: Closer,
    item_id: UUID,
    done: Annotated[Any, body_of(ItemActIn)],
    _: IdempotencyKey,
) -> ItemOut:
    """督办: remind those who are to put it right. The same one of the same day is kept once."""
    await item_acts.remind(session, caller, item_id, done.on, done.note)
    return await item_seen(session, caller, item_id)
