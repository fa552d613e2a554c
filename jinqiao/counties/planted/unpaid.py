"""328 people of 延寿 to whom 237,000 yuan of insurance was due and of whom nobody told the insurer
(plan 五; row 7), and those for whom all was in order on 30 September 2018.
"""

from datetime import date
from decimal import Decimal

from jinqiao.counties.county import County, settle
from jinqiao.counties.households import Household, couple
from jinqiao.counties.insurance import PRODUCTS, Claim, Incident, due
from jinqiao.counties.interest import birth_for, days
from jinqiao.counties.people import Person, reborn
from jinqiao.counties.places import SEPTEMBER

SMALL, LARGE = 182, 146
"""People to whom 500 yuan and 1,000 yuan were due."""

LAST_LATE = SEPTEMBER - days(31)
"""An incident of that day or before must have been reported by 30 September."""


def plant(county: County) -> None:
    rng = county.rng
    kinds = ["ACCIDENT_MEDICAL"] * SMALL + ["SERIOUS_ILLNESS"] * LARGE
    rng.shuffle(kinds)
    people: list[tuple[Household, Person]] = []
    while len(people) < len(kinds):
        household = settle(county, couple)
        people += [(household, member) for member in household.members[:3]]
    for number, (kind, (household, member)) in enumerate(zip(kinds, people, strict=False)):
        on = LAST_LATE if number < 3 else date(2018, 1, 10) + days(rng.randrange(232))
        if number == 3:
            member.cover = {2018: (None, on + days(1))}
        incident = Incident(household, member, kind, on)
        county.incidents.append(incident)
        liability = PRODUCTS["INA23"].liability(kind)
        assert liability
        county.expect("yanshou", "INS-02", incident, due(liability, incident))
        county.found("INS-02", incident, due(liability, incident))
    _spare(county)
    _leave_open(county)


def _spare(county: County) -> None:
    """Not found on 30 September, each for another reason."""
    for _ in range(12):
        not_yet_late = _incident(county, LAST_LATE + days(1))
        not_yet_late.claim = Claim("ACCIDENT_MEDICAL", date(2018, 10, 8))
    for _ in range(6):
        on_the_thirtieth_day = _incident(county, date(2018, 7, 20))
        on_the_thirtieth_day.claim = Claim("ACCIDENT_MEDICAL", date(2018, 8, 19))
        late_but_reported = _incident(county, date(2018, 5, 10))
        late_but_reported.claim = Claim("ACCIDENT_MEDICAL", date(2018, 9, 20))
    reported_that_day = _incident(county, date(2018, 6, 1))
    reported_that_day.claim = Claim("ACCIDENT_MEDICAL", SEPTEMBER, names_incident=False)
    for outcome in ("REJECTED", "WITHDRAWN"):
        refused = _incident(county, date(2018, 4, 2))
        refused.claim = Claim("ACCIDENT_MEDICAL", date(2018, 4, 20), outcome=outcome)
    for _ in range(4):
        cover_over = _incident(county, date(2018, 6, 20))
        cover_over.person.cover = {2018: (None, date(2018, 6, 20))}
        _incident(county, date(2017, 12, 20))
        _incident(county, date(2018, 3, 3), "ACCIDENT_DISABILITY").loss = Decimal(4000)
    for _ in range(3):
        told_by_claim = _incident(county, date(2018, 5, 4), "UNKNOWN")
        told_by_claim.claim = Claim("ACCIDENT_MEDICAL", date(2018, 5, 30))
        too_old = _incident(county, date(2018, 5, 6), "HOSPITAL_ALLOWANCE")
        too_old.hospital_days = 9
        reborn(county.identities, too_old.person, birth_for(71, date(2018, 5, 6)))


def _leave_open(county: County) -> None:
    for _ in range(5):
        unknown = _incident(county, date(2018, 4, 12), "UNKNOWN")
        county.doubt("yanshou", "INS-02", unknown)
        county.unclear("INS-02", unknown)


def _incident(county: County, on: date, kind: str = "ACCIDENT_MEDICAL") -> Incident:
    household = settle(county, couple)
    incident = Incident(household, household.head, kind, on)
    county.incidents.append(incident)
    return incident
