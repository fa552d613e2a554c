"""Evidence: files that show what was put right, kept encrypted under their hash."""

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import PurePosixPath
from typing import Any
from uuid import UUID

import puremagic
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.crypto import Keys
from kernel.ids import new_id
from kernel.problems import NotFound
from services.rectification.operations.item_acts import check_may_show, locked, record
from services.rectification.operations.items import item_seen
from services.rectification.problems import UnusableFile
from services.rectification.queries import evidence as queries
from services.rectification.schemas.items import EvidenceOut
from services.rectification.vocabulary import Act

FILE_LIMIT = 10 * 1024 * 1024
"""Bytes of one file (docs/decisions/0010)."""

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
"""What is taken, by the ending a file is kept under."""

_COLUMN = "evidence"


async def add_evidence(
    session: AsyncSession,
    keys: Keys,
    caller: Caller,
    item_id: UUID,
    content: bytes,
    *,
    title: str,
    file_name: str | None,
) -> tuple[EvidenceOut, bool]:
    """Keep a file; returns what is on record and whether it is new.

    What a file is its bytes say, not its name. The same bytes again change nothing. Raises
    NotFound, NotResponsible and UnusableFile.
    """
    item = await locked(session, caller, item_id)
    check_may_show(caller, item)
    ending = _ending_of(content)
    digest = sha256(content).hexdigest()
    same = {"item_id": item_id, "sha256": digest}
    known = (await session.execute(queries.SAME_FILE, same)).scalar()
    if known is not None:
        return await _evidence(session, item_id, known), False
    evidence_id = new_id()
    values = same | {
        "evidence_id": evidence_id,
        "title": title,
        "file_name": _safe_name(file_name or title, ending),
        "media_type": MEDIA_TYPES[ending],
        "size": len(content),
        "sealed": keys.seal_bytes(_COLUMN, evidence_id, content),
        "by": caller.sub,
        "agency": caller.agency,
        "recorded_at": clock.now(),
    }
    await session.execute(queries.ADD_FILE, values)
    details = {"evidence_id": str(evidence_id), "sha256": digest}
    await record(
        session, caller, item_id, Act.EVIDENCE, item["state"], clock.today(), title, details
    )
    return await _evidence(session, item_id, evidence_id), True


def _ending_of(content: bytes) -> str:
    """Which of the kinds that are taken a file is, by its first bytes; raises UnusableFile."""
    if not content:
        raise UnusableFile("empty", "The file has no bytes.")
    try:
        found = {match.extension.lstrip(".") for match in puremagic.magic_string(content)}
    except (puremagic.PureError, ValueError):
        found = set()
    found = {{"jpeg": "jpg"}.get(each, each) for each in found}
    kinds = [ending for ending in MEDIA_TYPES if ending in found]
    if not kinds:
        raise UnusableFile("unknown-kind", f"Only {', '.join(MEDIA_TYPES)} files are taken.")
    return kinds[0]


def _safe_name(name: str, ending: str) -> str:
    """A file name without folders or characters that mean something to a shell or header."""
    stem = PurePosixPath(name.replace("\\", "/")).name
    stem = re.sub(r"\.(pdf|jpe?g|png|xlsx|docx)$", "", stem, flags=re.I)
    stem = re.sub(r"[^\w.-]+", "_", stem).strip("._")[:100]
    return f"{stem or 'evidence'}.{ending}"


async def evidence_of(session: AsyncSession, caller: Caller, item_id: UUID) -> list[EvidenceOut]:
    """The files of an item that the caller may see; raises NotFound."""
    await item_seen(session, caller, item_id)
    rows = await session.execute(queries.EVIDENCE_OF_ITEM, {"item_id": item_id})
    return [EvidenceOut.model_validate(dict(row)) for row in rows.mappings()]


async def evidence_bytes(
    session: AsyncSession, keys: Keys, caller: Caller, item_id: UUID, evidence_id: UUID
) -> tuple[EvidenceOut, bytes]:
    """A file and what it is; raises NotFound."""
    await item_seen(session, caller, item_id)
    row = await _row(session, item_id, evidence_id)
    return (
        EvidenceOut.model_validate(row),
        keys.open_bytes(_COLUMN, evidence_id, row["sealed"]),
    )


async def _evidence(session: AsyncSession, item_id: UUID, evidence_id: UUID) -> EvidenceOut:
    return EvidenceOut.model_validate(await _row(session, item_id, evidence_id))


async def _row(session: AsyncSession, item_id: UUID, evidence_id: UUID) -> Mapping[str, Any]:
    values = {"item_id": item_id, "evidence_id": evidence_id}
    row = (await session.execute(queries.ONE_FILE, values)).mappings().first()
    if row is None:
        raise NotFound
    return dict(row)
