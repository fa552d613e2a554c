"""The borrower's household on the signing day: which one it is, and who there can work.

SQL of lateral joins to a loan with `person_key` and `signed_on`; all but `HOME` need `home_key`.
"""

from sqlalchemy import literal_column

from kernel.policy.registered import is_registered

# Who of a household is present on a day, as known on the business date.
PRESENT = """
    {m}.known_from <= :on and :on < {m}.known_to and {m}.joined_on <= {day} and {day} < {m}.gone_on
"""


def registered_on(status: str, day: str) -> str:
    """The one condition of who is registered, as text. Takes `:marginal_from`."""
    condition = is_registered(
        literal_column(status), literal_column(day), literal_column("cast(:marginal_from as date)")
    )
    return f"({condition.compile(compile_kwargs={'literal_binds': True})})"


# Of two households that list him on the day, the registered one is his (LOAN-01).
HOME = f"""
    lateral (
        select m.household_key, s.status, s.status_known
        from member m
        cross join lateral (
            select count(*) > 0 as status_known,
                   (array_agg(s.status order by s.valid_from desc, s.status desc) filter (
                       where s.valid_from <= {{loan}}.signed_on
                         and {{loan}}.signed_on < s.valid_to))[1] as status
            from household_status s
            where s.household_key = m.household_key
              and s.known_from <= :on and :on < s.known_to) s
        where m.person_key = {{loan}}.person_key
          and {PRESENT.format(m="m", day="{loan}.signed_on")}
        order by coalesce({registered_on("s.status", "{loan}.signed_on")}, false) desc,
                 s.status_known, m.joined_on desc, m.household_key limit 1)
"""

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
