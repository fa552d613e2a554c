"""Whose household a borrower is of on a day, over a copy of the registry (LOAN-01, SUB-01)."""

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


def home(loan: str, day: str) -> str:
    """SQL for a lateral join `(household_key, status, status_known)` to a loan's `person_key`.

    Of two households that list him on the day, the registered one is his. No row: he is of none.
    """
    return f"""
        lateral (
            select m.household_key, s.status, s.status_known
            from member m
            cross join lateral (
                select count(*) > 0 as status_known,
                       (array_agg(s.status order by s.valid_from desc, s.status desc) filter (
                           where s.valid_from <= {day} and {day} < s.valid_to))[1] as status
                from household_status s
                where s.household_key = m.household_key
                  and s.known_from <= :on and :on < s.known_to) s
            where m.person_key = {loan}.person_key and {PRESENT.format(m="m", day=day)}
            order by coalesce({registered_on("s.status", day)}, false) desc,
                     s.status_known, m.joined_on desc, m.household_key limit 1)
    """
