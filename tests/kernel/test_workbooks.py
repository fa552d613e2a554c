"""Workbooks and CSV of a resource that has no sheet of its own, as offices fill them in."""

import io
import json
from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import pytest
import xlsxwriter
from pydantic import BaseModel, Field

from kernel.bulk.formats import sheets
from kernel.bulk.formats.columns import Rows
from kernel.bulk.formats.layout import layout_of
from kernel.bulk.formats.lines import CsvLines
from kernel.fields import AgencyNumber
from kernel.money import Rate, Yuan
from kernel.people import IdNumber
from kernel.problems import Invalid


class Use(StrEnum):
    PLANTING = "PLANTING"
    TRADE = "TRADE"


class Covered(BaseModel):
    name: str
    from_: Annotated[date | None, Field(alias="from")] = None


class Thing(BaseModel):
    no: AgencyNumber
    id_number: IdNumber | None = None
    on: date | None = None
    left_on: date | None = None
    amount: Yuan | None = None
    rate: Rate | None = None
    yes: bool | None = None
    use: Use | None = None
    note: str | None = None
    covered: list[Covered] = []
    user: Covered | None = None


HEADINGS = {"no": "编号 合同号", "on": "日期", "amount": "金额", "use": "用途", "yes": "是否知情"}
HEADINGS |= {"covered.#.name": "被保险人#姓名", "id_number": "证件号码", "rate": "年利率"}
WORDS = {"Use": {"PLANTING": "种植 种植业", "TRADE": "商贸"}}
LAYOUT = layout_of(Thing, {"things": HEADINGS, "words": WORDS}, "things")


def workbook(*rows: list[Any], from_1904: bool = False) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "date_1904": from_1904})
    sheet = book.add_worksheet()
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    for place, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write_datetime(place, column, cell, day)
            elif cell == "#N/A":
                sheet.write_formula(place, column, "=NA()", None, cell)
            else:
                sheet.write(place, column, cell)
    book.close()
    return file.getvalue()


def raws(*lines: list[Any], **kind: bool) -> list[Any]:
    with sheets.opened(workbook(*lines, **kind)) as cells:
        rows = Rows(LAYOUT, from_1904=cells.from_1904)
        found = [
            raw for number, line in enumerate(cells.lines, 1) for raw in rows.line(number, line)
        ]
        return [*found, *rows.end()]


def read(*lines: list[Any], **kind: bool) -> list[tuple[int, Any]]:
    return [(raw.line, json.loads(raw.json)) for raw in raws(*lines, **kind)]


def read_csv(text: str) -> list[tuple[int, Any]]:
    lines, rows = CsvLines(), Rows(LAYOUT)
    numbered = [*lines.read(text.encode()), *lines.read(b"", last=True)]
    found = [raw for number, line in numbered for raw in rows.line(number, line)]
    return [(raw.line, json.loads(raw.json)) for raw in [*found, *rows.end()]]


def test_cells_are_passed_on_as_the_text_a_person_sees() -> None:
    headings = ["no", "on", "amount", "rate", "yes", "use", "note"]
    cells = [7, date(2018, 3, 31), 4321.320000000001, 0.0435, True, "", " 好　"]

    said = {"no": "7", "on": "2018-03-31", "amount": "4321.32", "rate": "0.0435", "yes": "true"}
    assert read(headings, cells) == [(2, {**said, "note": "好"})]


@pytest.mark.parametrize(
    ("heading", "cell", "field", "said"),
    [
        ("日期", 43190, "on", "2018-03-31"),
        ("日期", "43190", "on", "2018-03-31"),
        ("日期", "2018年3月31日", "on", "2018-03-31"),
        ("日期", "２０１８／３／３１", "on", "2018-03-31"),
        ("日期", 20180331, "on", "2018-03-31"),
        ("日期", 2018, "on", "2018"),
        ("日期", "2018-02-30", "on", "2018-02-30"),
        ("金额", "50,000.00", "amount", "50000.00"),
        ("金额", "５００００", "amount", "50000"),
        ("金额", "￥50000元", "amount", "50000"),
        ("金额", "5,00", "amount", "5,00"),
        ("年利率", "4.35%", "rate", "0.0435"),
        ("是否知情", "是", "yes", "true"),
        ("是否知情", "否", "yes", "false"),
        ("用途", " 种植业 ", "use", "PLANTING"),
        ("用途", "PLANTING", "use", "PLANTING"),
        ("合 同 号", "农１号", "no", "农１号"),
        ("合同号", "Ａ２０１８", "no", "A2018"),
        ("证件号码", " 230199 19750615 001X", "id_number", "23019919750615001X"),
        ("证件号码", 230199197506150010.0, "id_number", 2.3019919750615e17),
        ("证件号码", 230199750615001, "id_number", 230199750615001),
    ],
)
def test_a_cell_says_what_an_office_meant(heading: str, cell: Any, field: str, said: Any) -> None:
    assert read([heading], [cell]) == [(2, {field: said})]


def test_days_count_from_1904_where_the_workbook_says_so() -> None:
    cells = [[41728], [date(2018, 3, 31)]]

    assert [row["on"] for _, row in read(["日期"], *cells, from_1904=True)] == ["2018-03-31"] * 2


@pytest.mark.parametrize("cell", [230199197001010019.0, 1e15])
def test_a_number_that_has_lost_digits_is_refused_with_its_sentence(cell: float) -> None:
    [raw] = raws(["合同号", "金额"], [cell, 5])

    assert raw.fault["code"] == "number-not-exact"
    assert raw.fault["pointer"] == "/no"
    assert raw.fault["message"].startswith("合同号 was stored as a number and has lost digits")


def test_csv_that_a_workbook_spoiled_is_refused_too() -> None:
    assert read_csv("证件号码\n2.30199E+17\n") == [(2, {"id_number": 2.30199e17})]


def test_titles_and_notes_above_the_headings_are_passed_over() -> None:
    title, note = ["拜泉县扶贫小额信贷台账"], ["填报单位：某信用社", "", "单位：元"]

    rows = read(title, [], note, ["编号", "金额", "", ""], ["1", 5], ["", "", "", ""])

    assert rows == [(5, {"no": "1", "amount": "5"})]


def test_dotted_and_numbered_headings_nest() -> None:
    headings = ["no", "covered.1.name", "covered.2.name", "user.name"]

    rows = read(headings, ["1", "王一", "王二", "甲"], [], ["2", "", "王三"])

    both = [{"name": "王一"}, {"name": "王二"}]
    assert rows == [
        (2, {"no": "1", "covered": both, "user": {"name": "甲"}}),
        (4, {"no": "2", "covered": [{"name": "王三"}]}),
    ]
    assert read(["编号", "被保险人1姓名", "被保险人2姓名"], ["1", "王一", "王二"]) == [
        (2, {"no": "1", "covered": both})
    ]


def test_lines_that_only_add_to_a_list_are_one_row() -> None:
    lines = [["1", "王一"], ["1", "王二"], ["2", "王三"], ["", "王四"], ["1", "王五"]]

    rows = raws(["编号", "被保险人姓名"], *lines)

    said = [(raw.line, [one["name"] for one in json.loads(raw.json)["covered"]]) for raw in rows]
    assert said == [(2, ["王一", "王二"]), (4, ["王三", "王四"]), (6, ["王五"])]
    assert rows[1].lines == {"/covered/0": 4, "/covered/1": 5}


def test_a_cell_under_no_heading_refuses_its_row() -> None:
    rows = raws(["no", "", "note", ""], ["1", "", "", "机密"], ["2", "机密"], ["3"])

    assert [(raw.fault or {}).get("code") for raw in rows] == ["no-heading", "no-heading", None]


def test_a_cell_that_holds_an_error_is_blank() -> None:
    assert read(["no", "left_on"], ["1", "#N/A"]) == [(2, {"no": "1"})]


@pytest.mark.parametrize(
    ("headings", "code"),
    [
        ([], "empty"),
        (["no", "no"], "repeated-column"),
        (["no", "编号"], "repeated-column"),
        (["no", "备注"], "unknown-column"),
        (["no", "user"], "unknown-column"),
        (["23019919750615001X"], "unknown-column"),
    ],
)
def test_headings_that_mean_two_things_or_none_are_refused(headings: list[Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        read(headings)

    assert refused.value.errors[0]["code"] == code
    assert "230199" not in refused.value.detail


def test_csv_is_cut_where_its_quotes_are_whole() -> None:
    text = 'no,note\r\n1,"two\r\nlines, ""quoted"""\r\n2,plain\r\n'
    lines, whole = CsvLines(), []
    for place in range(0, len(text.encode()), 3):
        whole += lines.read(text.encode()[place : place + 3])
    whole += lines.read(b"", last=True)

    assert whole == [
        (1, ["no", "note"]),
        (2, ["1", 'two\r\nlines, "quoted"']),
        (4, ["2", "plain"]),
    ]
    assert read_csv("金额\n1") == [(2, {"amount": "1"})]
