"""What loans keeps of financing needs, and the households that lack capital (LOAN-50)."""

from typing import Any

from sqlalchemy import Boolean, Date, Numeric, Text, Uuid, column, table, text
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.agency_copy import AMONG_SERVING, serving, undeclared, undeclared_by_any
from kernel.policy.home import PRESENT
from services.loans.queries.standing import STATUS_ON_THE_DAY, within

_CHANGED = """
    with state as (
        select distinct on (e ->> 'household_key') (e ->> 'household_key')::uuid as household_key, e
        from jsonb_array_elements(cast(:events as jsonb)) with ordinality as t(e, n)
        order by e ->> 'household_key', n desc)
"""
KEEP_CAPITAL = [
    text(f"""
        {_CHANGED} delete from lack_of_capital
        where household_key in (select household_key from state)
    """),
    text(f"""
        {_CHANGED} insert into lack_of_capital (household_key, known_from, known_to, lacks_capital)
        select s.household_key, p.known_from, p.known_to, coalesce(p.lacks_capital, false)
        from state s, jsonb_to_recordset(s.e -> 'places')
            as p(known_from date, known_to date, lacks_capital boolean)
    """),
]
"""Replace what is known of each household's lack of capital by its newest state."""

KEEP_NEEDS = text("""
    insert into need (household_key, need_id, source_version, raised_on, state, amount,
                      is_explained)
    select distinct on (n.household_key, n.need_id) n.household_key, n.need_id, n.source_version,
           n.raised_on, n.state, n.amount, n.is_explained
    from jsonb_to_recordset(cast(:events as jsonb)) as n(household_key uuid, need_id uuid,
        source_version int, raised_on date, state text, amount numeric, is_explained boolean)
    order by n.household_key, n.need_id, n.source_version desc
    on conflict (household_key, need_id) do update
    set source_version = excluded.source_version, raised_on = excluded.raised_on,
        state = excluded.state, amount = excluded.amount, is_explained = excluded.is_explained
    where need.source_version <= excluded.source_version
""")

_BANKS = AMONG_SERVING.format(county="h.county", day="cast(:on as date)")

# A household holds a loan whose borrower lives in it on the business date, or lived in it when he
# signed. Before the first report of a loan it is unknown whether it lives.
LAY_OUT = [
    text("drop table if exists needy_household"),
    text(f"""
        create temp table needy_household on commit drop as
        with placed as materialized (
            select p.household_key, h.household_no, p.division,
                   rpad(left(p.division, 6), 12, '0') as county
            from lack_of_capital l
            join household h using (household_key)
            join household_place p on p.household_key = l.household_key
                and p.known_from <= :on and :on < p.known_to
            where l.lacks_capital and l.known_from <= :on and :on < l.known_to
              and {within("p.division")}
              and (cast(:households as uuid[]) is null or l.household_key = any(:households))),
        serving as materialized ({serving("BANK", "(select distinct county from placed)")}),
        -- Of the county, so worked out once for all its households.
        silence as materialized (
            select h.county,
                   case when exists (select from {_BANKS} as bank) then
                       {undeclared("contracts", "loans", _BANKS, "h.county", "cast(:on as date)")}
                   else array['contracts:nobody'] end as contracts_undeclared,
                   {undeclared_by_any("needs", "registry", "h.county", "cast(:on as date)")}
                       as needs_undeclared
            from (select distinct county from placed) h),
        held as materialized (
            select h.household_key, bool_or(c.as_at <= :on) as holds_a_loan,
                   array_remove(array_agg(distinct case when c.as_at > :on
                                                        then 'balance:' || c.agency end), null)
                       as unreported_by
            from placed h
            join member m using (household_key)
            join contract c on c.person_key = m.person_key
            where c.superseded_at is null and c.counts_from <= :on and :on < c.counts_to
              and c.product = 'POVERTY_MICRO' and c.disbursed_on <= :on and c.signed_on <= :on
              and (c.converted_on is null or c.converted_on > :on)
              and (c.as_at > :on or c.balance > 0)
              and (({PRESENT.format(m="m", day="cast(:on as date)")})
                   or ({PRESENT.format(m="m", day="c.signed_on")}))
            group by h.household_key),
        needed as materialized (
            select distinct on (n.household_key) n.household_key, n.state, n.raised_on, n.amount,
                   n.is_explained
            from placed h join need n using (household_key)
            where n.raised_on <= :on
            order by n.household_key, n.raised_on desc, n.need_id desc)
        select 'household' as subject_kind, h.household_key, h.household_no,
               h.division as village_code, h.division, true as lacks_capital,
               status.status as status_on_the_day, cast(:on as date) as on_the_day,
               cast(:marginal_from as date) as marginal_from,
               case when exists (select from household_status s
                                 where s.household_key = h.household_key
                                   and s.known_from <= :on and :on < s.known_to)
                    then '{{}}'::text[] else array['statuses'] end as status_unclear,
               coalesce(held.holds_a_loan, false) as holds_a_loan,
               coalesce(held.unreported_by, '{{}}') as unreported_by,
               need.state as need_state, need.raised_on as need_raised_on,
               need.amount as need_amount, need.is_explained as need_is_explained,
               silence.contracts_undeclared, silence.needs_undeclared
        from placed h
        join silence using (county)
        left join held using (household_key)
        left join needed need using (household_key)
        left join {STATUS_ON_THE_DAY.format(household="h.household_key")} status on true
    """),
]

_COLUMNS: dict[str, Any] = {
    "subject_kind": Text,
    "household_key": Uuid,
    "household_no": Text,
    "village_code": Text,
    "division": Text,
    "lacks_capital": Boolean,
    "status_on_the_day": Text,
    "on_the_day": Date,
    "marginal_from": Date,
    "status_unclear": ARRAY(Text),
    "holds_a_loan": Boolean,
    "unreported_by": ARRAY(Text),
    "need_state": Text,
    "need_raised_on": Date,
    "need_amount": Numeric,
    "need_is_explained": Boolean,
    "contracts_undeclared": ARRAY(Text),
    "needs_undeclared": ARRAY(Text),
}
HOUSEHOLDS = table("needy_household", *[column(name, kind) for name, kind in _COLUMNS.items()])
"""One row a household of the scope that is poor for lack of capital: what LOAN-50 looks at."""
