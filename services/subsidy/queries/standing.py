"""Loans as they stand on a business date: registered on drawdown, at which rate, for which use, in
which family, until when. Laid out once, in the temporary table `standing`.
"""

from sqlalchemy import text

from kernel.agency_copy import undeclared_by_any
from kernel.policy.home import home
from kernel.policy.rates import POLICY_RATE, RATE_TABLES

_IN_SCOPE = """
    c.signed_on <= :on
    and exists (select from unnest(cast(:lo as text[]), cast(:hi as text[])) as scope(lo, hi)
                where c.division >= scope.lo and c.division < scope.hi)
    and (cast(:agency as text) is null or c.agency = :agency)
    and (cast(:banks as text[]) is null or (c.agency, c.contract_no) in (
         select * from unnest(cast(:banks as text[]), cast(:numbers as text[]))))
    and (cast(:households as uuid[]) is null or c.household_key = any(:households))
    and (c.product = 'POVERTY_MICRO'
         or exists (select from payment p
                    where p.household_key = c.household_key and p.loan_id = c.loan_id)
         or exists (select from claim_line l
                    where l.household_key = c.household_key and l.loan_id = c.loan_id))
"""
_OF_CLAIM = """
    (c.household_key, c.loan_id) in (
        select household_key, loan_id from claim_line where claim_id = :claim_id)
"""

COUNTS = "{c}.counts_from <= cast(:on as date) and cast(:on as date) < {c}.counts_to"
"""SQL for whether a report is the one that counts on the business date."""

# `last_day`: min(maturity, payoff, conversion), exclusive (SUB-02). Payoff is the day the loan was
# closed, else the day nothing was outstanding (rules.md, days).
# `over_cap`: whether the family may have owed more than is subsidised while this loan ran. What its
# earlier loans owed when this one was drawn can only have become less since.
_STANDING = f"""
    with {RATE_TABLES},
    loan as materialized (
        select c.household_key, c.loan_id, c.agency, c.contract_no, c.division, c.person_key,
               c.name_key, c.kind, c.parent_contract_no, c.product, c.principal, c.annual_rate,
               c.rate_changes, c.signed_on, c.disbursed_on, c.matures_on, c.purpose,
               c.actual_user_kind, c.actual_user_mode, c.terms_digest,
               case when c.closed_on <= :on then c.closed_on end as known_closed_on,
               case when c.converted_on <= :on then c.converted_on end as known_converted_on,
               rpad(left(c.division, 6), 12, '0') as county, lender.parent as lender
        from contract c left join agency lender on lender.code = c.agency
        where {COUNTS.format(c="c")} and {{scope}})
    select l.*, known.number_known, known.name_fits, home.household_key as home_key,
           h.household_no, place.division as village_code,
           coalesce(home.status_known, false) as status_known, home.status as status_on_drawdown,
           {undeclared_by_any("households", "registry", "l.county", "l.disbursed_on")}
               as households_undeclared,
           policy.rate as policy_rate, policy.is_assumed as rate_is_assumed,
           cast(:marginal_from as date) as marginal_from,
           coalesce(l.known_closed_on, paid_off.on_day) as payoff,
           least(l.matures_on, l.known_closed_on, paid_off.on_day, l.known_converted_on)
               as last_day,
           l.principal + family.owed > cast(:subsidised_principal as numeric) as over_cap,
           overdue.days as overdue
    from loan l
    cross join lateral (
        select count(*) > 0 as number_known,
               coalesce(bool_or(m.name_key = l.name_key), false) as name_fits
        from member m where m.person_key = l.person_key and m.known_from <= :on) known
    left join {home("l", "l.disbursed_on")} home on true
    left join household h on h.household_key = home.household_key
    left join household_place place on place.household_key = home.household_key
        and place.known_from <= :on and :on < place.known_to
    cross join {POLICY_RATE.format(loan="l")}
    left join lateral (
        select min(paid_on) as on_day
        from (select r.paid_on, sum(r.principal) over (order by r.paid_on) as total
              from repayment r
              where r.household_key = l.household_key and r.loan_id = l.loan_id
                and r.paid_on <= :on) so_far
        where so_far.total >= l.principal) paid_off on true
    cross join lateral (
        select coalesce(sum(case
                   when o.closed_on <= least(l.disbursed_on, cast(:on as date))
                        or o.converted_on <= least(l.disbursed_on, cast(:on as date)) then 0
                   when o.adds_up then o.principal - o.repaid else o.principal end), 0) as owed
        from ({{earlier}}) o) family
    left join lateral (
        select range_agg(daterange(o.since, o.until)) as days
        from (select o.overdue_since as since,
                     case when o.counts_to <= :on then o.counts_to end as until
              from contract o
              where o.household_key = l.household_key and o.loan_id = l.loan_id
                and o.as_at <= :on and o.overdue_principal > 0
              union all
              select l.matures_on, coalesce(l.known_closed_on, paid_off.on_day)) o
        where o.since < coalesce(o.until, date 'infinity')) overdue on true
"""

# The family's poverty loans made before this one; of one day, in the order of their ids. The parent
# of a renewal or extension is left out (LOAN-08). A loan whose repayments do not add up to its
# reported balance may owe anything up to its principal (rules.md, outstanding).
EARLIER = f"""
    select o.agency, o.principal, o.disbursed_on, o.closed_on, o.converted_on,
           repaid.by_drawdown as repaid,
           o.as_at > cast(:on as date) or o.principal - repaid.by_report = o.balance as adds_up,
           repaid.payments
    from (select l.person_key union
          select m.person_key from member m
          join member self on self.person_key = l.person_key
               and self.household_key = m.household_key and self.known_from <= :on
               and :on < self.known_to and self.joined_on <= l.signed_on
               and l.signed_on < self.gone_on
          where m.known_from <= :on and :on < m.known_to and m.joined_on <= l.signed_on
            and l.signed_on < m.gone_on) person
    join contract o on o.person_key = person.person_key
    cross join lateral (
        select coalesce(sum(r.principal) filter (where r.paid_on <= l.disbursed_on), 0)
                   as by_drawdown,
               coalesce(sum(r.principal) filter (where r.paid_on <= o.as_at), 0) as by_report,
               coalesce(jsonb_agg(jsonb_build_array(r.paid_on, r.principal::text)
                                  order by r.paid_on), '[]') as payments
        from repayment r
        where r.household_key = o.household_key and r.loan_id = o.loan_id
          and r.paid_on <= :on) repaid
    where {COUNTS.format(c="o")} and o.product = 'POVERTY_MICRO'
      and (o.signed_on, o.loan_id) < (l.signed_on, l.loan_id)
      and not (l.kind in ('RENEWAL', 'EXTENSION') and o.agency = l.agency
               and o.contract_no is not distinct from l.parent_contract_no)
"""


def _lay_out(scope: str) -> list[object]:
    statement = _STANDING.format(scope=scope, earlier=EARLIER)
    return [
        text("drop table if exists standing"),
        text(f"create temp table standing on commit drop as {statement}"),
        text("create index on standing (household_key, loan_id)"),
        text("analyze standing"),
    ]


LAY_OUT_IN_SCOPE = _lay_out(_IN_SCOPE)
"""The loans of a screening. Takes its scope, `marginal_from`, `subsidised_principal`, rates."""

LAY_OUT_OF_CLAIM = _lay_out(_OF_CLAIM)
"""The loans of one claim. Takes `claim_id` instead of a scope."""
