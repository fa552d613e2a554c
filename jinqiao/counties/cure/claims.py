"""Claims put right: those nobody made, those that wait, those paid short or refused for nothing."""

from datetime import date
from decimal import Decimal

from jinqiao.counties.county import County
from jinqiao.counties.insurance import PRODUCTS, Change, Claim, Incident, due
from jinqiao.counties.interest import days
from jinqiao.counties.places import PLAN_DAY

REPORTED = date(2019, 6, 10)
LOOKED_AGAIN = date(2019, 6, 24)


def put_claims_right(county: County) -> None:
    for incident in county.incidents:
        claim = incident.claim
        if claim is None:
            _claim_late(county, incident)
        elif claim.changes[-1].state not in ("CLOSED", "PAID"):
            _finish(county, incident, claim)
        elif county.told("INS-04", claim) == "not_met":
            _pay_the_rest(county, claim)
        elif county.told("INS-05", claim) == "not_met":
            _look_again(county, incident, claim)


def _claim_late(county: County, incident: Incident) -> None:
    """INS-02: taken up and paid within every clock; where the days were unknown they are told."""
    if not _answerable(county, incident):
        return
    if incident.hospital_days is None and incident.kind == "HOSPITAL_ALLOWANCE":
        incident.hospital_days, incident.told_again = 7, True
    amount = _due(county, incident)
    claim = Claim(incident.kind, REPORTED)
    claim.changes = [
        Change("FILED", REPORTED + days(1)),
        Change("UNDER_REVIEW", REPORTED + days(2)),
        Change("CALCULATED", REPORTED + days(9), amount),
        Change("APPROVED", REPORTED + days(10), amount),
        Change("PAID", REPORTED + days(14), amount),
        Change("CLOSED", REPORTED + days(15)),
    ]
    incident.claim = claim
    county.cure("INS-02", incident)


def _answerable(county: County, incident: Incident) -> bool:
    """Found on the day of the plan, or only too young for it then."""
    if county.told("INS-02", incident) == "not_met":
        return True
    young = (PLAN_DAY - incident.on).days <= 30
    return young and county.under(incident) is not None


def _finish(county: County, incident: Incident, claim: Claim) -> None:
    """Decide and pay on the day of the plan: in time for some, and for the others at last."""
    amount = _due(county, incident)
    if claim.changes[-1].state == "UNDER_REVIEW":
        claim.changes += [
            Change("CALCULATED", PLAN_DAY, amount),
            Change("APPROVED", PLAN_DAY, amount),
        ]
    claim.changes += [Change("PAID", PLAN_DAY, amount), Change("CLOSED", PLAN_DAY + days(1))]


def _pay_the_rest(county: County, claim: Claim) -> None:
    short = county.plan_day["INS-04", id(claim)].amount or Decimal(0)
    claim.changes += [
        Change("UNDER_REVIEW", LOOKED_AGAIN),
        Change("CALCULATED", LOOKED_AGAIN + days(1), short),
        Change("APPROVED", LOOKED_AGAIN + days(1), short),
        Change("PAID", LOOKED_AGAIN + days(3), short),
        Change("CLOSED", LOOKED_AGAIN + days(4)),
    ]
    county.cure("INS-04", claim)


def _look_again(county: County, incident: Incident, claim: Claim) -> None:
    """INS-05: a withdrawn claim is paid after all, a refused one gets reason and second look."""
    claim.changes.append(Change("UNDER_REVIEW", LOOKED_AGAIN))
    if claim.outcome == "WITHDRAWN":
        amount = _due(county, incident)
        claim.changes += [
            Change("CALCULATED", LOOKED_AGAIN + days(1), amount),
            Change("APPROVED", LOOKED_AGAIN + days(2), amount),
            Change("PAID", LOOKED_AGAIN + days(4), amount),
        ]
    else:
        on = LOOKED_AGAIN + days(2)
        claim.changes.append(
            Change(
                "REJECTED",
                on,
                reason_code="EXCLUDED_CAUSE",
                second_look_on=on,
                notified_on=on + days(1),
            )
        )
    claim.changes.append(Change("CLOSED", LOOKED_AGAIN + days(6)))
    county.cure("INS-05", claim)


def _due(county: County, incident: Incident) -> Decimal:
    policy = county.under(incident)
    assert policy
    liability = PRODUCTS[policy.insurer].liability(incident.kind)
    assert liability
    return due(liability, incident)
