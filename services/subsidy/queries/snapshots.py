"""Where snapshots of the subsidy service find what its events tell."""

from kernel.sharing.snapshots import Source
from services.subsidy.queries import pushes
from services.subsidy.vocabulary import MOVES

_CLAIMS_TOLD = """
    select 'subsidy-claim.' || replace(last.act, '-', '_') as type, null::uuid as household_key,
           g.agency, g.county as division, json_build_object(
               'claim_id', g.claim_id, 'agency', g.agency, 'county', g.county, 'state', g.state,
               'on', last."on", 'approved_amount', g.approved_amount::text) as data
    from (select * from {rows}) g
    cross join lateral (select act, "on" from claim_act a where a.claim_id = g.claim_id
                        order by seq desc limit 1) last
"""
"""Each claim as the last act on it told it."""

SOURCES = (
    Source(("payment.recorded",), "payment", "id", pushes.PAYMENTS_TOLD),
    Source(
        tuple(f"subsidy-claim.{act.replace('-', '_')}" for act in MOVES),
        "claim_progress",
        "claim_id",
        _CLAIMS_TOLD,
        where="true",
    ),
)
