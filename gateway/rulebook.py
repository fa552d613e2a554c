"""`/v1/rulebook`: what the exchange judges by. Law is public, so no token is asked for."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response
from pydantic import BaseModel, Field

from kernel.language import preferred

Rulebook = Callable[[str, date | None], dict[str, Any]]
"""The rulebook in a language (`zh-CN` or `en`), as of a day or over all days."""


class FixedOut(BaseModel):
    """One thing that a value fixes; it has a name where a value fixes several."""

    name: str | None
    value: Any


class ValueOut(BaseModel):
    """A value of a figure: from a day to before another, at a place, of a lender."""

    from_: Annotated[date, Field(alias="from")]
    before: date | None
    division: str | None
    place: str | None
    lender: str | None
    is_: Annotated[dict[str, FixedOut], Field(alias="is")]
    citation: str
    certainty: str
    certainty_in_words: str
    note: str | None


class FigureOfRegimeOut(BaseModel):
    """The values of a figure in a regime."""

    name: str
    label: str
    unit: str
    values: list[ValueOut]


class RegimeOut(ValueOut):
    """A regime of the product, and the figures that tell it from others."""

    figures: list[FigureOfRegimeOut]


class FigureOut(FigureOfRegimeOut):
    """One thing that law fixes, with its values and the conditions that use it."""

    service: str
    judged_by: str
    used_by: list[str]


class RuleOut(BaseModel):
    """A condition: its wording, how it is read, of whom it is asked and what it rests on."""

    rule_id: str
    service: str
    judged_by: str
    kind: str
    kind_in_words: str
    plan: list[str]
    wording: str
    reading: str
    asked_of: str | None
    citation: str
    certainty: str
    certainty_in_words: str
    figures: list[str]
    rests_on: list[str]
    rests_on_in_words: list[str]
    shown_beside: list[str]
    amount: str | None


class RulebookOut(BaseModel):
    """Every condition and figure of law, in one language."""

    language: str
    on: date | None
    regimes: list[RegimeOut]
    conditions: list[RuleOut]
    figures: list[FigureOut]


def rulebook_routes(rulebook: Rulebook) -> APIRouter:
    """The rulebook that whoever puts the exchange together hands over."""
    router = APIRouter(tags=["operation"])

    @router.get("/v1/rulebook", operation_id="read_rulebook")
    async def read_rulebook(
        response: Response,
        on: Annotated[date | None, Query()] = None,
        accept_language: Annotated[str | None, Header()] = None,
    ) -> RulebookOut:
        """Every condition and figure that is judged by, generated from the rules themselves.

        `on` leaves only values in force on that day. `Accept-Language` chooses the wording: zh-CN
        (default) or en.
        """
        language = preferred(accept_language)
        response.headers["Content-Language"] = language
        response.headers["Vary"] = "Accept-Language"
        return RulebookOut.model_validate(rulebook(language, on))

    return router
