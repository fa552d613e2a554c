"""The report as a workbook: the 整改台账 with the plan's own columns, and the totals over it."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

from xlsxwriter import Workbook  # type: ignore[import-untyped]

from services.rectification.schemas.reports import (
    CategoryOut,
    FiguresOut,
    PlaceOut,
    ReportOut,
)

Column = tuple[str, int, Callable[[Any], Any]]

LEDGER: Sequence[Column] = (
    ("序号", 6, lambda row: row.number),
    ("问题类别", 24, lambda row: f"（{_NUMERALS[row.category]}）{row.problem}"),
    ("问题来源", 12, lambda row: row.source_label),
    ("具体问题", 30, lambda row: row.description),
    ("涉及问题数", 10, lambda row: row.problems),
    ("整改举措", 36, lambda row: row.measure),
    ("整改时限", 12, lambda row: row.deadline),
    ("整改标准", 30, lambda row: row.standard),
    ("牵头单位", 24, lambda row: row.lead_unit),
    ("责任单位", 24, lambda row: row.responsible_unit),
    ("地区", 14, lambda row: row.place),
    ("进展情况", 14, lambda row: row.progress),
    ("应退（付）金额（元）", 16, lambda row: row.owed),
    ("已退（付）金额（元）", 16, lambda row: row.returned),
    ("尚欠金额（元）", 16, lambda row: row.outstanding),
    ("是否销号", 9, lambda row: "是" if row.closed_on else "否"),
    ("销号日期", 12, lambda row: row.closed_on),
    ("佐证材料（份）", 12, lambda row: row.evidence),
    ("督办（次）", 9, lambda row: row.reminders),
)
"""Columns of the 台账: those the plan names (三(三)) and those that practice adds."""

_FIGURES: Sequence[Column] = (
    ("台账项数", 10, lambda row: row.items),
    ("问题数", 10, lambda row: row.found),
    ("待验收", 10, lambda row: row.completed),
    ("已销号", 10, lambda row: row.rectified),
    ("不属实", 10, lambda row: row.dismissed),
    ("销号率", 10, lambda row: row.share),
    ("应退（付）金额（元）", 16, lambda row: row.owed),
    ("已退（付）金额（元）", 16, lambda row: row.returned),
    ("尚欠金额（元）", 16, lambda row: row.outstanding),
    ("台账序号", 40, lambda row: spans_of(row.rows)),
)
TOTALS: Sequence[Column] = (
    ("问题类别", 30, lambda row: _category(row)),
    ("地区", 14, lambda row: row.place if isinstance(row, PlaceOut) else "合计"),
    *_FIGURES,
)

_NUMERALS = "〇一二三四五六七"


def as_workbook(report: ReportOut) -> bytes:
    """The report as XLSX. What people wrote is text in text cells, never a formula."""
    file = BytesIO()
    book = Workbook(file, {"in_memory": True})
    title = f"整改台账（截至{report.stage}）　{report.unit_name}"
    _sheet(book, "整改台账", title, LEDGER, report.ledger, last=None)
    rows = [*report.by_category_and_place, *report.by_category]
    _sheet(book, "汇总", f"分类别、分地区汇总（截至{report.stage}）", TOTALS, rows, report.total)
    undetermined: Sequence[Column] = (
        ("规则", 12, lambda row: row.rule_id.value),
        ("尚不能判定（条）", 18, lambda row: row.verdicts),
    )
    _sheet(book, "未决", "因缺少事实尚不能判定的", undetermined, report.undetermined, last=None)
    book.close()
    return file.getvalue()


def _sheet(
    book: Any,
    name: str,
    title: str,
    columns: Sequence[Column],
    rows: Sequence[Any],
    last: FiguresOut | None,
) -> None:
    sheet = book.add_worksheet(name)
    frame = {"border": 1, "text_wrap": True, "valign": "vcenter"}
    heading = book.add_format({**frame, "bold": True, "align": "center", "bg_color": "#DDEBF7"})
    formats = {
        "text": book.add_format(frame),
        "yuan": book.add_format({**frame, "num_format": "#,##0.00"}),
        "share": book.add_format({**frame, "num_format": "0.00%"}),
        "day": book.add_format({**frame, "num_format": "yyyy-mm-dd", "align": "left"}),
    }
    large = book.add_format({"bold": True, "font_size": 16, "align": "center"})
    sheet.merge_range(0, 0, 0, max(1, len(columns) - 1), title, large)
    for place, (label, width, _) in enumerate(columns):
        sheet.set_column(place, place, width)
        sheet.write_string(1, place, label, heading)
    for line, row in enumerate([*rows, *([last] if last else [])], start=2):
        for place, (label, _, value_of) in enumerate(columns):
            _write(sheet, line, place, value_of(row), formats, is_share=label == "销号率")
    sheet.freeze_panes(2, 0)
    if rows:
        sheet.autofilter(1, 0, 1 + len(rows), len(columns) - 1)
    sheet.set_landscape()
    sheet.set_paper(8)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, 1)


def _write(
    sheet: Any, line: int, place: int, value: Any, formats: dict[str, Any], *, is_share: bool
) -> None:
    if value is None:
        sheet.write_blank(line, place, None, formats["text"])
    elif isinstance(value, Decimal):
        sheet.write_number(line, place, value, formats["share" if is_share else "yuan"])
    elif isinstance(value, int):
        sheet.write_number(line, place, value, formats["text"])
    elif isinstance(value, date):
        sheet.write_datetime(line, place, value, formats["day"])
    else:
        sheet.write_string(line, place, value, formats["text"])


def _category(row: FiguresOut) -> str:
    if isinstance(row, CategoryOut):
        return f"（{_NUMERALS[row.category]}）{row.problem}"
    return "总计"


def spans_of(numbers: Sequence[int]) -> str:
    """Numbers in growing order as a person writes them: 1–3、7."""
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][-1] + 1:
            spans[-1] = [spans[-1][0], number]
        else:
            spans.append([number])
    return "、".join("–".join(map(str, span)) for span in spans)
