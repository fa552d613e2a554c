"""Lists: a page and where the next one starts. Ids sort by time, so pages do not shift."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Annotated, Any, Generic, TypeVar, get_args
from uuid import UUID

from fastapi import Depends, Query
from fastapi.exceptions import RequestValidationError
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
    """400 for a query parameter that the route does not name: a typo must not widen a list.

    Likewise for a value written loosely.
    """
    known = {"after_event"}
    dependants = _dependants(request.scope["route"].dependant)
    for dependant in dependants:
        known |= {field.alias for field in dependant.query_params}
    unknown = set(request.query_params) - known
    if unknown:
        raise BadRequest(
            f"This address does not know {len(unknown)} of the query parameters; it knows "
            f"{', '.join(sorted(known - {'after_event'})) or 'none'}.",
            code="unknown-filter",
        )
    for dependant in dependants:
        _refuse_loose_writing(request, dependant)


_STRICTLY = {
    date: ("a day such as 2019-05-31", re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")),
    bool: ("true or false", re.compile(r"true|false")),
    int: ("a whole number", re.compile(r"-?(0|[1-9][0-9]*)")),
    UUID: ("a UUID", re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")),
}


def _refuse_loose_writing(request: Request, dependant: Any) -> None:
    """400 for a query value that pydantic would read as something: 0 is no day, `on` not true."""
    for field in dependant.query_params:
        for words, form in map(_STRICTLY.__getitem__, _kinds(field)):
            if not all(map(form.fullmatch, request.query_params.getlist(field.alias))):
                message = f"{field.alias} is {words}."
                raise BadRequest(message, errors=[_fault("query", field.alias, message)])


def refuse_loose_path(request: Request) -> None:
    """RequestValidationError, as for what cannot be read at all, for a part of the path that is
    written loosely. Asked of who may be here: to anybody else there is nothing at any address."""
    for dependant in _dependants(request.scope["route"].dependant):
        for field in dependant.path_params:
            for words, form in map(_STRICTLY.__getitem__, _kinds(field)):
                if not form.fullmatch(request.path_params[field.alias]):
                    place = ("path", field.alias)
                    raise RequestValidationError([{"loc": place, "type": "form", "msg": words}])


def refuse_missing_headers(request: Request) -> None:
    """400 for a header that the route asks for. The framework would say so as well, but only when
    all else was done, such as waiting."""
    for dependant in _dependants(request.scope["route"].dependant):
        for field in dependant.header_params:
            if field.field_info.is_required() and field.alias not in request.headers:
                message = f"{field.alias} is needed here."
                raise BadRequest(message, errors=[_fault("header", field.alias, message)])


def _fault(place: str, name: str, message: str) -> Fault:
    return Fault(pointer=f"/{place}/{name}", code="not_in_this_form", message=message)


def _kinds(field: Any) -> set[Any]:
    """The types of a parameter that have a form of their own."""
    return _types_in(field.field_info.annotation) & _STRICTLY.keys()


def _types_in(annotation: Any) -> set[Any]:
    """A type, or all that a union or an annotated type is made of."""
    found = {annotation} if isinstance(annotation, type) else set()
    return found.union(*map(_types_in, get_args(annotation)))


def _dependants(dependant: Any) -> list[Any]:
    return [dependant] + [found for sub in dependant.dependencies for found in _dependants(sub)]
