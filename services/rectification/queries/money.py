"""Money: what the findings of an item say is owed to whom, and what came back since."""

from sqlalchemy import text

# What a finding says is owed to somebody, and which refunds answer it. A finding whose amount is
# net of refunds (`net`) is answered by those of later days only. LOAN-08 and the like name amounts
# at stake that nobody has to give back: they are not here.
_DEBTS = """
    values
    ('LOAN-30', 'HOUSEHOLD', array['RATE_EXCESS'], false,
     cast(f.figures ->> 'household_share' as numeric)),
    ('LOAN-30', 'TREASURY', array['RATE_EXCESS'], false,
     cast(f.figures ->> 'treasury_share' as numeric)),
    ('LOAN-31', 'HOUSEHOLD', array['ORDINARY_RATE'], false,
     coalesce(cast(f.figures ->> 'household_share' as numeric), f.amount)),
    ('LOAN-31', 'TREASURY', array['ORDINARY_RATE'], false,
     cast(f.figures ->> 'treasury_share' as numeric)),
    ('LOAN-32', 'HOUSEHOLD', array['RATE_EXCESS', 'ORDINARY_RATE'], true,
     cast(f.figures ->> 'household_owed' as numeric)),
    ('LOAN-32', 'TREASURY', array['RATE_EXCESS', 'ORDINARY_RATE'], true,
     cast(f.figures ->> 'treasury_owed' as numeric)),
    ('SUB-10', 'BANK', null, true, f.amount),
    ('SUB-11', 'HOUSEHOLD', null, true, f.amount),
    ('SUB-12', 'TREASURY', null, true, f.amount),
    ('INS-02', 'PERSON', null, true, f.amount),
    ('INS-04', 'PERSON', null, true, f.amount)
"""

_LOAN_OF_FINDING = """
    (select r.loan_id from loan_report r
     where r.household_key = f.household_key and r.agency = f.agency
       and r.contract_no = f.contract_no limit 1)
"""

_REFUNDED = f"""
    select sum(r.amount) from refund r
    where r.household_key = f.household_key and r.loan_id = {_LOAN_OF_FINDING}
      and (d.whom is null or r."to" = d.whom) and (d.causes is null or r.cause = any(d.causes))
      and (not d.net or r.paid_on > found.business_date) and r.paid_on <= :on
"""

_PAID_BY_TREASURY = f"""
    select sum(p.amount) from treasury_payment p
    where p.household_key = f.household_key and p.loan_id = {_LOAN_OF_FINDING}
      and p.paid_on > found.business_date and p.paid_on <= :on
"""

_PAID_ON_CLAIMS = """
    select sum(p.amount)
    from claim_copy c
    join claim_payment p on p.household_key = c.household_key and p.claim_id = c.claim_id
    where c.person_key = f.person_key and c.agency = f.agency and p.paid_on <= :on
      and (not d.net or p.paid_on > found.business_date)
      and (c.claim_no = f.claim_no or (f.claim_no is null and c.policy_no = f.policy_no
           and (c.incident_no = f.figures ->> 'incident_no' or (c.incident_no is null
                and c.kind = f.figures ->> 'kind'
                and cast(c.incident_on as text) = f.figures ->> 'on'))))
"""

# LOAN-32 is what of LOAN-30 and 31 was not refunded: the same money, which a ledger that holds them
# counts once, with them.
_IS_COUNTED_ELSEWHERE = """
    f.rule_id = 'LOAN-32' and exists (
        select from item_finding other join item using (item_id)
        where other.subject = f.subject and other.rule_id in ('LOAN-30', 'LOAN-31')
          and item.state <> 'dismissed')
"""

DEBTS_OF_ITEM = f"""
    select l.item_id, f.finding_id, f.rule_id, d.whom, d.amount as owed,
           least(d.amount, coalesce(case
               when f.rule_id = 'SUB-10' then ({_PAID_BY_TREASURY})
               when f.rule_id like 'INS-%' then ({_PAID_ON_CLAIMS})
               else ({_REFUNDED}) end, 0.00)) as returned
    from (select item_id, household_key, finding_id from item_finding
          union all
          select item_id, household_key, finding_id from item_recurrence) l
    join finding f on f.household_key = l.household_key and f.finding_id = l.finding_id
    join screening found on found.screening_id = f.screening_id
    join lateral (select * from ({_DEBTS}) as debt(rule_id, whom, causes, net, amount)
                  where debt.rule_id = f.rule_id and debt.amount > 0) d on true
    where not ({_IS_COUNTED_ELSEWHERE})
"""
"""SQL: one row a debt of an item `l`, and what of it came back until a day (`:on`)."""

MONEY_OF_ITEMS = text(f"""
    select item_id, sum(owed) as owed, sum(returned) as returned from ({DEBTS_OF_ITEM}
        and l.item_id = any(:items)) debt
    group by item_id
""")
