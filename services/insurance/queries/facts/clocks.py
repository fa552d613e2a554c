"""Claims as they were on a day: their changes in order of version, and the clocks of 保险法.

A change of the day is known, a later one is not. Nothing is taken for granted about the order of
states: what an insurer pushed is a fact, and the clocks run by it (rules.md, claims).
"""

from sqlalchemy import Boolean, Date, Integer, Numeric, Text, Uuid, column, table, text

from services.insurance.queries.facts.parts import (
    COUNTY,
    FIGURE,
    IN_SCOPE,
    LAW,
    OF_HOUSEHOLDS,
    home,
)

_DIVISION = "coalesce(p.division, t.division, c.division)"
_OF_THE_CLAIM = {"kind": "int", "division": "c.division", "day": "c.reported_on"}

# The incident that a claim answers tells its day, its days in hospital and its loss. A claim lies
# where its person lives, and that of a stranger where the people of its policy do.
_CLAIMS = f"""
    with {LAW},
    known as materialized (
        select c.household_key, c.id as claim_id, c.agency, c.claim_no, c.policy_no, c.person_key,
               c.born_on, c.kind, c.reported_on, c.incident_no,
               coalesce(i."on", c.incident_on) as "on", i.id as incident_id, i.kind as told_kind,
               i.hospital_days, i.loss,
               home.household_key as home_key, home.lived_in, {_DIVISION} as division
        from claim c
        left join lateral (
            select i.* from incident i
            where i.person_key = c.person_key and i.superseded_at is null and i."on" <= :on
              and (i.incident_no = c.incident_no or (c.incident_no is null
                   and i.kind = c.kind and i."on" = c.incident_on))
            order by i.id limit 1) i on true
        left join {home("c.person_key", 'coalesce(i."on", c.incident_on)')} home on true
        left join household_place p on p.household_key = home.lived_in
            and p.known_from <= :on and :on < p.known_to
        left join policy t on t.agency = c.agency and t.policy_no = c.policy_no
            and t.superseded_at is null
        where c.superseded_at is null and c.reported_on <= :on
          and (cast(:claim_id as uuid) is null or c.id = :claim_id)
          and (cast(:agency as text) is null or c.agency = :agency)
          and {OF_HOUSEHOLDS.format(household="c.household_key")}
          and {IN_SCOPE.format(division=_DIVISION)})
    select c.*, {COUNTY.format(division="c.division")} as county,
           {FIGURE.format(name="assessment_days", **_OF_THE_CLAIM)},
           {FIGURE.format(name="payment_days", **_OF_THE_CLAIM)},
           {FIGURE.format(name="refusal_notice_days", **_OF_THE_CLAIM)},
           {FIGURE.format(name="part_payment_days", **_OF_THE_CLAIM)}
    from known c
"""

# `missing`: how many versions below this one nobody has told us. `round`: how often the claim has
# been taken up again; whatever follows CLOSED takes it up, but another CLOSED.
_CHANGES = """
    select s.*, sum(s.taken_up) over (partition by claim_id order by version) as round
    from (
        select c.claim_id, s.version, s.state, s."on", s.amount, s.reason_code, s.second_look_on,
               s.notified_on, s.version - row_number() over w as missing,
               lag(s.state) over w as state_before, lead(s."on") over w as next_on,
               case when lag(s.state) over w = 'CLOSED' and s.state <> 'CLOSED' then 1 else 0
               end as taken_up
        from claim_then c
        join claim_status_change s on s.household_key = c.household_key
            and s.claim_id = c.claim_id and s.superseded_at is null and s."on" <= :on
        window w as (partition by c.claim_id order by s.version)) s
"""

# A clock that ended is in doubt while versions before its end are missing, or where its end is only
# known to lie before a payment or the closing. One that has no end may have ended unheard. What was
# paid without agreement or decision has a clock of which nobody knows when it began.
_CLOCKS = """
    with decided as (
        select distinct on (claim_id) claim_id, version, "on",
               missing > 0 or state in ('PAID', 'CLOSED') as doubtful
        from change_then
        where state in ('APPROVED', 'REJECTED', 'WITHDRAWN', 'PAID', 'CLOSED')
        order by claim_id, version),
    part_paid as (
        select distinct on (claim_id) claim_id, "on",
               missing > 0 or state in ('PAID', 'CLOSED') as doubtful
        from change_then
        where state in ('PREPAID', 'APPROVED', 'REJECTED', 'WITHDRAWN', 'PAID', 'CLOSED')
        order by claim_id, version),
    request as (
        select distinct on (c.claim_id) c.claim_id, c."on", c.next_on
        from change_then c left join decided d using (claim_id)
        where c.state = 'DOCS_PENDING' and c.version < coalesce(d.version, c.version + 1)
        order by c.claim_id, c.version),
    agreed as (
        select distinct on (claim_id, round) claim_id, round, version, "on"
        from change_then c
        where state = 'APPROVED' or (state = 'REJECTED' and exists (
            select from change_then paid
            where paid.claim_id = c.claim_id and paid.round = c.round and paid.state = 'PAID'
              and paid.version > c.version))
        order by claim_id, round, state, version),
    refused as (
        select distinct on (claim_id, round) claim_id, round, version, "on", missing
        from change_then where state = 'REJECTED'
        order by claim_id, round, version),
    taken_up as (
        select distinct on (claim_id, round) claim_id, round, "on"
        from change_then where taken_up = 1 order by claim_id, round, version),
    clock as (
        select c.claim_id, 'assessment' as clock, 0 as round, c.reported_on as started_on,
               case when r.claim_id is null then 0
                    else greatest(least(coalesce(r.next_on, :on), coalesce(d."on", :on))
                                  - greatest(r."on", c.reported_on), 0) end as stopped_days,
               d.claim_id is null and r.claim_id is not null and r.next_on is null as stopped,
               d."on" as ended_on, coalesce(d.doubtful, false) as doubtful,
               c.assessment_days as limit_days
        from claim_then c
        left join decided d using (claim_id)
        left join request r using (claim_id)
        union all
        select c.claim_id, 'part_payment', 0, c.reported_on, 0, false, p."on",
               coalesce(p.doubtful, false), c.part_payment_days
        from claim_then c
        left join part_paid p using (claim_id)
        union all
        select c.claim_id, 'payment', a.round, a."on", 0, false, coalesce(paid."on", up."on"),
               coalesce(paid.missing, up.missing, 0) > 0, c.payment_days
        from claim_then c
        join agreed a using (claim_id)
        left join lateral (
            select s."on", s.missing from change_then s
            where s.claim_id = a.claim_id and s.round = a.round and s.version > a.version
              and s.state in ('PAID', 'WITHDRAWN') order by s.version limit 1) paid on true
        left join lateral (
            select s."on", s.missing from change_then s
            where s.claim_id = a.claim_id and s.round = a.round + 1
            order by s.version limit 1) up on true
        union all
        select c.claim_id, 'refusal_notice', r.round, r."on", 0, false,
               coalesce(told."on", up."on"), r.missing > 0, c.refusal_notice_days
        from claim_then c
        join refused r using (claim_id)
        left join lateral (
            select min(s.notified_on) as "on" from change_then s
            where s.claim_id = r.claim_id and s.round = r.round and s.version >= r.version
              and s.notified_on <= :on) told on true
        left join taken_up up on up.claim_id = r.claim_id and up.round = r.round + 1
        union all
        select distinct c.claim_id, 'payment', s.round, cast(null as date), 0, false, s."on", true,
               c.payment_days
        from claim_then c
        join change_then s using (claim_id)
        where s.state = 'PAID'
          and not exists (select from agreed a where a.claim_id = c.claim_id and a.round = s.round))
    select clock.*, coalesce(ended_on, :on) - started_on - stopped_days as days_used,
           started_on + limit_days + stopped_days as due_on
    from clock
"""

CLOCKS = table(
    "clock_then",
    column("claim_id", Uuid),
    column("clock", Text),
    column("round", Integer),
    column("started_on", Date),
    column("stopped_days", Integer),
    column("stopped", Boolean),
    column("ended_on", Date),
    column("doubtful", Boolean),
    column("limit_days", Integer),
    column("days_used", Integer),
    column("due_on", Date),
)
"""One row a clock of a claim: which, since when, its days, and whether it has ended."""

CHANGES = table(
    "change_then",
    column("claim_id", Uuid),
    column("version", Integer),
    column("state", Text),
    column("on", Date),
    column("amount", Numeric),
    column("reason_code", Text),
    column("second_look_on", Date),
    column("notified_on", Date),
    column("state_before", Text),
    column("missing", Integer),
    column("round", Integer),
)
"""One row a change of a claim, in order of version."""

LAY_OUT_CLOCKS = [
    text("drop table if exists claim_then, change_then, clock_then"),
    text(f"create temp table claim_then on commit drop as {_CLAIMS}"),
    text("analyze claim_then"),
    text(f"create temp table change_then on commit drop as {_CHANGES}"),
    text("create index on change_then (claim_id, version)"),
    text("analyze change_then"),
    text(f"create temp table clock_then on commit drop as {_CLOCKS}"),
    text("create index on clock_then (claim_id)"),
    text("analyze clock_then"),
]
