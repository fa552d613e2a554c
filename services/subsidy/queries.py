"""Every SQL statement of the subsidy service."""

from collections.abc import Sequence

from sqlalchemy import ARRAY, Integer, Numeric, Text, TextClause, Uuid, column, table, text

from kernel.agency_copy import undeclared

# --- payments ---

NOT_YOURS = text("""
    update pushed p set outcome = 'rejected', code = 'not-your-division'
    where not exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
        where p.division >= place.lo and p.division < place.hi)
""")

OF_CONTRACT = text("""
    update pushed p set household_key = l.household_key, loan_id = l.loan_id
    from loan l where l.agency = p.bank and l.contract_no = p.contract_no
""")

WAITS_FOR_CONTRACT = text("""
    update pushed set outcome = 'pending', waits_for = 'contract:' || bank || '/' || contract_no
    where loan_id is null and outcome is null
""")

# An agency's code has no slash, so the first one ends it.
READY = """
    p.waits_for like 'contract:%' and exists (
        select from loan l
        where l.agency = substr(split_part(p.waits_for, '/', 1), 10)
          and l.contract_no = substr(p.waits_for, strpos(p.waits_for, '/') + 1))
"""
"""Which pending rows could be stored now; a condition over `pending p`."""

ANNOUNCE = text("""
    insert into outbox (type, household_key, agency, division, data)
    select 'payment.recorded', household_key, agency, division, json_build_object(
        'household_key', household_key, 'payment_id', id, 'loan_id', loan_id, 'agency', agency,
        'payment_no', payment_no, 'source_version', source_version, 'county', division,
        'bank', bank, 'contract_no', contract_no, 'period_start', period_start,
        'period_end', period_end, 'amount', amount::text, 'paid_on', paid_on)
    from pushed where outcome in ('accepted', 'superseded') order by line
""")

# --- copies of the banks' loans: the newest version of each thing ---


def _keep_newest(name: str, key: Sequence[str], others: Sequence[str]) -> TextClause:
    """Replace rows of a copy by newer versions; an older or repeated event changes nothing."""
    columns = ", ".join(f'"{each}"' for each in [*key, "source_version", *others])
    return text(f"""
        insert into {name} ({columns})
        select distinct on ({", ".join(key)}) {columns}
        from jsonb_array_elements(cast(:events as jsonb)) as t(e),
             jsonb_populate_record(null::{name}, t.e)
        order by {", ".join(key)}, source_version desc
        on conflict ({", ".join(key)}) do update
        set {", ".join(f'"{each}" = excluded."{each}"' for each in ["source_version", *others])}
        where {name}.source_version < excluded.source_version
    """)


KEEP_LOANS = _keep_newest(
    "loan",
    ("household_key", "loan_id"),
    ("agency", "contract_no", "division", "product", "signed_on", "disbursed_on"),
)
KEEP_LINES = _keep_newest(
    "interest_line",
    ("household_key", "loan_id", "line_no"),
    ("kind", "period_start", "period_end", "amount", "settled_on", "borne_by"),
)
KEEP_REFUNDS = _keep_newest(
    "refund",
    ("household_key", "loan_id", "refund_no"),
    ("amount", "paid_on", "cause", "to"),
)

# --- what is judged: one row a loan for which a subsidy was received long enough ago ---

_COUNTY = "rpad(left(l.division, 6), 12, '0')"

# Facts of later than the business date are unknown. Payments whose periods meet or overlap pay for
# the days of all of them, so a line may lie across two. A payment of nothing was withdrawn.
_FACTS = f"""
    with law as (
        select * from jsonb_to_recordset(cast(:pass_through_days as jsonb))
            as f("is" int, starts date, ends date, lo text, hi text)
        where starts <= :on and :on < ends),
    paid as (
        select l.*, sum(p.amount) as received,
               range_agg(daterange(p.period_start, p.period_end)) as days
        from payment p
        join loan l using (household_key, loan_id)
        cross join lateral (
            select law."is" as days from law where law.lo <= l.division and l.division < law.hi
            order by law.lo desc, law.starts desc limit 1) term
        where p.superseded_at is null and p.amount > 0 and :on - p.paid_on > term.days
          and exists (select from unnest(cast(:lo as text[]), cast(:hi as text[])) as scope(lo, hi)
                      where l.division >= scope.lo and l.division < scope.hi)
          and (cast(:agency as text) is null or l.agency = :agency)
          and (cast(:banks as text[]) is null or (l.agency, l.contract_no) in (
               select * from unnest(cast(:banks as text[]), cast(:numbers as text[]))))
        group by l.household_key, l.loan_id)
    select 'loan' as subject_kind, l.household_key, l.loan_id, l.agency, l.contract_no, l.division,
           l.received, charged.borne, charged.lines, returned.refunded,
           charged.borne - returned.refunded as withheld,
           {undeclared("refunds", "loans", "(select l.agency)", _COUNTY, "charged.first_day")}
               as refunds_undeclared
    from paid l
    cross join lateral (
        select sum(i.amount) as borne, count(*) as lines, min(i.period_start) as first_day
        from interest_line i
        where i.household_key = l.household_key and i.loan_id = l.loan_id and i.kind = 'NORMAL'
          and i.borne_by = 'HOUSEHOLD' and i.settled_on <= :on
          and l.days @> daterange(i.period_start, i.period_end)
        having count(*) > 0) charged
    cross join lateral (
        select coalesce(sum(r.amount), 0.00) as refunded
        from refund r
        where r.household_key = l.household_key and r.loan_id = l.loan_id
          and r."to" = 'HOUSEHOLD' and r.paid_on <= :on) returned
"""

SUBSIDY_FACTS = table(
    "subsidy_facts",
    column("subject_kind", Text),
    column("household_key", Uuid),
    column("loan_id", Uuid),
    column("agency", Text),
    column("contract_no", Text),
    column("division", Text),
    column("received", Numeric),
    column("borne", Numeric),
    column("lines", Integer),
    column("refunded", Numeric),
    column("withheld", Numeric),
    column("refunds_undeclared", ARRAY(Text)),
)
"""Facts of a screening, laid out once in a temporary table: loans with interest that was paid for
by the treasury and yet borne by the household."""

LAY_OUT = [
    text("drop table if exists subsidy_facts"),
    text(f"create temp table subsidy_facts on commit drop as {_FACTS}"),
    text("analyze subsidy_facts"),
]
