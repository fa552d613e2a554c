"""What law says of the seven items of the plan, of deadlines and of stages."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from kernel.law import Figure, figures
from services.rectification.vocabulary import CATEGORIES

LAW: Mapping[str, Figure] = figures(Path(__file__).parents[1] / "law")


def asked_by_plan(category: int, on: date) -> Mapping[str, Any]:
    """Problem, measure, standard, deadline and units of a category, as of a day.

    Before the plan was in force its first version holds: what it found is listed under it.
    """
    figure = LAW[CATEGORIES[category]]
    found: Mapping[str, Any] = figure.on(on) or figure.values[0]["is"]
    return found
