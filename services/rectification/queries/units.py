"""Units: agencies by code or name, and where they serve."""

from sqlalchemy import text

UNIT_NAMED = text("""
    select code from agency where code = :name or name = :name order by code = :name desc limit 1
""")

UNIT_PLACES = text("""
    select a.code, a.parent, array(select lo from agency_place p where p.code = a.code) as divisions
    from agency a where a.code = :code or a.name = :code order by a.code = :code desc limit 1
""")
