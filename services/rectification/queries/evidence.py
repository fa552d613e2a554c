"""Evidence: files of items."""

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
