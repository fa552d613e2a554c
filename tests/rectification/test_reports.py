"""Stage reports: the ledger as of a day, totals that equal their rows, six sections, two files."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from io import BytesIO
from typing import Any

from docx import Document
from python_calamine import CalamineWorkbook

from tests.rectification.ledger import (
    AGAIN_ON,
    FOUND_ON,
    Drain,
    Json,
    Visit,
    a_ledger,
    a_loan_of_an_enterprise,
    closed,
    converted,
    opened,
    worked,
)
from tests.story import a_contract, a_household, a_line, a_person, push
from tests.visitor import Visitor

Sql = Callable[..., list[Any]]

REPORTS = "/v1/rectification/reports"
STAGE = "2019-11-20"
SUMS = ("owed", "returned", "outstanding")
FORMULA = "=HYPERLINK(1)"


def reported(visitor: Visitor, stage: str = STAGE, **query: str) -> Json:
    answer = visitor.get(f"{REPORTS}/{stage}", params=query)
    assert answer.status_code == 200, answer.text
    report: Json = answer.json()
    return report


def a_worked_ledger(visit: Visit, drain: Drain) -> Any:
    """Three items: one closed, one with money half returned, one self-found and still open."""
    ledger = a_ledger(visit, drain)
    used = a_loan_of_an_enterprise(ledger)
    borrower = a_person()
    dear = a_contract(borrower)
    push(ledger.office, "households", a_household(borrower))
    push(ledger.bank, "contracts", dear)
    push(ledger.bank, "interest-lines", a_line(dear, "2018-03-05", "2018-06-05", "200.00"))
    findings = {each["rule_id"]: each for each in ledger.screened(FOUND_ON, "LOAN-20", "LOAN-30")}
    misused = opened(ledger.supervisor, findings["LOAN-20"], measure=FORMULA)
    owed = opened(ledger.supervisor, findings["LOAN-30"], category=2)
    said = {
        "category": 1, "source": "SELF_FOUND", "division": "230231", "on": FOUND_ON,
        "description": "自查发现一笔", "measure": "逐户核实",
    }  # fmt: skip
    answer = ledger.supervisor.post("/v1/rectification/items", json=said)
    assert answer.status_code == 201, answer.text
    worked(ledger, misused)
    worked(ledger, owed)
    converted(ledger, used)
    refund = {
        "contract_no": dear["contract_no"], "refund_no": "1", "amount": "10.00",
        "paid_on": "2019-06-15", "cause": "RATE_EXCESS", "to": "HOUSEHOLD",
    }  # fmt: skip
    push(ledger.bank, "refunds", refund)
    ledger.screened(AGAIN_ON, "LOAN-20", "LOAN-30")
    assert closed(ledger.supervisor, misused).status_code == 200
    return ledger


def parts(report: Json) -> Iterable[Json]:
    yield report["total"]
    yield from report["by_category"]
    yield from report["by_category_and_place"]


def test_a_supervisor_reads_totals_that_equal_their_rows(visit: Visit, drain: Drain) -> None:
    ledger = a_worked_ledger(visit, drain)
    report = reported(ledger.supervisor)
    rows = {row["number"]: row for row in report["ledger"]}
    for part in parts(report):
        its = [rows[number] for number in part["rows"]]
        assert part["items"] == len(its)
        assert part["found"] == sum(row["problems"] for row in its)
        for state, name in (("closed", "rectified"), ("completed", "completed")):
            assert part[name] == sum(row["problems"] for row in its if row["state"] == state)
        for name in SUMS:
            assert Decimal(part[name]) == sum(Decimal(row[name]) for row in its)
    for group in ("by_category", "by_category_and_place"):
        assert sorted(n for part in report[group] for n in part["rows"]) == sorted(rows)
    total = report["total"]
    assert (total["items"], total["rectified"], total["completed"]) == (3, 1, 1)
    assert total["share"] == "0.3333"
    assert total["returned"] == "10.00"
    assert Decimal(total["outstanding"]) > 0
    assert [each["closed_on"] for each in report["ledger"]].count(AGAIN_ON) == 1


def test_a_supervisor_reads_the_ledger_as_it_stood_on_the_day(visit: Visit, drain: Drain) -> None:
    ledger = a_worked_ledger(visit, drain)
    before = reported(ledger.supervisor, "2019-05-31")
    assert before["ledger"] == []
    assert before["total"]["share"] is None
    begun = reported(ledger.supervisor, FOUND_ON)
    assert {row["state"] for row in begun["ledger"]} == {"open"}
    assert begun["total"]["returned"] == "0.00"
    june = reported(ledger.supervisor, "2019-06-30")
    assert sorted(row["state"] for row in june["ledger"]) == ["completed", "completed", "open"]
    assert june["total"]["rectified"] == 0


def test_an_office_reads_the_rows_of_its_places_and_a_bank_no_report(
    visit: Visit, drain: Drain
) -> None:
    ledger = a_worked_ledger(visit, drain)
    assert len(reported(ledger.supervisor, division="230231")["ledger"]) == 3
    assert reported(ledger.supervisor, division="231283")["ledger"] == []
    elsewhere = visit("supervisor", divisions=["231283"], kind="OFFICER")
    assert reported(elsewhere)["ledger"] == []
    assert len(reported(ledger.clerk)["ledger"]) == 3
    assert ledger.worker.get(f"{REPORTS}/{STAGE}").status_code == 403


def test_a_report_says_what_was_undetermined_beside_what_was_found(
    visit: Visit, drain: Drain
) -> None:
    ledger = a_ledger(visit, drain)
    push(ledger.bank, "contracts", a_contract(a_person(), actual_user=None))
    ledger.screened(FOUND_ON, "LOAN-20")
    report = reported(ledger.supervisor)
    assert report["undetermined"] == [{"rule_id": "LOAN-20", "verdicts": 1}]
    assert report["undetermined_of"]
    assert "尚不能判定1条" in "".join(report["sections"][5]["figures"])
    assert report["ledger"] == []


def test_an_officer_writes_the_six_sections_and_nobody_overwrites_unseen(
    visit: Visit, drain: Drain
) -> None:
    ledger = a_ledger(visit, drain)
    path = f"{REPORTS}/{STAGE}/sections"
    titles = [section["title_zh"] for section in reported(ledger.supervisor)["sections"]]
    assert titles == [
        "思想认识",
        "研究部署",
        "整改落实的举措、结果和成效",
        "执纪问责",
        "建立长效机制的成果",
        "后续巩固提高的打算",
    ]
    first = ledger.supervisor.put(f"{path}/4", json={"text": "约谈2人"})
    assert (first.status_code, first.headers["etag"]) == (204, '"1"')
    assert ledger.supervisor.put(f"{path}/4", json={"text": "约谈3人"}).status_code == 428
    again = ledger.supervisor.put(
        f"{path}/4", json={"text": "约谈3人"}, headers={"If-Match": '"1"'}
    )
    assert again.headers["etag"] == '"2"'
    stale = ledger.supervisor.put(f"{path}/4", json={"text": "无"}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    section = reported(ledger.supervisor)["sections"][3]
    assert (section["text"], section["version"]) == ("约谈3人", 2)
    assert reported(ledger.supervisor, "2019-06-20")["sections"][3]["text"] is None
    assert reported(ledger.clerk)["sections"][3]["text"] is None, "each unit writes its own"
    assert ledger.supervisor.put(f"{path}/7", json={"text": "无"}).status_code == 404
    system = visit("supervisor", agency="SV23")
    assert system.put(f"{path}/1", json={"text": "无"}).json()["code"] == "officer-needed"


def test_a_supervisor_opens_the_ledger_in_a_spreadsheet(visit: Visit, drain: Drain) -> None:
    ledger = a_worked_ledger(visit, drain)
    answer = ledger.supervisor.get(f"{REPORTS}/{STAGE}", params={"format": "xlsx"})
    assert answer.headers["content-type"].endswith("spreadsheetml.sheet")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    assert book.sheet_names == ["整改台账", "汇总", "未决"]
    _, heading, *rows = book.get_sheet_by_name("整改台账").to_python()
    plan = ["问题类别", "整改举措", "整改时限", "整改标准", "牵头单位", "责任单位"]
    assert [name for name in heading if name in plan] == plan
    report = reported(ledger.supervisor)
    assert len(rows) == len(report["ledger"])
    for row, told in zip(rows, report["ledger"], strict=True):
        shown = dict(zip(heading, row, strict=True))
        assert shown["序号"] == told["number"]
        assert shown["整改举措"] == told["measure"]
        assert str(shown["整改时限"]) == told["deadline"]
        for label, name in (
            ("应退（付）金额（元）", "owed"),
            ("已退（付）金额（元）", "returned"),
            ("尚欠金额（元）", "outstanding"),
        ):
            assert Decimal(str(shown[label])) == Decimal(told[name])
    assert FORMULA in [row[heading.index("整改举措")] for row in rows], "text, not computed"
    *_, total = book.get_sheet_by_name("汇总").to_python()
    assert total[2:4] == [report["total"]["items"], report["total"]["found"]]


def test_a_supervisor_opens_the_report_in_word(visit: Visit, drain: Drain) -> None:
    ledger = a_worked_ledger(visit, drain)
    path = f"{REPORTS}/{STAGE}"
    ledger.supervisor.put(f"{path}/sections/1", json={"text": "提高站位\n统一思想"})
    docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    answer = ledger.supervisor.get(path, headers={"Accept": docx})
    assert answer.headers["content-type"] == docx
    document = Document(BytesIO(answer.content))
    headings = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert headings[0] == "一、思想认识"
    assert len(headings) == 6
    texts = [p.text for p in document.paragraphs]
    assert "提高站位" in texts
    assert texts.count("（由填报单位补充）") == 5
    totals, rows = document.tables
    assert len(rows.rows) == 1 + 3
    report = reported(ledger.supervisor)
    assert len(totals.rows) == 1 + len(list(parts(report)))
