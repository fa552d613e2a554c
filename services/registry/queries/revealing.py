"""Who may still see names."""

from sqlalchemy import text

# The copy of agencies is a moment behind: of one that it does not hold yet, the token alone tells.
STILL_SERVES = text("""
    select not exists (select from agency where code = :agency)
        or exists (select from agency_place
                   where code = :agency and lo <= :division and :division < hi)
""")
"""Whether an agency serves a division, as far as is known here."""
