"""The three ledgers beside each other: household debits, treasury payments, bank refunds."""

from sqlalchemy import text

# Of each loan for which something was paid by the day: what the treasury paid, what the household
# had borne of interest wholly within the paid periods, and what came back to it. What is still
# withheld is as old as the receipt of the oldest subsidy that the refunds do not reach: refunds
# settle lines in the order in which they were paid for. A line is paid for when the last payment
# for its days has come.
_LOANS = """
    with paid as (
        select p.household_key, p.loan_id, sum(p.amount) as paid, min(p.paid_on) as first_paid_on,
               max(p.paid_on) as last_paid_on,
               range_agg(daterange(p.period_start, p.period_end)) as days
        from payment p
        where p.superseded_at is null and p.amount > 0 and p.paid_on <= cast(:as_of as date)
        group by p.household_key, p.loan_id),
    loan as (
        select l.household_key, l.loan_id, l.agency, l.contract_no, l.division,
               rpad(left(l.division, 6), 12, '0') as county, paid.paid, paid.first_paid_on,
               paid.last_paid_on, paid.days
        from paid
        join contract l on l.household_key = paid.household_key and l.loan_id = paid.loan_id
             and l.counts_from <= cast(:as_of as date) and cast(:as_of as date) < l.counts_to
        where (cast(:bank as text) is null or l.agency = :bank)
          and (cast(:bank as text) is not null or exists (
               select from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
               where l.division >= place.lo and l.division < place.hi))
          and (cast(:division_lo as text) is null
               or (l.division >= :division_lo and l.division < :division_hi))
          and (cast(:agency as text) is null or l.agency = :agency)
          and (cast(:contract_no as text) is null or l.contract_no = :contract_no)),
    matched as (
        select l.*, debits.debited, returned.refunded, debits.debited - returned.refunded
                   as difference,
               case when debits.debited > returned.refunded then (
                   select min(so_far.received_on)
                   from (select i.received_on,
                                sum(i.amount) over (order by i.received_on, i.period_start,
                                                    i.line_no) as total
                         from ({lines}) i) so_far
                   where so_far.total > returned.refunded) end as received_on
        from loan l
        cross join lateral (
            select coalesce(sum(i.amount), 0.00) as debited from ({lines}) i) debits
        cross join lateral (
            select coalesce(sum(f.amount), 0.00) as refunded from refund f
            where f.household_key = l.household_key and f.loan_id = l.loan_id
              and f."to" = 'HOUSEHOLD' and f.paid_on <= cast(:as_of as date)) returned),
    aged as (
        select m.*, cast(:as_of as date) - m.received_on as days_since,
               case when m.received_on is null then null
                    when cast(:as_of as date) - m.received_on <= 30 then '0-30'
                    when cast(:as_of as date) - m.received_on <= 90 then '31-90'
                    when cast(:as_of as date) - m.received_on <= 180 then '91-180'
                    else 'more' end as ageing
        from matched m)
""".replace(
    "{lines}",
    """
            select i.amount, i.period_start, i.line_no,
                   (select max(p.paid_on) from payment p
                    where p.household_key = i.household_key and p.loan_id = i.loan_id
                      and p.superseded_at is null and p.amount > 0
                      and p.paid_on <= cast(:as_of as date)
                      and p.period_start < i.period_end and i.period_start < p.period_end)
                       as received_on
            from interest_line i
            where i.household_key = l.household_key and i.loan_id = l.loan_id
              and i.kind = 'NORMAL' and i.borne_by = 'HOUSEHOLD'
              and i.settled_on <= cast(:as_of as date)
              and l.days @> daterange(i.period_start, i.period_end)""",
)

BY_LOAN = text(f"""
    {_LOANS}
    select * from aged
    where (cast(:after as uuid) is null or loan_id > :after)
      and (not cast(:open as boolean) or difference <> 0)
    order by loan_id limit :limit
""")

BY_COUNTY = text(f"""
    {_LOANS}
    select county, count(*) as loans, count(*) filter (where difference <> 0) as open_loans,
           sum(debited) as debited, sum(paid) as paid, sum(refunded) as refunded,
           sum(difference) as difference,
           coalesce(sum(difference) filter (where ageing = '0-30'), 0.00) as up_to_30,
           coalesce(sum(difference) filter (where ageing = '31-90'), 0.00) as up_to_90,
           coalesce(sum(difference) filter (where ageing = '91-180'), 0.00) as up_to_180,
           coalesce(sum(difference) filter (where ageing = 'more'), 0.00) as more
    from aged group by county order by county
""")
