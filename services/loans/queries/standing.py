"""Poverty loans that stand on a day, wherever they were lent, with the home of their family.

What is added up over villages, users and counties rests on these, and not on the loans that one
screening was asked about (LOAN-21, 22, 41).
"""

from kernel.policy.home import registered_on
from services.loans.queries.facts.household import HOME
from services.loans.queries.facts.parameters import in_force

# Before the first report's as_at its balance is unknown, and so is whether the loan lives.
# `overdue` is what the bank reports or, past maturity, what is owed though it reports nothing.
STANDING = f"""
    select k.*, home.household_key as home_key,
           coalesce(home.household_key, k.person_key) as family, h.household_no,
           place.division as village_code,
           rpad(left(coalesce(place.division, k.division), 6), 12, '0') as county
    from (
        select c.household_key, c.id as loan_id, c.agency, c.contract_no, c.division, c.person_key,
               c.product, c.principal, c.signed_on, c.disbursed_on, c.matures_on,
               c.actual_user_kind, c.actual_user_credit_code, c.actual_user_name,
               c.actual_user_mode, c.actual_user_has_industry_base, c.actual_user_at_risk,
               c.household_aware, c.household_takes_part, c.five_class, c.overdue_principal,
               c.overdue_since,
               case when c.as_at <= :on then true end as live,
               case when c.as_at <= :on then c.balance end as balance,
               case when c.as_at > :on then null
                    when c.overdue_principal > 0 then c.overdue_principal
                    when c.matures_on < :on then c.balance else 0 end as overdue
        from contract c
        where c.superseded_at is null and c.counts_from <= :on and :on < c.counts_to
          and c.product = 'POVERTY_MICRO' and c.signed_on <= :on and c.disbursed_on <= :on
          and (c.converted_on is null or c.converted_on > :on)
          and (c.as_at > :on or c.balance > 0) and {{which}}) k
    left join {HOME.format(loan="k")} home on true
    left join household h on h.household_key = home.household_key
    left join household_place place on place.household_key = home.household_key
        and place.known_from <= :on and :on < place.known_to
"""
"""SQL of one row a loan; `which`: a condition over `contract c`. A stranger is his own family."""

BEARS_ON_PLACES = """
    (exists (select from unnest(cast(:lo as text[]), cast(:hi as text[])) as s(lo, hi)
             where c.division >= s.lo and c.division < s.hi)
     or c.person_key in (
        select m.person_key from member m join household_place p using (household_key)
        join unnest(cast(:lo as text[]), cast(:hi as text[])) as s(lo, hi)
            on p.division >= s.lo and p.division < s.hi))
"""
"""Whether a contract `c` may count for a place: by its branch, or by its borrower's home."""

OF_BANK = """
    (cast(:bank as text) is null or c.agency = :bank
     or c.agency in (select code from agency where parent = :bank))
"""
"""Whether a contract `c` is a bank's own or its members'; without a bank all are."""


def within(column: str, lo: str = "lo", hi: str = "hi") -> str:
    """SQL: whether a division lies in one of the ranges of these two parameters."""
    return f"""
        exists (select from unnest(cast(:{lo} as text[]), cast(:{hi} as text[])) as s(lo, hi)
                where {column} >= s.lo and {column} < s.hi)
    """


def figure_at(name: str, division: str, sql_type: str = "numeric") -> str:
    """SQL for a figure of law on the business date. Needs the CTE of `PARAMETERS`."""
    return in_force(name, sql_type, "cast(:on as date)", division)


def registered_on_the_day(status: str) -> str:
    """SQL: whether a status, as it is on the business date, counts as registered."""
    return registered_on(status, "cast(:on as date)")


STATUS_ON_THE_DAY = """
    lateral (
        select s.status from household_status s
        where s.household_key = {household} and s.known_from <= :on and :on < s.known_to
          and s.valid_from <= :on and :on < s.valid_to
        order by s.valid_from desc, s.status desc limit 1)
"""
"""SQL of a lateral join to a household's status on the business date."""
