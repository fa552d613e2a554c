"""Default proposals: what a bank proposed, what an officer decided (LOAN-43)."""

from typing import Any

from sqlalchemy import Boolean, Date, Numeric, Text, Uuid, column, table, text

from services.loans.queries.facts.loan import IN_SCOPE

# The newest proposal about a loan by the business date, and the decision on it by then.
LAY_OUT = [
    text("drop table if exists proposed_loan"),
    text(f"""
        create temp table proposed_loan on commit drop as
        select 'loan' as subject_kind, c.household_key, c.agency, c.contract_no, c.division,
               c.person_key, c.product,
               case when c.converted_on <= :on then false
                    when c.as_at <= :on then c.balance > 0 end as live,
               case when c.as_at <= :on then c.balance end as balance,
               p.proposed_on, p.evidence is not null as has_evidence,
               d.decision, d.decided_on, d.court_listed
        from contract c
        cross join lateral (
            select p.* from default_proposal p
            where p.household_key = c.household_key and p.loan_id = c.id and p.proposed_on <= :on
            order by p.proposed_on desc, p.proposal_id desc limit 1) p
        left join default_decision d on d.household_key = p.household_key
            and d.proposal_id = p.proposal_id and d.decided_on <= :on
        where {IN_SCOPE}
    """),
]

_COLUMNS: dict[str, Any] = {
    "subject_kind": Text,
    "household_key": Uuid,
    "agency": Text,
    "contract_no": Text,
    "division": Text,
    "person_key": Uuid,
    "product": Text,
    "live": Boolean,
    "balance": Numeric,
    "proposed_on": Date,
    "has_evidence": Boolean,
    "decision": Text,
    "decided_on": Date,
    "court_listed": Boolean,
}
PROPOSED = table("proposed_loan", *[column(name, kind) for name, kind in _COLUMNS.items()])
"""One row a loan of the scope about which something is proposed: what LOAN-43 looks at."""

LOAN_OF = text("""
    select r.household_key, r.loan_id, r.division from contract_ref r
    where r.agency = :agency and r.contract_no = :contract_no
    for update
""")

OPEN_PROPOSAL = text("""
    select p.proposal_id, p.evidence, p.reason, p.proposed_on from default_proposal p
    where p.household_key = :household_key and p.loan_id = :loan_id and not exists (
        select from default_decision d
        where d.household_key = p.household_key and d.proposal_id = p.proposal_id)
""")

ADD_PROPOSAL = text("""
    insert into default_proposal (household_key, proposal_id, loan_id, agency, contract_no,
        division, evidence, reason, proposed_on, proposed_by, recorded_at)
    values (:household_key, :proposal_id, :loan_id, :agency, :contract_no, :division, :evidence,
        :reason, :proposed_on, :proposed_by, :recorded_at)
""")

ADD_DECISION = text("""
    insert into default_decision (household_key, proposal_id, proposed_agency, decision, reason,
        court_listed, decided_on, decided_by, decided_agency, recorded_at)
    values (:household_key, :proposal_id, :proposed_agency, :decision, :reason, :court_listed,
        :decided_on, :decided_by, :decided_agency, :recorded_at)
    on conflict do nothing returning proposal_id
""")

_SEEN = """
    select p.*, c.person_key, c.balance, c.overdue_principal, c.five_class, d.decision,
           d.reason as decision_reason, d.court_listed, d.decided_on, d.decided_by,
           d.decided_agency, coalesce(lower(d.decision), 'proposed') as state
    from default_proposal p
    left join default_decision d using (household_key, proposal_id)
    join contract c on c.household_key = p.household_key and c.id = p.loan_id
        and c.superseded_at is null and c.counts_to = date 'infinity'
    where (case when cast(:bank as text) is not null
                then p.agency = :bank
                     or p.agency in (select code from agency where parent = :bank)
                else exists (
                    select from unnest(cast(:lo as text[]), cast(:hi as text[])) as seen(lo, hi)
                    where p.division >= seen.lo and p.division < seen.hi) end)
"""
PROPOSALS = text(f"""
    {_SEEN}
      and (cast(:after as uuid) is null or p.proposal_id > :after)
      and (cast(:state as text) is null or coalesce(lower(d.decision), 'proposed') = :state)
      and (cast(:contract_no as text) is null or p.contract_no = :contract_no)
    order by p.proposal_id limit :limit
""")
ONE_PROPOSAL = text(f"{_SEEN} and p.proposal_id = :proposal_id")
