"""What people edit: nobody overwrites what he has not seen (design, concurrency)."""

from starlette.requests import Request

from kernel.problems import Stale, Unconditional


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
