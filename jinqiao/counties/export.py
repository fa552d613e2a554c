"""The national yearly export of the poverty registry: one workbook a county and year.

A merged title, the Chinese headings, then a row for every member, all as text. The labels are those
of policy.md 4.2; one county has the second generation's, and one writes 致贫原因 as codes.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]

from jinqiao.counties.households import Household
from jinqiao.counties.interest import completed_years
from jinqiao.counties.people import Person
from jinqiao.counties.places import BAYAN, Place

HEADINGS = [
    "年度",
    "省",
    "市",
    "县",
    "乡",
    "村",
    "村代码",
    "户编号",
    "人口编号",
    "姓名",
    "性别",
    "出生日期",
    "证件号码",
    "民族",
    "与户主关系",
    "文化程度",
    "在校生状况",
    "劳动技能",
    "健康状况",
    "识别年度",
    "脱贫状态",
    "脱贫年度",
    "贫困户属性",
    "主要致贫原因",
    "其他致贫原因",
    "人均纯收入",
    "增加日期",
    "减少日期",
    "死亡日期",
]

RELATIONS = {
    "HEAD": "户主",
    "SPOUSE": "配偶",
    "SON": "之子",
    "DAUGHTER": "之女",
    "DAUGHTER_IN_LAW": "之儿媳",
    "GRANDSON": "之孙子",
    "GRANDDAUGHTER": "之孙女",
    "FATHER": "之父",
    "MOTHER": "之母",
    "OTHER": "其他",
}
LABOUR = {
    "ORDINARY": "普通劳动力",
    "SKILLED": "技能劳动力",
    "WEAK_OR_HALF": "弱劳动力或半劳动力",
    "LOST": "丧失劳动力",
    "NONE": "无劳动力",
}
HEALTH = {"HEALTHY": "健康", "CHRONIC": "长期慢性病", "SERIOUS": "患有大病", "DISABLED": "残疾"}
STATES = (
    {"PRE_LIFTED": "预脱贫", "LIFTED_WITH_POLICY": "脱贫"},
    {"LIFTED_WITH_POLICY": "已脱贫(享受政策)", "LIFTED_NO_POLICY": "已脱贫(不再享受政策)"},
)
ATTRIBUTES = {
    "GENERAL_POOR": "一般贫困户",
    "DIBAO": "低保户",
    "WUBAO": "五保户",
    "DIBAO_POOR": "低保贫困户",
    "LOW_INCOME": "低收入农户",
    "DIBAO_LIFTED": "低保脱贫户",
    "TEKUN_LIFTED": "特困供养脱贫户",
    "GENERAL_LIFTED": "一般脱贫户",
    "DIBAO_TEKUN_POOR": "低保特困供养贫困户",
    "DIBAO_TEKUN": "低保特困供养户",
}
TEKUN_POOR = ("五保贫困户", "特困供养贫困户")
"""The one label of an attribute that both generations have, and each spells its own way."""

CAUSES = {
    "ILLNESS": ("01", "因病"),
    "DISABILITY": ("02", "因残"),
    "SCHOOLING": ("03", "因学"),
    "DISASTER": ("04", "因灾"),
    "NO_LAND": ("05", "缺土地"),
    "NO_WATER": ("06", "缺水"),
    "NO_SKILL": ("07", "缺技术"),
    "NO_LABOUR": ("08", "缺劳力"),
    "NO_CAPITAL": ("09", "缺资金"),
    "POOR_TRANSPORT": ("10", "交通条件落后"),
    "LOW_MOTIVATION": ("11", "自身发展动力不足"),
    "MARRIAGE": ("12", "因婚"),
    "OTHER": ("99", "其他"),
}
SCHOOL_YEARS = ("小学",) * 6 + (
    "七年级",
    "八年级",
    "九年级",
    "普高一年级",
    "普高二年级",
    "普高三年级",
)
"""What a child of six to seventeen attends."""

EDUCATION = {
    "PRESCHOOL": "学龄前儿童",
    "ILLITERATE": "文盲或半文盲",
    "PRIMARY": "小学",
    "JUNIOR": "初中",
    "SENIOR": "高中",
    "COLLEGE_UP": "大专及以上",
}
ROWS_IN_MEMORY = 50_000
"""Larger workbooks are written row by row, more slowly but in constant memory."""


def write_export(path: Path, place: Place, year: int, households: Iterable[Household]) -> int:
    """Write the workbook and say how many households it holds."""
    homes = [home for home in households if home.exported and home.identified <= year]
    options = {"constant_memory": sum(len(home.members) for home in homes) > ROWS_IN_MEMORY}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"created": datetime(year + 1, 1, 5, tzinfo=UTC)})
        sheet = book.add_worksheet("贫困人口信息")
        title = f"{place.name}{year}年度建档立卡贫困人口信息表"
        sheet.merge_range(0, 0, 0, len(HEADINGS) - 1, title, book.add_format({"align": "center"}))
        for column, heading in enumerate(HEADINGS):
            sheet.write_string(1, column, heading)
        row = 2
        for home in homes:
            for cells in _rows(place, year, home):
                for column, text in enumerate(cells):
                    if text:
                        sheet.write_string(row, column, text)
                row += 1
    return len(homes)


def _rows(place: Place, year: int, home: Household) -> Iterator[list[str]]:
    as_at = date(year, 12, 31)
    village = home.village
    where = [
        str(year),
        "黑龙江省",
        place.prefecture,
        place.name,
        village.township_name,
        village.name,
        village.code,
        home.number,
    ]
    told = [
        str(home.identified),
        *_state(place, year, home),
        _attribute(place, home.attribute),
        _cause(place, home.cause),
        ",".join(_cause(place, cause) for cause in home.other_causes),
        f"{home.income}.00",
    ]
    for number, member in enumerate(home.members, start=1):
        if member.joined_on and member.joined_on > as_at:
            continue
        labour = member.labour_at(as_at)
        yield [
            *where,
            f"{home.number}{number:02d}",
            member.name,
            "男" if member.male else "女",
            member.born.isoformat(),
            member.id_number + member.disability,
            "汉族",
            RELATIONS[member.relation],
            *_schooling(place, member, as_at),
            LABOUR[labour] if labour else "",
            ",".join(HEALTH[one] for one in member.health),
            *told,
            *(
                day.isoformat() if day and day <= as_at else ""
                for day in (member.joined_on, member.left_on, member.died_on)
            ),
        ]


def _state(place: Place, year: int, home: Household) -> tuple[str, str]:
    if home.lifted == "RETURNED":
        return "返贫", str(home.lifted_year)
    lifted = home.lifted_year is None or home.lifted_year <= year
    label = STATES[place.labels - 1].get(home.lifted) if lifted else None
    return label or "未脱贫", str(home.lifted_year) if label and home.lifted_year else ""


def _attribute(place: Place, attribute: str) -> str:
    if attribute == "TEKUN_POOR":
        return TEKUN_POOR[place.labels - 1]
    return ATTRIBUTES[attribute]


def _cause(place: Place, cause: str) -> str:
    code, label = CAUSES[cause]
    return code if place == BAYAN else label


def education(member: Person, day: date) -> str:
    """What a person of that age commonly has; the number decides among them."""
    age = completed_years(member.born, day)
    if age < 16:
        return "PRESCHOOL" if age < 6 else "PRIMARY" if age < 12 else "JUNIOR"
    young = ("PRIMARY", "JUNIOR", "JUNIOR", "JUNIOR", "SENIOR", "JUNIOR", "COLLEGE_UP")
    old = ("ILLITERATE", "ILLITERATE", "PRIMARY", "PRIMARY", "PRIMARY", "PRIMARY", "JUNIOR")
    return (old if age > 60 else young)[int(member.id_number[14:17]) % 7]


def _schooling(place: Place, member: Person, day: date) -> tuple[str, str]:
    """文化程度 and 在校生状况: the first generation fills both, the second one of them."""
    age = completed_years(member.born, day)
    attends = SCHOOL_YEARS[age - 6] if 6 <= age < 18 else ""
    if place.labels == 1:
        return EDUCATION[education(member, day)], attends or "非在校生"
    if age < 6:
        return "", "学龄前儿童" if age < 3 else "学前教育"
    return ("", attends) if attends else (EDUCATION[education(member, day)], "")
