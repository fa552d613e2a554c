"""What the law asks of a subsidy: conditions over the columns of the subsidy facts.

Each is true (met), false (not met) or null (undetermined); null is never a default.

lines  SUB-01 to 06: claim lines, and payments that answer no claim
loans  SUB-10 to 12: what was not claimed, not passed on, or paid beyond what was due
"""

from services.subsidy.rules.lines import (
    decided_by_three_and_within_budget,
    entitled,
    of_subsidised_days_and_principal,
    within_charges,
    within_reference,
    within_the_loan_and_claimed_once,
)
from services.subsidy.rules.loans import (
    nothing_paid_beyond_what_was_due,
    subsidy_claimed_in_time,
    subsidy_passed_through,
)

OF_LINES = (
    entitled,
    within_the_loan_and_claimed_once,
    within_reference,
    within_charges,
    of_subsidised_days_and_principal,
    decided_by_three_and_within_budget,
)
"""What the automatic check asks of each line of a claim."""

CATALOGUE = (
    *OF_LINES,
    subsidy_claimed_in_time,
    subsidy_passed_through,
    nothing_paid_beyond_what_was_due,
)
"""Every rule of this service, in the catalogue's order."""
