"""What is shared, by address: the feed, snapshots of what it tells, and manifests of its days."""

import asyncio
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from starlette.requests import Request
from starlette.responses import StreamingResponse

from kernel.access import Caller, allowed_to
from kernel.database import Transaction
from kernel.paging import Page, Wanted
from kernel.roles import May, Role
from kernel.service import body_of
from kernel.sharing import snapshots
from kernel.sharing.events import Towards
from kernel.sharing.manifests import Manifest, manifest_of
from kernel.sharing.news import news_routes
from kernel.sharing.reading import FeedPage, Wish, in_order, page_for
from kernel.sharing.shared import Shared
from kernel.sharing.snapshots import SnapshotIn, SnapshotOut, snapshot_in
from kernel.sharing.visibility import grants_of
from kernel.sharing.whole import whole_page

LONGEST_WAIT, LONGEST_HELD = 30, 8
"""Seconds that a reader may ask to wait, and after which he is answered all the same: much software
gives up after ten by itself, and asking again costs him nothing."""


Reader = Annotated[Caller, allowed_to(May.FEED_READ)]


def _listed_in(announced: Sequence[str]) -> Any:
    """A dependency: the types that a reader names, of those announced here, or None for all."""
    one = "|".join(name.replace(".", r"\.") for name in announced)

    def listed(
        types: Annotated[
            str | None,
            Query(pattern=f"^({one})(,({one}))*$", description="Only these, with commas between."),
        ] = None,
    ) -> list[str] | None:
        return None if types is None else types.split(",")

    return Depends(listed)


def sharing_routes(service: str, shares: Shared) -> list[APIRouter]:
    """`feed`, `snapshots` and `manifests` of a service, and news of it for the dispatcher."""
    announced = sorted(shares.events)
    return [
        _feed_routes(service, announced),
        _snapshot_routes(service, announced),
        _manifest_routes(service, announced),
        news_routes(service),
    ]


def _feed_routes(service: str, announced: Sequence[str]) -> APIRouter:
    """The feed of a service."""
    router = APIRouter(tags=["sharing"])

    @router.get("/feed", operation_id=f"read_{service}_feed", response_model=FeedPage)
    async def read_feed(
        request: Request,
        caller: Reader,
        types: Annotated[list[str] | None, _listed_in(announced)],
        after: Annotated[
            int, Query(ge=0, le=2**62, description="The next_after of the page before; 0 at first.")
        ] = 0,
        limit: Annotated[int, Query(ge=0, le=5000)] = 1000,
        wait: Annotated[
            int,
            Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait if there is nothing new."),
        ] = 0,
    ) -> Response:
        """What happened after a position, oldest first, as CloudEvents that the caller may see.

        Positions grow and never change. Ask again after `next_after`: it goes past what is not
        the caller's to see, so a page may be short or empty although more follows. With `wait`, an
        empty page is answered only when time is up, after eight seconds at the latest: ask again.

        410 `snapshot-required` says that the caller's grants have grown since he read last: take a
        snapshot, or read from position 0.
        """
        found = request.app.state.service
        catalogue = found.shares.events
        wanted = Wish(after, limit, in_order(types))
        if caller.role == Role.SERVICE:
            async with found.database.begin() as session:
                body = await whole_page(session, found.keys, service, after, limit, wanted.types)
            return Response(body, media_type="application/json")
        towards = Towards(caller, found.keys)
        loop = asyncio.get_running_loop()
        until = loop.time() + min(wait, LONGEST_HELD)
        while True:
            async with found.database.begin() as session:
                page, is_end = await page_for(session, service, catalogue, towards, wanted)
            left = until - loop.time()
            if page.items or left <= 0 or limit == 0:
                break
            wanted = Wish(page.next_after, limit, wanted.types)
            if is_end and not await found.shares.news.beyond(found.database, page.next_after, left):
                break
        return Response(page.model_dump_json(), media_type="application/json")

    return router


def _snapshot_routes(service: str, announced: Sequence[str]) -> APIRouter:
    router = APIRouter(tags=["sharing"])

    @router.post("/snapshots", status_code=202, operation_id=f"ask_{service}_snapshot")
    async def ask(
        request: Request,
        session: Transaction,
        caller: Reader,
        asked: Annotated[SnapshotIn, body_of(snapshot_in(service, announced))],
        response: Response,
    ) -> SnapshotOut:
        """Ask for all that the caller may see as it stands; follow Location until it is done.

        While one waits to be made, asking again answers that one. It is kept for seven days.
        """
        shares = request.app.state.service.shares
        wanted = in_order(asked.types)
        made = await snapshots.ask_snapshot(session, caller, shares.events, wanted, shares.sources)
        response.headers["Location"] = f"/v1/{service}/snapshots/{made.snapshot_id}"
        return made

    @router.get("/snapshots", operation_id=f"list_{service}_snapshots")
    async def read_list(
        request: Request, session: Transaction, caller: Reader, wanted: Wanted
    ) -> Page[SnapshotOut]:
        """The client's own snapshots of the last seven days, oldest first."""
        sources = request.app.state.service.shares.sources
        found = await snapshots.snapshots_of(session, caller, wanted, sources)
        return Page[SnapshotOut].model_validate(found)

    @router.get("/snapshots/{snapshot_id}", operation_id=f"read_{service}_snapshot")
    async def read_one(
        request: Request, session: Transaction, caller: Reader, snapshot_id: UUID
    ) -> SnapshotOut:
        """A snapshot of the client's own, and how far it is."""
        sources = request.app.state.service.shares.sources
        return await snapshots.one_snapshot(session, caller, snapshot_id, sources)

    @router.get(
        "/snapshots/{snapshot_id}/rows",
        operation_id=f"fetch_{service}_snapshot",
        response_class=StreamingResponse,
        responses={
            200: {
                "description": "The snapshot, line by line.",
                "content": {"application/x-ndjson": {"schema": {"type": "string"}}},
            }
        },
    )
    async def fetch(
        request: Request,
        caller: Reader,
        snapshot_id: UUID,
        part: Annotated[
            int | None,
            Query(ge=0, le=2**31 - 1, description="Only the rows of this part, from 0."),
        ] = None,
    ) -> Any:
        """A snapshot that is done, as NDJSON. Its first line says how many rows follow
        (`rows`, so that a cut is noticed) and where to go on reading (`position`); each other line
        is a `type` and its `data`, as an event of the feed would tell it.

        Who was cut off may fetch the missing parts one by one (`part`, without the first line).
        Apply all rows, then read the feed after `position`: what changed meanwhile is told again.
        410 `snapshot-required`: it shows what the client may not see any more; ask for a new one.
        """
        found = request.app.state.service
        events = found.shares.events
        async with found.database.begin() as session:
            head = await snapshots.fetch(session, service, caller, events, snapshot_id)
        if part is not None:
            rows = await snapshots.part(found.database, found.keys, snapshot_id, part)
            return Response(rows, media_type="application/x-ndjson")
        body = snapshots.lines(found.database, found.keys, snapshot_id, head)
        return StreamingResponse(body, media_type="application/x-ndjson")

    return router


def _manifest_routes(service: str, announced: Sequence[str]) -> APIRouter:
    router = APIRouter(tags=["sharing"])

    @router.get("/manifests/{day}", operation_id=f"read_{service}_manifest")
    async def read(
        request: Request,
        session: Transaction,
        caller: Reader,
        day: date,
        types: Annotated[list[str] | None, _listed_in(announced)],
        after: Annotated[int | None, Query(ge=0, description="Of a part: after this one.")] = None,
        until: Annotated[int | None, Query(ge=0, description="And up to this one.")] = None,
    ) -> Manifest:
        """How many events the reader should have of a day, and the root of their ids.

        A day's events are those the feed took in on it (calendar day in the province): those with
        `after < position <= until`. To compare, take the ids of those that you have, in order of
        position, as lower-case UUIDs; join them with a line feed between two; the root is the
        SHA-256 of that in hex (of nothing, if you have none):

            mine = sorted((e["position"], e["id"]) for e in events
                          if m["after"] < e["position"] <= m["until"])
            text = chr(10).join(id for _, id in mine)
            assert len(mine) == m["count"]
            assert hashlib.sha256(text.encode()).hexdigest() == m["root"]

        If they differ, ask about parts of the day (`?after=&until=`), or read the feed again after
        `after`. Ask with the `types` you read with.
        """
        catalogue = request.app.state.service.shares.events
        grants = await grants_of(session, caller, catalogue.values())
        wanted = in_order(types)
        return await manifest_of(session, caller, grants, day, wanted, (after, until))

    return router
