"""Incidents: whose they are, whether their office may tell of them, what is announced."""

from sqlalchemy import text

from kernel.outbox import announcing
from services.insurance.queries.pushes.places import HOME

PLACE_INCIDENT = text(f"""
    update pushed p set household_key = h.household_key, division = h.division
    from household_place h
    where h.household_key = {HOME.format(person="p.person_key", day='p."on"')}
      and h.known_to = date 'infinity'
""")

WAITS_FOR_PERSON = text("""
    update pushed set outcome = 'pending', waits_for = 'person:' || person_key
    where household_key is null
""")

NOT_YOURS = text("""
    update pushed p set outcome = 'rejected', code = 'not-your-division'
    where p.outcome is null and not exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
        where p.division >= place.lo and p.division < place.hi)
""")

INCIDENTS_TOLD = """
    select 'incident.recorded' as type, household_key, agency, division, json_build_object(
        'household_key', household_key, 'incident_id', id, 'agency', agency,
        'incident_no', incident_no) as data
    from {rows}
"""
ANNOUNCE_INCIDENTS = announcing(INCIDENTS_TOLD, "accepted")
