"""Which statuses count as 建档立卡 on a day (rules.md, days)."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_

_ALWAYS = ("REGISTERED", "RETURNED", "LIFTED_WITH_POLICY")


def is_registered(
    status: ColumnElement[Any], day: ColumnElement[Any], marginal_from: ColumnElement[Any]
) -> ColumnElement[Any]:
    """Whether a status, as it was on `day`, counts as registered; null for no status.

    边缘户 (MARGINAL) counts from the day of law `marginal_from` (2020-07-01).
    """
    return or_(status.in_(_ALWAYS), and_(status == "MARGINAL", day >= marginal_from))
