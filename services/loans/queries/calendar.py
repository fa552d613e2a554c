"""Loans that fall due soon, and loans that are overdue, as a county office goes through them."""

from sqlalchemy import text

from services.loans.queries.facts.followup import OVERDUE, PLANNED
from services.loans.queries.facts.parameters import PARAMETERS
from services.loans.queries.standing import BEARS_ON_PLACES, OF_BANK, STANDING, figure_at, within

# Seen where the branch is, or where the family lives.
_SEEN = f"""
    select l.*,
           {figure_at("remind_days", "l.county", "int")} as remind_days,
           {figure_at("written_notice_days", "l.county", "int")} as written_notice_days,
           {figure_at("overdue_bands", "l.county", "jsonb")} as overdue_bands
    from ({STANDING.format(which=f"c.as_at <= :on and {BEARS_ON_PLACES} and {OF_BANK}")}) l
    where {within("l.division")} or {within("l.village_code")}
"""

# What is due: a written notice with proof within its days, any notice with proof before.
MATURITIES = text(f"""
    with {PARAMETERS},
    seen as materialized (
        select f.*, f.matures_on - cast(:on as date) as days_left from ({_SEEN}) f
        where f.matures_on between :on
              and cast(:on as date) + coalesce(cast(:within_days as int), f.remind_days))
    select l.loan_id, l.agency, l.contract_no, l.division, l.person_key, l.household_no,
           l.village_code, l.matures_on, l.days_left, l.balance, sent.notices,
           case when l.days_left <= l.written_notice_days
                    then case when not sent.in_writing then 'WRITTEN_30' end
                when l.days_left <= l.remind_days and not sent.at_all then 'REMIND_60' end as due
    from seen l
    cross join lateral (
        select coalesce(jsonb_agg(jsonb_build_object('kind', n.kind, 'sent_on', n.sent_on,
                   'proof', n.proof) order by n.sent_on), '[]') as notices,
               count(*) filter (where n.proof is not null) > 0 as at_all,
               count(*) filter (where n.proof is not null and n.kind = 'WRITTEN_30') > 0
                   as in_writing
        from notice n
        where n.household_key = l.household_key and n.loan_id = l.loan_id
          and n.superseded_at is null and n.sent_on <= :on) sent
    where cast(:after as uuid) is null or (l.matures_on, l.loan_id) > (
        select a.matures_on, a.loan_id from seen a where a.loan_id = :after)
    order by l.matures_on, l.loan_id limit :limit
""")

OVERDUE_LOANS = text(f"""
    with {PARAMETERS}
    select f.loan_id, f.agency, f.contract_no, f.division, f.person_key, f.household_no,
           f.village_code, f.balance, f.matures_on, due.overdue_amount, due.overdue_from,
           late.overdue_days, band.overdue_band, f.five_class, band.least_class,
           f.five_class < band.least_class as class_is_too_mild,
           planned.repayment_planned_on, coalesce(planned.helper_named, false) as helper_named
    from ({_SEEN}) f
    {OVERDUE}
    {PLANNED.replace("l.", "f.")}
    where due.overdue_amount > 0 and (cast(:after as uuid) is null or f.loan_id > :after)
    order by f.loan_id limit :limit
""")
