"""Organisations that really use poverty loans: over all banks and counties (LOAN-21)."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Integer,
    Numeric,
    Text,
    Uuid,
    column,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from services.loans.queries.facts.parameters import PARAMETERS
from services.loans.queries.facts.use import DISPOSITION
from services.loans.queries.standing import OF_BANK, STANDING, figure_at, within

USER_ID = "md5('user:' || {code})::uuid"
"""SQL: what we call a user, made of his credit code so that it is the same on every day. A finding
is keyed by a household, and a user is none: this is its key, too."""

# Which of these is an organisation is LOAN-20's to say: the others are taken out again.
_USED_BY_OTHERS = "c.actual_user_kind <> 'HOUSEHOLD'"

USED_LOANS = [
    text("drop table if exists used_loan"),
    text(f"""
        create temp table used_loan on commit drop as
        with {PARAMETERS}
        select l.*, {within("l.division")} as in_scope,
               {DISPOSITION.format(loan="l", cutoff="cutoff.day")} as disposition
        from ({STANDING.format(which=f"{_USED_BY_OTHERS} and {OF_BANK}")}) l
        cross join lateral (
            select {figure_at("enterprise_cutoff", "l.county", "date")} as day) cutoff
    """),
]
"""Standing loans of other users than the household, everywhere; `:bank`: only a bank's own."""

USED_LOAN = table(
    "used_loan",
    column("loan_id", Uuid),
    column("product", Text),
    column("live", Boolean),
    column("actual_user_kind", Text),
    column("actual_user_credit_code", Text),
)

# One row a user of whose loans one is in scope, with his loans of everywhere; and one a loan in
# scope whose user cannot be told from another.
USER_FACTS = [
    text("drop table if exists user_facts"),
    text(f"""
        create temp table user_facts on commit drop as
        with {PARAMETERS},
        totals as (
            select actual_user_credit_code as credit_code,
                   (count(distinct family) filter (where live))::int as families,
                   count(distinct family)::int as families_at_most,
                   (count(*) filter (where live))::int as loans,
                   (count(distinct agency))::int as banks,
                   coalesce(sum(balance), 0) as total_balance,
                   coalesce(sum(coalesce(balance, principal)), 0) as balance_at_most,
                   array_remove(array_agg(distinct case when live is null
                                                        then 'balance:' || agency end), null)
                       as unreported_by,
                   min(division) filter (where in_scope) as first_place,
                   max(division) filter (where in_scope) as last_place
            from used_loan where actual_user_credit_code is not null
            group by actual_user_credit_code having bool_or(in_scope)),
        placed as (
            -- The smallest division that holds all his loans in scope.
            select t.*, (select rpad(left(t.first_place, n), 12, '0')
                         from unnest(array[12, 9, 6, 4, 2, 0]) as n
                         where left(t.first_place, n) = left(t.last_place, n)
                         order by n desc limit 1) as division
            from totals t)
        select 'user' as subject_kind, {USER_ID.format(code="u.credit_code")} as household_key,
               null::text as agency, null::text as contract_no, null::text as household_no,
               null::text as village_code, null::uuid as person_key,
               u.credit_code, u.division, u.families, u.families_at_most, u.loans, u.banks,
               u.total_balance, u.balance_at_most, u.unreported_by,
               {figure_at("watch_households", "u.division")} as watch_households,
               {figure_at("watch_balance", "u.division")} as watch_balance,
               null::boolean as watched
        from placed u
        union all
        select 'loan', l.household_key, l.agency, l.contract_no, l.household_no, l.village_code,
               l.person_key, null, l.division, null, null, null, null, l.balance, null, '{{}}',
               {figure_at("watch_households", "l.division")},
               {figure_at("watch_balance", "l.division")}, null
        from used_loan l
        where l.live and l.actual_user_credit_code is null and l.in_scope
          and (cast(:households as uuid[]) is null or l.household_key = any(:households))
    """),
]

_COLUMNS: dict[str, Any] = {
    "subject_kind": Text,
    "household_key": Uuid,
    "agency": Text,
    "contract_no": Text,
    "household_no": Text,
    "village_code": Text,
    "person_key": Uuid,
    "credit_code": Text,
    "division": Text,
    "families": Integer,
    "families_at_most": Integer,
    "loans": Integer,
    "banks": Integer,
    "total_balance": Numeric,
    "balance_at_most": Numeric,
    "unreported_by": ARRAY(Text),
    "watch_households": Numeric,
    "watch_balance": Numeric,
    "watched": Boolean,
}
USERS = table("user_facts", *[column(name, kind) for name, kind in _COLUMNS.items()])
"""One row a user, and one a loan whose user has no code: what LOAN-21 looks at."""

NEWEST_DISPOSITION = """
    (select d.* from user_disposition d where d.user_id = {user}
     order by d.version desc limit 1)
"""

# Of the users laid out: how their loans are classed, and what was decided about each.
SEEN_USERS = text(f"""
    select u.household_key as user_id, u.credit_code, u.families, u.loans, u.banks,
           u.total_balance as balance, used.names, used.classes,
           to_jsonb(d) as disposition,
           u.watched
    from user_facts u
    cross join lateral (
        select coalesce(array_agg(distinct l.actual_user_name) filter (
                   where l.actual_user_name is not null), '{{}}') as names,
               (select coalesce(jsonb_object_agg(disposition, n), '{{}}') from (
                    select coalesce(k.disposition, 'none') as disposition, count(*) as n
                    from used_loan k
                    where k.actual_user_credit_code = u.credit_code and k.live group by 1) counted)
                   as classes
        from used_loan l where l.actual_user_credit_code = u.credit_code) used
    left join lateral {NEWEST_DISPOSITION.format(user="u.household_key")} d on true
    where u.subject_kind = 'user'
      and (cast(:user_id as uuid) is null or u.household_key = :user_id)
      and (cast(:after as uuid) is null or u.household_key > :after)
      and (cast(:watched as boolean) is null or u.watched = :watched)
    order by u.household_key limit :limit
""")

# Any report may have named him: what was decided about him outlives his loans.
CODE_OF_USER = text(f"""
    select c.actual_user_credit_code from contract c
    where c.actual_user_credit_code is not null
      and {USER_ID.format(code="c.actual_user_credit_code")} = :user_id
      and {within("c.division")}
    limit 1
""")

LOCK_USER = text("""
    select pg_advisory_xact_lock(
        hashtextextended('user/' || cast(cast(:user_id as uuid) as text), 0))
""")

DISPOSITIONS = text("""
    select * from user_disposition where user_id = :user_id order by version desc
""")

ADD_DISPOSITION = text("""
    insert into user_disposition (user_id, version, credit_code, class, reason, disposed_on,
        disposed_by, agency, recorded_at)
    values (:user_id, :version, :credit_code, :class, :reason, :disposed_on, :disposed_by,
        :agency, :recorded_at)
    returning *
""")
