"""What is kept of the banks' loans: the newest version of each thing, of contracts each report."""

from collections.abc import Mapping, Sequence

from sqlalchemy import TextClause, text


def _keep_newest(
    name: str,
    key: Sequence[str],
    others: Sequence[str],
    *,
    at_first: Mapping[str, str] | None = None,
) -> TextClause:
    """Replace rows of a copy by newer versions; an older or repeated event changes nothing.

    `at_first`: columns that a row is first stored with, in SQL.
    """
    columns = ", ".join(f'"{each}"' for each in [*key, "source_version", *others])
    first = at_first or {}
    return text(f"""
        insert into {name} ({", ".join([columns, *first])})
        select distinct on ({", ".join(key)}) {", ".join([columns, *first.values()])}
        from jsonb_array_elements(cast(:events as jsonb)) as t(e),
             jsonb_populate_record(null::{name}, t.e)
        order by {", ".join(key)}, source_version desc
        on conflict ({", ".join(key)}) do update
        set {", ".join(f'"{each}" = excluded."{each}"' for each in ["source_version", *others])}
        where {name}.source_version < excluded.source_version
    """)


KEEP_CONTRACTS = _keep_newest(
    "contract",
    ("household_key", "loan_id", "as_at"),
    (
        "agency",
        "contract_no",
        "division",
        "person_key",
        "name_key",
        "publicity_name",
        "kind",
        "parent_contract_no",
        "product",
        "principal",
        "annual_rate",
        "rate_changes",
        "signed_on",
        "disbursed_on",
        "matures_on",
        "purpose",
        "actual_user_kind",
        "actual_user_mode",
        "balance",
        "overdue_principal",
        "overdue_since",
        "closed_on",
        "converted_on",
        "terms_digest",
    ),
    # As a loan's only report, which most are: to store it and settle that afterwards would write
    # each row twice.
    at_first={"counts_from": "date '-infinity'", "counts_to": "date 'infinity'"},
)

# Which business dates each report counts for: from its as_at until the next one's, and the first
# one also for the days before (fields.md).
COUNT_REPORTS = text("""
    with w as materialized (
        select c.household_key, c.loan_id, c.as_at,
               case when row_number() over days = 1 then date '-infinity'
                    else c.as_at end as counts_from,
               coalesce(lead(c.as_at) over days, date 'infinity') as counts_to
        from contract c
        where (c.household_key, c.loan_id) in (
            select (e ->> 'household_key')::uuid, (e ->> 'loan_id')::uuid
            from jsonb_array_elements(cast(:events as jsonb)) as e)
        window days as (partition by c.household_key, c.loan_id order by c.as_at))
    update contract t set counts_from = w.counts_from, counts_to = w.counts_to
    from w
    where t.household_key = w.household_key and t.loan_id = w.loan_id and t.as_at = w.as_at
      and (t.counts_from, t.counts_to) is distinct from (w.counts_from, w.counts_to)
""")

FORGET_CONTRACTS = text("""
    delete from contract where (household_key, loan_id) in (
        select (e ->> 'household_key')::uuid, (e ->> 'loan_id')::uuid
        from jsonb_array_elements(cast(:events as jsonb)) as e)
""")
"""A voided contract is none: nothing more is told of that loan."""

KEEP_LINES = _keep_newest(
    "interest_line",
    ("household_key", "loan_id", "line_no"),
    ("kind", "period_start", "period_end", "amount", "settled_on", "borne_by"),
)
KEEP_REPAYMENTS = _keep_newest(
    "repayment", ("household_key", "loan_id", "repayment_no"), ("principal", "paid_on")
)
KEEP_REFUNDS = _keep_newest(
    "refund",
    ("household_key", "loan_id", "refund_no"),
    ("amount", "paid_on", "cause", "to"),
)

LOANS_NAMED = text("""
    select distinct (e ->> 'loan_id')::uuid as loan_id
    from jsonb_array_elements(cast(:events as jsonb)) as e
    where exists (select from reference_terms t
                  where t.household_key = (e ->> 'household_key')::uuid
                    and t.loan_id = (e ->> 'loan_id')::uuid)
""")
"""Of the loans that events name: those whose reference interest is kept here."""
