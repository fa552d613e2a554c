"""What the law asks of insurance: conditions over the columns of the facts.

Each is true (met), false (not met) or null (undetermined); null is never a default. Catalogue and
readings: rules.md.
"""

from services.insurance.rules.claims import (
    clocks_kept,
    paid_in_full,
    refused_with_reason_and_second_look,
)
from services.insurance.rules.cover import claimed_in_time, covered_if_of_age

CATALOGUE = (
    covered_if_of_age,
    claimed_in_time,
    clocks_kept,
    paid_in_full,
    refused_with_reason_and_second_look,
)
"""Every rule of this service, in the catalogue's order."""
