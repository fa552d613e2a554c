"""Workbooks whose headings are field names, as every resource but households takes them."""

import io
import json
from datetime import date
from typing import Any

import pytest
import xlsxwriter

from kernel.bulk.formats import XLSX, rows_of
from kernel.problems import Invalid


def workbook(*rows: list[Any]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
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


def read(*rows: list[Any]) -> list[tuple[int, Any]]:
    raws = rows_of(workbook(*rows), XLSX, sheet=None, generation=None)
    return [(raw.line, json.loads(raw.json)) for raw in raws]


def test_cells_are_passed_on_as_the_text_a_person_sees() -> None:
    headings = ["no", "on", "amount", "dust", "rate", "yes", "blank", "note"]
    cells = [7, date(2018, 3, 31), 50000, 4321.320000000001, 0.0435, True, "", " 好　"]

    said = {"no": "7", "on": "2018-03-31", "amount": "50000", "dust": "4321.32"}
    said |= {"rate": "0.0435", "yes": "true", "note": "好"}
    assert read(headings, cells) == [(2, said)]


def test_a_number_that_has_lost_digits_stays_a_number() -> None:
    assert read(["id_number"], [230199197001010019.0]) == [(2, {"id_number": 2.3019919700101e17})]


def test_dotted_and_numbered_headings_nest() -> None:
    headings = ["no", "covered.1.name", "covered.2.name", "user.kind"]

    rows = read(headings, ["1", "王一", "王二", "OTHER"], [], ["2", "", "王三"])

    assert rows == [
        (
            2,
            {"no": "1", "covered": [{"name": "王一"}, {"name": "王二"}], "user": {"kind": "OTHER"}},
        ),
        (4, {"no": "2", "covered": [{"name": "王三"}]}),
    ]


def test_a_cell_beyond_the_headings_is_named_and_not_repeated() -> None:
    assert read(["no", ""], ["1", "机密"]) == [(2, {"no": "1", "cells beyond the headings": ""})]


def test_a_cell_that_holds_an_error_is_blank() -> None:
    assert read(["no", "left_on"], ["1", "#N/A"]) == [(2, {"no": "1"})]


@pytest.mark.parametrize(
    "headings", [[], ["a", "a"], ["a", "", "b"], ["a", "a.b"], [".".join("a" * 9)]]
)
def test_headings_that_mean_two_things_or_none_are_refused(headings: list[Any]) -> None:
    with pytest.raises(Invalid):
        read(headings, ["1"])
