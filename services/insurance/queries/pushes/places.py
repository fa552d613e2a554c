"""Where a person lived, and the narrowest place that holds several: parts of statements."""

# The household in which a person lived on a day, else the one he joined last. Who left or died on
# the day still counts, for it is of the dead that incidents tell.
HOME = """
    (select m.household_key from member m
     where m.person_key = {person} and m.known_to = date 'infinity'
     order by (m.joined_on <= {day} and {day} <= m.gone_on) desc, m.joined_on desc,
              m.household_key limit 1)
"""

KNOWN = "exists (select from member m where m.person_key = {person})"

# The narrowest division that holds all divisions between two, by the levels of their codes.
NARROWEST = """
    case when {lo} = {hi} then {lo}
         when left({lo}, 9) = left({hi}, 9) then left({lo}, 9) || '000'
         when left({lo}, 6) = left({hi}, 6) then left({lo}, 6) || '000000'
         when left({lo}, 4) = left({hi}, 4) then left({lo}, 4) || '00000000'
         when left({lo}, 2) = left({hi}, 2) then left({lo}, 2) || '0000000000'
         when {lo} is not null then '000000000000' end
"""
