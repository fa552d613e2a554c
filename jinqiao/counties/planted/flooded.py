"""Villages where nearly every household was lent to, able or not (plan 一 and 六; row 8).

More than 0.80 of at least ten registered households hold a living poverty loan, and more than 0.10
of these loans are not met by LOAN-02 or 04. Each story has a village to itself; what it comes to
is added up in `areas`, like every village's.
"""

from dataclasses import dataclass
from datetime import date

from jinqiao.counties.county import County, lend, settle
from jinqiao.counties.households import couple, ill_couple
from jinqiao.counties.lending import lasting_term
from jinqiao.counties.places import BAIQUAN, BAYAN, HAILUN, LANXI, YANSHOU


@dataclass(frozen=True, slots=True)
class Story:
    households: int
    loans: int
    unable: int
    """Of the borrowers, in whose household nobody can work."""
    unclear: int = 0
    """Of the borrowers, in whose household nobody knows."""


STORIES = {
    LANXI.code: Story(12, 10, 2),
    YANSHOU.code: Story(10, 8, 3),
    HAILUN.code: Story(12, 10, 1),
    BAYAN.code: Story(9, 9, 3),
    BAIQUAN.code: Story(11, 10, 1, unclear=1),
}
"""Found; exactly 0.80 of the households; exactly 0.10 of the loans; nine households; and one in
which an unclear loan would tip it."""


def plant(county: County) -> None:
    story = STORIES.get(county.place.code)
    if story is None:
        return
    village = county.reserved.pop()
    for turn in range(story.households):
        unable = turn < story.unable + story.unclear
        household = settle(county, ill_couple if unable else couple, village)
        if turn >= story.loans:
            continue
        signed_on = date(2017, 5, 2 + turn)
        loan = lend(
            county,
            household,
            household.head,
            signed_on,
            county.rng.choice((10_000, 20_000, 30_000)),
            months=lasting_term(signed_on),
            disbursed_on=signed_on,
        )
        if turn < story.unable:
            county.found("LOAN-02", loan)
        elif unable:
            household.members[1].labour = None
            county.unclear("LOAN-02", loan)
