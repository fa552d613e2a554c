"""What the interest lines of a poverty loan charged, beside their reference (LOAN-30).

`{corrected}`: a relation of reference interest by loan and day that goes before what is stored.
"""

# Normal lines settled by the business date, against the reference interest of their days. R
# never decreases, so a day billed twice has its reference once: each line adds what R rises
# beyond the lines before it. The excess is split by who bore the lines.
LINES = """
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
                        (select n.amount from {corrected} n
                         where n.loan_id = i.loan_id and n.day = i.period_start),
                        (select s.amount from reference_interest s
                         where s.household_key = i.household_key and s.loan_id = i.loan_id
                           and s.day = i.period_start)) as from_,
                       coalesce(
                        (select n.amount from {corrected} n
                         where n.loan_id = i.loan_id and n.day = i.period_end),
                        (select s.amount from reference_interest s
                         where s.household_key = i.household_key and s.loan_id = i.loan_id
                           and s.day = i.period_end)) as upto) r
            where i.household_key = l.household_key and i.loan_id = l.loan_id
              and i.superseded_at is null and i.kind = 'NORMAL' and i.settled_on <= :on
              and (l.converted_on is null or i.period_end <= l.converted_on)) i) lines
        on l.product = 'POVERTY_MICRO'
"""
