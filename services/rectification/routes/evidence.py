"""Addresses of evidence: files of an item, sent as they are."""

from email.parser import BytesParser
from email.policy import HTTP
from typing import Annotated
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from kernel.access import Caller, allowed_to
from kernel.database import Transaction
from kernel.fields import Line
from kernel.idempotency import ActedOnce, IdempotencyKey
from kernel.roles import May
from kernel.service import read_body
from services.rectification.operations.evidence import (
    FILE_LIMIT,
    MEDIA_TYPES,
    add_evidence,
    evidence_bytes,
    evidence_of,
)
from services.rectification.schemas.items import EvidenceOut

evidence = APIRouter(tags=["ledger"], route_class=ActedOnce)

_FILE = {"schema": {"type": "string", "format": "binary"}}
_FILES = {"required": True, "content": {kind: _FILE for kind in MEDIA_TYPES.values()}}


async def _file_sent(request: Request) -> bytes:
    """The body, of the size that a file may have."""
    body: bytes = await read_body(request, FILE_LIMIT)
    request.state.body = body
    return body


@evidence.post(
    "/items/{item_id}/evidence",
    status_code=201,
    operation_id="add_evidence",
    responses={200: {"model": EvidenceOut, "description": "These bytes are on record already"}},
    openapi_extra={"requestBody": _FILES},
)
async def add(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.ITEMS_WORK)],
    item_id: UUID,
    response: Response,
    body: Annotated[bytes, Depends(_file_sent)],
    _: IdempotencyKey,
    title: Annotated[Line, Query(description="What the file shows.")] = "佐证材料",
    file_name: Annotated[Line | None, Query()] = None,
) -> EvidenceOut:
    """Send a file as the body: PDF, JPEG, PNG, XLSX or DOCX, at most 10 MB.

    For instance `curl --data-binary @回单.pdf "…/evidence?title=退款回单"`; a form with one file
    (`curl -F file=@回单.pdf`) is understood too. What it is is read from its bytes; it is kept
    encrypted, under its SHA-256.
    """
    content, sent_name = _file_in(request.headers.get("content-type", ""), body)
    keys = request.app.state.service.keys
    kept, is_new = await add_evidence(
        session, keys, caller, item_id, content, title=title, file_name=file_name or sent_name
    )
    response.status_code = 201 if is_new else 200
    response.headers["Location"] = f"/v1/rectification/items/{item_id}/evidence/{kept.evidence_id}"
    return kept


def _file_in(content_type: str, body: bytes) -> tuple[bytes, str | None]:
    """The file that a body is, or the first one that a form holds, and how it was called."""
    if not content_type.lower().startswith("multipart/form-data"):
        return body, None
    form = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + content_type.encode("latin-1", "replace") + b"\r\n\r\n" + body
    )
    for part in form.iter_parts() if form.is_multipart() else ():
        if part.get_filename():
            payload = part.get_payload(decode=True)
            return payload if isinstance(payload, bytes) else b"", part.get_filename()
    return b"", None


@evidence.get("/items/{item_id}/evidence", operation_id="list_evidence")
async def read_list(
    session: Transaction, caller: Annotated[Caller, allowed_to(May.ITEMS_READ)], item_id: UUID
) -> list[EvidenceOut]:
    """The files of an item, with their hashes."""
    return await evidence_of(session, caller, item_id)


@evidence.get(
    "/items/{item_id}/evidence/{evidence_id}",
    operation_id="read_evidence",
    response_class=Response,
    responses={200: {"content": {kind: _FILE for kind in MEDIA_TYPES.values()}}},
)
async def read_one(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.ITEMS_READ)],
    item_id: UUID,
    evidence_id: UUID,
) -> Response:
    """The file itself, to be saved and not shown."""
    keys = request.app.state.service.keys
    kept, content = await evidence_bytes(session, keys, caller, item_id, evidence_id)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(kept.file_name)}",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
        "ETag": f'"{kept.sha256}"',
    }
    return Response(content, media_type=kept.media_type, headers=headers)
