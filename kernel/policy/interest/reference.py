"""R(day) of LOAN-30: the yuan that law allows a loan to cost from drawdown to a day.

How it is counted is law, by the day of drawdown (`law/reference_interest.toml`).
"""

import json
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any

from kernel.policy import LAW
from kernel.policy.interest.days import DayCount
from kernel.policy.interest.exact import (
    EXACT,
    NOTHING,
    Dated,
    check_figure,
    check_order,
    to_fen,
)
from kernel.policy.interest.stretches import parts, segments

ENGINE_VERSION = 1
"""Grows when the same terms under the same law are computed to another fen."""

_COUNTED = LAW["reference_interest"].rows()


@dataclass(frozen=True, slots=True)
class Terms:
    """A loan as the law's reference sees it.

    `rate_changes` holds (first day, new annual rate), `repaid` holds (day, yuan of principal
    repaid), both in any order. Of two rates for one day the later listed holds; a change to the
    same rate is none. Without `payoff` interest ends when nothing is outstanding.

    Unanswerable for a negative or non-finite figure, or a maturity or payoff before the drawdown.
    """

    principal: Decimal
    annual_rate: Decimal
    drawdown: date
    maturity: date
    rate_changes: Dated = ()
    repaid: Dated = ()
    payoff: date | None = None

    def __post_init__(self) -> None:
        check_order(self.drawdown, self.maturity, fact="maturity")
        check_order(self.drawdown, self.payoff or self.maturity, fact="payoff")
        check_figure("principal", self.principal)
        check_figure("annual_rate", self.annual_rate)
        for _, rate in self.rate_changes:
            check_figure("annual_rate", rate)
        for _, amount in self.repaid:
            check_figure("principal_repaid", amount)


def reference_interest(terms: Terms, day: date) -> Decimal:
    """R(day) of LOAN-30: yuan the law allows from drawdown to `day`, rounded once to the fen.

    Year-month-day interest (129号 ①②) to the earliest of `day`, maturity and payoff, at the rate of
    each day, over the parts of the principal as repaid. It is measured from drawdown, so successive
    R(end) - R(start) close at the annual rate (`policy.md` 1.3); it never decreases in `day` and is
    0.00 up to the drawdown.
    """
    return _reference(terms, terms.annual_rate, terms.rate_changes, day)


def reference_at_rate(terms: Terms, rate: Decimal, day: date) -> Decimal:
    """R(day) had the loan borne `rate` throughout (LOAN-31's baseline); Unanswerable as `Terms`."""
    check_figure("annual_rate", rate)
    return _reference(terms, rate, (), day)


def law_version() -> str:
    """A digest of the law that reference interest rests on: another one makes it out of date."""
    told = json.dumps(_COUNTED, default=str, sort_keys=True, ensure_ascii=False)
    return sha256(told.encode()).hexdigest()[:16]


def _reference(terms: Terms, rate: Decimal, changes: Dated, day: date) -> Decimal:
    end = min(day, terms.maturity, terms.payoff or terms.maturity)
    if end <= terms.drawdown:
        return NOTHING
    count, total = _count(terms.drawdown), NOTHING
    for base, until in parts(terms.principal, terms.repaid, end):
        for start, stop, held in segments(terms.drawdown, until, rate, changes):
            total = EXACT.add(total, count.product(start, stop, base, held))
    return to_fen(count.interest(total))


def _count(drawdown: date) -> DayCount:
    value: dict[str, Any] = _COUNTED[0]
    for each in _COUNTED:
        if each["starts"] <= drawdown:
            value = each
    return DayCount(value.get("month"), value["year"])
