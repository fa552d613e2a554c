"""Households as a test pushes them. ID numbers begin with 230199, which was never assigned."""

import io
import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

import xlsxwriter

from kernel.people import check_character

VILLAGE = "230231100201"
"""六合村 of 拜泉镇 in 拜泉县."""

NDJSON = {"Content-Type": "application/x-ndjson"}
CSV = {"Content-Type": "text/csv"}
XLSX = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def id_number(serial: int = 1, born: str = "19700101") -> str:
    """An ID number with a right check character."""
    digits = f"230199{born}{serial:03d}"
    return digits + check_character(digits)


def member(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A person who can work; the first of a household is its head."""
    return {
        "member_no": str(number),
        "name": f"王{'一二三四五六七八九'[number % 9]}",
        "id_number": id_number(number),
        "relation": "HEAD" if number == 1 else "OTHER",
        "labour_skill": "ORDINARY",
        **changes,
    }


def household(number: int | str = 1, **changes: Any) -> dict[str, Any]:
    """A registered household of 拜泉 with one member; ID numbers differ by household number."""
    serial = int(number)
    return {
        "household_no": f"2302311{serial:05d}",
        "village_code": VILLAGE,
        "attribute": "GENERAL_POOR",
        "main_cause": "NO_CAPITAL",
        "statuses": [{"status": "REGISTERED", "valid_from": "2015-01-01"}],
        "members": [member(1, id_number=id_number(serial % 1000, f"19{60 + serial // 1000}0101"))],
        "as_at": "2017-12-31",
        **changes,
    }


def ndjson(rows: Iterable[Any]) -> bytes:
    """Rows one a line; what is bytes already goes as it is."""
    lines = [
        row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode()
        for row in rows
    ]
    return b"\n".join(lines) + b"\n"


_HEADINGS = """
    年度 省 市 县 乡 村 村代码 户编号 人口编号 姓名 性别 出生日期 证件号码 民族 与户主关系 文化程度
    在校生状况 劳动技能 健康状况 识别年度 脱贫状态 脱贫年度 贫困户属性 主要致贫原因 其他致贫原因
    人均纯收入 增加日期 减少日期 死亡日期
"""
EXPORT = _HEADINGS.split()
"""The headings under which our tests write the national export."""


def exported(serial: int = 1, **changes: Any) -> dict[str, Any]:
    """One line of the national export, by heading: the head of a registered household."""
    return {
        "年度": 2018,
        "省": "黑龙江省",
        "市": "齐齐哈尔市",
        "县": "拜泉县",
        "乡": "拜泉镇",
        "村": "六合村民委员会",
        "村代码": VILLAGE,
        "户编号": f"2302311{serial:05d}",
        "人口编号": "1",
        "姓名": "王一",
        "证件号码": id_number(serial),
        "与户主关系": "户主",
        "劳动技能": "普通劳动力",
        "健康状况": "健康",
        "识别年度": 2014,
        "脱贫状态": "未脱贫",
        "贫困户属性": "一般贫困户",
        "主要致贫原因": "缺资金",
        "人均纯收入": 3000,
        **changes,
    }


def workbook(
    lines: Sequence[dict[str, Any]],
    *,
    headings: Sequence[str] = EXPORT,
    titles: Sequence[str] = (),
    scribbles: Sequence[tuple[int, int, Any]] = (),
) -> bytes:
    """An XLSX: merged titles, headings, then lines. `scribbles` are cells by row and column."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet("Sheet1")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for row, title in enumerate(titles):
        sheet.merge_range(row, 0, row, len(headings) - 1, title)
    sheet.write_row(len(titles), 0, headings)
    for row, line in enumerate(lines, start=len(titles) + 1):
        for column, heading in enumerate(headings):
            _write(sheet, row, column, line.get(heading), day)
    for row, column, value in scribbles:
        _write(sheet, row, column, value, day)
    book.close()
    return file.getvalue()


def _write(sheet: Any, row: int, column: int, value: Any, day: Any) -> None:
    if isinstance(value, datetime | date):
        sheet.write_datetime(row, column, value, day)
    elif isinstance(value, int | float):
        sheet.write_number(row, column, value)
    elif value is None:
        sheet.write_blank(row, column, None, day)
    else:
        sheet.write_string(row, column, value)
