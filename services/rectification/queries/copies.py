"""Copies of neighbours' facts: loans that end, and money that comes back."""

from sqlalchemy import text

# A report is kept once, each version of it; which one counts on a day is asked when it matters.
KEEP_LOAN_REPORTS = text("""
    insert into loan_report (household_key, loan_id, source_version, agency, contract_no, as_at,
        balance, closed_on, converted_on)
    select household_key, loan_id, source_version, agency, contract_no, as_at, balance, closed_on,
        converted_on
    from jsonb_to_recordset(cast(:events as jsonb)) as e(household_key uuid, loan_id uuid,
        source_version int, agency text, contract_no text, as_at date, balance numeric,
        closed_on date, converted_on date)
    on conflict do nothing
""")

FORGET_LOAN_REPORTS = text("""
    delete from loan_report where (household_key, loan_id) in (
        select household_key, loan_id
        from jsonb_to_recordset(cast(:events as jsonb)) as e(household_key uuid, loan_id uuid))
""")

KEEP_REFUNDS = text("""
    insert into refund (household_key, loan_id, refund_no, source_version, amount, paid_on, cause,
        "to")
    select distinct on (household_key, loan_id, refund_no) household_key, loan_id, refund_no,
        source_version, amount, paid_on, cause, "to"
    from jsonb_to_recordset(cast(:events as jsonb)) as e(household_key uuid, loan_id uuid,
        refund_no text, source_version int, amount numeric, paid_on date, cause text, "to" text)
    order by household_key, loan_id, refund_no, source_version desc
    on conflict (household_key, loan_id, refund_no) do update
    set source_version = excluded.source_version, amount = excluded.amount,
        paid_on = excluded.paid_on, cause = excluded.cause, "to" = excluded."to"
    where refund.source_version < excluded.source_version
""")

KEEP_TREASURY_PAYMENTS = text("""
    insert into treasury_payment (household_key, payment_id, loan_id, source_version, amount,
        paid_on)
    select distinct on (household_key, payment_id) household_key, payment_id, loan_id,
        source_version, amount, paid_on
    from jsonb_to_recordset(cast(:events as jsonb)) as e(household_key uuid, payment_id uuid,
        loan_id uuid, source_version int, amount numeric, paid_on date)
    order by household_key, payment_id, source_version desc
    on conflict (household_key, payment_id) do update
    set source_version = excluded.source_version, amount = excluded.amount,
        paid_on = excluded.paid_on
    where treasury_payment.source_version < excluded.source_version
""")

KEEP_CLAIMS = text("""
    insert into claim_copy (household_key, claim_id, source_version, agency, claim_no, policy_no,
        person_key, kind, incident_on, incident_no)
    select distinct on (household_key, claim_id) household_key, claim_id, source_version, agency,
        claim_no, policy_no, person_key, kind, incident_on, incident_no
    from jsonb_to_recordset(cast(:events as jsonb)) as e(household_key uuid, claim_id uuid,
        source_version int, agency text, claim_no text, policy_no text, person_key uuid, kind text,
        incident_on date, incident_no text)
    order by household_key, claim_id, source_version desc
    on conflict (household_key, claim_id) do update
    set source_version = excluded.source_version, policy_no = excluded.policy_no,
        kind = excluded.kind, incident_on = excluded.incident_on,
        incident_no = excluded.incident_no
    where claim_copy.source_version < excluded.source_version
""")

# A correction may say that a change was no payment; then nothing was paid by it.
KEEP_CLAIM_PAYMENTS = text("""
    insert into claim_payment (household_key, claim_id, version, source_version, amount, paid_on)
    select distinct on (household_key, claim_id, version) household_key, claim_id, version,
        source_version, case when state in ('PAID', 'PREPAID') then coalesce(amount, 0) else 0 end,
        "on"
    from jsonb_to_recordset(cast(:events as jsonb)) as e(household_key uuid, claim_id uuid,
        version int, source_version int, state text, amount numeric, "on" date)
    order by household_key, claim_id, version, source_version desc
    on conflict (household_key, claim_id, version) do update
    set source_version = excluded.source_version, amount = excluded.amount,
        paid_on = excluded.paid_on
    where claim_payment.source_version < excluded.source_version
""")
