"""Claims that took too long, paid too little or were refused without a reason (plan 五; row 8).

Each clock is told on its last day in time and on the day after: 30 days to assess, less the days
of the first request for papers; 10 to pay; 3 to tell of a refusal; 60, never stopped, for a part.
"""

from datetime import date
from decimal import Decimal

from jinqiao.counties.county import County, settle
from jinqiao.counties.households import couple
from jinqiao.counties.insurance import PRODUCTS, Change, Claim, Incident
from jinqiao.counties.interest import FEN, days, fen
from jinqiao.counties.places import (
    BAIQUAN,
    BAYAN,
    FUYUAN,
    HAILUN,
    KEDONG,
    KESHAN,
    LANXI,
    PLAN_DAY,
    Place,
)

RECEIVED = date(2018, 10, 8)


def plant(county: County) -> None:
    place = county.place
    if place in SLOW:
        _slow(county)
    if place in STINGY:
        _stingy(county)
    if place in REFUSING:
        _refusing(county)
    if place in FORGETFUL:
        _forgetful(county)


SLOW: tuple[Place, ...] = (BAYAN, HAILUN)
STINGY: tuple[Place, ...] = (KESHAN, LANXI)
REFUSING: tuple[Place, ...] = (KEDONG, BAIQUAN)
FORGETFUL: tuple[Place, ...] = (BAYAN, FUYUAN)


def _incident(
    county: County, claimed: date | None, on: date | None = None, kind: str = "HOSPITAL_ALLOWANCE"
) -> Incident:
    """Ten days in hospital, which either insurer pays by the day."""
    household = settle(county, couple)
    on = on or (claimed - days(6) if claimed else date(2018, 11, 12))
    incident = Incident(household, household.head, kind, on)
    if kind == "HOSPITAL_ALLOWANCE":
        incident.hospital_days = 10
    if claimed:
        incident.claim = Claim(kind, claimed)
    county.incidents.append(incident)
    return incident


def _due(county: County) -> Decimal:
    """Ten days at the county's insurer's rate."""
    liability = PRODUCTS[_insurer(county)].liability("HOSPITAL_ALLOWANCE")
    assert liability
    return 10 * liability.sum


def _insurer(county: County) -> str:
    return "INA23" if county.place in (BAYAN, KESHAN, KEDONG) else "INB23"


def _run(incident: Incident, *steps: tuple[str, int, Decimal | None]) -> Claim:
    """Carry a claim through states, each so many days after receipt."""
    claim = incident.claim
    assert claim
    begun = (("FILED", 1, None), ("UNDER_REVIEW", 2, None))
    claim.changes = [
        Change(state, claim.reported_on + days(after), amount)
        for state, after, amount in (*begun, *steps)
    ]
    return claim


def _slow(county: County) -> None:
    due = _due(county)

    def paid(approved: int, paid_on: int, *before: tuple[str, int, Decimal | None]) -> Claim:
        return _run(
            _incident(county, RECEIVED),
            *before,
            ("CALCULATED", approved - 1, due),
            ("APPROVED", approved, due),
            ("PAID", paid_on, due),
            ("CLOSED", paid_on, None),
        )

    def papers(first: int, days_long: int) -> tuple[tuple[str, int, Decimal | None], ...]:
        asked, given = ("DOCS_PENDING", first, None), ("UNDER_REVIEW", first + days_long, None)
        return asked, given

    paid(30, 40)
    paid(40, 50, *papers(5, 10))
    for broken in (
        paid(31, 35),
        paid(30, 41),
        paid(41, 45, *papers(5, 10)),
        paid(41, 45, *papers(5, 10), *papers(20, 10)),
    ):
        county.found("INS-03", broken)
    for part_on in (60, 61):
        part = Decimal(100)
        claim = _run(
            _incident(county, RECEIVED),
            *papers(3, 47),
            ("PREPAID", part_on, part),
            ("CALCULATED", 70, due),
            ("APPROVED", 75, due),
            ("PAID", 80, due - part),
            ("CLOSED", 81, None),
        )
        if part_on > 60:
            county.found("INS-03", claim)
    for received in (PLAN_DAY - days(30), PLAN_DAY - days(31), PLAN_DAY - days(61)):
        claim = _run(_incident(county, received))
        if received < PLAN_DAY - days(30):
            county.found("INS-03", claim)
    for ago in (10, 11):
        # Agreed, and not yet paid.
        received = PLAN_DAY - days(ago + 20)
        claim = _run(_incident(county, received), ("CALCULATED", 19, due), ("APPROVED", 20, due))
        if ago > 10:
            county.found("INS-03", claim)


def _stingy(county: County) -> None:
    """A yuan less than due; a shared sum by the head; a part paid before."""
    due = _due(county)
    for paid in (due, due - Decimal(1)):
        claim = _run(
            _incident(county, RECEIVED),
            ("CALCULATED", 10, paid),
            ("APPROVED", 11, paid),
            ("PAID", 12, paid),
            ("CLOSED", 13, None),
        )
        if paid < due:
            county.found("INS-04", claim, due - paid)
    part = _run(
        _incident(county, RECEIVED),
        ("PREPAID", 8, Decimal(200)),
        ("CALCULATED", 10, due),
        ("APPROVED", 11, due),
        ("PAID", 12, due - Decimal(200)),
        ("CLOSED", 13, None),
    )
    assert part.changes
    for short in (Decimal(0), Decimal(1)) if _insurer(county) == "INB23" else ():
        # A loss below the sum: what is due is the loss.
        incident = _incident(county, RECEIVED, kind="ACCIDENT_MEDICAL")
        incident.loss = Decimal("2807.45")
        paid = incident.loss - short
        claim = _run(
            incident,
            ("CALCULATED", 10, paid),
            ("APPROVED", 11, paid),
            ("PAID", 12, paid),
            ("CLOSED", 13, None),
        )
        if short:
            county.found("INS-04", claim, short)
    liability = PRODUCTS[_insurer(county)].liability("ACCIDENT_DEATH")
    assert liability
    for short in (Decimal(0), FEN):
        incident = _incident(county, RECEIVED, kind="ACCIDENT_DEATH")
        incident.person.died_on = incident.on + days(1)
        home = incident.household
        covered = sum(member.present(incident.on) for member in home.members)
        share = liability.sum / covered if liability.shared_by_household else liability.sum
        paid = fen(share) - short
        claim = _run(
            incident,
            ("CALCULATED", 10, paid),
            ("APPROVED", 11, paid),
            ("PAID", 12, paid),
            ("CLOSED", 13, None),
        )
        if short:
            county.found("INS-04", claim, short)


def _refusing(county: County) -> None:
    """Without a reason code, without a second look, told a day late; and all in order."""

    def refused(
        state: str, reason: str | None, second_look: bool, told_after: int | None = None
    ) -> Claim:
        incident = _incident(county, RECEIVED)
        claim = _run(incident)
        on = RECEIVED + days(12)
        claim.outcome = state
        last = Change(
            state,
            on,
            reason_code=reason,
            second_look_on=on if second_look else None,
            notified_on=on + days(told_after) if told_after is not None else None,
        )
        before = claim.changes if state == "REJECTED" else []
        claim.changes = [*before, last, Change("CLOSED", on + days(9))]
        return claim

    refused("REJECTED", "EXCLUDED_CAUSE", True, 3)
    refused("WITHDRAWN", "DUPLICATE", True)
    county.found("INS-03", refused("REJECTED", "EXCLUDED_CAUSE", True, 4))
    county.found("INS-05", refused("REJECTED", None, True, 2))
    county.found("INS-05", refused("REJECTED", "EXCLUDED_CAUSE", False, 2))
    county.found("INS-05", refused("WITHDRAWN", "DUPLICATE", False))
    county.found("INS-05", refused("WITHDRAWN", None, True))
    not_covered = refused("REJECTED", None, False, 2)
    incident = next(one for one in county.incidents if one.claim is not_covered)
    incident.person.cover = {2018: (None, incident.on)}


def _forgetful(county: County) -> None:
    """Nobody claimed: 31 days ago and not 30; how much is due may not be known."""
    liability = PRODUCTS[_insurer(county)].liability("HOSPITAL_ALLOWANCE")
    assert liability
    county.found("INS-02", _incident(county, None, PLAN_DAY - days(31)), _due(county))
    _incident(county, None, PLAN_DAY - days(30))
    unknown = _incident(county, None)
    unknown.hospital_days = None
    county.found("INS-02", unknown)
    unclear = _incident(county, None, kind="UNKNOWN")
    county.unclear("INS-02", unclear)
