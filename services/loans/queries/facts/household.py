"""The borrower's household on the signing day: which one it is, and who there can work.

SQL of lateral joins to a loan with `person_key` and `signed_on`; all but `HOME` need `home_key`.
"""

from kernel.policy.home import PRESENT, home

HOME = home("{loan}", "{loan}.signed_on")

# True if one is, false if all are known not to be; else unknown, as for nobody.
LABOUR = f"""
    lateral (
        select case when bool_or(skill.able_to_work) then true
                    when bool_and(skill.able_to_work is not null) then false end as someone_able
        from (select distinct m.person_key from member m
              where m.household_key = {{loan}}.home_key
                and {PRESENT.format(m="m", day="{loan}.signed_on")}) present
        join member skill on skill.household_key = {{loan}}.home_key
            and skill.person_key = present.person_key and skill.known_from <= :on
            and skill.holds_from <= {{loan}}.signed_on and {{loan}}.signed_on < skill.holds_to)
"""

CAPACITY = """
    lateral (
        select m.needs_capacity_review from member m
        where m.household_key = {loan}.home_key and m.person_key = {loan}.person_key
          and m.known_from <= :on and m.holds_from <= {loan}.signed_on
          and {loan}.signed_on < m.holds_to
        limit 1)
"""
