"""What the agencies did about it until 20 November 2019 (plan 三; ten-counties.md, second half).

Every finding that rules.md wants gone is put right with the records that put it right: money back
to the fen, loans repaid or converted and reported anew, claims taken up and paid, people insured,
needs answered, declarations filed at last. What only says what was stays on record, and what nobody
knew then nobody knows now, where no one came to tell.
"""

from jinqiao.counties.county import County
from jinqiao.counties.cure.claims import put_claims_right
from jinqiao.counties.cure.households import put_households_right
from jinqiao.counties.cure.loans import add_up_areas_again, put_loans_right
from jinqiao.counties.cure.writing import hand_over_cure
from jinqiao.counties.files import Files

__all__ = ["cure"]


def cure(county: County, files: Files) -> None:
    """Put a county's records right, once they have been handed over, and write what is new."""
    put_loans_right(county)
    put_households_right(county)
    put_claims_right(county)
    add_up_areas_again(county)
    hand_over_cure(county, files)
