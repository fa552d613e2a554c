"""What is judged: people without cover, and incidents without a claim.

Both are laid out once a screening in a temporary table. A fact of the business date is known, a
later one is not; the copy of the registry says what was known on which date.
"""

from sqlalchemy import ARRAY, Boolean, Date, Integer, Numeric, Text, Uuid, column, table, text

from kernel.agency_copy import AMONG_SERVING, serving, undeclared

_COUNTY = "rpad(left({division}, 6), 12, '0')"

_IN_SCOPE = """
    exists (select from unnest(cast(:lo as text[]), cast(:hi as text[])) as scope(lo, hi)
            where {division} >= scope.lo and {division} < scope.hi)
"""

# Every dated figure of law, from which the narrowest place's and then the latest is taken.
_LAW = """
    law as materialized (
        select * from jsonb_to_recordset(cast(:law as jsonb))
            as f(name text, "is" text, starts date, ends date, lo text, hi text))
"""
_FIGURE = """
    (select cast(law."is" as {kind}) from law
     where law.name = '{name}' and law.lo <= {division} and {division} < law.hi
       and law.starts <= {day} and {day} < law.ends
     order by law.lo desc, law.starts desc limit 1) as {name}
"""

# Years by the numbers of two days, such as 20190301 - 20000229: who was born on 29 February
# completes a year on 1 March (rules.md, LOAN-03).
_COMPLETED_YEARS = """
    ((extract(year from {day}) * 10000 + extract(month from {day}) * 100 + extract(day from {day})
      - extract(year from {born}) * 10000 - extract(month from {born}) * 100
      - extract(day from {born}))::int / 10000)
"""

# --- INS-01 ---

_INSURERS = AMONG_SERVING.format(county="here.county", day=":on")
_SILENT_INSURERS = undeclared("policies", "insurance", _INSURERS, "here.county", ":on")
_HERE = {"division": "here.division", "day": ":on"}

# What is the same for a whole county or village is asked once. The anti-join comes first, so that
# only who is without cover is looked at further. Where nobody serves nobody can declare either.
_UNCOVERED = f"""
    with {_LAW},
    village as materialized (
        select here.division, {_COUNTY.format(division="here.division")} as county,
               {_FIGURE.format(name="cover_from_days", kind="int", **_HERE)},
               {_FIGURE.format(name="cover_to_years", kind="int", **_HERE)},
               {_FIGURE.format(name="marginal_from", kind="date", **_HERE)}
        from (select distinct division from household_place
              where known_from <= :on and :on < known_to
                and {_IN_SCOPE.format(division="division")}) here),
    serving as materialized ({serving("INSURER", "(select distinct county from village)")}),
    county as materialized (
        select here.county,
               case when exists (select from {_INSURERS} insurer) then {_SILENT_INSURERS}
                    else array['policies:nobody'] end as policies_undeclared
        from (select distinct county from village) here),
    uncovered as materialized (
        select m.household_key, m.person_key, m.born_on
        from member m
        where m.known_from <= :on and :on < m.known_to and m.joined_on <= :on and :on < m.gone_on
          and not exists (select from cover c where c.person_key = m.person_key
                            and c.covered_from <= :on and :on < c.covered_to))
    select 'person' as subject_kind, u.household_key, h.household_no, u.person_key,
           village.division as village_code, village.division, cast(:on as date) as "on",
           exists (select from household_status any_one
                   where any_one.household_key = u.household_key
                     and any_one.known_from <= :on and :on < any_one.known_to) as status_known,
           s.status, cast(:on as date) - u.born_on as age_days,
           {_COMPLETED_YEARS.format(day="cast(:on as date)", born="u.born_on")} as age_years,
           village.cover_from_days, village.cover_to_years, village.marginal_from,
           county.policies_undeclared
    from uncovered u
    join household h on h.household_key = u.household_key
    join household_place p on p.household_key = u.household_key
        and p.known_from <= :on and :on < p.known_to
    join village on village.division = p.division
    join county on county.county = village.county
    left join household_status s on s.household_key = u.household_key
        and s.known_from <= :on and :on < s.known_to and s.valid_from <= :on and :on < s.valid_to
"""

UNCOVERED = table(
    "uncovered_person",
    column("subject_kind", Text),
    column("household_key", Uuid),
    column("household_no", Text),
    column("person_key", Uuid),
    column("village_code", Text),
    column("division", Text),
    column("on", Date),
    column("status_known", Boolean),
    column("status", Text),
    column("age_days", Integer),
    column("age_years", Integer),
    column("cover_from_days", Integer),
    column("cover_to_years", Integer),
    column("marginal_from", Date),
    column("policies_undeclared", ARRAY(Text)),
)
"""One row a present, living member of a household whom no policy covers on the business date."""

LAY_OUT_UNCOVERED = [
    text("drop table if exists uncovered_person"),
    text(f"create temp table uncovered_person on commit drop as {_UNCOVERED}"),
]

# --- INS-02 ---

_UNDECLARED_CLAIMS = undeclared("claims", "insurance", "(values (i.agency))", "i.county", 'i."on"')
_DAYS_TO_REPORT = _FIGURE.format(
    name="claim_report_days", kind="int", division="i.division", day='i."on"'
)

# The anti-join comes first again: a claim answers an incident of its person by the number, or
# without one by kind and day.
#
# A shared sum is divided equally by the persons of the household whom the policy covers on the day,
# half up. Who died or left on that very day is one of them.
_UNCLAIMED = f"""
    with {_LAW},
    unclaimed as materialized (
        select i.household_key, i.person_key, i.incident_no, nullif(i.kind, 'UNKNOWN') as kind,
               i."on", i.hospital_days, i.loss, c.agency, c.policy_id, c.policy_no, c.product_code,
               coalesce(p.division, i.division) as division,
               {_COUNTY.format(division="coalesce(p.division, i.division)")} as county,
               {_COMPLETED_YEARS.format(day='i."on"', born="i.born_on")} as age_years
        from incident i
        join cover c on c.person_key = i.person_key
            and c.covered_from <= i."on" and i."on" < c.covered_to
        left join household_place p on p.household_key = i.household_key
            and p.known_from <= :on and :on < p.known_to
        where i.superseded_at is null and i."on" <= :on
          and (cast(:agency as text) is null or c.agency = :agency)
          and {_IN_SCOPE.format(division="coalesce(p.division, i.division)")}
          and not exists (
              select from claim
              where claim.person_key = i.person_key and claim.agency = c.agency
                and claim.policy_no = c.policy_no and claim.superseded_at is null
                and claim.reported_on <= :on
                and (claim.incident_no = i.incident_no or (claim.incident_no is null
                     and claim.kind = i.kind and claim.incident_on = i."on"))))
    select 'person' as subject_kind, i.household_key, h.household_no, i.person_key, i.agency,
           i.policy_no, i.division as village_code, i.division, i.incident_no, i.kind, i."on",
           l.basis, l.sum,
           case l.basis when 'FIXED' then part.sum
                        when 'PER_DAY' then part.sum * i.hospital_days
                        when 'LOSS' then case when i.loss is not null
                                              then least(i.loss, part.sum) end end as due,
           cast(:on as date) - i."on" as days_since,
           {_DAYS_TO_REPORT},
           case when product.id is null then array['products:' || i.agency] end as product_unknown,
           {_UNDECLARED_CLAIMS} as claims_undeclared
    from unclaimed i
    left join household h on h.household_key = i.household_key
    left join product on product.agency = i.agency and product.product_code = i.product_code
        and product.superseded_at is null
    left join lateral jsonb_to_recordset(product.liabilities)
        as l(kind text, basis text, "sum" numeric(14, 2), shared_by_household boolean, min_age int,
             max_age int)
        on l.kind = i.kind and i.age_years >= coalesce(l.min_age, 0)
            and i.age_years <= coalesce(l.max_age, 150)
    left join lateral (
        select case when l.shared_by_household then round(l.sum / count(distinct o.person_key), 2)
                    else l.sum end as sum
        from cover o
        where o.policy_id = i.policy_id and o.covered_from <= i."on" and i."on" < o.covered_to
          and (o.person_key = i.person_key or exists (
              select from member m
              where m.household_key = i.household_key and m.person_key = o.person_key
                and m.known_from <= :on and :on < m.known_to
                and m.joined_on <= i."on" and i."on" <= m.gone_on))) part on true
    where l.kind is not null or i.kind is null or product.id is null
"""

UNCLAIMED = table(
    "unclaimed_incident",
    column("subject_kind", Text),
    column("household_key", Uuid),
    column("household_no", Text),
    column("person_key", Uuid),
    column("agency", Text),
    column("policy_no", Text),
    column("village_code", Text),
    column("division", Text),
    column("incident_no", Text),
    column("kind", Text),
    column("on", Date),
    column("basis", Text),
    column("sum", Numeric),
    column("due", Numeric),
    column("days_since", Integer),
    column("claim_report_days", Integer),
    column("product_unknown", ARRAY(Text)),
    column("claims_undeclared", ARRAY(Text)),
)
"""One row an incident and policy that covers it and may answer for it, with no claim under it.

`agency` is the insurer. `kind` is null where the office does not know it, `basis` and `sum` also
where the product is unknown.
"""

LAY_OUT_UNCLAIMED = [
    text("drop table if exists unclaimed_incident"),
    text(f"create temp table unclaimed_incident on commit drop as {_UNCLAIMED}"),
]
