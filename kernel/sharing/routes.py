"""`GET /v1/{service}/feed`: for sister services whole, for everybody else what he may see."""

import asyncio
from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Query, Response
from starlette.requests import Request

from kernel import feed
from kernel.access import Caller, allowed_to
from kernel.roles import May, Role
from kernel.sharing.events import EventType, Towards
from kernel.sharing.reading import FeedPage, Wish, named_types, page_for

LONGEST_WAIT = 30
"""Seconds that a reader may ask to wait: below what proxies usually allow."""


def feed_routes(service: str, catalogue: Mapping[str, EventType]) -> APIRouter:
    """The feed of a service."""
    router = APIRouter(tags=["sharing"])

    @router.get("/feed", operation_id=f"read_{service}_feed", response_model=FeedPage)
    async def read_feed(
        request: Request,
        caller: Annotated[Caller, allowed_to(May.FEED_READ)],
        after: Annotated[
            int, Query(ge=0, le=2**62, description="The next_after of the page before; 0 at first.")
        ] = 0,
        types: Annotated[
            str | None,
            Query(min_length=1, max_length=500, description="Only these, with commas between."),
        ] = None,
        limit: Annotated[int, Query(ge=0, le=5000)] = 1000,
        wait: Annotated[
            int,
            Query(ge=0, le=LONGEST_WAIT, description="Seconds to wait if there is nothing new."),
        ] = 0,
    ) -> Response:
        """What happened after a position, oldest first, as CloudEvents that the caller may see.

        Positions grow and never change. Ask again after `next_after`: it goes past what is not
        the caller's to see, so a page may be short or empty although more follows. With `wait`, an
        empty page is answered only when time is up. 410 `snapshot-required` says that the caller's
        grants have grown since he read last: take a snapshot, or read from position 0.
        """
        found = request.app.state.service
        wanted = Wish(after, limit, named_types(catalogue, types))
        if caller.role == Role.SERVICE:
            async with found.database.begin() as session:
                body = await feed.whole_page(session, service, after, limit, wanted.types)
            return Response(body, media_type="application/json")
        towards = Towards(caller, found.keys)
        loop = asyncio.get_running_loop()
        until = loop.time() + wait
        while True:
            async with found.database.begin() as session:
                page, is_end = await page_for(session, service, catalogue, towards, wanted)
            left = until - loop.time()
            if page.items or left <= 0 or limit == 0:
                break
            wanted = Wish(page.next_after, limit, wanted.types)
            if is_end and not await found.news.beyond(found.database, page.next_after, left):
                break
        return Response(page.model_dump_json(), media_type="application/json")

    return router
