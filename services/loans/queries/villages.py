"""Villages and townships: whom everybody was lent to, and who is overdue (LOAN-22, LOAN-41)."""

from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Numeric,
    Select,
    Text,
    Uuid,
    case,
    column,
    select,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.loans.queries.facts.household import CAPACITY, LABOUR
from services.loans.queries.facts.parameters import PARAMETERS
from services.loans.queries.standing import (
    BEARS_ON_PLACES,
    OF_BANK,
    STANDING,
    STATUS_ON_THE_DAY,
    figure_at,
    registered_on_the_day,
    within,
)

STANDING_LOANS = [
    text("drop table if exists standing_loan"),
    text(f"""
        create temp table standing_loan on commit drop as
        {STANDING.format(which=f"{BEARS_ON_PLACES} and {OF_BANK}")}
    """),
    text("analyze standing_loan"),
]
"""The loans that bear on the counties `:lo`, `:hi`, into `standing_loan`; `:bank`: its own only."""

# A finding is keyed by a household, and a village is none: its key is made of its name and kind,
# so that a later run finds the same village again.
_KEY = "md5({kind} || ':' || {place})::uuid"

# How far each place is: everything that is certain, and how far the uncertain could carry it.
_HOLDING = f"""
    with {PARAMETERS}
    select h.village_code, h.registered, h.holders_at_least, h.holders_at_most,
           {figure_at("village_households", "h.village_code")} as village_households,
           {figure_at("indiscriminate_share", "h.village_code")} as indiscriminate_share,
           {figure_at("unfit_share", "h.village_code")} as unfit_share
    from (
        select p.division as village_code, count(*)::int as registered,
               (count(*) filter (where held.surely))::int as holders_at_least,
               (count(*) filter (where held.home_key is not null))::int as holders_at_most
        from household_place p
        join {STATUS_ON_THE_DAY.format(household="p.household_key")} status on true
        left join (
            select home_key, coalesce(bool_or(live), false) as surely
            from standing_loan where home_key is not null group by home_key) held
            on held.home_key = p.household_key
        where p.known_from <= :on and :on < p.known_to
          and {within("p.division", "place_lo", "place_hi")}
          and {registered_on_the_day("status.status")}
        group by p.division) h
"""

VILLAGE_LOANS = [
    text("drop table if exists village_holding"),
    text(f"create temp table village_holding on commit drop as {_HOLDING}"),
    text("drop table if exists village_loan"),
    text(f"""
        create temp table village_loan on commit drop as
        select l.loan_id, l.village_code, l.live, labour.someone_able,
               capacity.needs_capacity_review
        from standing_loan l
        join village_holding v using (village_code)
        left join {LABOUR.format(loan="l")} labour on true
        left join {CAPACITY.format(loan="l")} capacity on true
        where v.registered >= v.village_households
          and v.holders_at_most > v.indiscriminate_share * v.registered
    """),
]
"""Who holds loans in each village of the scope, and the loans of those villages where many do."""

FITTED = [
    text("drop table if exists fitted"),
    text("""
        create temp table fitted
            (loan_id uuid, village_code text, live boolean, fits boolean) on commit drop
    """),
]
FITTED_LOAN = table(
    "fitted", *[column(name) for name in ("loan_id", "village_code", "live", "fits")]
)
VILLAGE_LOAN = table(
    "village_loan",
    column("loan_id", Uuid),
    column("village_code", Text),
    column("live", Boolean),
    column("someone_able", Boolean),
    column("needs_capacity_review", Boolean),
)


def fitted(fits: ColumnElement[Any]) -> Select[Any]:
    """The loans of `village_loan`, each with whether it fits: true, false or null."""
    return select(
        VILLAGE_LOAN.c.loan_id,
        VILLAGE_LOAN.c.village_code,
        VILLAGE_LOAN.c.live,
        case((fits.is_(False), False), (fits, True)).label("fits"),
    )


# The least share of unfit loans: the unclear fit, and those that may not live do if they fit. The
# greatest: the unclear do not fit, and those that may not live do unless they fit.
VILLAGE_FACTS = [
    text("drop table if exists village_facts"),
    text(f"""
        create temp table village_facts on commit drop as
        select 'village' as subject_kind, {_KEY.format(kind="'village'", place="v.village_code")}
                   as household_key,
               v.*, v.village_code as division, coalesce(l.loans_unclear, '{{}}') as loans_unclear,
               coalesce(l.loans, 0) as loans, coalesce(l.unfit, 0) as unfit,
               coalesce(l.unclear, 0) as unclear,
               coalesce(l.loans + l.unreported_fit, 0) as loans_if_least,
               coalesce(l.unfit + l.unclear_live + l.unreported_unfit, 0) as unfit_at_most,
               coalesce(l.loans + l.unreported_unfit, 0) as loans_if_most
        from village_holding v
        left join (
            select village_code,
                   (count(*) filter (where live))::int as loans,
                   (count(*) filter (where live and not fits))::int as unfit,
                   (count(*) filter (where live and fits is null))::int as unclear_live,
                   (count(*) filter (where live is null and fits is not false))::int
                       as unreported_fit,
                   (count(*) filter (where live is null and fits is not true))::int
                       as unreported_unfit,
                   (count(*) filter (where live is null or fits is null))::int as unclear,
                   case when bool_or(live is null or fits is null)
                        then array['loans'] else '{{}}' end as loans_unclear
            from fitted group by village_code) l using (village_code)
    """),
]

_VILLAGE_COLUMNS: dict[str, Any] = {
    "subject_kind": Text,
    "household_key": Uuid,
    "village_code": Text,
    "division": Text,
    "registered": Integer,
    "holders_at_least": Integer,
    "holders_at_most": Integer,
    "loans": Integer,
    "unfit": Integer,
    "unclear": Integer,
    "loans_if_least": Integer,
    "unfit_at_most": Integer,
    "loans_if_most": Integer,
    "village_households": Numeric,
    "indiscriminate_share": Numeric,
    "unfit_share": Numeric,
    "loans_unclear": ARRAY(Text),
}
VILLAGES = table("village_facts", *[column(name, kind) for name, kind in _VILLAGE_COLUMNS.items()])
"""One row a village with registered households: what LOAN-22 looks at."""

# An area is a village or a township, by the home of the family; a stranger is in no area, but in
# the county's rate. What banks have not reported yet may be owed, overdue or neither.
_AREAS = f"""
    with {PARAMETERS},
    county as (
        select county, coalesce(sum(balance), 0) as balance, coalesce(sum(overdue), 0) as overdue,
               coalesce(sum(principal) filter (where live is null), 0) as unreported
        from {{loans}} l group by county),
    area as (
        select a.subject_kind, a.division, min(l.county) as county,
               (count(*) filter (where l.live))::int as loans,
               (count(*) filter (where l.live is null))::int as unreported_loans,
               coalesce(sum(l.balance), 0) as balance, coalesce(sum(l.overdue), 0) as overdue,
               coalesce(sum(l.principal) filter (where l.live is null), 0) as unreported,
               array_remove(array_agg(distinct case when l.live is null
                                                    then 'balance:' || l.agency end), null)
                   as unreported_by
        from {{loans}} l
        cross join lateral (
            values ('village', l.village_code),
                   ('township', rpad(left(l.village_code, 9), 12, '0')))
            as a(subject_kind, division)
        where l.village_code is not null
        group by a.subject_kind, a.division)
    select area.*, case when area.subject_kind = 'village' then area.division end as village_code,
           c.balance as county_balance, c.overdue as county_overdue,
           c.unreported as county_unreported,
           round(area.overdue / nullif(area.balance, 0), 6) as rate,
           round(c.overdue / nullif(c.balance, 0), 6) as county_rate,
           {figure_at("area_loans", "area.division")} as area_loans,
           {figure_at("overdue_excess", "area.division")} as overdue_excess
    from area join county c using (county)
"""

AREA_FACTS = [
    text("drop table if exists area_facts"),
    text(f"""
        create temp table area_facts on commit drop as
        select a.*, {_KEY.format(kind="a.subject_kind", place="a.division")} as household_key
        from ({_AREAS.format(loans="standing_loan")}) a
        where {within("a.division", "place_lo", "place_hi")}
    """),
]

_AREA_COLUMNS: dict[str, Any] = {
    "subject_kind": Text,
    "household_key": Uuid,
    "village_code": Text,
    "division": Text,
    "county": Text,
    "loans": Integer,
    "unreported_loans": Integer,
    "balance": Numeric,
    "overdue": Numeric,
    "unreported": Numeric,
    "unreported_by": ARRAY(Text),
    "county_balance": Numeric,
    "county_overdue": Numeric,
    "county_unreported": Numeric,
    "rate": Numeric,
    "county_rate": Numeric,
    "area_loans": Numeric,
    "overdue_excess": Numeric,
}
AREAS = table("area_facts", *[column(name, kind) for name, kind in _AREA_COLUMNS.items()])
"""One row a village or township of the scope with a loan: what LOAN-41 looks at."""

AREA_RATES = select(AREAS)
"""The villages and townships laid out."""

# Counties are held against all that was asked for.
COUNTY_RATES = text(f"""
    select county as division, loans, balance, overdue,
           round(overdue / nullif(balance, 0), 6) as rate,
           round(sum(overdue) over () / nullif(sum(balance) over (), 0), 6) as mean_rate
    from (
        select county, (count(*) filter (where live))::int as loans,
               coalesce(sum(balance), 0) as balance, coalesce(sum(overdue), 0) as overdue
        from standing_loan where {within("county", "place_lo", "place_hi")} group by county) c
    order by county
""")
