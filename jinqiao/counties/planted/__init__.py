"""The cases the plan found, and the honest ones beside them that must not be found.

One module a story. Each plants its households before the clean ones settle around them, and tells
the county what it expects to be found, or left undetermined, on the story's business date.
"""

from jinqiao.counties.county import County
from jinqiao.counties.places import HAILUN, YANSHOU
from jinqiao.counties.planted import (
    borrowers,
    by_the_day,
    caps,
    claims,
    cover,
    flooded,
    gone,
    maturing,
    ordinary,
    overdue,
    sample109,
    strangers,
    treasury,
    unpaid,
    watched,
    withheld,
    without_capital,
)

EVERYWHERE = (
    by_the_day,
    caps,
    cover,
    borrowers,
    watched,
    flooded,
    overdue,
    maturing,
    gone,
    without_capital,
    treasury,
    claims,
)
"""Stories that know themselves in which counties they play."""

__all__ = ["plant", "sample109"]


def plant(county: County, uses: list[str]) -> None:
    """Every story that plays in the county. `uses`: what its loans in 抽查109 were used for."""
    sample109.plant(county, uses)
    for story in EVERYWHERE:
        story.plant(county)
    place = county.place
    if place.code in ordinary.PLACES:
        ordinary.plant(county)
    if place == HAILUN:
        withheld.plant(county)
    if place == YANSHOU:
        unpaid.plant(county)
    if place.code == strangers.PLACE:
        strangers.plant(county)
