"""Samples: announced, and found by name."""

from sqlalchemy import text

from kernel.outbox import announcing

SAMPLES_TOLD = """
    select 'sample.recorded' as type, null::uuid as household_key, agency, division,
           json_build_object(
        'sample_id', id, 'agency', agency, 'name', name, 'source', source,
        'contract_nos', contract_nos, 'source_version', source_version) as data
    from {rows}
"""
ANNOUNCE_SAMPLES = announcing(SAMPLES_TOLD)

# The caller's own sample of this name; else the one last recorded of those in its divisions.
SAMPLE_NAMED = text("""
    select id, source_version from sample t
    where name = :name and superseded_at is null and (agency = :agency or exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as seen(lo, hi)
        where t.division >= seen.lo and t.division < seen.hi))
    order by agency = :agency desc, recorded_at desc limit 1
""")
