"""Visits, and what a finding rested on."""

from sqlalchemy import text

SAME_VISIT = text("""
    select * from visit
    where household_key = :household_key and finding_id = :finding_id
      and visited_on = :visited_on and visited_by = :visited_by and outcome = :outcome
      and note is not distinct from :note and recorded_by = :recorded_by
""")

ADD_VISIT = text("""
    insert into visit (household_key, visit_id, finding_id, visited_on, visited_by, outcome, note,
        recorded_by, agency, recorded_at)
    values (:household_key, :visit_id, :finding_id, :visited_on, :visited_by, :outcome, :note,
        :recorded_by, :agency, :recorded_at)
    returning *
""")

VISITS_OF_FINDING = text("""
    select * from visit
    where household_key = :household_key and finding_id = :finding_id order by visit_id
""")

RUN_OF_FINDING = text("""
    select s.*, f.until is null as stands from screening s
    join finding f on f.screening_id = s.screening_id
    where f.household_key = :household_key and f.finding_id = :finding_id
""")

ALSO_FOUND = text("""
    select f.finding_id from finding f join screening s using (screening_id)
    where f.subject = :subject and f.rule_id = :rule_id and f.finding_id <> :finding_id
      and s.state = 'judged'
    order by f.finding_id limit 100
""")

ITEM_OF_PROBLEM = text("""
    select item_id from item_finding where subject = :subject and rule_id = :rule_id
""")
