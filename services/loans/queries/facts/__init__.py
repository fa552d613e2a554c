"""One row a loan, with everything the LOAN rules look at (design, decision 5).

`loan` is the relation that is judged: stored contracts on a business date, or the one loan that an
eligibility check asks about. Everything else is the same for both.

parameters  the dated figures that are in force at a place on a day
household   the borrower's household on the signing day, and who there can work
attested    ratings, attestations and exceptions that a bank has on record
use         what is to be done about a loan that an organisation uses
followup    refunds, overdue principal, notices and repayment plans
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
from kernel.policy.home import PRESENT
from kernel.policy.rates import POLICY_RATE, RATE_TABLES
from services.loans.queries.facts.attested import ATTESTED, EXCEPTED, RATED
from services.loans.queries.facts.followup import (
    BEGUN,
    NOTICED,
    OVERDUE,
    OWED,
    PLANNED,
    REFUNDED,
)
from services.loans.queries.facts.household import CAPACITY, HOME, LABOUR
from services.loans.queries.facts.parameters import OF_THE_COUNTY, PARAMETERS, in_force
from services.loans.queries.facts.use import DISPOSITION

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
           c.guarantee, c.wish_signed_on, null::text[] as attested,
           c.actual_user_kind, c.actual_user_credit_code, c.actual_user_mode,
           c.actual_user_has_industry_base, c.actual_user_at_risk, c.household_aware,
           c.household_takes_part, c.closed_on, c.converted_on,
           case when c.as_at <= :on then c.balance end as balance,
           case when c.as_at <= :on then c.overdue_principal end as overdue_principal,
           case when c.as_at <= :on then c.overdue_since end as overdue_since,
           case when c.as_at <= :on then c.five_class end as five_class,
           ({_ASKED_FOR}) as in_scope
    from contract c where {_COUNTS} and (({_ASKED_FOR}) or ({_FROM_A_VILLAGE}))
"""

# Loans that do not exist yet; `loan_id` is that of the check. Applied, signed and drawn on `:on`.
_ASKED = """
    select a.household_key, a.loan_id, a.agency, null::text as contract_no, a.division,
           a.person_key, a.name_key, a.born_on, a.kind, a.parent_contract_no,
           'POVERTY_MICRO'::text as product, a.amount as principal, a.annual_rate,
           cast(:on as date) as applied_on, cast(:on as date) as signed_on,
           cast(:on as date) as disbursed_on,
           (cast(:on as date) + make_interval(months => a.term_months))::date as matures_on,
           a.purpose, a.guarantee, a.wish_signed_on, a.attested, a.actual_user_kind,
           a.actual_user_credit_code, a.actual_user_mode,
           null::boolean as actual_user_has_industry_base, null::boolean as actual_user_at_risk,
           null::boolean as household_aware, null::boolean as household_takes_part,
           null::date as closed_on, null::date as converted_on, null::numeric as balance,
           null::numeric as overdue_principal, null::date as overdue_since,
           null::int as five_class, true as in_scope
    from jsonb_to_recordset(cast(:asked as jsonb)) as a(
        household_key uuid, loan_id uuid, agency text, division text, person_key uuid,
        name_key uuid, born_on date, kind text, parent_contract_no text, amount numeric,
        annual_rate numeric, term_months int, purpose text, guarantee text,
        wish_signed_on date, attested text[], actual_user_kind text,
        actual_user_credit_code text, actual_user_mode text)
"""

HELD = """
    {r}.reserved_on <= {day} and {day} < {r}.expires_on
    and not exists (select from reservation_end e where e.household_key = {r}.household_key
                    and e.reservation_id = {r}.id)
"""
"""SQL: whether a reservation holds on a day, as known now."""

_BANKS = AMONG_SERVING.format(county="l.county", day="l.signed_on")
_ITS_BANK = "(select l.agency)"
_COUNTY = "rpad(left(l.division, 6), 12, '0')"

# `live`: drawn, something owed, not converted; unknown before the first report (rules.md, judged).
# `disposition`: the class LOAN-20 assigns (policy.md 2.4).
# `room`: what the others certainly leave of the cap; unknown while they may owe more than that.
_DERIVED = """
    select f.*,
        case when f.disbursed_on > :on or f.converted_on <= :on then false
             else f.balance > 0 end as live,
        {disposition} as disposition,
        'N1_TO_COMMERCIAL' as to_commercial,
        f.principal + f.others_at_least - f.cap as over_cap,
        case when f.cap is null then null
             when f.others_at_least = f.others_at_most or f.principal + f.others_at_least > f.cap
             then greatest(0.00, f.cap - f.others_at_least) end as room,
        case when not f.number_known then f.households_undeclared
             when not f.name_fits then array['borrower_name']
             when f.home_key is not null and not f.status_known then array['statuses']
             else '{{}}' end as registration_unclear,
        f.status_on_signing = 'MARGINAL' as marginal_is_assumed,
        null::text[] as conditions_unclear,
        due.overdue_amount, due.days_to_maturity, late.overdue_days, band.overdue_band,
        band.least_class, f.five_class < band.least_class as class_is_too_mild,
        {owed}
    from ({facts}) f
    {overdue}
"""

_FACTS = f"""
    with loan as materialized ({{loan}}),
    cap as materialized (select * from jsonb_to_recordset(cast(:household_cap as jsonb))
        as f("is" numeric, additional numeric, starts date, ends date)),
    term as materialized (select * from jsonb_to_recordset(cast(:longest_term as jsonb))
        as f("is" int, starts date, ends date, lo text, hi text, certainty text)),
    {RATE_TABLES},
    {PARAMETERS},
    placed as materialized (
        select l.*, 'loan' as subject_kind, {_COUNTY} as county, known.number_known,
               known.name_fits, home.household_key as home_key, h.household_no,
               coalesce(home.status_known, false) as status_known,
               home.status as status_on_signing, place.division as village_code,
               lender.parent as lender
        from loan l
        cross join lateral (
            select count(*) > 0 as number_known, coalesce(bool_or(m.name_key = l.name_key), false)
                   as name_fits
            from member m where m.person_key = l.person_key and m.known_from <= :on) known
        left join {HOME.format(loan="l")} home on true
        left join household h on h.household_key = home.household_key
        left join household_place place on place.household_key = home.household_key
            and place.known_from <= :on and :on < place.known_to
        left join agency lender on lender.code = l.agency),
    serving as materialized ({serving("BANK", "(select distinct county from placed)")}),
    {OF_THE_COUNTY}
    select l.*,
        {undeclared_by_any("households", "registry", "l.county", "l.signed_on")}
            as households_undeclared,
        -- Where nobody is known to serve nobody can declare either.
        case when exists (select from {_BANKS} as bank) then
            {undeclared("contracts", "loans", _BANKS, "l.county", "l.signed_on")}
        else array['contracts:nobody'] end as contracts_undeclared,
        labour.someone_able,
        capacity.needs_capacity_review,
        {in_force("age_from", "int", "l.signed_on")} as age_from,
        {in_force("age_to", "int", "l.signed_on")} as age_to,
        excepted.age_excepted_on,
        rated.is_rated, rated.rated_on, rated.rating_limit, rated.bad_record,
        attested.credit_attested, attested.rating_attested, attested.honesty_attested,
        attested.skill_attested, attested.project_attested,
        law.enterprise_cutoff, law.attested_from, law.remind_days, law.written_notice_days,
        law.overdue_bands,
        cast(:marginal_from as date) as marginal_from,
        law.interest_tolerance * lines.line_count as tolerance,
        extract(year from age(l.applied_on, l.born_on))::int as age,
        cap.cap, held.reserved,
        family.at_least + held.reserved as others_at_least,
        family.at_most + held.reserved as others_at_most,
        family.repayments_unclear, family.earlier_at_least, family.earlier_at_most,
        family.earlier_unclear,
        term.months as longest_term, term.certainty = 'assumed' as term_is_assumed,
        (l.disbursed_on + make_interval(months => term.months))::date as latest_maturity,
        policy.rate as policy_rate, policy.is_assumed as rate_is_assumed,
        lines.line_count, lines.charged, lines.reference, lines.charged - lines.reference as excess,
        lines.household_share, lines.treasury_share, lines.bank_share,
        refunded.refunded_to_household, refunded.refunded_to_treasury,
        case when coalesce(lines.begun_on, ordinary.begun_on) is not null then
            {
    undeclared(
        "refunds", "loans", _ITS_BANK, "l.county", "coalesce(lines.begun_on, ordinary.begun_on)"
    )
}
        end as refunds_undeclared,
        noticed.is_noticed, noticed.is_noticed_in_writing,
        {undeclared("notices", "loans", _ITS_BANK, "l.county", "cast(:on as date)")}
            as notices_undeclared,
        planned.repayment_planned_on, planned.helper_named,
        whereabouts.gone_on, whereabouts.status_now
    from placed l
    join of_the_county law on law.county = l.county
    {RATED}
    {ATTESTED}
    {EXCEPTED}
    {REFUNDED}
    {BEGUN}
    {NOTICED}
    {PLANNED}
    -- Whether the borrower still lives in that household, and what became of its status.
    cross join lateral (
        select case when not bool_or({PRESENT.format(m="m", day="cast(:on as date)")})
                    then max(m.gone_on) filter (where m.gone_on <= :on) end as gone_on,
               (select s.status from household_status s
                where s.household_key = l.home_key and s.known_from <= :on and :on < s.known_to
                  and s.valid_from <= :on and :on < s.valid_to
                order by s.valid_from desc, s.status desc limit 1) as status_now
        from member m
        where m.household_key = l.home_key and m.person_key = l.person_key
          and m.known_from <= :on and :on < m.known_to) whereabouts
    left join {LABOUR.format(loan="l")} labour on true
    left join {CAPACITY.format(loan="l")} capacity on true
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
                   as repayments_unclear,
               coalesce(sum(o.outstanding) filter (where o.adds_up and o.is_earlier), 0)
                   as earlier_at_least,
               coalesce(sum(case when o.adds_up then o.outstanding else o.principal end)
                   filter (where o.is_earlier), 0) as earlier_at_most,
               array_remove(array_agg(distinct case when not o.adds_up and o.is_earlier
                                               then 'repayments:' || o.agency end), null)
                   as earlier_unclear
        from (
            select c.agency, c.principal, c.signed_on < l.signed_on as is_earlier,
                   greatest(0, c.principal - repaid.by_signing) as outstanding,
                   c.as_at > :on or c.principal - repaid.by_report = c.balance as adds_up
            from (select l.person_key union select m.person_key from member m
                  where m.household_key = l.home_key
                    and {PRESENT.format(m="m", day="l.signed_on")}) person
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
    cross join lateral ({{reserved}}) held
    -- Normal lines settled by the business date, against the reference interest of their days. R
    -- never decreases, so a day billed twice has its reference once: each line adds what R rises
    -- beyond the lines before it. The excess is split by who bore the lines.
    left join lateral (
        select count(*) as line_count, min(i.period_start) as begun_on, sum(i.amount) as charged,
               case when bool_and(i.due is not null) then sum(i.due) end as reference,
               coalesce(sum(i.amount - i.due) filter (where i.borne_by = 'HOUSEHOLD'), 0)
                   as household_share,
               coalesce(sum(i.amount - i.due) filter (where i.borne_by = 'TREASURY'), 0)
                   as treasury_share,
               coalesce(sum(i.amount - i.due) filter (where i.borne_by = 'BANK'), 0) as bank_share
        from (
            select i.period_start, i.amount, i.borne_by,
                   case when r.from_ is not null and r.upto is not null
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

# A fact is judged by facts; only who asks beforehand must leave room for what others reserved.
_NOTHING_RESERVED = "select 0::numeric as reserved"

# What all banks hold for the family on the day, but not what this bank holds for this person:
# that is for the loan asked about.
_RESERVED = f"""
    select coalesce(sum(r.amount), 0.00) as reserved from reservation r
    where r.person_key in (
            select l.person_key union select m.person_key from member m
            where m.household_key = l.home_key and {PRESENT.format(m="m", day="l.signed_on")})
      and {HELD.format(r="r", day="l.signed_on")}
      and (r.agency, r.person_key) is distinct from (l.agency, l.person_key)
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
    "guarantee": Text,
    "wish_signed_on": Date,
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
    "overdue_principal": Numeric,
    "overdue_since": Date,
    "five_class": Integer,
    "number_known": Boolean,
    "name_fits": Boolean,
    "households_undeclared": ARRAY(Text),
    "contracts_undeclared": ARRAY(Text),
    "registration_unclear": ARRAY(Text),
    "repayments_unclear": ARRAY(Text),
    "conditions_unclear": ARRAY(Text),
    "earlier_unclear": ARRAY(Text),
    "refunds_undeclared": ARRAY(Text),
    "notices_undeclared": ARRAY(Text),
    "status_known": Boolean,
    "status_on_signing": Text,
    "marginal_is_assumed": Boolean,
    "someone_able": Boolean,
    "needs_capacity_review": Boolean,
    "age": Integer,
    "age_from": Integer,
    "age_to": Integer,
    "age_excepted_on": Date,
    "is_rated": Boolean,
    "rated_on": Date,
    "rating_limit": Numeric,
    "bad_record": Boolean,
    "attested_from": Date,
    "credit_attested": Boolean,
    "rating_attested": Boolean,
    "honesty_attested": Boolean,
    "skill_attested": Boolean,
    "project_attested": Boolean,
    "enterprise_cutoff": Date,
    "marginal_from": Date,
    "cap": Numeric,
    "reserved": Numeric,
    "others_at_least": Numeric,
    "others_at_most": Numeric,
    "earlier_at_least": Numeric,
    "earlier_at_most": Numeric,
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
    "refunded_to_household": Numeric,
    "refunded_to_treasury": Numeric,
    "household_owed": Numeric,
    "treasury_owed": Numeric,
    "owed": Numeric,
    "overdue_amount": Numeric,
    "overdue_days": Integer,
    "overdue_band": Text,
    "least_class": Integer,
    "class_is_too_mild": Boolean,
    "repayment_planned_on": Date,
    "helper_named": Boolean,
    "days_to_maturity": Integer,
    "remind_days": Integer,
    "written_notice_days": Integer,
    "is_noticed": Boolean,
    "is_noticed_in_writing": Boolean,
    "gone_on": Date,
    "status_now": Text,
}

LOAN_FACTS = table("loan_facts", *[column(name, kind) for name, kind in _COLUMNS.items()])
"""The facts of a screening, laid out once in a temporary table: of the contracts asked for
(`in_scope`), and where neither an agency's nor a sample was asked for, of those of other branches
whose borrower's home village is in scope. Only villages are judged by the latter."""

JUDGED = select(LOAN_FACTS).where(LOAN_FACTS.c.in_scope).subquery("judged")
"""The facts of the contracts asked for: every rule about one loan is asked of these."""


def _statement(loan: str, corrected: str, reserved: str) -> str:
    facts = _FACTS.format(loan=loan, corrected=corrected, reserved=reserved)
    owed = ", ".join(f"{is_owed} as {name}" for name, is_owed in OWED)
    disposition = DISPOSITION.format(loan="f", cutoff="f.enterprise_cutoff")
    return _DERIVED.format(facts=facts, owed=owed, overdue=OVERDUE, disposition=disposition)


LAY_OUT = [
    text("drop table if exists loan_facts"),
    text(
        "create temp table loan_facts on commit drop as "
        + _statement(_STORED, "reference_now", _NOTHING_RESERVED)
    ),
    text(f"""
        delete from loan_facts where not in_scope
          and (village_code is null or not {_IN_SCOPE.format(division="village_code")})
    """),
    text("analyze loan_facts"),
]
"""Facts of a screening, into `loan_facts`. Needs `reference_now`."""

_NOTHING = "(select null::uuid as loan_id, null::date as day, null::numeric as amount limit 0)"

ASKED_FACTS = (
    text(_statement(_ASKED, _NOTHING, _RESERVED))
    .columns(*[column(name, kind) for name, kind in _COLUMNS.items()])
    .subquery("loan_facts")
)
"""Facts of the loans that eligibility checks of one day ask about (`:asked`, a JSON array)."""
