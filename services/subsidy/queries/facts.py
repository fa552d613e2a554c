"""One row a claim line, payment or loan, with everything the SUB rules look at (decision 5).

line_facts       claim lines, and payments that answer no claim (SUB-01 to 06)
unclaimed_facts  loans for which nothing was claimed or paid (SUB-10)
withheld_facts   loans of which a subsidy was received long enough ago (SUB-11)
overpaid_facts   loans for which something was paid (SUB-12)

All but withheld_facts stand on `standing` and `reference_now`.
"""

from typing import Any

from sqlalchemy import ARRAY, Boolean, Date, Integer, Numeric, Text, Uuid, column, table, text

from kernel.agency_copy import undeclared, undeclared_by_any
from services.subsidy.queries.reference import REPAID, R
from services.subsidy.queries.standing import COUNTS, EARLIER


def _figure(name: str, place: str, day: str, also: str = "true") -> str:
    """SQL for the value of a dated figure at a place and on a day; the narrowest place wins."""
    return f"""
        (select f."is" from jsonb_to_recordset(cast(:{name} as jsonb))
             as f("is" {_KINDS[name]}, starts date, ends date, lo text, hi text)
         where f.starts <= {day} and {day} < f.ends and f.lo <= {place} and {place} < f.hi
           and {also}
         order by f.lo desc, f.starts desc limit 1)
    """


_KINDS = {
    "subsidy_share": "numeric",
    "extension_subsidised": "boolean",
    "subsidy_claim_days": "int",
    "subsidy_cycle_months": "int",
    "pass_through_days": "int",
    "payee": "text",
}

# A county fixes its share from N2021 on; loans signed before are subsidised in full, whatever it
# fixes (rules.md, regimes).
_SHARE = _figure(
    "subsidy_share",
    "s.county",
    "x.period_start",
    "(s.signed_on >= cast(:share_by_county_from as date) or f.lo = '000000000000')",
)
_IS_EXTENSION_UNSUBSIDISED = f"""
    (s.kind = 'EXTENSION' and not {_figure("extension_subsidised", "s.county", "s.signed_on")})
"""

# What was claimed or paid, in its order: a claim by its submission and the order of its lines, a
# payment by `paid_on` and `payment_no`. A claim's line stands before a payment of the same day.
# A payment of nothing was withdrawn.
CLAIMED = [
    text("drop table if exists claimed"),
    text("""
        create temp table claimed on commit drop as
        select 'claim_line' as subject_kind, l.household_key, l.loan_id, l.claim_id, c.claim_no,
               l.line_no, null::text as payment_no, l.period_start, l.period_end, l.amount,
               g.submitted_on as day, 0 as after_claims, g.submitted_seq as seq,
               l.claimed_on as then_day, lpad(l.position::text, 8, '0') as then_number
        from claim_line l
        join claim_progress g on g.claim_id = l.claim_id
        join claim_version c on c.id = l.claim_id and c.superseded_at is null
        join standing s on s.household_key = l.household_key and s.loan_id = l.loan_id
        where g.state = any(:claimed_states) and l.rejected_because is null
          and g.submitted_on <= :on
        union all
        select 'payment', p.household_key, p.loan_id, null, null, null, p.payment_no,
               p.period_start, p.period_end, p.amount, p.paid_on, 1, 0, p.paid_on, p.payment_no
        from payment p
        join standing s on s.household_key = p.household_key and s.loan_id = p.loan_id
        where p.superseded_at is null and p.amount > 0 and p.paid_on <= :on
          and not exists (select from claim_payment a
                          where a.household_key = p.household_key and a.payment_id = p.id)
    """),
    text("create index on claimed (household_key, loan_id)"),
    text("analyze claimed"),
]

# Lines wholly within the period were certainly charged for it, lines that reach across its ends
# partly (SUB-04).
_LINES = f"""
    select row_number() over ()::int as n, x.*, x.amount as claimed, s.agency, s.contract_no,
           s.division, s.household_no, s.village_code, s.product, s.disbursed_on, s.signed_on,
           s.last_day, s.known_converted_on as converted_on, s.number_known, s.name_fits,
           s.home_key, s.status_known, s.status_on_drawdown, s.marginal_from,
           s.households_undeclared, s.purpose, s.actual_user_kind, s.actual_user_mode,
           s.annual_rate, s.policy_rate, s.rate_is_assumed,
           s.known_converted_on is null or x.period_end <= s.known_converted_on
               as within_conversion,
           (select count(*)::int from claimed y
            where y.household_key = x.household_key and y.loan_id = x.loan_id
              and y.period_start < x.period_end and x.period_start < y.period_end
              and (y.day, y.after_claims, y.seq, y.then_day, y.then_number)
                  < (x.day, x.after_claims, x.seq, x.then_day, x.then_number)) as taken,
           r.upto - r.from_ as reference, terms.share,
           round((r.upto - r.from_) * terms.share, 2) as due,
           charged.at_least as charged_at_least, charged.at_most as charged_at_most,
           case when charged.at_least = charged.at_most then charged.at_least end as charged,
           charged.penalty,
           s.over_cap or s.overdue && daterange(x.period_start, x.period_end)
               or coalesce(x.period_end > s.known_converted_on, false)
               or {_IS_EXTENSION_UNSUBSIDISED} as is_restricted,
           {_IS_EXTENSION_UNSUBSIDISED} as is_unsubsidised,
           null::numeric as eligible_at_least, null::numeric as eligible_at_most,
           null::numeric as eligible,
           purse.budget, purse.wanted, coalesce(purse.is_committed, false) as is_committed
    from claimed x
    join standing s on s.household_key = x.household_key and s.loan_id = x.loan_id
    cross join lateral (select {R.format(loan="s", day="x.period_start")} as from_,
                               {R.format(loan="s", day="x.period_end")} as upto) r
    cross join lateral (select {_SHARE} as share) terms
    cross join lateral (
        select coalesce(sum(i.amount) filter (where i.kind = 'NORMAL'
                   and i.period_start >= x.period_start and i.period_end <= x.period_end), 0)
                   as at_least,
               coalesce(sum(i.amount) filter (where i.kind = 'NORMAL'), 0) as at_most,
               coalesce(sum(i.amount) filter (where i.kind <> 'NORMAL'), 0) as penalty
        from interest_line i
        where i.household_key = x.household_key and i.loan_id = x.loan_id
          and i.settled_on <= :on and i.period_start < x.period_end
          and x.period_start < i.period_end) charged
    left join (
        select g.claim_id, b.amount as budget, g.state = any(:committed_states) as is_committed,
               taken.committed + case when g.state = any(:committed_states)
                   then g.approved_amount - g.clawed_back
                   else (select coalesce(sum(l.amount), 0) from claim_line l
                         where l.claim_id = g.claim_id and l.rejected_because is null) end
                   as wanted
        from (select distinct claim_id from claimed where claim_id is not null) asked
        join claim_progress g on g.claim_id = asked.claim_id
        left join lateral (
            select b.amount from budget b
            where b.division = g.county and b.year = g.budget_year
            order by b.version desc limit 1) b on true
        cross join lateral (
            select coalesce(sum(o.approved_amount - o.clawed_back), 0) as committed
            from claim_progress o
            where o.county = g.county and o.budget_year = g.budget_year
              and o.state = any(:committed_states) and o.claim_id <> g.claim_id
              and (g.approved_seq is null or o.approved_seq < g.approved_seq)) taken) purse
        on purse.claim_id = x.claim_id
    where cast(:claim_id as uuid) is null or x.claim_id = :claim_id
"""

_REGISTRATION = """
    case when not f.number_known then f.households_undeclared
         when not f.name_fits then array['borrower_name']
         when f.home_key is not null and not f.status_known then array['statuses']
         else '{}' end as registration_unclear,
    f.status_on_drawdown = 'MARGINAL' as marginal_is_assumed
"""

LINES = [
    text("drop table if exists line_facts"),
    text(f"""
        create temp table line_facts on commit drop as
        select f.*, f.claimed - f.due as above_reference, {_REGISTRATION} from ({_LINES}) f
    """),
    text("analyze line_facts"),
]

RESTRICTED_LINES = text("""
    select n, loan_id, period_start, period_end, share, is_unsubsidised from line_facts
    where is_restricted
""")

TERMS_OF_FAMILY = text(f"""
    select l.household_key, l.loan_id, l.principal, l.annual_rate, l.rate_changes,
           l.disbursed_on, l.matures_on, l.known_closed_on as closed_on, l.known_converted_on,
           {REPAID.format(loan="l", known="cast(:on as date)")},
           (select coalesce(jsonb_agg(jsonb_build_array(lower(days), upper(days))), '[]')
            from unnest(l.overdue) as days) as overdue,
           (select coalesce(jsonb_agg(jsonb_build_object(
                'principal', o.principal::text, 'disbursed_on', o.disbursed_on,
                'ended_on', least(case when o.closed_on <= :on then o.closed_on end,
                                  case when o.converted_on <= :on then o.converted_on end),
                'adds_up', o.adds_up, 'repaid', o.payments)), '[]')
            from ({EARLIER}) o) as earlier
    from standing l where l.loan_id = any(:loans)
""")
"""What limits the subsidy of some loans: overdue days, and what the family owed before them."""

KEEP_ELIGIBLE = text("""
    update line_facts f
    set eligible_at_least = e.at_least, eligible_at_most = e.at_most,
        eligible = case when e.at_least = e.at_most then e.at_least end
    from jsonb_to_recordset(cast(:eligible as jsonb))
        as e(n int, at_least numeric, at_most numeric)
    where e.n = f.n
""")

NOT_RESTRICTED = text("""
    update line_facts set eligible_at_least = due, eligible_at_most = due, eligible = due
    where not is_restricted
""")

# --- SUB-10: nothing claimed, nothing paid ---

# A county that settles by the year or quarter is waited for until its cycle ends (SUB-10).
_CYCLE_END = """
    case when terms.months = 0 then i.period_end
         else (date_trunc('year', i.period_end - 1) + make_interval(months => terms.months * (
                   (extract(month from i.period_end - 1)::int - 1) / terms.months + 1)))::date end
"""
_UNCLAIMED = f"""
    select 'loan' as subject_kind, s.household_key, s.loan_id, s.agency, s.contract_no,
           s.division, s.household_no, s.village_code, s.product, s.signed_on, s.disbursed_on,
           s.number_known, s.name_fits, s.home_key, s.status_known, s.status_on_drawdown,
           s.marginal_from, s.households_undeclared, s.purpose, s.actual_user_kind,
           s.actual_user_mode, s.annual_rate, s.policy_rate, s.rate_is_assumed,
           true as within_conversion, late.lines as late, late.line_count, late.first_end,
           null::numeric as charged, null::numeric as reference, null::numeric as unclaimed,
           null::text[] as payments_undeclared
    from standing s
    cross join lateral (
        select count(*)::int as line_count, min(i.period_end) as first_end,
               jsonb_agg(jsonb_build_object(
                   'start', i.period_start, 'end', i.period_end, 'amount', i.amount::text,
                   'undeclared', {
    undeclared_by_any("payments", "subsidy", "s.county", "i.period_end")
}) order by i.period_start, i.period_end, i.line_no) as lines
        from interest_line i
        cross join (select {_figure("subsidy_claim_days", "s.county", "cast(:on as date)")}
                               as days,
                           {_figure("subsidy_cycle_months", "s.county", "cast(:on as date)")}
                               as months) terms
        where i.household_key = s.household_key and i.loan_id = s.loan_id and i.kind = 'NORMAL'
          and i.borne_by = 'HOUSEHOLD' and i.settled_on <= :on
          and (s.known_converted_on is null or i.period_end <= s.known_converted_on)
          and {_CYCLE_END} < cast(:on as date) - terms.days
        having count(*) > 0) late
    where s.product = 'POVERTY_MICRO'
      and not exists (select from payment p
                      where p.household_key = s.household_key and p.loan_id = s.loan_id
                        and p.superseded_at is null and p.amount > 0 and p.paid_on <= :on)
      and not exists (select from claim_line l join claim_progress g on g.claim_id = l.claim_id
                      where l.household_key = s.household_key and l.loan_id = s.loan_id
                        and g.submitted_on <= :on)
"""

UNCLAIMED = [
    text("drop table if exists unclaimed_facts"),
    text(f"""
        create temp table unclaimed_facts on commit drop as
        select f.*, {_REGISTRATION} from ({_UNCLAIMED}) f
    """),
    text("analyze unclaimed_facts"),
]

LATE_LINES = text(f"""
    select l.household_key, l.loan_id, l.principal, l.annual_rate, l.rate_changes,
           l.disbursed_on, l.matures_on, l.known_closed_on as closed_on, f.late,
           {REPAID.format(loan="l", known="cast(:on as date)")}
    from unclaimed_facts f
    join standing l on l.household_key = f.household_key and l.loan_id = f.loan_id
""")

KEEP_UNCLAIMED = text("""
    update unclaimed_facts f
    set charged = m.charged, reference = m.reference, unclaimed = m.unclaimed,
        payments_undeclared = array(select jsonb_array_elements_text(m.undeclared))
    from jsonb_to_recordset(cast(:measured as jsonb))
        as m(loan_id uuid, charged numeric, reference numeric, unclaimed numeric,
             undeclared jsonb)
    where m.loan_id = f.loan_id
""")

# --- SUB-11: received, not passed on ---

_COUNTY = "rpad(left(l.division, 6), 12, '0')"

# Facts of later than the business date are unknown. Payments whose periods meet or overlap pay for
# the days of all of them, so a line may lie across two. A payment of nothing was withdrawn. Where a
# county pays the household itself, the bank has nothing to pass on.
_WITHHELD = f"""
    with paid as (
        select l.*, sum(p.amount) as received,
               range_agg(daterange(p.period_start, p.period_end)) as days
        from payment p
        join contract l on l.household_key = p.household_key and l.loan_id = p.loan_id
             and {COUNTS.format(c="l")}
        where p.superseded_at is null and p.amount > 0
          and p.paid_on < cast(:on as date)
              - {_figure("pass_through_days", "l.division", "cast(:on as date)")}
          and {_figure("payee", "l.division", "p.paid_on")} = 'LOAN_ACCOUNT'
          and exists (select from unnest(cast(:lo as text[]), cast(:hi as text[])) as scope(lo, hi)
                      where l.division >= scope.lo and l.division < scope.hi)
          and (cast(:agency as text) is null or l.agency = :agency)
          and (cast(:banks as text[]) is null or (l.agency, l.contract_no) in (
               select * from unnest(cast(:banks as text[]), cast(:numbers as text[]))))
          and (cast(:households as uuid[]) is null or l.household_key = any(:households))
        group by l.household_key, l.loan_id, l.as_at)
    select 'loan' as subject_kind, l.household_key, l.loan_id, l.agency, l.contract_no, l.division,
           l.received, charged.borne, charged.lines, returned.refunded,
           charged.borne - returned.refunded as withheld,
           {undeclared("refunds", "loans", "(select l.agency)", _COUNTY, "charged.first_day")}
               as refunds_undeclared
    from paid l
    cross join lateral (
        select sum(i.amount) as borne, count(*) as lines, min(i.period_start) as first_day
        from interest_line i
        where i.household_key = l.household_key and i.loan_id = l.loan_id and i.kind = 'NORMAL'
          and i.borne_by = 'HOUSEHOLD' and i.settled_on <= :on
          and l.days @> daterange(i.period_start, i.period_end)
        having count(*) > 0) charged
    cross join lateral (
        select coalesce(sum(r.amount), 0.00) as refunded
        from refund r
        where r.household_key = l.household_key and r.loan_id = l.loan_id
          and r."to" = 'HOUSEHOLD' and r.paid_on <= :on) returned
"""

WITHHELD = [
    text("drop table if exists withheld_facts"),
    text(f"create temp table withheld_facts on commit drop as {_WITHHELD}"),
    text("analyze withheld_facts"),
]

# --- SUB-12: paid beyond what was due ---

# R never decreases, so a day that was paid for twice has its reference once: each payment adds what
# R rises beyond those before it.
_OVERPAID = f"""
    select 'loan' as subject_kind, s.household_key, s.loan_id, s.agency, s.contract_no,
           s.division, s.household_no, s.village_code, paid.paid, paid.periods,
           paid.due as due_at_least, paid.due as due_at_most, paid.due,
           returned.refunded, paid.paid - paid.due - returned.refunded as overpaid,
           s.over_cap or s.overdue && paid.days
               or coalesce(upper(paid.days) > s.known_converted_on, false)
               or {_IS_EXTENSION_UNSUBSIDISED} as is_restricted,
           {_IS_EXTENSION_UNSUBSIDISED} as is_unsubsidised
    from standing s
    cross join lateral (
        select sum(x.amount) as paid, sum(round(x.rises * x.share, 2)) as due,
               jsonb_agg(jsonb_build_array(x.period_start, x.period_end, x.share::text)
                         order by x.period_start, x.period_end, x.payment_no) as periods,
               range_agg(daterange(x.period_start, x.period_end)) as days
        from (
            select x.amount, x.period_start, x.period_end, x.payment_no, {_SHARE} as share,
                   greatest(0, r.upto - greatest(r.from_, max(r.upto) over (
                       order by x.period_start, x.period_end, x.payment_no
                       rows between unbounded preceding and 1 preceding))) as rises
            from payment x
            cross join lateral (select {R.format(loan="s", day="x.period_start")} as from_,
                                       {R.format(loan="s", day="x.period_end")} as upto) r
            where x.household_key = s.household_key and x.loan_id = s.loan_id
              and x.superseded_at is null and x.amount > 0 and x.paid_on <= :on) x
        having count(*) > 0) paid
    cross join lateral (
        select coalesce(sum(f.amount), 0.00) as refunded
        from refund f
        where f.household_key = s.household_key and f.loan_id = s.loan_id
          and f."to" = 'TREASURY' and f.paid_on <= :on) returned
"""

OVERPAID = [
    text("drop table if exists overpaid_facts"),
    text(f"create temp table overpaid_facts on commit drop as {_OVERPAID}"),
    text("analyze overpaid_facts"),
]

RESTRICTED_LOANS = text("""
    select loan_id, periods, is_unsubsidised from overpaid_facts where is_restricted
""")

KEEP_DUE = text("""
    update overpaid_facts f
    set due_at_least = d.at_least, due_at_most = d.at_most,
        due = case when d.at_least = d.at_most then d.at_least end,
        overpaid = f.paid - d.at_most - f.refunded
    from jsonb_to_recordset(cast(:due as jsonb))
        as d(loan_id uuid, at_least numeric, at_most numeric)
    where d.loan_id = f.loan_id
""")

_SUBJECT: dict[str, Any] = {
    "subject_kind": Text,
    "household_key": Uuid,
    "loan_id": Uuid,
    "agency": Text,
    "contract_no": Text,
    "division": Text,
}
_HOME: dict[str, Any] = {"household_no": Text, "village_code": Text}
_TERMS: dict[str, Any] = {
    "product": Text,
    "signed_on": Date,
    "disbursed_on": Date,
    "number_known": Boolean,
    "name_fits": Boolean,
    "home_key": Uuid,
    "status_known": Boolean,
    "status_on_drawdown": Text,
    "marginal_from": Date,
    "marginal_is_assumed": Boolean,
    "households_undeclared": ARRAY(Text),
    "registration_unclear": ARRAY(Text),
    "purpose": Text,
    "actual_user_kind": Text,
    "actual_user_mode": Text,
    "annual_rate": Numeric,
    "policy_rate": Numeric,
    "rate_is_assumed": Boolean,
    "within_conversion": Boolean,
}


def _facts(name: str, **columns: Any) -> Any:
    return table(name, *[column(each, kind) for each, kind in columns.items()])


LINE_FACTS = _facts(
    "line_facts",
    **_SUBJECT,
    **_HOME,
    **_TERMS,
    claim_id=Uuid,
    claim_no=Text,
    line_no=Text,
    payment_no=Text,
    period_start=Date,
    period_end=Date,
    claimed=Numeric,
    last_day=Date,
    converted_on=Date,
    taken=Integer,
    reference=Numeric,
    share=Numeric,
    due=Numeric,
    above_reference=Numeric,
    charged=Numeric,
    charged_at_least=Numeric,
    charged_at_most=Numeric,
    penalty=Numeric,
    is_restricted=Boolean,
    eligible=Numeric,
    eligible_at_least=Numeric,
    eligible_at_most=Numeric,
    budget=Numeric,
    wanted=Numeric,
    is_committed=Boolean,
)
UNCLAIMED_FACTS = _facts(
    "unclaimed_facts",
    **_SUBJECT,
    **_HOME,
    **_TERMS,
    line_count=Integer,
    first_end=Date,
    charged=Numeric,
    reference=Numeric,
    unclaimed=Numeric,
    payments_undeclared=ARRAY(Text),
)
WITHHELD_FACTS = _facts(
    "withheld_facts",
    **_SUBJECT,
    received=Numeric,
    borne=Numeric,
    lines=Integer,
    refunded=Numeric,
    withheld=Numeric,
    refunds_undeclared=ARRAY(Text),
)
OVERPAID_FACTS = _facts(
    "overpaid_facts",
    **_SUBJECT,
    **_HOME,
    paid=Numeric,
    due=Numeric,
    due_at_least=Numeric,
    due_at_most=Numeric,
    refunded=Numeric,
    overpaid=Numeric,
)
