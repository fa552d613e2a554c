"""The dated parameters of law, as the loan facts take them: by day and by place."""

PARAMETERS = """
    parameter as materialized (select * from jsonb_to_recordset(cast(:parameters as jsonb))
        as f(name text, "is" text, starts date, ends date, lo text, hi text))
"""
"""SQL for the CTE of every value that the parameters have had (`:parameters`)."""


def in_force(name: str, sql_type: str, day: str, county: str = "l.county") -> str:
    """SQL for a parameter's value on a day in a county: the narrowest place wins; null if none."""
    return f"""
        (select cast(p."is" as {sql_type}) from parameter p
         where p.name = '{name}' and p.starts <= {day} and {day} < p.ends
           and p.lo <= {county} and {county} < p.hi order by p.lo desc, p.starts desc limit 1)
    """


def _today(name: str, sql_type: str) -> str:
    return in_force(name, sql_type, "cast(:on as date)", "here.county") + f" as {name}"


# Of the business date, worked out once a county and not once a loan.
OF_THE_COUNTY = f"""
    of_the_county as materialized (
        select here.county,
            {_today("enterprise_cutoff", "date")},
            {_today("attested_from", "date")},
            {_today("interest_tolerance", "numeric")},
            {_today("remind_days", "int")},
            {_today("written_notice_days", "int")},
            {_today("overdue_bands", "jsonb")}
        from (select distinct county from placed) here)
"""
"""SQL for the CTE of what is in force in each county on the business date."""
