"""Claims: how far they are, who did what, and what belongs to them."""

from sqlalchemy import Date, Integer, Numeric, Text, Uuid, column, text
from sqlalchemy.dialects.postgresql import JSONB

from services.subsidy.queries.standing import COUNTS

# A claim's newest version, how far it is, and its lines and history as documents.
CLAIMS_SHOWN = (
    text("""
        select c.id, c.source_version, c.superseded_at, c.agency, c.division, c.claim_no,
               c.period_start, c.period_end, g.state, g.approved_amount, g.clawed_back,
               g.publicised_on,
               (select sum(l.amount) from claim_line l where l.claim_id = c.id) as claimed,
               (select coalesce(sum(l.amount), 0.00) from claim_line l
                where l.claim_id = c.id and l.rejected_because is null) as amount,
               (select max(l.checked_on) from claim_line l where l.claim_id = c.id) as checked_on,
               (select jsonb_agg(jsonb_build_object(
                    'line_no', l.line_no, 'contract_no', l.contract_no,
                    'period_start', l.period_start, 'period_end', l.period_end,
                    'base', l.base::text, 'amount', l.amount::text, 'ours', l.ours::text,
                    'difference', (l.amount - l.ours)::text, 'claimed_on', l.claimed_on,
                    'rejected_because', l.rejected_because, 'findings', l.findings)
                    order by l.position)
                from claim_line l where l.claim_id = c.id) as lines,
               (select coalesce(jsonb_agg(jsonb_build_object(
                    'act', a.act, 'state', a.state, 'on', a."on", 'agency', a.agency,
                    'by', a.sub, 'said', a.said, 'recorded_at', a.recorded_at)
                    order by a.seq), '[]')
                from claim_act a where a.claim_id = c.id) as history
        from claim_version c join claim_progress g on g.claim_id = c.id
    """)
    .columns(
        column("id", Uuid),
        column("source_version", Integer),
        column("superseded_at", Date),
        column("agency", Text),
        column("division", Text),
        column("claim_no", Text),
        column("period_start", Date),
        column("period_end", Date),
        column("state", Text),
        column("approved_amount", Numeric),
        column("clawed_back", Numeric),
        column("publicised_on", Date),
        column("claimed", Numeric),
        column("amount", Numeric),
        column("checked_on", Date),
        column("lines", JSONB),
        column("history", JSONB),
    )
    .subquery("claims_shown")
)

LOCK_CLAIM = text("""
    select g.*, c.claim_no,
           (select max(a."on") from claim_act a where a.claim_id = g.claim_id
              and a.seq > coalesce((select max(b.seq) from claim_act b
                                    where b.claim_id = g.claim_id and b.act = 'return'), 0))
               as last_on,
           (select coalesce(sum(l.amount), 0.00) from claim_line l
            where l.claim_id = g.claim_id and l.rejected_because is null) as amount
    from claim_progress g
    join claim_version c on c.id = g.claim_id and c.superseded_at is null
    where g.claim_id = :claim_id
      and ((cast(:bank as text) is not null and g.agency = :bank)
           or (cast(:bank as text) is null and exists (
               select from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
               where g.county >= place.lo and g.county < place.hi)))
    for update of g
""")
"""A claim for one act: its bank's, or one in the caller's divisions; nobody else acts meanwhile."""

ADD_ACT = text("""
    insert into claim_act (claim_id, act, state, sub, agency, "on", said, recorded_at)
    values (:claim_id, :act, :state, :sub, :agency, :on, cast(:said as jsonb), :now)
    returning seq
""")

MOVE = {
    "submit": text("""
        update claim_progress
        set state = :state, submitted_on = :on, submitted_seq = :seq
        where claim_id = :claim_id
    """),
    "review": text("""
        update claim_progress
        set state = :state, reviewed_by = :sub, reviewed_agency = :agency, reviewed_role = :role
        where claim_id = :claim_id
    """),
    "publicise": text("""
        update claim_progress set state = :state, publicised_on = :on where claim_id = :claim_id
    """),
    "approve": text("""
        update claim_progress
        set state = :state, approved_by = :sub, approved_agency = :agency, approved_role = :role,
            approved_amount = :amount, approved_seq = :seq
        where claim_id = :claim_id
    """),
    "pay": text("""
        update claim_progress
        set state = :state, paid_by = :sub, paid_agency = :agency, paid_role = :role
        where claim_id = :claim_id
    """),
    "return": text("""
        update claim_progress
        set state = :state, reviewed_by = null, reviewed_agency = null, reviewed_role = null,
            publicised_on = null, approved_by = null, approved_agency = null,
            approved_role = null, approved_amount = null, approved_seq = null
        where claim_id = :claim_id
    """),
    "reject-lines": text("""
        update claim_progress
        set state = :state, reviewed_by = null, reviewed_agency = null, reviewed_role = null,
            publicised_on = null
        where claim_id = :claim_id
    """),
    "claw-back": text("""
        update claim_progress set state = :state, clawed_back = clawed_back + :amount
        where claim_id = :claim_id
    """),
}
"""What each act changes in how far a claim is; `STEP` for those not named."""

STEP = text("update claim_progress set state = :state where claim_id = :claim_id")

MOVE_LINES = text("""
    update claim_line l set state = g.state
    from claim_progress g
    where g.claim_id = l.claim_id and (g.claim_id = :claim_id or (
        cast(:frees as boolean) and (g.county, g.budget_year) = (
            select o.county, o.budget_year from claim_progress o where o.claim_id = :claim_id)))
""")
"""Lines follow their claim. An act that gives back to the budget bears on all of its claims."""

ANNOUNCE_ACT = text("""
    insert into outbox (type, agency, division, data)
    select 'subsidy-claim.' || replace(cast(:act as text), '-', '_'), g.agency, g.county,
           json_build_object('claim_id', g.claim_id, 'agency', g.agency, 'county', g.county,
                             'state', g.state, 'on', cast(:on as date),
                             'approved_amount', g.approved_amount::text)
    from claim_progress g where g.claim_id = :claim_id
""")

# --- lines ---

KEEP_CHECK = text("""
    update claim_line l
    set ours = c.ours, findings = c.findings, checked_on = :on, engine_version = :engine_version
    from jsonb_to_recordset(cast(:checked as jsonb))
        as c(line_no text, ours numeric, findings jsonb)
    where l.claim_id = :claim_id and l.line_no = c.line_no
""")

LINES_IN_DOUBT = text("""
    select l.line_no from claim_line l
    where l.claim_id = :claim_id and l.rejected_because is null
      and (exists (select from jsonb_to_recordset(l.findings) as f(rule_id text, verdict text)
                   where f.verdict = 'not_met' and f.rule_id <> 'SUB-06')
           or not exists (select from contract c
                          where c.household_key = l.household_key and c.loan_id = l.loan_id))
    order by l.position
""")
"""Lines that are against the law, or of a contract that was voided; of the budget the approval
answers by itself."""

REJECT_LINES = text("""
    update claim_line set rejected_because = :reason
    where claim_id = :claim_id and line_no = any(:lines) and rejected_because is null
    returning line_no
""")
ADMIT_LINES = text("""
    update claim_line set rejected_because = null where claim_id = :claim_id
""")
LINES_LEFT = text("""
    select count(*) from claim_line where claim_id = :claim_id and rejected_because is null
""")

# --- money ---

LOCK_BUDGET = text("""
    select pg_advisory_xact_lock(hashtextextended(
        current_schema() || '/budget/' || cast(:division as text) || '/'
        || cast(:year as int), 0))
""")

BUDGET = text("""
    select b.*, (select coalesce(sum(g.approved_amount - g.clawed_back), 0.00)
                 from claim_progress g
                 where g.county = b.division and g.budget_year = b.year
                   and g.state = any(:committed_states)) as committed
    from budget b where b.division = :division and b.year = :year
    order by b.version desc limit 1
""")

SET_BUDGET = text("""
    insert into budget (division, year, version, amount, sub, agency, recorded_at)
    values (:division, :year, :version, :amount, :sub, :agency, :now)
""")

LINES_TO_PAY = text("""
    select l.household_key, l.loan_id, l.line_no, l.position, l.contract_no, l.period_start,
           l.period_end, l.amount
    from claim_line l
    where l.claim_id = :claim_id and l.rejected_because is null order by l.position
""")

# Loans of a claim on which the payments named do not come to what was approved, to the fen, or pay
# for other days; and payments that are none of this bureau's, of this claim's, or still free.
UNMATCHED = text("""
    with named as (
        select p.* from payment p
        where p.agency = :agency and p.payment_no = any(:payments) and p.superseded_at is null
          and p.amount > 0),
    wanted as (
        select household_key, loan_id, sum(amount) as amount,
               range_agg(daterange(period_start, period_end)) as days
        from claim_line where claim_id = :claim_id and rejected_because is null
        group by household_key, loan_id)
    select (select count(*) from unnest(cast(:payments as text[])) as asked(payment_no)
            where asked.payment_no not in (select payment_no from named)) as unknown,
           (select count(*) from named n
            where exists (select from claim_payment a
                          where a.household_key = n.household_key and a.payment_id = n.id))
               as taken,
           (select count(*) from named n
            where not exists (select from wanted w
                              where w.household_key = n.household_key and w.loan_id = n.loan_id
                                and w.days @> daterange(n.period_start, n.period_end))) as foreign_,
           (select count(*) from wanted w
            where w.amount is distinct from (
                select sum(n.amount) from named n
                where n.household_key = w.household_key and n.loan_id = w.loan_id)) as unequal
""")

ANSWER_WITH_PAYMENTS = text("""
    insert into claim_payment (household_key, payment_id, claim_id)
    select distinct p.household_key, p.id, cast(:claim_id as uuid)
    from payment p
    where p.agency = :agency and p.payment_no = any(:payments) and p.superseded_at is null
""")

ANSWER_WITH_REFUNDS = text("""
    insert into claim_refund (household_key, loan_id, refund_no, claim_id)
    select f.household_key, f.loan_id, f.refund_no, cast(:claim_id as uuid)
    from (select distinct contract_no, refund_no
          from jsonb_to_recordset(cast(:refunds as jsonb))
              as n(contract_no text, refund_no text)) n
    join (select distinct household_key, loan_id, contract_no from claim_line
          where claim_id = :claim_id and rejected_because is null) l
      on l.contract_no = n.contract_no
    join refund f on f.household_key = l.household_key and f.loan_id = l.loan_id
         and f.refund_no = n.refund_no and f."to" = 'HOUSEHOLD'
    on conflict (household_key, loan_id, refund_no) do update set claim_id = excluded.claim_id
    where claim_refund.claim_id = excluded.claim_id
    returning refund_no
""")

# The three ledgers of a claim's loans: what the treasury paid for them is what was approved, and
# what the household had borne for the paid days has come back to it.
RECONCILES = text("""
    with lines as (
        select household_key, loan_id, sum(amount) as amount from claim_line
        where claim_id = :claim_id and rejected_because is null group by household_key, loan_id)
    select not exists (
        select from lines l
        cross join lateral (
            select coalesce(sum(p.amount) filter (where p.id in (
                       select a.payment_id from claim_payment a
                       where a.claim_id = :claim_id)), 0) as answered,
                   range_agg(daterange(p.period_start, p.period_end)) as days
            from payment p
            where p.household_key = l.household_key and p.loan_id = l.loan_id
              and p.superseded_at is null and p.amount > 0 and p.paid_on <= :on) paid
        cross join lateral (
            select coalesce(sum(i.amount), 0) as borne from interest_line i
            where i.household_key = l.household_key and i.loan_id = l.loan_id
              and i.kind = 'NORMAL' and i.borne_by = 'HOUSEHOLD' and i.settled_on <= :on
              and paid.days @> daterange(i.period_start, i.period_end)) debited
        cross join lateral (
            select coalesce(sum(f.amount), 0) as refunded from refund f
            where f.household_key = l.household_key and f.loan_id = l.loan_id
              and f."to" = 'HOUSEHOLD' and f.paid_on <= :on) returned
        where paid.answered <> l.amount or debited.borne <> returned.refunded)
""")

PUBLIC_LINES = text(f"""
    select c.person_key, c.publicity_name, coalesce(place.division, c.division) as village,
           sum(l.amount) as amount
    from claim_line l
    join contract c on c.household_key = l.household_key and c.loan_id = l.loan_id
         and {COUNTS.format(c="c")}
    left join lateral (
        select h.division from member m
        join household_place h on h.household_key = m.household_key
             and h.known_from <= :on and :on < h.known_to
        where m.person_key = c.person_key and m.known_from <= :on and :on < m.known_to
          and m.joined_on <= c.disbursed_on and c.disbursed_on < m.gone_on
        order by m.joined_on desc limit 1) place on true
    where l.claim_id = :claim_id and l.rejected_because is null
    group by c.person_key, c.publicity_name, village
    order by village, min(l.position)
""")
"""Whom a claim pays for, where he lives and how much it is. The name is still encrypted."""
