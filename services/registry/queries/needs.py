"""What a push of needs resolves, and what is announced of them."""

from sqlalchemy import text

from kernel.outbox import announcing

_NEWEST_REPORT = "r.superseded_at is null and r.counts_to = date 'infinity'"

# No household moves while it is worked out where its needs stand: whoever pushes households holds
# this lock alone (kernel/bulk/record.py).
HOUSEHOLDS_STAY = text("""
    select pg_advisory_xact_lock_shared(hashtextextended(current_schema() || '/households', 0))
""")

OF_HOUSEHOLD = text(f"""
    update pushed p set division = r.division
    from household_report r
    where r.household_key = p.household_key and {_NEWEST_REPORT}
""")

WAITS_FOR_HOUSEHOLD = text("""
    update pushed set outcome = 'pending', waits_for = 'household:' || household_key
    where division is null
""")

# A number that stands for another household is refused: its facts would lie under two keys.
HOUSEHOLD_ELSEWHERE = text("""
    update pushed p set outcome = 'rejected',
        code = case when other.id is not null then 'household-changed'
                    else 'household-elsewhere' end
    from pushed q
    left join lateral (
        select n.id from need n
        where n.agency = q.agency and n.need_no = q.need_no
          and n.household_key <> q.household_key limit 1) other on true
    where q.line = p.line and p.outcome is null
      and (other.id is not null or not exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
        where p.division >= place.lo and p.division < place.hi))
""")

# Which pending needs could be stored now, as a condition over `pending p`.
READY = """
    p.waits_for like 'household:%' and exists (
        select from household_report r
        where r.household_key = cast(substr(p.waits_for, 11) as uuid))
"""

# Loans asks whether a true cause and another measure are on record, never which: they may tell of
# health.
_EVENT = """
    'need.recorded' as type, household_key, agency, division, json_build_object(
        'household_key', household_key, 'need_id', id, 'agency', agency, 'need_no', need_no,
        'division', division, 'source_version', source_version, 'amount', amount::text,
        'raised_on', raised_on, 'state', state, 'bank', bank,
        'is_explained', true_cause is not null and other_measure is not null) as data
"""
TOLD = f"select {_EVENT} from {{rows}}"
ANNOUNCE = announcing(TOLD, "accepted")

# Needs go where their household goes. Who serves the new place hears of them, and who serves the
# old one that they are gone from there.
MOVE = text(f"""
    with moved as (
        update need n set division = r.division
        from household_report r, need before
        where r.household_key in (select household_key from pushed) and {_NEWEST_REPORT}
          and n.household_key = r.household_key and n.superseded_at is null
          and n.division <> r.division
          and before.household_key = n.household_key and before.id = n.id
          and before.source_version = n.source_version
        returning n.*, before.division as was)
    insert into outbox (type, household_key, agency, division, data, places)
    select {_EVENT}, array[was] from moved order by household_key, id
""")
