"""Evidence files, and visits."""

from sqlalchemy import text

EVIDENCE_OF_ITEM = text("""
    select evidence_id, item_id, title, file_name, media_type, size, sha256, agency, recorded_at
    from evidence where item_id = :item_id order by evidence_id
""")

FILES_OF_ITEMS = text("""
    select item_id, count(*) as files from evidence
    where item_id = any(:items) group by item_id
""")

SAME_FILE = text("""
    select evidence_id from evidence where item_id = :item_id and sha256 = :sha256
""")

ADD_FILE = text("""
    insert into evidence (evidence_id, item_id, title, file_name, media_type, size, sha256, sealed,
        "by", agency, recorded_at)
    values (:evidence_id, :item_id, :title, :file_name, :media_type, :size, :sha256, :sealed,
        :by, :agency, :recorded_at)
""")

ONE_FILE = text("select * from evidence where item_id = :item_id and evidence_id = :evidence_id")

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
    select * from visit where finding_id = :finding_id order by visit_id
""")
