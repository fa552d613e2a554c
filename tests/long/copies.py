"""Which rows of a copy must equal which rows of its owner, once everything has been heard."""

COPIES = [
    (
        "select household_key, known_from, known_to, division from loans.household_place",
        "select household_key, counts_from, counts_to, division from registry.household_report "
        "where superseded_at is null",
    ),
    (
        "select need_id, source_version, state, amount from loans.need",
        "select id, source_version, state, amount from registry.need where superseded_at is null",
    ),
    (
        "select loan_id, source_version from subsidy.contract",
        "select id, source_version from loans.contract where superseded_at is null",
    ),
    (
        "select loan_id, repayment_no from subsidy.repayment",
        "select loan_id, repayment_no from loans.repayment where superseded_at is null",
    ),
]
"""What a service keeps of a neighbour, and what that neighbour has."""
