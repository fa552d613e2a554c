"""Tables as banks keep them, and the file of refused rows that comes back to be mended."""

import csv
import gzip
import hashlib
import io
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import xlsxwriter
from anyio.from_thread import BlockingPortal
from python_calamine import CalamineWorkbook

from jinqiao.exchange import Exchange
from kernel.bulk import chunks, jobs, upload
from kernel.bulk.ahead import Ahead
from tests.registry.households import CSV, NDJSON, XLSX, exported, workbook
from tests.story import a_contract, a_person
from tests.visitor import Visitor

BULK = "/v1/loans/bulk/contracts"
ASYNC = {"Prefer": "respond-async"}

HEADINGS = {
    "合同编号": "contract_no",
    "网点行政区划": "branch_division",
    "借款人": "borrower_name",
    "身份证号": "borrower_id_number",
    "发放方式": "kind",
    "贷款品种": "product",
    "贷款金额": "principal",
    "年利率": "annual_rate",
    "计息方式": "convention",
    "结息方式": "settlement",
    "申请日期": "applied_on",
    "签订日期": "signed_on",
    "发放日期": "disbursed_on",
    "到期日期": "matures_on",
    "用途": "purpose",
    "担保方式": "guarantee",
    "实际用款人类别": "actual_user.kind",
    "余额": "balance",
    "逾期本金": "overdue_principal",
    "五级分类": "five_class",
    "截至日期": "as_at",
}
WORDS = {"NEW": "新贷", "POVERTY_MICRO": "扶贫小额信贷", "ITEM_YMD": "逐笔计息按年月日"}
WORDS |= {"AT_MATURITY": "利随本清", "PLANTING": "种植业", "NONE": "信用"}


@pytest.fixture
def bank(visit: Callable[..., Visitor]) -> Visitor:
    return visit("bank")


def as_written(loan: dict[str, Any]) -> dict[str, Any]:
    """A contract as a bank's clerk writes it down."""
    said = {**loan, "actual_user.kind": "农户", "five_class": "正常"}
    row = {heading: said[name] for heading, name in HEADINGS.items()}
    row = {heading: WORDS.get(str(cell), cell) for heading, cell in row.items()}
    return row | {"贷款金额": "10,000.00", "余额": 10000.0, "年利率": "1.75%"}


def sheet(*rows: dict[str, Any], from_1904: bool = False) -> bytes:
    """A workbook: a title across the table, a note, the headings, and blanks behind."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "date_1904": from_1904})
    page = book.add_worksheet()
    page.merge_range(0, 0, 0, len(HEADINGS) - 1, "某县农村信用合作联社扶贫小额信贷台账")
    page.write_row(1, 0, ["填报单位：某信用社", "", "单位：元"])
    page.write_row(2, 0, list(HEADINGS))
    for number, row in enumerate(rows, start=3):
        page.write_row(number, 0, [row[heading] for heading in HEADINGS])
    page.write_blank(60, len(HEADINGS) + 9, None, book.add_format({"bold": True}))
    book.close()
    return file.getvalue()


def serial(day: str, *, from_1904: bool = False) -> int:
    """A day as a workbook counts it."""
    first = date(1904, 1, 1) if from_1904 else date(1899, 12, 30)
    return (date.fromisoformat(day) - first).days


def seen(bank: Visitor) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = bank.get("/v1/loans/contracts").json()["items"]
    return [{name: each for name, each in item.items() if name not in OURS} for item in items]


OURS = ("id", "agency", "person_ref", "contract_no")


@pytest.mark.parametrize("from_1904", [False, True])
def test_a_bank_pushes_its_ledger_as_it_keeps_it(bank: Visitor, from_1904: bool) -> None:
    plain = a_contract(a_person())
    del plain["wish_signed_on"], plain["household_aware"], plain["household_takes_part"]
    kept = as_written(plain | {"contract_no": "台１"})
    numbered = kept | {"签订日期": serial("2018-03-05", from_1904=from_1904), "合同编号": "台2"}
    spoiled = kept | {"身份证号": 2.3019919750615e17, "合同编号": "台3"}

    said = bank.post(BULK, json=None, content=json.dumps(plain), headers=NDJSON).json()
    told = bank.post(
        BULK, content=sheet(kept, numbered, spoiled, from_1904=from_1904), headers=XLSX
    ).json()

    assert (said["accepted"], told["accepted"], told["rejected"]) == (1, 2, 1), str(told)
    [refused] = [row for row in told["results"] if row["outcome"] == "rejected"]
    assert (refused["line"], refused["pointer"]) == (6, "/borrower_id_number")
    assert "stored as a number and has lost digits" in refused["message"]
    assert "23019919750615" not in str(told)
    first, *others = seen(bank)
    assert others == [first, first]


def test_a_bank_may_pack_csv_and_a_bomb_is_stopped(
    bank: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = io.StringIO()
    rows = csv.DictWriter(out, list(HEADINGS))
    rows.writeheader()
    rows.writerow(as_written(a_contract(a_person())))
    packed = {**CSV, "Content-Encoding": "gzip"}

    told = bank.post(BULK, content=gzip.compress(out.getvalue().encode()), headers=packed).json()
    monkeypatch.setattr("kernel.bulk.formats.INFLATED_LIMIT", 2**22)
    bomb = gzip.compress(b" " * 2**23)
    refused = bank.post(BULK, content=bomb, headers=packed | NDJSON)
    strange = bank.post(BULK, content="合同号,银行卡号\n", headers=CSV)

    assert told["accepted"] == 1, told
    assert (refused.status_code, refused.json()["code"]) == (413, "body-too-large")
    assert (strange.status_code, strange.json()["errors"][0]["code"]) == (422, "unknown-column")
    assert "银行卡号" in strange.json()["detail"]
    assert bank.get("/v1/loans/jobs").json()["items"] == []


def job_of(visitor: Visitor, path: str, drain: Callable[[], None], body: Any, kind: Any) -> str:
    asked = visitor.post(path, content=body, headers={**kind, **ASYNC})
    assert asked.status_code == 202, asked.text
    drain()
    return str(asked.headers["location"])


def test_refused_rows_come_back_to_be_mended_and_pushed_again(
    bank: Visitor, visit: Callable[..., Visitor], drain: Callable[[], None]
) -> None:
    right, wrong = (as_written(a_contract(a_person())) for _ in range(2))
    job = job_of(bank, BULK, drain, sheet(right, wrong | {"用途": "机密"}), XLSX)

    file = bank.get(f"{job}/errors", params={"format": "xlsx"})
    page = CalamineWorkbook.from_filelike(io.BytesIO(file.content)).get_sheet_by_index(0)
    headings, line = page.to_python()
    found = dict(zip(headings, line, strict=True))
    mended = sheet_of({**found, "用途": "种植业"})
    again = bank.post(BULK, content=mended, headers=XLSX).json()

    assert headings == ["行号 line", "位置 pointer", "代码 code", "原因 reason", *HEADINGS]
    assert (found["行号 line"], found["位置 pointer"]) == ("5", "/purpose")
    assert found["身份证号"] == wrong["身份证号"]
    assert (again["received"], again["accepted"]) == (1, 1), again
    assert "机密" not in bank.get(f"{job}/errors").text
    assert visit("bank").get(f"{job}/errors", params={"format": "csv"}).status_code == 404


def sheet_of(row: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    page = book.add_worksheet()
    page.write_row(0, 0, list(row))
    page.write_row(1, 0, [str(cell) for cell in row.values()])
    book.close()
    return file.getvalue()


def test_nothing_in_a_file_of_refused_rows_is_a_formula(
    bank: Visitor, drain: Callable[[], None]
) -> None:
    texts = ["=cmd|'/c calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", "-5.00", "＝1"]
    rows = [
        json.dumps(a_contract(a_person()) | {"purpose_text": text, "five_class": 9, "=x": "y"})
        for text in texts
    ]
    job = job_of(bank, BULK, drain, "\n".join([*rows, "no json\x00"]), NDJSON)

    def file(kind: str) -> Any:
        return bank.get(f"{job}/errors", params={"format": kind})

    table = list(csv.DictReader(io.StringIO(file("csv").content.decode("utf-8-sig"))))
    book = CalamineWorkbook.from_filelike(io.BytesIO(file("xlsx").content))
    cells = book.get_sheet_by_index(0).to_python()
    lines = [json.loads(line) for line in file("ndjson").text.splitlines()]

    shown = [row["purpose_text"] for row in table[:-1]]
    assert shown == ["'" + text if text not in ("-1", "-5.00") else text for text in texts]
    assert all(not cell.startswith(("=", "+", "@", "\t")) for row in table for cell in row.values())
    assert "'=x" in table[0]
    assert [row[cells[0].index("purpose_text")] for row in cells[1:-1]] == texts
    assert [line["row"]["purpose_text"] for line in lines[:-1]] == texts
    assert (lines[-1]["line"], lines[-1]["row"]) == (8, "no json\x00")
    assert all(isinstance(cell, str) for row in cells for cell in row)


def test_an_office_gets_its_lines_of_the_national_export_back(
    visit: Callable[..., Visitor], drain: Callable[[], None]
) -> None:
    office = visit("poverty_office")
    second = {"户编号": "230231100001", "人口编号": "2", "姓名": "王二", "与户主关系": "机密"}
    body = workbook([exported(1), second, exported(2)], titles=["拜泉县2018年度贫困户信息"])
    job = job_of(office, "/v1/registry/bulk/households", drain, body, XLSX)

    text = office.get(f"{job}/errors", params={"format": "csv"}).content.decode("utf-8-sig")
    head, wrong = csv.DictReader(io.StringIO(text))

    assert (head["行号 line"], head["姓名"], head["代码 code"]) == ("3", "王一", "")
    assert (wrong["行号 line"], wrong["与户主关系"]) == ("4", "机密")
    assert (wrong["代码 code"], wrong["位置 pointer"]) == ("not-in-list", "/members/1/relation")


def test_refused_rows_are_sealed_and_forgotten_after_a_week(
    bank: Visitor, drain: Callable[[], None], sql: Callable[..., list[Any]]
) -> None:
    loan = a_contract(a_person(), purpose="机密")
    job = job_of(bank, BULK, drain, json.dumps(loan), NDJSON)
    [kept] = sql("loans", "select refused from job_chunk")
    assert loan["contract_no"].encode() not in bytes(kept["refused"])
    assert loan["contract_no"] in bank.get(f"{job}/errors", params={"format": "ndjson"}).text

    sql("loans", "update job set kept_until = now() - interval '1 second'")
    drain()

    assert bank.get(f"{job}/errors", params={"format": "ndjson"}).text == ""
    assert bank.get(f"{job}/errors").json()[0]["pointer"] == "/purpose"


def test_a_push_whose_answer_was_lost_is_found_by_its_file(
    bank: Visitor, visit: Callable[..., Visitor], drain: Callable[[], None]
) -> None:
    body = json.dumps(a_contract(a_person())).encode()
    packed = {**NDJSON, "Content-Encoding": "gzip", **ASYNC}
    bank.post(BULK, content=gzip.compress(body), headers=packed, params={"dry_run": True})
    known = {"sha256": hashlib.sha256(body).hexdigest(), "resource": "contracts"}

    def found(visitor: Visitor, **more: Any) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = visitor.get("/v1/loans/jobs", params=known | more).json()[
            "items"
        ]
        return items

    [job] = found(bank, state="queued", collected=False)
    drain()
    assert found(bank, state="done", collected=False)[0]["job_id"] == job["job_id"]
    bank.get(f"/v1/loans/jobs/{job['job_id']}")

    assert job["asked"]["dry_run"] is True
    assert found(bank, collected=False) == []
    assert [each["counts"]["accepted"] for each in found(bank, collected=True)] == [1]
    assert found(bank, sha256="0" * 64) == found(visit("bank")) == []


def test_what_arrived_of_a_push_that_was_killed_is_seen_by_nobody_and_dropped(
    bank: Visitor,
    drain: Callable[[], None],
    sql: Callable[..., list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = job_of(bank, BULK, drain, json.dumps(a_contract(a_person())), NDJSON)
    sql("loans", "update job set state = 'arriving', created_at = now() - interval '23 hours'")
    drain()
    kept = sql("loans", "select job_id from job_chunk")
    sql("loans", "update job set created_at = now() - interval '25 hours'")
    drain()

    assert len(kept) == 1
    assert bank.get(job).status_code == 404
    assert sql("loans", "select job_id from job union all select job_id from job_chunk") == []


def test_a_chunk_that_another_worker_has_done_meanwhile_is_not_done_again(
    bank: Visitor,
    portal: BlockingPortal,
    exchange: Exchange,
    sql: Callable[..., list[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def work() -> None:
        async with exchange.services["loans"].database.begin() as session:
            await jobs.work(exchange.services["loans"], session)

    monkeypatch.setattr(upload, "CHUNK", 1)
    loans = [a_contract(a_person()) for _ in range(4)]
    asked = bank.post(BULK, content=lines_of(loans), headers={**NDJSON, **ASYNC})
    mine, other = Ahead[Any](), Ahead[Any]()
    for ahead in (mine, other, mine, other):  # each makes the chunk ready that the other will do
        monkeypatch.setattr(chunks, "_AHEAD", ahead)
        portal.call(work)

    assert bank.get(asked.headers["location"]).json()["state"] == "done"
    stored = sql("loans", "select contract_no from contract order by recorded_at")
    assert [row["contract_no"] for row in stored] == [loan["contract_no"] for loan in loans]


def lines_of(rows: list[Any]) -> str:
    return "\n".join(json.dumps(row) for row in rows)


@pytest.mark.parametrize("rows", [1, 199, 1_000, 1_001])
def test_rows_add_up_at_every_size(
    bank: Visitor, drain: Callable[[], None], rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "CHUNK", 300)
    person = a_person()
    loans = [a_contract(person) for _ in range(rows)]
    loans[-1]["five_class"] = 9
    lines = [json.dumps(loan) for loan in loans]
    answer = bank.post(BULK, content="\n".join([*lines[: rows // 2], *lines]), headers=NDJSON)
    drain()
    if answer.status_code == 202:
        answer = bank.get(answer.headers["location"])

    told = answer.json().get("counts", answer.json())
    assert told["received"] == rows + rows // 2
    assert (told["accepted"], told["unchanged"], told["rejected"]) == (rows - 1, rows // 2, 1)
