"""One row a loan, with everything the LOAN rules look at (design, decision 5).

`loan` is the relation that is judged: stored contracts on a business date, or the one loan that an
eligibility check asks about. Everything else is the same for both.
"""

from typing import Any

from sqlalchemy import (
    Boolean,
    Date,
    Integer,
    Numeric,
    Text,
    Uuid,
    column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from kernel.agency_copy import AMONG_SERVING, serving, undeclared, undeclared_by_any
from kernel.policy.rates import POLICY_RATE, RATE_TABLES

_COUNTS = """
    c.superseded_at is null and c.counts_from <= :on and :on < c.counts_to and c.signed_on <= :on
    and (cast(:households as uuid[]) is null or c.household_key = any(:households))
"""
_IN_SCOPE = """
    exists (select from unnest(cast(:lo as text[]), cast(:hi as text[])) as scope(lo, hi)
            where {division} >= scope.lo and {division} < scope.hi)
"""
_ASKED_FOR = f"""
    {_IN_SCOPE.format(division="c.division")}
    and (cast(:agency as text) is null or c.agency = :agency)
    and (cast(:banks as text[]) is null or (c.agency, c.contract_no) in (
         select * from unnest(cast(:banks as text[]), cast(:numbers as text[]))))
"""
IN_SCOPE = f"{_COUNTS} and {_ASKED_FOR}"
"""Whether a contract `c` is judged: in scope, by the report that counts on the business date."""

# A village is judged by all loans of its households, also those of branches elsewhere (LOAN-22).
_FROM_A_VILLAGE = f"""
    cast(:agency as text) is null and cast(:banks as text[]) is null and c.person_key in (
        select m.person_key from member m join household_place p using (household_key)
        where {_IN_SCOPE.format(division="p.division")})
"""

# Before the first report's as_at what needs a balance is unknown, signing facts are known.
_STORED = f"""
    select c.household_key, c.id as loan_id, c.agency, c.contract_no, c.division, c.person_key,
           c.name_key, c.born_on, c.kind, c.parent_contract_no, c.product, c.principal,
           c.annual_rate, c.applied_on, c.signed_on, c.disbursed_on, c.matures_on, c.purpose,
           c.actual_user_kind, c.actual_user_credit_code, c.actual_user_mode,
           c.actual_user_has_industry_base, c.actual_user_at_risk, c.household_aware,
           c.household_takes_part, c.closed_on, c.converted_on,
           case when c.as_at <= :on then c.balance end as balance,
           ({_ASKED_FOR}) as in_scope
    from contract c where {_COUNTS} and (({_ASKED_FOR}) or ({_FROM_A_VILLAGE}))
"""

_ASKED = """
    select cast(:household_key as uuid) as household_key, cast(:loan_id as uuid) as loan_id,
           cast(:agency as text) as agency, null::text as contract_no,
           cast(:division as text) as division, cast(:person_key as uuid) as person_key,
           cast(:name_key as uuid) as name_key, cast(:born_on as date) as born_on,
           cast(:kind as text) as kind, cast(:parent_contract_no as text) as parent_contract_no,
           'POVERTY_MICRO'::text as product, cast(:amount as numeric) as principal,
           cast(:annual_rate as numeric) as annual_rate, cast(:on as date) as applied_on,
           cast(:on as date) as signed_on, cast(:on as date) as disbursed_on,
           (cast(:on as date) + make_interval(months => :term_months))::date as matures_on,
           cast(:purpose as text) as purpose, cast(:actual_user_kind as text) as actual_user_kind,
           cast(:actual_user_credit_code as text) as actual_user_credit_code,
           cast(:actual_user_mode as text) as actual_user_mode,
           null::boolean as actual_user_has_industry_base, null::boolean as actual_user_at_risk,
           null::boolean as household_aware, null::boolean as household_takes_part,
           null::date as closed_on, null::date as converted_on, null::numeric as balance,
           true as in_scope
"""

# Who of a household is present on a day, as known on the business date.
_PRESENT = """
    {m}.known_from <= :on and :on < {m}.known_to and {m}.joined_on <= {day} and {day} < {m}.gone_on
"""
_BANKS = AMONG_SERVING.format(county="l.county", day="l.signed_on")
_COUNTY = "rpad(left(l.division, 6), 12, '0')"

# `live`: drawn, something owed, not converted; unknown before the first report (rules.md, judged).
# `disposition`: the class LOAN-20 assigns (policy.md 2.4).
# `room`: what the others certainly leave of the cap; unknown while they may owe more than that.
_DERIVED = """
    select f.*,
        case when f.disbursed_on > :on or f.converted_on <= :on then false
             else f.balance > 0 end as live,
        case when f.disbursed_on >= f.enterprise_cutoff then 'E4_FORBIDDEN'
             when f.actual_user_at_risk then 'E3_RECALL'
             when not f.household_aware
                  or (f.actual_user_mode = 'DIVIDEND' and not f.household_takes_part)
                  then 'E2_CORRECT'
             when f.actual_user_has_industry_base and f.household_aware then 'E1_TRACK_CONVERT'
             end as disposition,
        'N1_TO_COMMERCIAL' as to_commercial,
        f.principal + f.others_at_least - f.cap as over_cap,
        case when f.cap is null then null
             when f.others_at_least = f.others_at_most or f.principal + f.others_at_least > f.cap
             then greatest(0, f.cap - f.others_at_least) end as room,
        case when not f.number_known then f.households_undeclared
             when not f.name_fits then array['borrower_name']
             when f.home_key is not null and not f.status_known then array['statuses']
             else '{{}}' end as registration_unclear,
        f.status_on_signing = 'MARGINAL' as marginal_is_assumed,
        null::text[] as conditions_unclear
    from ({facts}) f
"""

_FACTS = f"""
    with loan as materialized ({{loan}}),
    cap as materialized (select * from jsonb_to_recordset(cast(:household_cap as jsonb))
        as f("is" numeric, additional numeric, starts date, ends date)),
    term as materialized (select * from jsonb_to_recordset(cast(:longest_term as jsonb))
        as f("is" int, starts date, ends date, lo text, hi text, certainty text)),
    {RATE_TABLES},
    placed as materialized (
        select l.*, 'loan' as subject_kind, {_COUNTY} as county, known.number_known,
               known.name_fits, home.household_key as home_key, h.household_no,
               place.division as village_code, lender.parent as lender
        from loan l
        cross join lateral (
            select count(*) > 0 as number_known, coalesce(bool_or(m.name_key = l.name_key), false)
                   as name_fits
            from member m where m.person_key = l.person_key and m.known_from <= :on) known
        left join lateral (
            select m.household_key from member m
            where m.person_key = l.person_key
              and {_PRESENT.format(m="m", day="l.signed_on")}
            order by m.joined_on desc, m.household_key limit 1) home on true
        left join household h on h.household_key = home.household_key
        left join household_place place on place.household_key = home.household_key
            and place.known_from <= :on and :on < place.known_to
        left join agency lender on lender.code = l.agency),
    serving as materialized ({serving("BANK", "(select distinct county from placed)")})
    select l.*,
        {undeclared_by_any("households", "registry", "l.county", "l.signed_on")}
            as households_undeclared,
        -- Where nobody is known to serve nobody can declare either.
        case when exists (select from {_BANKS} as bank) then
            {undeclared("contracts", "loans", _BANKS, "l.county", "l.signed_on")}
        else array['contracts:nobody'] end as contracts_undeclared,
        coalesce((select count(*) > 0 from household_status s
            where s.household_key = l.home_key and s.known_from <= :on and :on < s.known_to), false)
            as status_known,
        status.status as status_on_signing,
        labour.someone_able,
        capacity.needs_capacity_review,
        cast(:age_from as int) as age_from, cast(:age_to as int) as age_to,
        cast(:enterprise_cutoff as date) as enterprise_cutoff,
        cast(:marginal_from as date) as marginal_from,
        cast(:interest_tolerance as numeric) * lines.line_count as tolerance,
        extract(year from age(l.applied_on, l.born_on))::int as age,
        cap.cap, family.at_least as others_at_least, family.at_most as others_at_most,
        family.repayments_unclear,
        term.months as longest_term, term.certainty = 'assumed' as term_is_assumed,
        (l.disbursed_on + make_interval(months => term.months))::date as latest_maturity,
        policy.rate as policy_rate, policy.is_assumed as rate_is_assumed,
        lines.line_count, lines.charged, lines.reference, lines.charged - lines.reference as excess,
        lines.household_share, lines.treasury_share, lines.bank_share
    from placed l
    left join lateral (
        select s.status from household_status s
        where s.household_key = l.home_key and s.known_from <= :on and :on < s.known_to
          and s.valid_from <= l.signed_on and l.signed_on < s.valid_to
        order by s.valid_from desc limit 1) status on true
    left join lateral (
        -- True if one is, false if all are known not to be; else unknown, as for nobody.
        select case when bool_or(skill.able_to_work) then true
                    when bool_and(skill.able_to_work is not null) then false end as someone_able
        from (select distinct m.person_key from member m
              where m.household_key = l.home_key
                and {_PRESENT.format(m="m", day="l.signed_on")}) present
        join member skill on skill.household_key = l.home_key
            and skill.person_key = present.person_key and skill.known_from <= :on
            and skill.holds_from <= l.signed_on and l.signed_on < skill.holds_to) labour on true
    left join lateral (
        select m.needs_capacity_review from member m
        where m.household_key = l.home_key and m.person_key = l.person_key
          and m.known_from <= :on and m.holds_from <= l.signed_on and l.signed_on < m.holds_to
        limit 1) capacity on true
    left join lateral (
        select case when l.kind = 'ADDITIONAL' then c.additional else c."is" end as cap
        from cap c where c.starts <= l.signed_on and l.signed_on < c.ends) cap on true
    left join lateral (
        select t."is" as months, t.certainty from term t
        where t.starts <= l.signed_on and l.signed_on < t.ends
          and t.lo <= l.county and l.county < t.hi
        order by t.lo desc limit 1) term on true
    cross join {POLICY_RATE.format(loan="l")}
    -- What the family's other poverty loans of all banks leave outstanding on the signing day. A
    -- loan whose repayments do not add up to its reported balance may owe anything up to its
    -- principal (rules.md, outstanding).
    cross join lateral (
        select coalesce(sum(o.outstanding) filter (where o.adds_up), 0) as at_least,
               coalesce(sum(case when o.adds_up then o.outstanding else o.principal end), 0)
                   as at_most,
               array_remove(array_agg(distinct case when not o.adds_up
                                               then 'repayments:' || o.agency end), null)
                   as repayments_unclear
        from (
            select c.agency, c.principal,
                   greatest(0, c.principal - repaid.by_signing) as outstanding,
                   c.as_at > :on or c.principal - repaid.by_report = c.balance as adds_up
            from (select l.person_key union select m.person_key from member m
                  where m.household_key = l.home_key
                    and {_PRESENT.format(m="m", day="l.signed_on")}) person
            join contract c on c.person_key = person.person_key
            cross join lateral (
                select coalesce(sum(r.principal) filter (where r.paid_on <= l.signed_on), 0)
                           as by_signing,
                       coalesce(sum(r.principal) filter (where r.paid_on <= c.as_at), 0)
                           as by_report
                from repayment r where r.loan_id = c.id and r.superseded_at is null
                  and r.paid_on <= :on) repaid
            where c.superseded_at is null and c.counts_from <= :on and :on < c.counts_to
              and c.product = 'POVERTY_MICRO' and c.signed_on <= l.signed_on
              and c.id is distinct from l.loan_id
              and (c.converted_on is null or c.converted_on > l.signed_on)
              and not (l.kind in ('RENEWAL', 'EXTENSION') and c.agency = l.agency
                       and c.contract_no is not distinct from l.parent_contract_no)) o) family
    -- Normal lines settled by the business date, against the reference interest of their days. R
    -- never decreases, so a day billed twice has its reference once: each line adds what R rises
    -- beyond the lines before it. The excess is split by who bore the lines.
    left join lateral (
        select count(*) as line_count, sum(i.amount) as charged,
               case when bool_and(i.due is not null) then sum(i.due) end as reference,
               coalesce(sum(i.amount - i.due) filter (where i.borne_by = 'HOUSEHOLD'), 0)
                   as household_share,
               coalesce(sum(i.amount - i.due) filter (where i.borne_by = 'TREASURY'), 0)
                   as treasury_share,
               coalesce(sum(i.amount - i.due) filter (where i.borne_by = 'BANK'), 0) as bank_share
        from (
            select i.amount, i.borne_by, case when r.from_ is not null and r.upto is not null
                       then greatest(0, r.upto - greatest(r.from_, max(r.upto) over (
                           order by i.period_start, i.period_end, i.line_no
                           rows between unbounded preceding and 1 preceding))) end as due
            from interest_line i
            cross join lateral (
                select coalesce(
                        (select n.amount from {{corrected}} n
                         where n.loan_id = i.loan_id and n.day = i.period_start),
                        (select s.amount from reference_interest s
                         where s.household_key = i.household_key and s.loan_id = i.loan_id
                           and s.day = i.period_start)) as from_,
                       coalesce(
                        (select n.amount from {{corrected}} n
                         where n.loan_id = i.loan_id and n.day = i.period_end),
                        (select s.amount from reference_interest s
                         where s.household_key = i.household_key and s.loan_id = i.loan_id
                           and s.day = i.period_end)) as upto) r
            where i.household_key = l.household_key and i.loan_id = l.loan_id
              and i.superseded_at is null and i.kind = 'NORMAL' and i.settled_on <= :on
              and (l.converted_on is null or i.period_end <= l.converted_on)) i) lines
        on l.product = 'POVERTY_MICRO'
"""

_COLUMNS: dict[str, Any] = {
    "in_scope": Boolean,
    "subject_kind": Text,
    "household_key": Uuid,
    "loan_id": Uuid,
    "agency": Text,
    "contract_no": Text,
    "division": Text,
    "county": Text,
    "person_key": Uuid,
    "household_no": Text,
    "village_code": Text,
    "home_key": Uuid,
    "product": Text,
    "kind": Text,
    "principal": Numeric,
    "annual_rate": Numeric,
    "applied_on": Date,
    "signed_on": Date,
    "disbursed_on": Date,
    "matures_on": Date,
    "purpose": Text,
    "actual_user_kind": Text,
    "actual_user_credit_code": Text,
    "actual_user_mode": Text,
    "actual_user_has_industry_base": Boolean,
    "actual_user_at_risk": Boolean,
    "household_aware": Boolean,
    "household_takes_part": Boolean,
    "closed_on": Date,
    "converted_on": Date,
    "balance": Numeric,
    "number_known": Boolean,
    "name_fits": Boolean,
    "households_undeclared": ARRAY(Text),
    "contracts_undeclared": ARRAY(Text),
    "registration_unclear": ARRAY(Text),
    "repayments_unclear": ARRAY(Text),
    "conditions_unclear": ARRAY(Text),
    "status_known": Boolean,
    "status_on_signing": Text,
    "marginal_is_assumed": Boolean,
    "someone_able": Boolean,
    "needs_capacity_review": Boolean,
    "age": Integer,
    "age_from": Integer,
    "age_to": Integer,
    "enterprise_cutoff": Date,
    "marginal_from": Date,
    "cap": Numeric,
    "others_at_least": Numeric,
    "others_at_most": Numeric,
    "longest_term": Integer,
    "term_is_assumed": Boolean,
    "latest_maturity": Date,
    "policy_rate": Numeric,
    "rate_is_assumed": Boolean,
    "live": Boolean,
    "disposition": Text,
    "to_commercial": Text,
    "over_cap": Numeric,
    "room": Numeric,
    "tolerance": Numeric,
    "line_count": Integer,
    "charged": Numeric,
    "reference": Numeric,
    "excess": Numeric,
    "household_share": Numeric,
    "treasury_share": Numeric,
    "bank_share": Numeric,
}

LOAN_FACTS = table("loan_facts", *[column(name, kind) for name, kind in _COLUMNS.items()])
"""The facts of a screening, laid out once in a temporary table: of the contracts asked for
(`in_scope`), and where neither an agency's nor a sample was asked for, of those of other branches
whose borrower's home village is in scope. Only villages are judged by the latter."""

JUDGED = select(LOAN_FACTS).where(LOAN_FACTS.c.in_scope).subquery("judged")
"""The facts of the contracts asked for: every rule about one loan is asked of these."""


def _statement(loan: str, corrected: str) -> str:
    return _DERIVED.format(facts=_FACTS.format(loan=loan, corrected=corrected))


LAY_OUT = [
    text("drop table if exists loan_facts"),
    text("create temp table loan_facts on commit drop as " + _statement(_STORED, "reference_now")),
    text(f"""
        delete from loan_facts where not in_scope
          and (village_code is null or not {_IN_SCOPE.format(division="village_code")})
    """),
    text("analyze loan_facts"),
]
"""Facts of a screening, into `loan_facts`. Needs `reference_now`."""

_NOTHING = "(select null::uuid as loan_id, null::date as day, null::numeric as amount limit 0)"

ASKED_FACTS = (
    text(_statement(_ASKED, _NOTHING))
    .columns(*[column(name, kind) for name, kind in _COLUMNS.items()])
    .subquery("loan_facts")
)
"""Facts of the one loan that an eligibility check asks about."""
