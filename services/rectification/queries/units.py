"""Units: agencies by code or name."""

from sqlalchemy import text

UNIT_NAMED = text("""
    select code from agency where code = :name or name = :name order by code = :name desc limit 1
""")
