"""The national yearly export, as offices write it, through the door."""

import io
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter

from tests.registry.households import EXPORT, XLSX, exported, id_number, workbook
from tests.visitor import Visitor

HOUSEHOLDS = "/v1/registry/households"
BULK = "/v1/registry/bulk/households"


def push(office: Visitor, body: bytes, **query: Any) -> dict[str, Any]:
    answer = office.post(BULK, content=body, headers=XLSX, params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def stored(office: Visitor) -> list[dict[str, Any]]:
    """What the office reads back, by household number."""
    items: list[dict[str, Any]] = office.get(HOUSEHOLDS).json()["items"]
    return sorted(items, key=lambda item: str(item["household_no"]))


def spouse(**changes: Any) -> dict[str, Any]:
    """A second line of the first household, with its own columns only."""
    line = {"人口编号": "2", "姓名": "李二", "证件号码": id_number(2), "与户主关系": "配偶"}
    return {"年度": 2018, "户编号": "230231100001", **line, **changes}


def refusal(office: Visitor, *lines: dict[str, Any], **query: Any) -> dict[str, Any]:
    """The one refusal of a push in which a sound household follows the lines given."""
    answer = push(office, workbook([*lines, exported(900)]), **query)
    assert (answer["received"], answer["rejected"]) == (2, 1), answer
    [refused] = [row for row in answer["results"] if row["outcome"] == "rejected"]
    return refused


def test_an_office_pushes_an_export_with_titles_and_blank_edges(office: Visitor) -> None:
    body = workbook(
        [exported(1), spouse(), exported(2)],
        titles=["全国扶贫开发信息系统", "拜泉县2018年度贫困户信息"],
        scribbles=[(12, 2, "　"), (40, 60, ""), (41, 3, None), (3, 34, " ")],
    )

    answer = push(office, body)

    assert [(row["line"], row["outcome"]) for row in answer["results"]] == [
        (4, "accepted"),
        (6, "accepted"),
    ]
    first, _ = stored(office)
    assert [one["relation"] for one in first["members"]] == ["HEAD", "SPOUSE"]
    assert (first["household_no"], first["village_code"]) == ("230231100001", "230231100201")
    assert (first["as_at"], first["source_version"]) == ("2018-12-31", 2018)
    assert (first["attribute"], first["main_cause"]) == ("GENERAL_POOR", "NO_CAPITAL")
    assert first["per_capita_income"] == "3000.00"


@pytest.mark.parametrize(
    ("said", "dated"),
    [
        ({"脱贫状态": "未脱贫"}, [("REGISTERED", "2014", None)]),
        ({"脱贫状态": "0"}, [("REGISTERED", "2014", None)]),
        ({"脱贫状态": "预脱贫", "脱贫年度": 2019}, [("REGISTERED", "2014", None)]),
        (
            {"脱贫状态": "脱贫", "脱贫年度": "2017年"},
            [("REGISTERED", "2014", "2017"), ("LIFTED_WITH_POLICY", "2017", None)],
        ),
        (
            {"脱贫状态": "已脱贫（享受政策）", "脱贫年度": 2014},
            [("LIFTED_WITH_POLICY", "2014", None)],
        ),
        (
            {"脱贫状态": "已脱贫 (不再享受政策)", "脱贫年度": "2016"},
            [("REGISTERED", "2014", "2016"), ("LIFTED_NO_POLICY", "2016", None)],
        ),
        ({"脱贫状态": "4", "脱贫年度": 2014}, [("LIFTED_NO_POLICY", "2014", None)]),
        (
            {"脱贫状态": "返贫", "脱贫年度": 2016},
            [
                ("REGISTERED", "2014", "2016"),
                ("LIFTED_WITH_POLICY", "2016", "2018"),
                ("RETURNED", "2018", None),
            ],
        ),
        ({"脱贫状态": 3}, [("REGISTERED", "2014", "2018"), ("RETURNED", "2018", None)]),
        ({"脱贫状态": None}, []),
    ],
)
def test_a_year_in_an_offices_export_begins_on_its_first_of_january(
    office: Visitor, said: dict[str, Any], dated: list[tuple[str, str, str | None]]
) -> None:
    push(office, workbook([exported(1, **said)]))

    [seen] = stored(office)
    assert seen["statuses"] == [
        {"status": status, "valid_from": f"{begun}-01-01", "valid_to": end and f"{end}-01-01"}
        for status, begun, end in dated
    ]


@pytest.mark.parametrize(
    ("said", "column"),
    [
        ({"脱贫状态": "脱贫"}, "脱贫年度"),
        ({"脱贫状态": "返贫", "年度": None}, "年度"),
        ({"识别年度": None}, "识别年度"),
        ({"识别年度": "去年"}, "识别年度"),
        ({"年度": 18}, "年度"),
        ({"脱贫状态": "脱贫", "脱贫年度": 2013}, "脱贫状态"),
    ],
)
def test_a_status_that_cannot_be_dated_refuses_the_household(
    office: Visitor, said: dict[str, Any], column: str
) -> None:
    refused = refusal(office, exported(1, **said))

    assert refused["line"] == 2
    assert refused["message"].startswith(column)


@pytest.mark.parametrize(
    ("generation", "column", "code", "meant"),
    [
        (1, "贫困户属性", "02", "DIBAO"),
        (2, "贫困户属性", "2", "DIBAO_LIFTED"),
        (1, "贫困户属性", 3, "WUBAO"),
        (2, "贫困户属性", "03", "TEKUN_LIFTED"),
        (1, "贫困户属性", "05", "LOW_INCOME"),
        (2, "贫困户属性", "05", "GENERAL_LIFTED"),
        (1, "劳动技能", "03", "LOST"),
        (2, "劳动技能", "03", "WEAK_OR_HALF"),
        (1, "劳动技能", 4, "NONE"),
        (2, "劳动技能", 4, "LOST"),
    ],
)
def test_a_code_that_changed_its_meaning_needs_the_generation(
    office: Visitor, generation: int, column: str, code: Any, meant: str
) -> None:
    line = exported(1, **{column: code})

    refused = refusal(office, line)
    assert (refused["code"], refused["line"]) == ("generation-needed", 2)
    assert refused["message"].startswith(column)

    assert push(office, workbook([line]), generation=generation)["accepted"] == 1
    seen = stored(office)[0]
    assert meant in (seen["attribute"], seen["members"][0]["labour_skill"])


def test_lifted_as_a_bare_code_needs_the_generation(office: Visitor) -> None:
    line = exported(1, 脱贫状态=1, 脱贫年度=2017)

    assert refusal(office, line)["code"] == "generation-needed"
    assert push(office, workbook([line]), generation=1)["accepted"] == 1


@pytest.mark.parametrize(
    ("column", "code", "meant"),
    [
        ("贫困户属性", "01", "GENERAL_POOR"),
        ("贫困户属性", "特困供养贫困户", "TEKUN_POOR"),
        ("贫困户属性", "五保贫困户", "TEKUN_POOR"),
        ("贫困户属性", "边缘易致贫户", "MARGINAL"),
        ("劳动技能", "弱劳动力或半劳动力", "WEAK_OR_HALF"),
        ("劳动技能", " 技能 劳动力　", "SKILLED"),
        ("劳动技能", "05", "NONE"),
        ("主要致贫原因", "9", "NO_CAPITAL"),
        ("主要致贫原因", "因丧", "BEREAVEMENT"),
    ],
)
@pytest.mark.parametrize("generation", [None, 2])
def test_words_and_codes_of_one_meaning_need_no_generation(
    office: Visitor, column: str, code: str, meant: str, generation: int | None
) -> None:
    query = {"generation": generation} if generation else {}
    push(office, workbook([exported(1, **{column: code})]), **query)

    [seen] = stored(office)
    words = (seen["attribute"], seen["main_cause"], seen["members"][0]["labour_skill"])
    assert meant in words


def test_a_generation_that_is_none_is_told_400(office: Visitor) -> None:
    answer = office.post(BULK, content=b"", headers=XLSX, params={"generation": 3})

    assert answer.status_code == 400


@pytest.mark.parametrize("sign", ["，", "、", ",", "；"])
def test_an_office_may_write_several_words_in_a_cell(
    office: Visitor, sql: Callable[..., list[Any]], sign: str
) -> None:
    line = exported(1, 健康状况=f"残疾{sign} 长期慢性病{sign}", 其他致贫原因=f"01{sign}因残")

    push(office, workbook([line]))

    [kept] = sql("registry", "select members, other_causes from household_report")
    assert kept["members"][0]["health"] == ["DISABLED", "CHRONIC"]
    assert kept["other_causes"] == ["ILLNESS", "DISABILITY"]


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("贫困户属性", "有钱人家", "not-in-list"),
        ("贫困户属性", "低保户、五保户", "more-than-one"),
        ("劳动技能", "77", "not-in-list"),
        ("健康状况", "健康,机密的病", "not-in-list"),
        ("与户主关系", "机密", "not-in-list"),
        ("增加日期", "机密", "not-a-day"),
        ("减少日期", "2018-02-30", "not-a-day"),
        ("死亡日期", "2018/1-3", "not-a-day"),
        ("死亡日期", 1999, "not-a-day"),
        ("户编号", 230231100001000099.0, "number-not-exact"),
        ("人口编号", 1e16, "number-not-exact"),
    ],
)
def test_a_cell_that_cannot_be_read_refuses_its_household_alone_and_is_not_repeated(
    office: Visitor, column: str, cell: Any, code: str
) -> None:
    refused = refusal(office, exported(1, **{column: cell}))

    assert (refused["line"], refused["code"]) == (2, code)
    assert refused["message"].startswith(column)
    assert str(cell) not in str(refused)


def test_a_member_that_cannot_be_read_is_refused_at_its_own_line(office: Visitor) -> None:
    unread = refusal(office, exported(1), spouse(与户主关系="机密"))
    assert (unread["line"], unread["pointer"]) == (3, "/members/1/relation")

    wrong = spouse(证件号码=id_number(2)[:-1] + "?")
    unfit = refusal(office, exported(1), wrong)
    assert (unfit["line"], unfit["pointer"]) == (3, "/members/1/id_number")
    assert id_number(2)[:-1] not in str(unfit)


def test_a_job_tells_a_members_line_too(office: Visitor, drain: Callable[[], None]) -> None:
    lines = [exported(1), spouse(姓名=None), exported(2, 贫困户属性="?"), exported(3)]
    headers = {**XLSX, "Prefer": "respond-async"}
    asked = office.post(BULK, content=workbook(lines), headers=headers)
    drain()

    job = asked.headers["location"]
    told = [(row["line"], row["code"]) for row in office.get(f"{job}/errors").json()]
    assert told == [(3, "missing"), (4, "not-in-list")]
    counts = office.get(job).json()["counts"]
    assert (counts["received"], counts["accepted"], counts["rejected"]) == (3, 1, 2)


@pytest.mark.parametrize("digits", [id_number(1)[:17] + "0", "230199700101123"])
def test_an_id_number_that_became_a_number_is_refused_with_its_sentence(
    office: Visitor, digits: str
) -> None:
    refused = refusal(office, exported(1, 证件号码=float(digits)))

    assert (refused["line"], refused["pointer"]) == (2, "/members/0/id_number")
    assert "stored as a number and has lost digits" in refused["message"]


def test_numbers_that_are_exact_are_read_as_their_digits(office: Visitor) -> None:
    line = exported(1, 户编号=230231100001, 人口编号=2302311000010, 村代码=230231100201)
    line |= {"人均纯收入": 4321.320000000001, "识别年度": 2014.0, "年度": "2018"}

    push(office, workbook([line]))

    [seen] = stored(office)
    assert (seen["household_no"], seen["village_code"]) == ("230231100001", "230231100201")
    assert seen["members"][0]["member_no"] == "2302311000010"
    assert seen["per_capita_income"] == "4321.32"


@pytest.mark.parametrize(
    "cell",
    [
        date(2016, 3, 5),
        datetime.fromisoformat("2016-03-05T13:30"),
        "2016-03-05",
        "2016/3/5",
        "2016.03.05",
        "2016年3月5日",
        "20160305",
        20160305,
        42434,
        "42434",
        "２０１６．３．５",
        "2016-03-05 00:00:00",
        " 2016-03-05　",
    ],
)
def test_a_day_may_be_written_in_many_ways(office: Visitor, cell: Any) -> None:
    push(office, workbook([exported(1, 增加日期=cell, 减少日期=None)]))

    [seen] = stored(office)
    assert (seen["members"][0]["joined_on"], seen["members"][0]["left_on"]) == ("2016-03-05", None)


def test_other_spellings_of_the_headings_are_known(office: Visitor) -> None:
    spelled = {
        "户编号": "户编码",
        "人口编号": "人 编号",
        "姓名": "成员姓名",
        "证件号码": "身份证号码",
        "识别年度": "首次识别年度",
        "脱贫状态": "脱贫属性",
        "贫困户属性": "户属性",
        "村代码": "行政区划代码",
        "增加日期": "加入日期",
        "减少日期": "离开日期",
    }
    headings = [spelled.get(name, name) for name in EXPORT] + ["务工时间（月）", "联系电话"]
    line = {spelled.get(name, name): cell for name, cell in exported(1).items()}

    answer = push(office, workbook([{**line, "联系电话": 13800000000}], headings=headings))

    assert answer["accepted"] == 1, answer


def test_a_column_of_no_export_is_refused_by_name(office: Visitor) -> None:
    body = workbook([exported(1)], headings=[*EXPORT, "银行账号", "备注"])

    answer = office.post(BULK, content=body, headers=XLSX)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "unknown-column")
    assert "银行账号、备注" in answer.json()["detail"]
    assert stored(office) == []


@pytest.mark.parametrize(
    ("headings", "code"),
    [
        (EXPORT[:7], "no-headings"),
        ([*EXPORT, "户编码"], "repeated-column"),
        ([*EXPORT, "年度"], "repeated-column"),
    ],
)
def test_headings_that_cannot_be_used_refuse_the_sheet(
    office: Visitor, headings: list[str], code: str
) -> None:
    answer = office.post(BULK, content=workbook([], headings=headings), headers=XLSX)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, code)


def test_a_cell_under_no_heading_refuses_its_household(office: Visitor) -> None:
    body = workbook([exported(1), exported(2)], scribbles=[(1, len(EXPORT) + 2, "机密")])

    answer = push(office, body)

    assert [row["outcome"] for row in answer["results"]] == ["rejected", "accepted"]
    assert answer["results"][0]["code"] == "no-heading"
    assert "机密" not in str(answer)


def test_a_household_seen_again_after_others_is_one_household(office: Visitor) -> None:
    answer = push(
        office,
        workbook(
            [
                exported(1),
                exported(2),
                spouse(),
                spouse(年度=None, 人口编号="3", 证件号码=id_number(3), 与户主关系="之子"),
            ]
        ),
    )

    assert (answer["received"], answer["accepted"]) == (2, 2)
    assert [len(one["members"]) for one in stored(office)] == [3, 1]


def test_two_years_of_a_household_are_two_reports(office: Visitor) -> None:
    answer = push(office, workbook([exported(1, 年度=2017), exported(1, 贫困户属性="低保户")]))

    assert answer["accepted"] == 2
    [seen] = stored(office)
    assert (seen["as_at"], seen["attribute"]) == ("2018-12-31", "DIBAO")


def test_lines_of_a_household_must_agree_about_it(office: Visitor) -> None:
    refused = refusal(office, exported(1), spouse(贫困户属性="低保户"))

    assert (refused["line"], refused["code"]) == (3, "lines-differ")
    assert refused["message"].startswith("贫困户属性")


def test_without_a_year_the_report_is_of_the_day_of_the_push(office: Visitor) -> None:
    push(office, workbook([exported(1, 年度=None)]))

    [seen] = stored(office)
    assert seen["source_version"] == 1
    assert seen["as_at"] != "2018-12-31"


@pytest.mark.parametrize("village", ["六合村民委员会", "六合村", "六 合　村"])
def test_a_village_may_be_named(office: Visitor, village: str) -> None:
    push(office, workbook([exported(1, 村代码=None, 村=village)]))

    assert stored(office)[0]["village_code"] == "230231100201"


def test_the_villages_code_wins_over_its_names(office: Visitor) -> None:
    push(office, workbook([exported(1, 村代码="230231100202")]))

    assert stored(office)[0]["village_code"] == "230231100202"


@pytest.mark.parametrize(
    "said", [{"村": "无此村"}, {"村": None}, {"县": "巴彦县"}, {"乡": None, "村": None}]
)
def test_a_village_that_is_not_on_record_refuses_the_household(
    office: Visitor, said: dict[str, Any]
) -> None:
    refused = refusal(office, exported(1, 村代码=None, **said))

    assert (refused["code"], refused["pointer"]) == ("unknown-village", "/village_code")


def test_a_line_without_a_household_is_refused_alone(office: Visitor) -> None:
    refused = refusal(office, {"姓名": "填表人：张三"})

    assert (refused["line"], refused["pointer"]) == (2, "/household_no")


def test_a_households_telephone_is_its_heads(
    office: Visitor, sql: Callable[..., list[Any]]
) -> None:
    headings = [*EXPORT, "户联系电话"]
    lines = [exported(1, 户联系电话="13800000000"), spouse(户联系电话="13800000000")]

    push(office, workbook(lines, headings=headings))

    [kept] = sql("registry", "select members::text as members from household_report")
    assert "13800000000" not in kept["members"]


def test_only_the_first_visible_sheet_is_read(office: Visitor) -> None:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    hidden, shown, other = (book.add_worksheet(name) for name in ("甲", "乙", "丙"))
    hidden.hide()
    hidden.write(0, 0, "机密")
    shown.activate()
    shown.set_first_sheet()
    shown.write_row(0, 0, EXPORT)
    shown.write_row(1, 0, [exported(1).get(heading, "") for heading in EXPORT])
    other.write(0, 0, "别的")
    book.close()

    assert push(office, file.getvalue())["accepted"] == 1


def far_cells() -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write(0, 0, "a")
    sheet.write(1048575, 16383, "b")
    book.close()
    return file.getvalue()


@pytest.mark.parametrize(
    "body",
    [b"", b"PK\x03\x04", b"junk", workbook([exported(1)])[:-30], far_cells()],
    ids=["empty", "head", "junk", "cut", "far cells"],
)
def test_a_workbook_that_cannot_be_read_is_told_422_and_harms_nobody(
    office: Visitor, body: bytes
) -> None:
    answer = office.post(BULK, content=body, headers=XLSX)

    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "xlsx")
