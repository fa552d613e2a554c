"""What is done when a bank takes a contract back."""

from sqlalchemy import text

# One writer per numbering at a time, like pushes of contracts.
LOCK = text("""
    select pg_advisory_xact_lock(
        hashtextextended(current_schema() || '/' || cast(:agency as text), 0))
""")

VOIDED = text("select * from contract_void where loan_id = :loan_id and agency = :agency")

VOID = text("""
    with gone as (
        delete from contract_ref where loan_id = :loan_id and agency = :agency
        returning household_key, loan_id, agency, contract_no, division),
    closed as (
        update contract c set superseded_at = :now
        from gone g
        where c.household_key = g.household_key and c.id = g.loan_id and c.superseded_at is null),
    told as (
        insert into outbox (type, household_key, agency, division, data)
        select 'contract.voided', household_key, agency, division, json_build_object(
            'household_key', household_key, 'loan_id', loan_id, 'agency', agency,
            'contract_no', contract_no, 'voided_on', cast(:voided_on as date))
        from gone)
    insert into contract_void (household_key, loan_id, agency, contract_no, reason, voided_on,
                               client_id, sub, recorded_at)
    select household_key, loan_id, agency, contract_no, :reason, :voided_on, :client_id, :sub, :now
    from gone
    returning *
""")
