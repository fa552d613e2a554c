"""What the law asks of a loan: conditions over the columns of the loan facts.

Each is true (met), false (not met) or null (undetermined); null is never a default. The same
functions screen a province and answer an eligibility check. Catalogue and readings: rules.md.
"""

from services.loans.rules.afterwards import (
    excess_refunded,
    interest_within_reference,
    living_loan_of_a_registered_borrower,
    not_used_by_an_organisation,
    qualified_household_at_policy_rate,
)
from services.loans.rules.attested import (
    able_and_skilled,
    honest_borrower,
    lawful_project_with_prospect,
    no_bad_credit,
    rated_for_the_principal,
)
from services.loans.rules.borrowing import (
    borrower_of_age,
    earlier_loans_repaid,
    full_civil_capacity,
    lent_without_security,
    productive_purpose,
    rate_within_policy,
    registered_borrower,
    someone_able_to_work,
    used_by_the_household,
    wish_signed_in_time,
    within_household_cap,
    within_longest_term,
)
from services.loans.rules.followup import (
    borrower_still_there,
    noticed_before_maturity,
    repaid_when_due,
)
from services.loans.rules.watch import (
    below_the_watch_list,
    capital_or_other_help,
    lent_with_discrimination,
    not_in_bad_faith,
    overdue_like_the_county,
)

OF_LOANS = (
    registered_borrower,
    someone_able_to_work,
    borrower_of_age,
    full_civil_capacity,
    no_bad_credit,
    rated_for_the_principal,
    wish_signed_in_time,
    within_household_cap,
    within_longest_term,
    earlier_loans_repaid,
    lent_without_security,
    productive_purpose,
    used_by_the_household,
    rate_within_policy,
    honest_borrower,
    able_and_skilled,
    lawful_project_with_prospect,
    not_used_by_an_organisation,
    living_loan_of_a_registered_borrower,
    interest_within_reference,
    qualified_household_at_policy_rate,
    excess_refunded,
    repaid_when_due,
    noticed_before_maturity,
    borrower_still_there,
)
"""The rules about one loan, asked of the loan facts."""

CATALOGUE = (
    *OF_LOANS,
    below_the_watch_list,
    lent_with_discrimination,
    overdue_like_the_county,
    not_in_bad_faith,
    capital_or_other_help,
)
"""Every rule of this service."""

WHO_MAY_BORROW = tuple(each for each in OF_LOANS if each.id <= "LOAN-17")
"""What an eligibility check asks: LOAN-01 to 17."""
