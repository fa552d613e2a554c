"""What people edit: nobody overwrites what he has not seen (design, concurrency)."""

from typing import Annotated, Any

from fastapi import Depends, Header
from starlette.requests import Request

from kernel.problems import Stale, Unconditional


async def _if_match_named(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            description="The ETag that it was read with, to replace what is on record.",
            examples=['"1"'],
        ),
    ] = None,
) -> None:
    """Names the header in the published document; looking is `check_if_match`'s."""


REPLACES: Any = Depends(_if_match_named)
"""Among the `dependencies` of a route that may answer 412 or 428."""


def etag_of(version: int) -> str:
    """The ETag of a thing as of its version."""
    return f'"{version}"'


def check_if_match(request: Request, version: int | None, *, needed: bool = True) -> None:
    """Let a change pass if it was made on the version on record; None: there is none yet.

    Raises Unconditional (428) where If-Match is needed and missing, Stale (412) where it names
    another version. `*` stands for whichever is on record.
    """
    sent = request.headers.get("if-match")
    if sent is None:
        if needed and version is not None:
            raise Unconditional
        return
    known = [] if version is None else [etag_of(version), "*"]
    if not any(each.strip().removeprefix("W/") in known for each in sent.split(",")):
        raise Stale
