"""places of before.

Written by hand: it changes rows and no table. Events that were in a feed before it was told to
others say now which places they concern, as newer ones do; months of before are known, so that
they are closed when their time comes; and needs of households that have moved stand where they
live.
"""

from alembic import op

revision = "places_of_before"
down_revision = "sharing"
branch_labels = None
depends_on = None

_SCHEMAS = ("gateway", "registry", "loans", "subsidy", "insurance", "rectification")

_MONTHS = """
    insert into {schema}.feed_month (month)
    select to_date(right(part.relname, 7), 'YYYY_MM')
    from pg_inherits i join pg_class part on part.oid = i.inhrelid
    where i.inhparent = '{schema}.feed'::regclass
    on conflict (month) do nothing
"""

# What is sealed was written by a relay that knew of places.
_DECLARED = """
    update {table} set places = array(select json_array_elements_text(data -> 'lo'))
    where type = 'declaration.filed' and places is null and {clear}
      and json_typeof(data -> 'lo') = 'array'
"""
_LIVED_IN = """
    update {table} set places = array(
        select distinct place ->> 'division' from json_array_elements(data -> 'places') as place)
    where type = 'household.recorded' and places is null and {clear}
      and json_typeof(data -> 'places') = 'array'
"""

# As services/registry/queries/needs.py does when a household moves.
_MOVE_NEEDS = """
    with moved as (
        update registry.need n set division = r.division
        from registry.household_report r, registry.need before
        where r.superseded_at is null and r.counts_to = date 'infinity'
          and n.household_key = r.household_key and n.superseded_at is null
          and n.division <> r.division
          and before.household_key = n.household_key and before.id = n.id
          and before.source_version = n.source_version
        returning n.*, before.division as was)
    insert into registry.outbox (type, household_key, agency, division, data, places)
    select 'need.recorded', household_key, agency, division, json_build_object(
        'household_key', household_key, 'need_id', id, 'agency', agency, 'need_no', need_no,
        'division', division, 'source_version', source_version, 'amount', amount::text,
        'raised_on', raised_on, 'state', state, 'bank', bank,
        'is_explained', true_cause is not null and other_measure is not null), array[was]
    from moved order by household_key, id
"""


def upgrade() -> None:
    for schema in _SCHEMAS:
        op.execute(_MONTHS.format(schema=schema))
        for table, clear in ((f"{schema}.feed", "sealed is null"), (f"{schema}.outbox", "true")):
            op.execute(_DECLARED.format(table=table, clear=clear))
            if schema == "registry":
                op.execute(_LIVED_IN.format(table=table, clear=clear))
    op.execute(_MOVE_NEEDS)


def downgrade() -> None:
    """Nothing that was there before is missing."""
