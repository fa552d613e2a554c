"""INS-01 and 02: everybody is covered, and what happened is claimed (应保尽保, 应赔尽赔)."""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, case, false, func, null, or_, true

from kernel.law import Certainty, Kind, rule
from kernel.policy.registered import is_registered


def lives_in_a_registered_household(person: FromClause) -> ColumnElement[Any]:
    """By the status of the business date. A gap is none; without any status nobody knows."""
    c = person.c
    return or_(~c.status_known, is_registered(c.status, c.on, c.marginal_from))


def is_of_age(person: FromClause) -> ColumnElement[Any]:
    """Old enough and young enough to be covered, both ends included."""
    c = person.c
    return and_(c.age_days >= c.cover_from_days, c.age_years <= c.cover_to_years)


@rule(
    "INS-01",
    kind=Kind.FINDING,
    zh="建档立卡户中符合年龄的在册成员均有保险（应保尽保）",
    en="Every member of a registered household who is of an age to be insured is covered.",
    cite="黑金发〔2019〕22号 二(五): 确保建档立卡贫困户扶贫小额人身保险应保尽保",
    plan="五",
    applies=lives_in_a_registered_household,
    figures=("status", "age_years", "cover_from_days", "cover_to_years"),
    silence=("policies_undeclared",),
    certainty=Certainty.ASSUMED,
)
def covered_if_of_age(person: FromClause) -> ColumnElement[Any]:
    """Asked of people whom no cover holds: who is of age is not met.

    That there is no cover is a fact only where every insurer of the county declared its policies
    complete.
    """
    c = person.c
    of_age = is_of_age(person)
    certain = and_(c.status_known, func.cardinality(c.policies_undeclared) == 0)
    return case((of_age.is_(False), true()), (and_(of_age, certain), false()), else_=null())


@rule(
    "INS-02",
    kind=Kind.FINDING,
    zh="承保期内的保险事故均已报案理赔（应赔尽赔）",
    en="Every incident that a policy answers for has become a claim.",
    cite="黑金发〔2019〕22号 二(五): 未及时理赔的要尽快完成理赔工作, 应赔尽赔",
    plan="五",
    amount="due",
    figures=("incident_no", "kind", "on", "basis", "sum"),
    silence=("product_unknown", "claims_undeclared"),
    certainty=Certainty.ASSUMED,
)
def claimed_in_time(incident: FromClause) -> ColumnElement[Any]:
    """Any claim clears an incident, a late one too. Else it is not met once the days are over.

    What the policy answers for must be known, and if nothing is due nothing is missing. That there
    is no claim is a fact only where the insurer declared its claims complete.
    """
    c = incident.c
    late = c.days_since > c.claim_report_days
    certain = and_(c.basis.is_not(None), func.cardinality(c.claims_undeclared) == 0)
    return case(
        (or_(c.claimed_on.is_not(None), late.is_(False), c.due == 0), true()),
        (and_(late, certain), false()),
        else_=null(),
    )


def claimed_late(incident: FromClause) -> ColumnElement[Any]:
    """Whether a claim came after its days were over: until then it was suspected to be missing."""
    c = incident.c
    return and_(
        c.days_to_claim > c.claim_report_days,
        c.basis.is_not(None),
        or_(c.due.is_(None), c.due != 0),
    )
