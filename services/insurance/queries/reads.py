"""Claims with their newest state."""

from sqlalchemy import func, select, text, true

from kernel.database import table_of
from services.insurance.tables import Claim, ClaimStatusChange

_claim, _change = table_of(Claim), table_of(ClaimStatusChange)

_newest = (
    select(_change.c.version, _change.c.state, _change.c.on)
    .where(
        _change.c.household_key == _claim.c.household_key,
        _change.c.claim_id == _claim.c.id,
        _change.c.superseded_at.is_(None),
    )
    .order_by(_change.c.version.desc())
    .limit(1)
    .lateral("newest")
)

CLAIMS_WITH_STATE = (
    select(
        _claim,
        func.coalesce(_newest.c.state, "REPORTED").label("state"),
        func.coalesce(_newest.c.version, 0).label("state_version"),
        func.coalesce(_newest.c.on, _claim.c.reported_on).label("state_on"),
    )
    .select_from(_claim.outerjoin(_newest, true()))
    .subquery("claim_with_state")
)
"""A claim is REPORTED, version 0, until a change says otherwise; the highest version is newest."""

CLAIM_OF_CHANGE = text("select claim_id from claim_status_change where id = :change_id limit 1")
