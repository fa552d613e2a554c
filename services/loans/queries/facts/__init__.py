"""One row a loan, with everything the LOAN rules look at (design, decision 5).

`loan` is the relation that is judged: stored contracts on a business date, or the one loan that an
eligibility check asks about. Everything else is the same for both.

loan        which loans are judged
columns     the columns of the facts
parameters  the dated figures that are in force at a place on a day
household   the borrower's household on the signing day, and who there can work
family      what the family owes beside it, and what banks hold for it
attested    ratings, attestations and exceptions that a bank has on record
use         what is to be done about a loan that an organisation uses
interest    what its interest lines charged, beside their reference
followup    refunds, overdue principal, notices and repayment plans
"""

from sqlalchemy import column, table, text

from kernel.agency_copy import AMONG_SERVING, serving, undeclared, undeclared_by_any
from kernel.policy.home import PRESENT
from kernel.policy.rates import POLICY_RATE, RATE_TABLES
from services.loans.queries.facts.attested import ATTESTED, EXCEPTED, RATED
from services.loans.queries.facts.columns import COLUMNS
from services.loans.queries.facts.family import FAMILY, NOTHING_RESERVED, RESERVED
from services.loans.queries.facts.followup import (
    BEGUN,
    NOTICED,
    OVERDUE,
    OWED,
    PLANNED,
    REFUNDED,
)
from services.loans.queries.facts.household import CAPACITY, HOME, LABOUR
from services.loans.queries.facts.interest import LINES
from services.loans.queries.facts.loan import ASKED, STORED
from services.loans.queries.facts.parameters import OF_THE_COUNTY, PARAMETERS, in_force
from services.loans.queries.facts.use import DISPOSITION

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
    {FAMILY}
    cross join lateral ({{reserved}}) held
    {{lines}}
"""

LOAN_FACTS = table("loan_facts", *[column(name, kind) for name, kind in COLUMNS.items()])
"""The facts of a screening, laid out once in a temporary table: every rule about one loan is asked
of these."""


def _statement(loan: str, corrected: str, reserved: str) -> str:
    lines = LINES.format(corrected=corrected)
    facts = _FACTS.format(loan=loan, lines=lines, reserved=reserved)
    owed = ", ".join(f"{is_owed} as {name}" for name, is_owed in OWED)
    disposition = DISPOSITION.format(loan="f", cutoff="f.enterprise_cutoff")
    return _DERIVED.format(facts=facts, owed=owed, overdue=OVERDUE, disposition=disposition)


LAY_OUT = [
    text("drop table if exists loan_facts"),
    text(
        "create temp table loan_facts on commit drop as "
        + _statement(STORED, "reference_now", NOTHING_RESERVED)
    ),
    text("analyze loan_facts"),
]
"""Facts of a screening, into `loan_facts`. Needs `reference_now`."""

_NOTHING = "(select null::uuid as loan_id, null::date as day, null::numeric as amount limit 0)"

ASKED_FACTS = (
    text(_statement(ASKED, _NOTHING, RESERVED))
    .columns(*[column(name, kind) for name, kind in COLUMNS.items()])
    .subquery("loan_facts")
)
"""Facts of the loans that eligibility checks of one day ask about (`:asked`, a JSON array)."""
