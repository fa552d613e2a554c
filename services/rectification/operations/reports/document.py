"""The report in Word: six sections, the totals by category and place, the unsettled list."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from docx import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from services.rectification.operations.reports.workbook import LEDGER, TOTALS, Column
from services.rectification.schemas.reports import ReportOut

_NUMERALS = "〇一二三四五六"
_BODY, _TITLE = "仿宋", "黑体"
_IN_WORD = (
    "序号",
    "问题类别",
    "整改举措",
    "整改时限",
    "整改标准",
    "责任单位",
    "进展情况",
    "是否销号",
)
"""Columns of the 台账 that a page of Word has room for; the workbook has all."""


def as_document(report: ReportOut) -> bytes:
    """The report as DOCX, in the order that the plan asks for (三(三))."""
    document = Document()
    _set_up(document, report)
    title = document.add_heading("扶贫小额信贷、扶贫小额人身保险问题专项整改情况报告", level=0)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _in_chinese(title.runs, _TITLE, 20)
    line = document.add_paragraph(f"{report.unit_name}　　截至{report.stage}")
    line.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for section in report.sections:
        heading = document.add_heading(f"{_NUMERALS[section.number]}、{section.title_zh}", level=1)
        _in_chinese(heading.runs, _TITLE, 16)
        for sentence in section.figures:
            document.add_paragraph(sentence)
        for paragraph in (section.text or "（由填报单位补充）").splitlines():
            document.add_paragraph(paragraph)
        if section.number == _OF_RESULTS:
            rows = [*report.by_category_and_place, *report.by_category, report.total]
            _table(document, "表1　分类别、分地区汇总", TOTALS, rows)
    columns = [each for each in LEDGER if each[0] in _IN_WORD]
    _table(document, "附件　整改台账", columns, report.ledger)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


_OF_RESULTS = 3


def _set_up(document: Any, report: ReportOut) -> None:
    page = document.sections[0]
    page.orientation = WD_ORIENT.LANDSCAPE
    page.page_width, page.page_height = page.page_height, page.page_width
    style = document.styles["Normal"]
    style.font.name, style.font.size = _BODY, Pt(12)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), _BODY)
    told = document.core_properties
    told.author, told.title, told.comments = report.unit_name, f"整改情况报告 {report.stage}", ""
    told.created = told.modified = report.made_at.replace(tzinfo=None)


def _in_chinese(runs: Sequence[Any], font: str, size: int) -> None:
    for run in runs:
        run.font.name, run.font.size = font, Pt(size)
        run._element.rPr.rFonts.set(qn("w:eastAsia"), font)


def _table(document: Any, caption: str, columns: Sequence[Column], rows: Sequence[Any]) -> None:
    document.add_paragraph(caption).alignment = WD_ALIGN_PARAGRAPH.CENTER
    table = document.add_table(rows=1, cols=len(columns))
    table.style = "Table Grid"
    for cell, (label, _, _) in zip(table.rows[0].cells, columns, strict=True):
        cell.text = label
    for row in rows:
        for cell, (label, _, value_of) in zip(table.add_row().cells, columns, strict=True):
            value = value_of(row)
            if label == "销号率" and value is not None:
                value = f"{value * 100:.2f}%"
            cell.text = "" if value is None else str(value)
    for line in table.rows:
        for cell in line.cells:
            _in_chinese([run for part in cell.paragraphs for run in part.runs], _BODY, 9)
