"""What became of a loan: who lives where now, what went back, what is due, who was told."""


# `greatest` leaves nulls out: what is unknown must stay so.
def _owed(share: str, refunded: str) -> str:
    return f"case when {share} is not null then greatest(0, {share} - {refunded}) end"


_HOUSEHOLD_OWED = _owed("household_share", "refunded_to_household")
_TREASURY_OWED = _owed("treasury_share", "refunded_to_treasury")
OWED = (
    ("household_owed", _HOUSEHOLD_OWED),
    ("treasury_owed", _TREASURY_OWED),
    ("owed", f"{_HOUSEHOLD_OWED} + {_TREASURY_OWED}"),
)
"""What is still to be refunded, by bearer and in all: one bearer's negative share does not lessen
another's, and what the bank bore it owes to nobody (rules.md, refunds)."""

REFUNDED = """
    cross join lateral (
        select coalesce(sum(r.amount) filter (where r."to" = 'HOUSEHOLD'), 0)
                   as refunded_to_household,
               coalesce(sum(r.amount) filter (where r."to" = 'TREASURY'), 0)
                   as refunded_to_treasury
        from refund r
        where r.household_key = l.household_key and r.loan_id = l.loan_id
          and r.superseded_at is null and r.paid_on <= :on
          and r.cause = case when l.product = 'POVERTY_MICRO' then 'RATE_EXCESS'
                             else 'ORDINARY_RATE' end) refunded
"""

# Where the lines that LOAN-31 counts begin; those of LOAN-30 are laid out with their interest.
BEGUN = """
    left join lateral (
        select min(i.period_start) as begun_on from interest_line i
        where i.household_key = l.household_key and i.loan_id = l.loan_id
          and i.superseded_at is null and i.kind = 'NORMAL' and i.period_start < :on) ordinary
        on l.product <> 'POVERTY_MICRO'
"""

NOTICED = """
    cross join lateral (
        select count(*) > 0 as is_noticed,
               count(*) filter (where n.kind = 'WRITTEN_30') > 0 as is_noticed_in_writing
        from notice n
        where n.household_key = l.household_key and n.loan_id = l.loan_id
          and n.superseded_at is null and n.proof is not null and n.sent_on <= :on) noticed
"""

PLANNED = """
    left join lateral (
        select p.agreed_on as repayment_planned_on, p.helper is not null as helper_named
        from repayment_plan p
        where p.household_key = l.household_key and p.loan_id = l.loan_id
          and p.superseded_at is null and p.agreed_on <= :on
        order by p.agreed_on desc limit 1) planned on true
"""


# Overdue as the bank reports it, else what is owed past maturity. The first day overdue is the one
# after `overdue_from`. Nothing is known of a loan that no report speaks of yet.
OVERDUE = """
    cross join lateral (
        select case when f.overdue_principal > 0 then f.overdue_principal
                    when f.matures_on < :on then f.balance
                    when f.overdue_principal = 0 then 0 end as overdue_amount,
               case when f.overdue_principal > 0 and f.overdue_since is not null
                        then f.overdue_since
                    when f.matures_on < :on then f.matures_on end as overdue_from,
               f.matures_on - cast(:on as date) as days_to_maturity) due
    cross join lateral (
        select case when due.overdue_from is not null
                    then cast(:on as date) - due.overdue_from end as overdue_days) late
    left join lateral (
        select b.band as overdue_band, b.least_class from jsonb_to_recordset(f.overdue_bands)
            as b(band text, first_day int, least_class int)
        where b.first_day <= late.overdue_days
        order by b.first_day desc limit 1) band on true
"""
