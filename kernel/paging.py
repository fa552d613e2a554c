"""Lists: a page and where the next one starts. Ids sort by time, so pages do not shift."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Generic, TypeVar, get_args
from uuid import UUID

from fastapi import Depends, Query
from pydantic import BaseModel
from starlette.requests import Request

from kernel.problems import BadRequest, Fault

Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """Some items of a list, and the id to continue after; none when this was the last page."""

    items: list[Item]
    next_after: UUID | None


class WantedPage(BaseModel):
    """Which page a caller wants."""

    limit: int
    after: UUID | None


def _wanted_page(
    limit: Annotated[int, Query(ge=1, le=200)] = 100, after: UUID | None = None
) -> WantedPage:
    return WantedPage(limit=limit, after=after)


Wanted = Annotated[WantedPage, Depends(_wanted_page)]
"""`?limit=` (at most 200) and `?after=`."""


def page_of(rows: Sequence[Any], wanted: WantedPage, key: str) -> dict[str, Any]:
    """A page from one row more than was asked for; queries fetch `limit + 1`."""
    shown = rows[: wanted.limit]
    more = len(rows) > wanted.limit
    return {"items": shown, "next_after": shown[-1][key] if more else None}


async def refuse_unknown_filters(request: Request) -> None:
    """400 for a query parameter that the route does not name: a typo must not widen a list."""
    known = {"after_event"}
    for dependant in _dependants(request.scope["route"].dependant):
        known |= {field.alias for field in dependant.query_params}
    unknown = set(request.query_params) - known
    if unknown:
        raise BadRequest(
            f"This address does not know {len(unknown)} of the query parameters; it knows "
            f"{', '.join(sorted(known - {'after_event'})) or 'none'}.",
            code="unknown-filter",
        )
    _refuse_loose_writing(request)


_STRICTLY = {
    date: ("a day such as 2019-05-31", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    bool: ("true or false", re.compile(r"true|false")),
    int: ("a whole number", re.compile(r"-?(0|[1-9][0-9]*)")),
    UUID: ("a UUID", re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")),
}


def _refuse_loose_writing(request: Request) -> None:
    """400 for a query value that pydantic would read as something: 0 is no day, `on` not true."""
    for dependant in _dependants(request.scope["route"].dependant):
        for field in dependant.query_params:
            annotation = field.field_info.annotation
            for kind in {annotation, *get_args(annotation)} & _STRICTLY.keys():
                words, form = _STRICTLY[kind]
                if not all(map(form.fullmatch, request.query_params.getlist(field.alias))):
                    raise BadRequest(
                        f"{field.alias} is {words}.",
                        errors=[
                            Fault(
                                pointer=f"/query/{field.alias}",
                                code="not_in_this_form",
                                message=f"Write {words}.",
                            )
                        ],
                    )


def _dependants(dependant: Any) -> list[Any]:
    return [dependant] + [found for sub in dependant.dependencies for found in _dependants(sub)]
