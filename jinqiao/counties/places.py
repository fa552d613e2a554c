"""The ten counties the plan names, their villages, and the days that matter in their records."""

from dataclasses import dataclass
from datetime import date
from random import Random

from kernel import divisions

PROVINCE = "230000000000"

HANDED_OVER = date(2019, 5, 27)
"""The last day the files speak of: the day before the plan was issued."""

MARCH, SEPTEMBER = date(2018, 3, 31), date(2018, 9, 30)
JUNE, DECEMBER = date(2018, 6, 30), date(2018, 12, 31)
NEW_YEAR, PLAN_DAY = date(2019, 1, 1), date(2019, 5, 28)
"""The business dates of the plan's figures (mission, ten-counties.md)."""

RESCREENED = date(2019, 11, 20)
"""The business date on which everything is judged again, after the cure."""

DECLARED = (date(2014, 1, 1), date(2019, 12, 1))
"""The interval, its end exclusive, for which the agencies declare their records complete."""


@dataclass(frozen=True, slots=True)
class Place:
    """One county: where it lies, how much of the records it holds, how its export is labelled."""

    code: str
    english: str
    share: int
    labels: int = 1
    exports: tuple[int, ...] = (2018,)
    debits_households: int = 0

    @property
    def division(self) -> str:
        return self.code + "000000"

    @property
    def name(self) -> str:
        return divisions.names()[self.division]

    @property
    def prefecture(self) -> str:
        return divisions.names()[self.code[:4] + "00000000"]

    @property
    def union(self) -> str:
        """The county's rural credit union, most households' bank."""
        return "RCU" + self.code

    @property
    def poverty_office(self) -> str:
        return "PO" + self.code

    @property
    def finance_bureau(self) -> str:
        return "FB" + self.code


TEN_COUNTIES = (
    Place("230126", "Bayan", 7),
    Place("230129", "Yanshou", 15),
    Place("230227", "Fuyu", 5),
    Place("230229", "Keshan", 6, exports=(2017, 2018), debits_households=15),
    Place("230230", "Kedong", 4),
    Place("230231", "Baiquan", 11),
    Place("230883", "Fuyuan", 4),
    Place("231222", "Lanxi", 26),
    Place("231223", "Qinggang", 8, debits_households=15),
    Place("231283", "Hailun", 14, labels=2, debits_households=60),
)
"""`share`: of every hundred households. `labels`: the generation of the export's code lists
(policy.md 4.2). `debits_households`: of every hundred poverty loans of the county's union, how
many have their interest of 2017 and 2018 taken from the household's card until the treasury pays.
"""

BAYAN, YANSHOU, FUYU, KESHAN, KEDONG, BAIQUAN, FUYUAN, LANXI, QINGGANG, HAILUN = TEN_COUNTIES


@dataclass(frozen=True, slots=True)
class Village:
    code: str
    name: str
    township: str
    township_name: str


RESERVED = 8
"""Villages of each county in which only a planted story plays."""


def villages(place: Place, households: int, rng: Random) -> list[Village]:
    """So many of the county's real villages that about fifteen households live in each."""
    rural = _rural(place)[RESERVED:]
    return sorted(
        rng.sample(rural, min(len(rural), max(5, households // 15))), key=lambda one: one.code
    )


def reserved_villages(place: Place) -> list[Village]:
    """Real villages of the county in which nobody lives but whom a story settles there."""
    return _rural(place)[:RESERVED]


def _rural(place: Place) -> list[Village]:
    names = divisions.names()
    codes = sorted(
        code
        for code in names
        if code.startswith(place.code) and divisions.level(code) == "village" and code[9] == "2"
    )
    return [Village(code, names[code], code[:9] + "000", names[code[:9] + "000"]) for code in codes]
