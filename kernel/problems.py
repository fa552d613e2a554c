"""What a caller can be told went wrong (RFC 9457), and the one place that tells it.

    Problem
    ├── BadRequest 400            query or header that means nothing here
    ├── Unauthenticated 401
    ├── Forbidden 403             the token lacks the scope
    ├── NotFound 404              not there, or not yours: the same answer
    ├── NotAcceptable 406, PayloadTooLarge 413, UnsupportedMediaType 415
    ├── Conflict 409
    ├── Gone 410                  it was there, and is not to be had any more
    ├── Stale 412, Unconditional 428
    ├── Invalid 422               a body that cannot be used, with a pointer to each fault
    ├── TooMany 429               enough for now; Retry-After says until when
    └── Unavailable 503           try again

A problem says what is so, about which thing, and what to do next. It never repeats a value that
was rejected, because that value may be an ID number. A refusal by law is no problem but a decision
with findings.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, NotRequired, TypedDict

from pydantic_core import ErrorDetails
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MEDIA_TYPE = "application/problem+json"


class Fault(TypedDict):
    """One fault of a body: where (JSON pointer), which kind, and a sentence."""

    pointer: str
    code: str
    message: str
    line: NotRequired[int]


class Problem(Exception):
    """Something went wrong. Subclasses say what; their docstring is the default detail."""

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Something went wrong"
    code: ClassVar[str] = "internal-error"
    retryable: ClassVar[bool] = False

    def __init__(
        self,
        detail: str | None = None,
        *,
        code: str | None = None,
        errors: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.code)
        self.detail = detail or " ".join((type(self).__doc__ or self.title).split())
        self.shown_code = code or self.code
        self.errors = list(errors)
        self.headers = dict(headers or {})


class BadRequest(Problem):
    """A query parameter or header of this request means nothing here."""

    status, title, code = 400, "The request cannot be understood", "bad-request"


class Unauthenticated(Problem):
    """Send a bearer token that this exchange issued and that has not expired."""

    status, title, code = 401, "No valid token", "unauthenticated"

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": "Bearer"})


class Forbidden(Problem):
    """This token does not carry the scope that the operation asks for."""

    status, title, code = 403, "Not allowed", "forbidden"


class OfficerNeeded(Forbidden):
    """Only an officer decides this; come with the token of a client whose kind is OFFICER."""

    code = "officer-needed"


class NotFound(Problem):
    """There is nothing here that this token may see."""

    status, title, code = 404, "Not found", "not-found"


class MethodNotAllowed(Problem):
    """This address does not take this method."""

    status, title, code = 405, "Method not allowed", "method-not-allowed"


class Conflict(Problem):
    """This contradicts what is on record."""

    status, title, code = 409, "Conflict", "conflict"


class Gone(Problem):
    """What was asked for is not to be had any more."""

    status, title, code = 410, "Gone", "gone"


class Stale(Problem):
    """This has changed since it was read; read it again and send its ETag as If-Match."""

    status, title, code = 412, "Changed meanwhile", "stale"


class PayloadTooLarge(Problem):
    """The body is larger than this address takes; send it in parts."""

    status, title, code = 413, "Body too large", "body-too-large"


class UnsupportedMediaType(Problem):
    """Send the body in one of the media types this address takes."""

    status, title, code = 415, "Unsupported media type", "unsupported-media-type"


class Invalid(Problem):
    """The body cannot be used; `errors` points to each fault."""

    status, title, code = 422, "The body cannot be used", "invalid-body"


class Unconditional(Problem):
    """There is one on record already; to replace it send the ETag it was read with as If-Match."""

    status, title, code = 428, "If-Match is needed", "if-match-needed"


class TooMany(Problem):
    """This was asked too often; wait as long as Retry-After says."""

    status, title, code, retryable = 429, "Too many requests", "too-many-requests", True

    def __init__(self, detail: str, *, code: str | None = None, seconds: int) -> None:
        super().__init__(detail, code=code, headers={"Retry-After": str(seconds)})


class Unavailable(Problem):
    """The exchange cannot answer at the moment; try again shortly."""

    status, title, code, retryable = 503, "Temporarily unavailable", "unavailable", True

    def __init__(self, detail: str | None = None, *, code: str | None = None) -> None:
        super().__init__(detail, code=code, headers={"Retry-After": "1"})


def response_to(request: Request, problem: Problem) -> Response:
    """A problem as the caller sees it."""
    body: dict[str, Any] = {
        "type": f"/problems/{problem.shown_code}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": f"urn:uuid:{request.scope.get('request_id', '')}",
        "code": problem.shown_code,
        "layer": request.scope.get("layer", "exchange"),
        "retryable": problem.retryable,
    }
    if problem.errors:
        body["errors"] = problem.errors
    return JSONResponse(body, problem.status, problem.headers, media_type=MEDIA_TYPE)


def faults(errors: Iterable[ErrorDetails]) -> list[Fault]:
    """Pydantic's errors as faults: where and why, never what was sent."""
    return [
        Fault(pointer=_pointer(error["loc"]), code=error["type"], message=error["msg"])
        for error in errors
    ]


def _pointer(location: Sequence[str | int]) -> str:
    return "".join("/" + _step(part) for part in location)


def _step(part: str | int) -> str:
    """A step of a pointer. A field's name may itself be an ID number, so long ones are cut."""
    text = str(part)
    if isinstance(part, str) and (len(text) > 64 or sum(c.isdigit() for c in text) > 8):
        return "…"
    return text.encode("utf-8", "replace").decode().replace("~", "~0").replace("/", "~1")
