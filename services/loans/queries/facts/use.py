"""What is to be done about a loan that an organisation uses (LOAN-20; policy.md 2.4)."""

DISPOSITION = """
    case when {loan}.disbursed_on >= {cutoff} then 'E4_FORBIDDEN'
         when {loan}.actual_user_at_risk then 'E3_RECALL'
         when not {loan}.household_aware
              or ({loan}.actual_user_mode = 'DIVIDEND' and not {loan}.household_takes_part)
              then 'E2_CORRECT'
         when {loan}.actual_user_has_industry_base and {loan}.household_aware
              then 'E1_TRACK_CONVERT' end
"""
"""SQL for the class that LOAN-20 assigns; null where what is known gives none."""
