"""The one interest engine: what a loan may cost, and what a bank's own convention makes of it.

Law: 银发〔2005〕129号 and its neighbours, as read in `policy.md` 1.1 to 1.5. Money is yuan, a rate
is a fraction a year (3.75% is 0.0375), the first day counts and the last does not (算头不算尾), so
every end is exclusive.

exact      arithmetic that loses nothing, and the one rounding
days       years, months and days between two days; settlement days
stretches  what is owed at which rate from when to when
reference  R(day) of LOAN-30, the law's reference
quotes     the fifteen conventions of `interest_cases.json`, with their working
"""

from kernel.policy.interest.days import ACT_360, ACT_365, YMD, DayCount, years_months_days
from kernel.policy.interest.exact import NOTHING, Unanswerable, to_fen, to_places
from kernel.policy.interest.quotes import METHODS, Case, Line, Quote, Step, Subsidy, quote
from kernel.policy.interest.reference import (
    ENGINE_VERSION,
    Terms,
    law_version,
    reference_at_rate,
    reference_interest,
)

__all__ = [
    "ACT_360",
    "ACT_365",
    "ENGINE_VERSION",
    "METHODS",
    "NOTHING",
    "YMD",
    "Case",
    "DayCount",
    "Line",
    "Quote",
    "Step",
    "Subsidy",
    "Terms",
    "Unanswerable",
    "law_version",
    "quote",
    "reference_at_rate",
    "reference_interest",
    "to_fen",
    "to_places",
    "years_months_days",
]
