"""Where snapshots of rectification find what its events tell."""

from kernel.sharing.snapshots import Source
from services.rectification.queries.samples import SAMPLES_TOLD

_ITEMS_TOLD = """
    select 'item.acted' as type, null::uuid as household_key,
           case when cardinality(i.agencies) = 1 then i.agencies[1]
                else i.responsible_unit end as agency,
           i.division, json_build_object(
               'item_id', i.item_id, 'number', last.number, 'act', last.act, 'state', last.state,
               'on', last."on", 'category', i.category, 'division', i.division,
               'agencies', i.agencies) as data
    from (select * from {rows}) i
    cross join lateral (select number, act, state, "on" from item_event e
                        where e.item_id = i.item_id order by number desc limit 1) last
"""
"""Each item as the last act on it told it."""

SOURCES = (
    Source(("sample.recorded",), "sample", "id", SAMPLES_TOLD),
    Source(("item.acted",), "item", "item_id", _ITEMS_TOLD, where="true"),
)
