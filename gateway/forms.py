"""The forms that clients post to the token endpoint and its neighbours."""

from urllib.parse import parse_qsl

from starlette.requests import Request

from gateway.proving import Refusal
from kernel.problems import PayloadTooLarge
from kernel.service import read_body

FORM = "application/x-www-form-urlencoded"
_LONGEST_FORM = 8 * 1024


async def form_of(request: Request) -> dict[str, str]:
    """The form a client posted, empty fields left out; Refusal if it is none or repeats a field."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != FORM:
        raise Refusal("invalid_request", f"Send the form as {FORM}.")
    try:
        raw = await read_body(request, _LONGEST_FORM)
        fields = parse_qsl(raw.decode("ascii"), max_num_fields=20, errors="strict")
    except (PayloadTooLarge, ValueError):
        raise Refusal("invalid_request", "The form cannot be read.") from None
    form = dict(fields)
    if len(form) < len(fields):
        raise Refusal("invalid_request", "A field of the form stands twice.")
    return form
