"""What law says of the seven items of the plan, of deadlines and of stages."""

from collections.abc import Mapping
from datetime import date, timedelta
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


def reminder_steps(on: date) -> list[int]:
    """Days after a deadline, negative before it, on which law wants a reminder; the first first."""
    steps: list[int] = LAW["reminder_days"].on(on) or LAW["reminder_days"].values[0]["is"]
    return sorted(steps)


def slow_until(today: date) -> date:
    """The latest deadline of which somebody is reminded today."""
    return today - timedelta(days=reminder_steps(today)[0])
