"""Claims with their clocks, what was paid and what is due, and how they were refused: INS-03 to 05.

Rests on `clocks`, which is laid out before.
"""

from typing import Any

from sqlalchemy import ARRAY, Boolean, Date, Integer, Numeric, Text, Uuid, column, table, text

from kernel.agency_copy import undeclared
from services.insurance.queries.facts.clocks import LAY_OUT_CLOCKS
from services.insurance.queries.facts.due import DUE, UNKNOWN
from services.insurance.queries.facts.parts import COMPLETED_YEARS
from services.insurance.vocabulary import CLOCKS

_UNDECLARED = undeclared(
    "claim-status-changes", "insurance", "(values (i.agency))", "i.county", 'i."on"'
)

_OF_CLOCKS = ",\n".join(
    f"""
               max(days_used) filter (where clock = '{name}' and ended_on is not null
                                      and not doubtful) as {name}_took,
               max(days_used) filter (where clock = '{name}' and (ended_on is null or doubtful))
                   as {name}_seems"""
    for name in CLOCKS
)
_CLOCK_COLUMNS = ", ".join(f"clocks.{name}_{part}" for name in CLOCKS for part in ("took", "seems"))
_LIMITS = ", ".join(f"i.{name}_days" for name in CLOCKS)

# Whether a clock that is late still runs is told beside: such a claim is not clean (rules.md).
#
# Claims of one incident under one policy are added up, and told of once: under the one reported
# last of those that were paid. If the office says that the incident was of another kind, a person
# must look. A refusal or withdrawal is judged if nothing but CLOSED follows.
_JUDGED = f"""
    with i as materialized (
        select c.*, p.policy_id, p.product_code,
               {COMPLETED_YEARS.format(day='c."on"', born="c.born_on")} as age_years,
               coalesce(c.incident_id::text, c.kind || c."on") as incident
        from claim_then c
        left join cover p on p.person_key = c.person_key and p.agency = c.agency
            and p.policy_no = c.policy_no and p.covered_from <= c."on" and c."on" < p.covered_to),
    clocks as (
        select claim_id, {_OF_CLOCKS},
               coalesce(bool_or(days_used is null), false) as beginning_unknown,
               bool_or(ended_on is null and days_used > limit_days) as is_late_and_running
        from clock_then group by claim_id),
    money as (
        select claim_id, sum(amount) as amount, bool_or(amount is null) as amount_unknown,
               bool_or(state = 'PAID') as is_paid
        from change_then where state in ('PREPAID', 'PAID') group by claim_id),
    paid as (
        select i.claim_id, sum(coalesce(m.amount, 0)) over same as paid,
               bool_or(m.amount_unknown) over same as paid_unknown,
               m.is_paid and i.claim_id = first_value(i.claim_id) over (same
                   order by m.is_paid desc, i.reported_on desc, i.claim_no desc
                   rows between unbounded preceding and unbounded following) as tells_of_payment
        from i join money m using (claim_id)
        window same as (partition by i.agency, i.policy_no, i.person_key, i.kind, i.incident)),
    refusal as (
        select distinct on (c.claim_id) c.claim_id, c.version, c.state, c."on"
        from change_then c
        where c.state <> 'CLOSED'
        order by c.claim_id, c.version desc),
    followed as (
        select r.claim_id, max(c.reason_code) as reason_code,
               min(c.second_look_on) filter (where c.second_look_on <= :on) as second_look_on,
               max(c.missing) > min(c.missing) as doubtful
        from refusal r join change_then c on c.claim_id = r.claim_id and c.version >= r.version
        group by r.claim_id)
    select 'claim' as subject_kind, i.household_key, h.household_no, i.person_key, i.agency,
           i.policy_no, i.claim_no, i.claim_id, i.division as village_code, i.division, i.kind,
           i."on", i.reported_on, {_LIMITS}, {_CLOCK_COLUMNS}, clocks.beginning_unknown,
           coalesce(clocks.is_late_and_running, false) as running,
           {_UNDECLARED} as changes_undeclared,
           case when i.policy_id is null then false
                when l.kind is not null then true
                when product.id is not null then false end as is_covered,
           l.basis, l.sum, share.persons as shared_among, answer.due, answer.due_at_most,
           coalesce(paid.tells_of_payment, false) as tells_of_payment, paid.paid,
           coalesce(paid.paid_unknown, false) as paid_unknown,
           case when not paid.paid_unknown then answer.due - paid.paid end as short_by,
           array_remove(array[case when answer.is_another then 'kind' end,
                              case when paid.paid_unknown then 'amount' end], null)
               || {UNKNOWN} as due_unknown,
           case when refusal.state in ('REJECTED', 'WITHDRAWN') then refusal.state end as refusal,
           refusal."on" as refused_on, followed.reason_code, followed.second_look_on,
           case when followed.doubtful then array['claim-status-changes'] else '{{}}' end
               as changes_missing,
           case when product.id is null then array['products:' || i.agency] end as product_unknown
    from i
    join clocks using (claim_id)
    left join household h on h.household_key = i.lived_in
    left join paid using (claim_id)
    left join refusal using (claim_id)
    left join followed using (claim_id)
    {DUE}
    left join lateral (select i.told_kind not in ('UNKNOWN', i.kind) as is_another) told on true
    left join lateral (
        select told.is_another, case when told.is_another is not true then owed.due end as due,
               case when told.is_another is not true then owed.at_most end as due_at_most
        ) answer on true
"""

_COLUMNS: dict[str, Any] = {
    "subject_kind": Text,
    "household_key": Uuid,
    "household_no": Text,
    "person_key": Uuid,
    "agency": Text,
    "policy_no": Text,
    "claim_no": Text,
    "claim_id": Uuid,
    "village_code": Text,
    "division": Text,
    "kind": Text,
    "on": Date,
    "reported_on": Date,
    **{f"{name}_days": Integer for name in CLOCKS},
    **{f"{name}_{part}": Integer for name in CLOCKS for part in ("took", "seems")},
    "beginning_unknown": Boolean,
    "running": Boolean,
    "changes_undeclared": ARRAY(Text),
    "is_covered": Boolean,
    "basis": Text,
    "sum": Numeric,
    "shared_among": Integer,
    "due": Numeric,
    "due_unknown": ARRAY(Text),
    "due_at_most": Numeric,
    "tells_of_payment": Boolean,
    "paid": Numeric,
    "paid_unknown": Boolean,
    "short_by": Numeric,
    "refusal": Text,
    "refused_on": Date,
    "reason_code": Text,
    "second_look_on": Date,
    "changes_missing": ARRAY(Text),
    "product_unknown": ARRAY(Text),
}

CLAIMS = table("judged_claim", *[column(name, kind) for name, kind in _COLUMNS.items()])
"""One row a claim.

Of each clock: `…_took`, the days of the longest that surely ended; `…_seems`, those of one that
runs or whose end is in doubt; `…_days`, how many it may take. `running`: one that is past its day
runs on. `is_covered` is null where the
product is unknown. `due_at_most` is what at most is due where the loss or the share is unknown.
"""

LAY_OUT_CLAIMS = [
    *LAY_OUT_CLOCKS,
    text("drop table if exists judged_claim"),
    text(f"create temp table judged_claim on commit drop as {_JUDGED}"),
]
