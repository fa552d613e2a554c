"""Which loans are judged: stored contracts on a business date, or those that are asked about."""

_COUNTS = """
    c.superseded_at is null and c.counts_from <= :on and :on < c.counts_to and c.signed_on <= :on
    and (cast(:households as uuid[]) is null or c.household_key = any(:households))
"""
_ASKED_FOR = """
    exists (select from unnest(cast(:lo as text[]), cast(:hi as text[])) as scope(lo, hi)
            where c.division >= scope.lo and c.division < scope.hi)
    and (cast(:agency as text) is null or c.agency = :agency)
    and (cast(:banks as text[]) is null or (c.agency, c.contract_no) in (
         select * from unnest(cast(:banks as text[]), cast(:numbers as text[]))))
"""
IN_SCOPE = f"{_COUNTS} and {_ASKED_FOR}"
"""Whether a contract `c` is judged: in scope, by the report that counts on the business date."""

# Before the first report's as_at what needs a balance is unknown, signing facts are known.
STORED = f"""
    select c.household_key, c.id as loan_id, c.agency, c.contract_no, c.division, c.person_key,
           c.name_key, c.born_on, c.kind, c.parent_contract_no, c.product, c.principal,
           c.annual_rate, c.applied_on, c.signed_on, c.disbursed_on, c.matures_on, c.purpose,
           c.guarantee, c.wish_signed_on, null::text[] as attested,
           c.actual_user_kind, c.actual_user_credit_code, c.actual_user_mode,
           c.actual_user_has_industry_base, c.actual_user_at_risk, c.household_aware,
           c.household_takes_part, c.closed_on, c.converted_on,
           case when c.as_at <= :on then c.balance end as balance,
           case when c.as_at <= :on then c.overdue_principal end as overdue_principal,
           case when c.as_at <= :on then c.overdue_since end as overdue_since,
           case when c.as_at <= :on then c.five_class end as five_class
    from contract c where {IN_SCOPE}
"""

# Loans that do not exist yet; `loan_id` is that of the check. Applied, signed and drawn on `:on`.
ASKED = """
    select a.household_key, a.loan_id, a.agency, null::text as contract_no, a.division,
           a.person_key, a.name_key, a.born_on, a.kind, a.parent_contract_no,
           'POVERTY_MICRO'::text as product, a.amount as principal, a.annual_rate,
           cast(:on as date) as applied_on, cast(:on as date) as signed_on,
           cast(:on as date) as disbursed_on,
           (cast(:on as date) + make_interval(months => a.term_months))::date as matures_on,
           a.purpose, a.guarantee, a.wish_signed_on, a.attested, a.actual_user_kind,
           a.actual_user_credit_code, a.actual_user_mode,
           null::boolean as actual_user_has_industry_base, null::boolean as actual_user_at_risk,
           null::boolean as household_aware, null::boolean as household_takes_part,
           null::date as closed_on, null::date as converted_on, null::numeric as balance,
           null::numeric as overdue_principal, null::date as overdue_since,
           null::int as five_class
    from jsonb_to_recordset(cast(:asked as jsonb)) as a(
        household_key uuid, loan_id uuid, agency text, division text, person_key uuid,
        name_key uuid, born_on date, kind text, parent_contract_no text, amount numeric,
        annual_rate numeric, term_months int, purpose text, guarantee text,
        wish_signed_on date, attested text[], actual_user_kind text,
        actual_user_credit_code text, actual_user_mode text)
"""
