"""What one loan charged, gave back and was agreed on, as known on a day."""

from sqlalchemy import text

from services.loans.queries.reference import REPAID

TERMS_OF_LOAN = text(f"""
    select c.principal, c.annual_rate, c.rate_changes, c.disbursed_on, c.matures_on,
           case when c.closed_on <= :on then c.closed_on end as closed_on,
           {REPAID.format(known="cast(:on as date)")}
    from contract c
    where c.id = :loan_id and c.superseded_at is null
      and c.counts_from <= :on and :on < c.counts_to
""")

# Those that LOAN-30 measures of a poverty loan, LOAN-31 of any other; in the order of both.
LINES_OF_LOAN = text("""
    select i.line_no, i.period_start, i.period_end, i.settled_on, i.borne_by, i.account_kind,
           i.amount
    from interest_line i
    where i.loan_id = :loan_id and i.superseded_at is null and i.kind = 'NORMAL'
      and case when :is_poverty_loan
               then i.settled_on <= :on
                    and (cast(:converted_on as date) is null or i.period_end <= :converted_on)
               else i.period_start < :on end
    order by i.period_start, i.period_end, i.line_no
""")

REFUNDS_OF_LOAN = text("""
    select r.refund_no, r.paid_on, r.amount, r.cause, r."to", r.baseline_rate
    from refund r
    where r.loan_id = :loan_id and r.superseded_at is null and r.paid_on <= :on
    order by r.paid_on, r.refund_no
""")

# How far the copies are that LOAN-31 rests on.
COPIED = text("""
    select source, position, as_at from reader_cursor where source in ('gateway', 'registry')
""")
