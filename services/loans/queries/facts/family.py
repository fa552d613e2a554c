"""What the borrower's family owes beside a loan, and what banks hold for it (LOAN-08, LOAN-10).

The family are the members, on the loan's signing day, of the borrower's household `home_key`.
"""

from kernel.policy.home import PRESENT

# What the family's other poverty loans of all banks leave outstanding on the signing day. A
# loan whose repayments do not add up to its reported balance may owe anything up to its
# principal (rules.md, outstanding).
FAMILY = f"""
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
"""

HELD = """
    {r}.reserved_on <= {day} and {day} < {r}.expires_on
    and not exists (select from reservation_end e where e.household_key = {r}.household_key
                    and e.reservation_id = {r}.id)
"""
"""SQL: whether a reservation holds on a day, as known now."""

# A fact is judged by facts; only who asks beforehand must leave room for what others reserved.
NOTHING_RESERVED = "select 0::numeric as reserved"

# What all banks hold for the family on the day, but not what this bank holds for this person:
# that is for the loan asked about.
RESERVED = f"""
    select coalesce(sum(r.amount), 0.00) as reserved from reservation r
    where r.person_key in (
            select l.person_key union select m.person_key from member m
            where m.household_key = l.home_key and {PRESENT.format(m="m", day="l.signed_on")})
      and {HELD.format(r="r", day="l.signed_on")}
      and (r.agency, r.person_key) is distinct from (l.agency, l.person_key)
"""
