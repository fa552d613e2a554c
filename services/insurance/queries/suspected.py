"""Suspected claims: read from the facts that INS-02 judges, with what officers decided on them."""

from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, select, text
from sqlalchemy.dialects.postgresql import aggregate_order_by

from kernel.database import table_of
from kernel.paging import WantedPage
from services.insurance.queries.facts.incidents import INCIDENTS
from services.insurance.tables import Dismissal
from services.insurance.vocabulary import SuspicionState

_dismissal = table_of(Dismissal)


def suspected_claims(suspected: ColumnElement[Any], on: Any) -> Select[Any]:
    """Laid out incidents that are `suspected`, with the state they are in on a day."""
    c = INCIDENTS.c
    of_it = (_dismissal.c.household_key == c.household_key) & (
        _dismissal.c.suspicion_id == c.suspicion_id
    )
    known = of_it & (_dismissal.c.decided_on <= on)
    told = func.json_build_object(
        "reason",
        _dismissal.c.reason,
        "decided_on",
        _dismissal.c.decided_on,
        "agency",
        _dismissal.c.agency,
        "still_stands",
        _dismissal.c.facts == c.facts,
    )
    ordered = aggregate_order_by(told, _dismissal.c.recorded_at)
    state = case(
        (c.claimed_on.is_not(None), SuspicionState.REPORTED.value),
        (exists().where(known, _dismissal.c.facts == c.facts), SuspicionState.DISMISSED.value),
        else_=SuspicionState.SUSPECTED.value,
    )
    dismissals = select(func.json_agg(ordered)).where(known).scalar_subquery()
    return select(
        INCIDENTS, state.label("state"), func.coalesce(dismissals, text("'[]'")).label("dismissals")
    ).where(suspected)


def page_of_suspected(found: Select[Any], wanted: WantedPage, **filters: Any) -> Select[Any]:
    """One more than a page of them; a filter of None filters nothing."""
    rows = found.subquery("suspected")
    page = select(rows).order_by(rows.c.suspicion_id).limit(wanted.limit + 1)
    if wanted.after:
        page = page.where(rows.c.suspicion_id > wanted.after)
    return page.where(
        *[rows.c[name] == value for name, value in filters.items() if value is not None]
    )


# Two officers at once decide the same but once.
ADD_DISMISSAL = text("""
    insert into dismissal (household_key, suspicion_id, facts, insurer, reason, decided_on, sub,
                           agency, recorded_at)
    values (:household_key, :suspicion_id, :facts, :insurer, :reason, :decided_on, :sub, :agency,
            :recorded_at)
    on conflict do nothing returning suspicion_id
""")
