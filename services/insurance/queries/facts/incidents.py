"""Incidents under each policy that covers them: INS-02, and the suspected claims it opens."""

from typing import Any

from sqlalchemy import ARRAY, Date, Integer, Numeric, Text, Uuid, column, table, text

from kernel.agency_copy import undeclared
from services.insurance.queries.facts.due import DUE
from services.insurance.queries.facts.parts import (
    COMPLETED_YEARS,
    COUNTY,
    FIGURE,
    IN_SCOPE,
    LAW,
    OF_HOUSEHOLDS,
    home,
)

_DIVISION = "coalesce(p.division, i.division)"
_UNDECLARED = undeclared("claims", "insurance", "(values (i.agency))", "i.county", 'i."on"')
_DAYS_TO_REPORT = FIGURE.format(
    name="claim_report_days", kind="int", division="i.division", day='i."on"'
)

# A claim answers an incident of its person by the number, or without one by kind and day. One pair
# of incident and policy has one id, made of both, by which people speak of a suspected claim.
_INCIDENTS = f"""
    with {LAW},
    covered as materialized (
        select i.household_key, i.id as incident_id, i.source_version, i.person_key, i.incident_no,
               nullif(i.kind, 'UNKNOWN') as kind, i."on", i.hospital_days, i.loss, c.agency,
               c.policy_id, c.policy_no, c.product_code,
               {_DIVISION} as division, {COUNTY.format(division=_DIVISION)} as county,
               {COMPLETED_YEARS.format(day='i."on"', born="i.born_on")} as age_years,
               home.household_key as home_key, home.lived_in,
               (select min(claim.reported_on) from claim
                where claim.person_key = i.person_key and claim.agency = c.agency
                  and claim.policy_no = c.policy_no and claim.superseded_at is null
                  and claim.reported_on <= :on
                  and (claim.incident_no = i.incident_no or (claim.incident_no is null
                       and claim.kind = i.kind and claim.incident_on = i."on"))) as claimed_on
        from incident i
        join cover c on c.person_key = i.person_key
            and c.covered_from <= i."on" and i."on" < c.covered_to
        left join {home("i.person_key", 'i."on"')} home on true
        left join household_place p on p.household_key = home.lived_in
            and p.known_from <= :on and :on < p.known_to
        where i.superseded_at is null and i."on" <= :on
          and (cast(:agency as text) is null or c.agency = :agency)
          and {OF_HOUSEHOLDS.format(household="i.household_key")}
          and {IN_SCOPE.format(division=_DIVISION)})
    select 'person' as subject_kind,
           cast(md5(i.incident_id::text || i.policy_id::text) as uuid) as suspicion_id,
           i.household_key, h.household_no, i.person_key, i.agency, i.policy_no,
           i.division as village_code, i.division, i.incident_id, i.policy_id, i.incident_no,
           i.kind, i."on", i.hospital_days, i.loss, l.basis, l.sum, share.persons as shared_among,
           owed.due, cast(md5(cast(row(i.kind, i."on", i.hospital_days, i.loss, l.basis, l.sum,
                                       share.persons, owed.due) as text)) as uuid) as facts,
           i.claimed_on, cast(:on as date) - i."on" as days_since,
           i.claimed_on - i."on" as days_to_claim, {_DAYS_TO_REPORT},
           case when product.id is null then array['products:' || i.agency] end as product_unknown,
           {_UNDECLARED} as claims_undeclared
    from covered i
    left join household h on h.household_key = i.lived_in
    {DUE}
    where l.kind is not null or i.kind is null or product.id is null
"""

_COLUMNS: dict[str, Any] = {
    "subject_kind": Text,
    "suspicion_id": Uuid,
    "household_key": Uuid,
    "household_no": Text,
    "person_key": Uuid,
    "agency": Text,
    "policy_no": Text,
    "village_code": Text,
    "division": Text,
    "incident_id": Uuid,
    "policy_id": Uuid,
    "incident_no": Text,
    "kind": Text,
    "on": Date,
    "hospital_days": Integer,
    "loss": Numeric,
    "basis": Text,
    "sum": Numeric,
    "shared_among": Integer,
    "due": Numeric,
    "facts": Uuid,
    "claimed_on": Date,
    "days_since": Integer,
    "days_to_claim": Integer,
    "claim_report_days": Integer,
    "product_unknown": ARRAY(Text),
    "claims_undeclared": ARRAY(Text),
}

INCIDENTS = table("covered_incident", *[column(name, kind) for name, kind in _COLUMNS.items()])
"""One row an incident and policy that covers it and may answer for it.

`agency` is the insurer. `kind` is null where the office does not know it, `basis` and `sum` also
where the product is unknown. `claimed_on` is the first day on which a claim answered it,
`facts` the digest of what the sum due rests on.
"""

LAY_OUT_INCIDENTS = [
    text("drop table if exists covered_incident"),
    text(f"create temp table covered_incident on commit drop as {_INCIDENTS}"),
]
