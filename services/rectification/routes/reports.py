"""Addresses of stage reports."""

import asyncio
from enum import StrEnum
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response

from kernel.access import Caller, allowed_to, officer_allowed_to
from kernel.database import Transaction
from kernel.division import DivisionCode
from kernel.editing import REPLACES, check_if_match, etag_of
from kernel.fields import BusinessDate
from kernel.roles import May
from kernel.service import body_of
from kernel.written import TellsItsEnd
from services.rectification.operations.reports import (
    as_document,
    as_workbook,
    report_at,
    write_section,
)
from services.rectification.operations.reports.sections import version_of_section
from services.rectification.schemas.reports import ReportOut, SectionIn, SectionNumber

reports = APIRouter(tags=["reports"], route_class=TellsItsEnd)


class Format(StrEnum):
    """In which form a report is wanted."""

    JSON = "json"
    XLSX = "xlsx"
    DOCX = "docx"


_MEDIA = {
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_WRITE = {Format.XLSX: as_workbook, Format.DOCX: as_document}
_NAMES = {Format.XLSX: "整改台账", Format.DOCX: "整改情况报告"}
_FILE = {"schema": {"type": "string", "format": "binary"}}

Stage = Annotated[BusinessDate, Path(description="The day of the stage, such as 2019-06-20.")]


@reports.get(
    "/reports/{stage}",
    operation_id="read_report",
    response_model=ReportOut,
    responses={200: {"content": {media: _FILE for media in _MEDIA.values()}}},
)
async def read_report(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, allowed_to(May.REPORTS_READ)],
    stage: Stage,
    division: Annotated[DivisionCode | None, Query(description="Only what lies in it.")] = None,
    form: Annotated[Format | None, Query(alias="format", description="Else by Accept.")] = None,
) -> Any:
    """The unit's report as of the day of a stage: the ledger, its totals, the six sections.

    Every figure names its rows (序号). `format=xlsx` is the 整改台账 with the plan's columns,
    `format=docx` the report in Word.
    """
    report = await report_at(session, caller, stage, division)
    wanted = form or _accepted(request.headers.get("accept", ""))
    if wanted == Format.JSON:
        return report
    content = await asyncio.to_thread(_WRITE[wanted], report)
    name = quote(f"{_NAMES[wanted]}-{stage}.{wanted}")
    disposition = f"attachment; filename=\"report-{stage}.{wanted}\"; filename*=UTF-8''{name}"
    return Response(
        content, media_type=_MEDIA[wanted], headers={"Content-Disposition": disposition}
    )


def _accepted(header: str) -> Format:
    """The form that an Accept header names; JSON where it names none of ours."""
    return next((form for form, media in _MEDIA.items() if media in header), Format.JSON)


@reports.put(
    "/reports/{stage}/sections/{number}",
    status_code=204,
    operation_id="write_section",
    dependencies=[REPLACES],
)
async def write(
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, officer_allowed_to(May.REPORTS_READ)],
    stage: Stage,
    number: SectionNumber,
    said: Annotated[Any, body_of(SectionIn)],
    response: Response,
) -> None:
    """Write under one of the six headings of the unit's own report; all versions are kept.

    To replace what is there send If-Match with its version as ETag, such as `"1"`.
    """
    known = await version_of_section(session, caller.agency, stage, number)
    check_if_match(request, known)
    version = await write_section(session, caller, stage, number, said.text)
    response.headers["ETag"] = etag_of(version)
