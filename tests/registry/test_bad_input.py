"""What a poverty office may get wrong: it is told what is wrong, and nothing of it is repeated."""

import json
import logging
from collections.abc import Callable
from typing import Any

import pytest

from kernel.bulk import formats
from tests.registry.households import (
    CSV,
    NDJSON,
    XLSX,
    exported,
    household,
    id_number,
    member,
    ndjson,
    workbook,
)
from tests.visitor import Visitor

HOUSEHOLDS = "/v1/registry/households"
BULK = "/v1/registry/bulk/households"
JSON = {"Content-Type": "application/json"}

RIGHT = id_number(1)
WRONG_CHECK = RIGHT[:-1] + ("0" if RIGHT[-1] != "0" else "1")
NO_DAY = id_number(1, "19700230")
OLD_FORM = "230199700101123"


def with_member(**changes: Any) -> bytes:
    return json.dumps(household(1, members=[member(1, **changes)])).encode()


WRONG_ID_NUMBERS = {
    "check": (WRONG_CHECK, "id_number_check"),
    "birthday": (NO_DAY, "id_number_birthday"),
    "15 digits": (OLD_FORM, "id-number-old-form"),
    "19 digits": (RIGHT + "4", "id_number"),
    "21 digits": (RIGHT + "441", "id_number"),
    "disability": (RIGHT + "84", "disability_digits"),
    "letters": ("A" * 18, "id_number"),
    "full-width": ("２" * 18, "id_number"),
    "number": (230199197001010019, "id_number_as_number"),
    "null": (None, "id_number"),
    "list": ([RIGHT], "id_number"),
}


@pytest.mark.parametrize(("value", "code"), WRONG_ID_NUMBERS.values(), ids=WRONG_ID_NUMBERS)
def test_a_wrong_id_number_is_refused_by_its_place_and_not_repeated(
    office: Visitor, caplog: pytest.LogCaptureFixture, value: Any, code: str
) -> None:
    caplog.set_level(logging.DEBUG)
    body = with_member(id_number=value)

    single = office.post(HOUSEHOLDS, content=body, headers=JSON)
    bulk = office.post(BULK, content=body, headers=NDJSON)

    assert single.status_code == 422
    [fault] = single.json()["errors"]
    assert (fault["pointer"], fault["code"]) == ("/members/0/id_number", code)
    [row] = bulk.json()["results"]
    assert (row["pointer"], row["code"]) == ("/members/0/id_number", code)
    for told in (single.text, bulk.text, caplog.text):
        assert RIGHT[:17] not in told
        assert str(value) not in told or value is None


def test_a_small_x_is_read_as_a_capital_one(office: Visitor) -> None:
    [ends_in_x] = [n for n in map(id_number, range(1, 20)) if n.endswith("X")][:1]
    rows = [
        household(1, members=[member(1, id_number=ends_in_x)]),
        household(1, members=[member(1, id_number=ends_in_x.lower())]),
    ]

    answer = office.post(BULK, content=ndjson(rows), headers=NDJSON).json()

    assert (answer["accepted"], answer["unchanged"]) == (1, 1)


WRONG_BODIES = {
    "nothing": b"",
    "no JSON": b"{household_no: 230199197001010019}",
    "cut": json.dumps(household(1)).encode()[:-20],
    "NaN": json.dumps(household(1)).replace('"2017-12-31"', "NaN").encode(),
    "NaN version": b'{"source_version": NaN}',
    "Infinity": b'{"source_version": 1e999}',
    "huge version": json.dumps(household(1, source_version=2**31)).encode(),
    "number as text": json.dumps(household(1, source_version="1")).encode(),
    "not UTF-8": with_member(name="QQ").replace(b"QQ", b"\xff\xfe"),
    "NUL": with_member(name="王\x00"),
    "NUL in number": json.dumps(household(1, household_no="1\x002")).encode(),
    "lone surrogate": with_member(name="王\ud800"),
    "surrogate in number": json.dumps(household(1, household_no="\udfff")).encode(),
    "blank name": with_member(name="　 "),
    "long name": with_member(name="王" * 61),
    "deep list": b"[" * 10_000 + b"]" * 10_000,
    "deep object": b'{"a":' * 10_000 + b"1" + b"}" * 10_000,
    "list": b"[]",
    "unknown field": json.dumps(household(1, bank_account="6222")).encode(),
    "field that is an ID number": json.dumps(household(1, **{RIGHT: "1"})).encode(),
    "member twice": json.dumps(household(1, members=[member(1), member(1)])).encode(),
    "empty interval": json.dumps(
        household(
            1,
            statuses=[
                {"status": "REGISTERED", "valid_from": "2018-01-01", "valid_to": "2018-01-01"}
            ],
        )
    ).encode(),
    "money as number": json.dumps(household(1, per_capita_income=3000)).encode(),
    "money with exponent": json.dumps(household(1, per_capita_income="3e3")).encode(),
    "three causes": json.dumps(
        household(1, other_causes=["ILLNESS", "DISASTER", "NO_LAND"])
    ).encode(),
    "short village": json.dumps(household(1, village_code="2302")).encode(),
    "day that is none": json.dumps(household(1, as_at="2018-02-30")).encode(),
}


@pytest.mark.parametrize("body", WRONG_BODIES.values(), ids=WRONG_BODIES)
def test_a_body_that_cannot_be_used_is_told_422_and_nothing_is_stored(
    office: Visitor, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    caplog.set_level(logging.DEBUG)

    single = office.post(HOUSEHOLDS, content=body, headers=JSON)
    bulk = office.post(BULK, content=body + b"\n{}", headers=NDJSON)

    assert (single.status_code, single.json()["errors"] != []) == (422, True)
    rows = 2 if body else 1
    assert (bulk.json()["received"], bulk.json()["rejected"]) == (rows, rows)
    assert office.get(HOUSEHOLDS).json()["items"] == []
    for told in (single.text, bulk.text, caplog.text):
        assert RIGHT[:17] not in told


def test_a_job_refuses_the_same_bodies_and_repeats_nothing(
    office: Visitor, drain: Callable[[], None], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    bodies = [body for body in WRONG_BODIES.values() if body]

    headers = {**NDJSON, "Prefer": "respond-async"}
    job = office.post(BULK, content=ndjson(bodies), headers=headers).headers["location"]
    drain()

    counts = office.get(job).json()["counts"]
    assert (counts["received"], counts["rejected"]) == (len(bodies), len(bodies))
    errors = office.get(f"{job}/errors")
    assert [row["line"] for row in errors.json()] == list(range(1, len(bodies) + 1))
    for told in (errors.text, caplog.text):
        assert RIGHT[:17] not in told


def test_a_row_that_is_too_long_is_refused_alone(office: Visitor) -> None:
    long = json.dumps(household(1, main_cause="x" * 2**20)).encode()

    answer = office.post(BULK, content=ndjson([long, household(2)]), headers=NDJSON).json()

    assert [row.get("code") for row in answer["results"]] == ["row-too-long", None]


@pytest.mark.parametrize("headers", [NDJSON, CSV, XLSX], ids=["NDJSON", "CSV", "XLSX"])
def test_a_bulk_body_beyond_the_limit_is_told_413_and_nothing_of_it_is_kept(
    office: Visitor,
    headers: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    sql: Callable[..., list[Any]],
) -> None:
    monkeypatch.setattr(formats, "BODY_LIMIT", 2**20)
    monkeypatch.setattr(formats, "WORKBOOK_LIMIT", 2**20)
    body = b"household_no\n" + b"1\n" * 2**19

    answer = office.post(BULK, content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")
    assert sql("registry", "select job_id from job union all select job_id from job_chunk") == []


def test_a_single_body_of_more_than_a_mebibyte_is_told_413(office: Visitor) -> None:
    body = with_member(name="王" * 400_000)

    assert office.post(HOUSEHOLDS, content=body, headers=JSON).status_code == 413


def test_a_wrong_id_number_in_a_workbook_is_not_repeated(
    office: Visitor, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    lines = [exported(n, 证件号码=wrong) for n, wrong in enumerate((WRONG_CHECK, OLD_FORM), 1)]

    answer = office.post(BULK, content=workbook(lines), headers=XLSX)

    assert [row["code"] for row in answer.json()["results"]] == [
        "id_number_check",
        "id-number-old-form",
    ]
    for told in (answer.text, caplog.text):
        assert WRONG_CHECK not in told
        assert OLD_FORM not in told
