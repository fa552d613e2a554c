"""The agencies of the ten counties, under generic names, and where each of them serves."""

from jinqiao.counties.places import (
    BAYAN,
    FUYU,
    KEDONG,
    KESHAN,
    PROVINCE,
    QINGGANG,
    TEN_COUNTIES,
    YANSHOU,
    Place,
)

STATE_BANKS = ("ABC23", "PSBC23")
SUPERVISOR = "SV23"

SERVED_BY_INA = (BAYAN, YANSHOU, FUYU, KESHAN, KEDONG, QINGGANG)
SERVED_BY_INB = tuple(
    place for place in TEN_COUNTIES if place not in SERVED_BY_INA or place == QINGGANG
)
"""青冈 is served by both insurers, every other county by one."""

ROLES = {"PO": "poverty_office", "FB": "finance_bureau", "IN": "insurer", "SV": "supervisor"}


def role(agency: str) -> str:
    """The role under which the agency's system pushes."""
    return ROLES.get(agency[:2], "bank")


def insurers_of(place: Place) -> tuple[str, ...]:
    return tuple(
        insurer
        for insurer, places in (("INA23", SERVED_BY_INA), ("INB23", SERVED_BY_INB))
        if place in places
    )


def agencies() -> list[dict[str, object]]:
    """Rows of fields.md `agency`, parents before their members."""
    ten = [place.division for place in TEN_COUNTIES]
    rows = [
        _agency("OP23", "金桥运行中心", "OPERATOR", [PROVINCE]),
        _agency(SUPERVISOR, "黑龙江省地方金融监督管理局", "SUPERVISOR", [PROVINCE]),
        _agency("PO23", "黑龙江省扶贫开发工作办公室", "POVERTY_OFFICE", [PROVINCE]),
        _agency("RCU23", "黑龙江省农村信用社联合社", "BANK", [PROVINCE]),
        _agency("ABC23", "农业银行黑龙江省分行", "BANK", ten),
        _agency("PSBC23", "邮储银行黑龙江省分行", "BANK", ten),
        _agency("INA23", "甲人身保险公司黑龙江分公司", "INSURER", _divisions(SERVED_BY_INA)),
        _agency("INB23", "乙人身保险公司黑龙江分公司", "INSURER", _divisions(SERVED_BY_INB)),
    ]
    for place in TEN_COUNTIES:
        here = [place.division]
        office = f"{place.name}扶贫开发工作办公室"
        union = _agency(place.union, f"{place.name}农村信用合作联社", "BANK", here)
        rows += [
            _agency(place.poverty_office, office, "POVERTY_OFFICE", here),
            union | {"parent": "RCU23"},
            _agency(place.finance_bureau, f"{place.name}财政局", "FINANCE_BUREAU", here),
        ]
    return rows


def _divisions(places: tuple[Place, ...]) -> list[str]:
    return [place.division for place in places]


def _agency(code: str, name: str, agency_type: str, divisions: list[str]) -> dict[str, object]:
    return {"code": code, "name": name, "agency_type": agency_type, "divisions": divisions}
