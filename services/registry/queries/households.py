"""What a push of households resolves, and what is announced of them."""

from sqlalchemy import text

NOT_YOURS = text("""
    update pushed p set outcome = 'rejected', code = 'not-your-division'
    where not exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
        where p.division >= place.lo and p.division < place.hi)
""")

ANOTHER_OFFICES = text("""
    update pushed p set outcome = 'rejected', code = 'household-elsewhere'
    from household_report r
    where r.household_key = p.household_key and r.superseded_at is null
      and r.counts_to = date 'infinity' and not exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
        where r.division >= place.lo and r.division < place.hi)
""")

# The whole state of each changed household, so that a neighbour's copy can be replaced by it.
#
# A report is known on the business dates it counts for. A status ends where the next one of its
# report begins. A person who is no longer listed is gone from the next report's day on. What a
# report says of a person's skills holds from its day until the next report that lists the person,
# the first one also for the days before.
TOLD = """
    with changed as ({changed}),
    report as (
        select r.*, row_number() over (partition by household_key order by counts_from) as n
        from household_report r
        where superseded_at is null and household_key in (select household_key from changed)),
    status as (
        select r.household_key, s.status, s.valid_from, r.counts_from, r.counts_to,
               least(s.valid_to, lead(s.valid_from) over (
                   partition by r.household_key, r.n order by s.valid_from, s.place)) as valid_to
        from report r, rows from (jsonb_to_recordset(r.statuses)
            as (status text, valid_from date, valid_to date)) with ordinality
            as s(status, valid_from, valid_to, place)),
    listed as (
        select r.household_key, r.n, r.counts_from, r.counts_to, m.*,
               min(r.counts_from) over (partition by r.household_key, m.person_key order by r.n
                   range between 1 following and unbounded following) as next_from,
               min(r.n) over (partition by r.household_key, m.person_key) as first_n
        from report r, jsonb_to_recordset(r.members) as m(person_key uuid, name_key uuid,
            born_on date, joined_on date, left_on date, died_on date, labour_skill text,
            disability_category int)),
    member as (
        select *, next_from is not distinct from counts_to as stays from listed),
    -- One aggregate for all households each, made once: the planner guesses one household.
    places as materialized (
        select household_key, json_agg(json_build_object('division', division,
                   'lacks_capital', main_cause = 'NO_CAPITAL' or other_causes ? 'NO_CAPITAL',
                   'known_from', counts_from, 'known_to', counts_to, 'report_id', id,
                   'source_version', source_version, 'as_at', as_at,
                   'recorded_at', recorded_at)) as places, array_agg(distinct division) as lived_in
        from report group by household_key),
    statuses as materialized (
        select household_key, json_agg(json_build_object('status', status,
                   'valid_from', valid_from, 'valid_to', coalesce(valid_to, date 'infinity'),
                   'known_from', counts_from, 'known_to', counts_to)) as statuses
        from status group by household_key),
    members as materialized (
        select household_key, json_agg(json_build_object(
                   'person_key', person_key, 'name_key', name_key, 'born_on', born_on,
                   'joined_on', coalesce(joined_on, date '-infinity'),
                   'gone_on', least(left_on, died_on, case when not stays then counts_to end,
                                    date 'infinity'),
                   'died_on', died_on,
                   'known_from', counts_from,
                   'known_to', case when stays then counts_to else date 'infinity' end,
                   'holds_from', case when n = first_n then date '-infinity' else counts_from end,
                   'holds_to', coalesce(next_from, date 'infinity'),
                   'able_to_work', case when labour_skill in ('ORDINARY', 'SKILLED', 'WEAK_OR_HALF')
                                        then true
                                        when labour_skill in ('LOST', 'NONE') then false end,
                   'needs_capacity_review', case when disability_category in (5, 6) then true
                                                 when disability_category = 7 then null
                                                 else false end)) as members
        from member group by household_key)
    select 'household.recorded' as type, r.household_key, r.agency, r.division,
        p.lived_in as places, json_build_object('household_key', r.household_key,
        'household_no', r.household_no,
        'agency', r.agency,
        'places', p.places,
        'statuses', coalesce(s.statuses, '[]'),
        'members', coalesce(m.members, '[]')) as data
    from report r
    join places p using (household_key)
    left join statuses s using (household_key)
    left join members m using (household_key)
    where r.counts_to = date 'infinity'
"""
_PUSHED = "select distinct household_key from pushed where outcome in ('accepted', 'superseded')"
ANNOUNCE = text(f"""
    insert into outbox (type, household_key, agency, division, places, data)
    {TOLD.format(changed=_PUSHED)}
""")

# A number that was ever listed leads to the households that listed it.
KEEP_LISTED = text("""
    insert into listed_person (person_key, household_key)
    select distinct (member ->> 'person_key')::uuid, p.household_key
    from pushed p, jsonb_array_elements(p.members) as member
    where p.outcome in ('accepted', 'superseded')
    on conflict do nothing
""")
