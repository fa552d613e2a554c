"""Who should be insured and is not (plan 五; row 8), from the 28th day of life to the 90th year.

富裕's insurer has not declared that its policies are all here; who lacks one there is undetermined.
"""

from collections.abc import Callable
from datetime import date

from jinqiao.counties.county import County, Resident, settle
from jinqiao.counties.households import Amendment, Household, couple
from jinqiao.counties.interest import birth_for, days
from jinqiao.counties.people import Person, person
from jinqiao.counties.places import (
    BAIQUAN,
    BAYAN,
    FUYU,
    FUYUAN,
    HAILUN,
    HANDED_OVER,
    KEDONG,
    KESHAN,
    LANXI,
    PLAN_DAY,
    QINGGANG,
    TEN_COUNTIES,
    YANSHOU,
    Place,
)

WITHHELD = FUYU
"""The county whose insurer withholds its declaration of policies."""


def plant(county: County) -> None:
    for story, places in STORIES:
        for _ in range(places.count(county.place)):
            household = settle(county, couple)
            for member in story(county, household):
                resident = Resident(household, member)
                if county.place == WITHHELD:
                    county.unclear("INS-01", resident)
                else:
                    county.found("INS-01", resident)


def no_policy(county: County, home: Household) -> list[Person]:
    """Insured in 2018, forgotten in 2019."""
    home.uninsured = {2019}
    return home.members


def one_left_out(county: County, home: Household) -> list[Person]:
    home.members[1].uncovered = {2019}
    return [home.members[1]]


def ended_that_day(county: County, home: Household) -> list[Person]:
    home.members[1].cover = {2019: (None, PLAN_DAY)}
    return [home.members[1]]


def four_weeks_old(county: County, home: Household) -> list[Person]:
    baby = _baby(county, home, PLAN_DAY - days(28))
    baby.uncovered = {2019}
    return [baby]


def four_weeks_old_covered_late(county: County, home: Household) -> list[Person]:
    baby = _baby(county, home, PLAN_DAY - days(28))
    baby.cover = {2019: (PLAN_DAY + days(1), None)}
    return [baby]


def ninety(county: County, home: Household) -> list[Person]:
    """One who is 90 to the day, and one who turns 91 tomorrow."""
    found = [_old(county, home, birth_for(90, PLAN_DAY))]
    found.append(_old(county, home, birth_for(91, PLAN_DAY + days(1))))
    return found


def younger_than_four_weeks(county: County, home: Household) -> list[Person]:
    baby = _baby(county, home, PLAN_DAY - days(27))
    baby.cover = {2019: (PLAN_DAY + days(1), None)}
    return []


def ninety_one(county: County, home: Household) -> list[Person]:
    _old(county, home, birth_for(91, PLAN_DAY))
    return []


def renewed_next_day(county: County, home: Household) -> list[Person]:
    """Covered through the business date, and from the next day by another policy."""
    member = home.members[1]
    member.cover, member.renewed_on = {2019: (None, PLAN_DAY + days(1))}, PLAN_DAY + days(1)
    return []


def with_the_other_insurer(county: County, home: Household) -> list[Person]:
    home.members[1].other_insurer = True
    return []


def removed(county: County, home: Household) -> list[Person]:
    """No longer registered since March, and since then in no policy."""
    home.uninsured = {2019}
    day = date(2019, 3, 1)
    home.amendments = [
        Amendment(day, [("REGISTERED", date(2014, 1, 1), day), ("REMOVED", day, None)])
    ]
    return []


def gone(county: County, home: Household) -> list[Person]:
    """The wife died in November; a relative who lived there has moved away."""
    home.members[1].died_on = date(2018, 11, 3)
    relative = person(county.rng, county.identities, date(1990, 2, 14), False)
    relative.relation = "OTHER"
    relative.left_on = date(2018, 12, 20)
    home.members.append(relative)
    return []


def _baby(county: County, home: Household, born: date) -> Person:
    baby = person(county.rng, county.identities, born, False, family=home.head.name[0])
    baby.relation, baby.labour, baby.joined_on = "DAUGHTER", "NONE", born
    home.members.append(baby)
    home.amendments = [Amendment(HANDED_OVER)]
    return baby


def _old(county: County, home: Household, born: date) -> Person:
    """A parent of the head's, in no policy."""
    old = person(county.rng, county.identities, born, False)
    old.relation, old.labour, old.health = "MOTHER", "NONE", ("CHRONIC",)
    old.uncovered = {2018, 2019}
    home.members.append(old)
    return old


STORIES: tuple[tuple[Callable[[County, Household], list[Person]], tuple[Place, ...]], ...] = (
    (no_policy, (YANSHOU, LANXI, HAILUN, QINGGANG, FUYU, FUYU)),
    (one_left_out, (*TEN_COUNTIES, *TEN_COUNTIES)),
    (ended_that_day, (BAYAN, FUYU)),
    (four_weeks_old, (LANXI, HAILUN)),
    (four_weeks_old_covered_late, (BAIQUAN,)),
    (ninety, (KESHAN, YANSHOU, FUYU)),
    (younger_than_four_weeks, (BAYAN, HAILUN, FUYUAN)),
    (ninety_one, (KESHAN, LANXI)),
    (renewed_next_day, (KEDONG, BAYAN)),
    (with_the_other_insurer, (QINGGANG, QINGGANG, QINGGANG)),
    (removed, (FUYUAN, BAIQUAN)),
    (gone, TEN_COUNTIES),
)
"""Which story plays where; a county named thrice has it three times."""
