"""Reservations: room under the cap that a bank holds for a few days."""

from datetime import date

from sqlalchemy import FromClause, null, select, text

from kernel.database import table_of
from services.loans.queries.facts.family import HELD
from services.loans.tables import Reservation, ReservationEnd

# The same rows that a push of contracts locks, in the same order (pushes.LOCK_HOUSEHOLDS).
LOCK = [
    text("""
        insert into household_lock (household_key)
        select household_key from member where person_key = :person_key
        union select cast(:stranger_key as uuid)
        order by 1 on conflict (household_key) do nothing
    """),
    text("""
        select household_key from household_lock
        where household_key = :stranger_key
           or household_key in (select household_key from member where person_key = :person_key)
        order by household_key for update
    """),
]

HELD_BY = text(f"""
    select r.* from reservation r
    where r.person_key = :person_key and r.agency = :agency
      and {HELD.format(r="r", day=":on")}
    order by r.id
""")

HOLD = text("""
    insert into reservation (household_key, id, agency, client_id, sub, division, person_key,
        amount, reserved_on, expires_on, made_at)
    values (:household_key, :id, :agency, :client_id, :sub, :division, :person_key, :amount,
        :reserved_on, :expires_on, :made_at)
""")

END = text("""
    insert into reservation_end (household_key, reservation_id, cause, ended_at, sub)
    select household_key, id, :cause, :ended_at, :sub from reservation
    where id = any(:reservations) and agency = :agency
    on conflict do nothing
""")

# A new contract uses up one reservation of its bank for the family: that of the borrower before
# another member's, the oldest first. What was on record before the room was held has no claim.
USE_UP = text("""
    insert into reservation_end (household_key, reservation_id, cause, ended_at, sub, loan_id)
    select distinct on (id) household_key, id, 'used', :now, :sub, loan_id
    from (
        select distinct on (p.id) r.household_key, r.id, p.id as loan_id, p.line
        from pushed p
        join reservation r on r.agency = p.agency
            and r.reserved_on <= p.signed_on and p.signed_on < r.expires_on
            and (r.person_key = p.person_key or r.household_key in (
                select m.household_key from member m where m.person_key = p.person_key))
        where p.outcome in ('accepted', 'superseded') and p.product = 'POVERTY_MICRO'
          and not exists (select from reservation_end e
                          where e.household_key = r.household_key and e.reservation_id = r.id)
          and not exists (select from reservation_end e where e.loan_id = p.id)
          and not exists (select from contract c where c.id = p.id and c.recorded_at < r.made_at)
        order by p.id, (r.person_key = p.person_key) desc, r.id) chosen
    order by id, line
    on conflict do nothing
""")

_RESERVATION, _END = table_of(Reservation), table_of(ReservationEnd)
RESERVATIONS = (
    select(
        _RESERVATION, _END.c.cause, _END.c.ended_at, _END.c.loan_id, null().label("superseded_at")
    )
    .outerjoin(
        _END,
        (_END.c.household_key == _RESERVATION.c.household_key)
        & (_END.c.reservation_id == _RESERVATION.c.id),
    )
    .subquery("reservations")
)
"""Reservations with what became of them."""


def held_on(day: date) -> FromClause:
    """Reservations that hold on a day, as known now."""
    columns = RESERVATIONS.c
    return (
        select(RESERVATIONS)
        .where(columns.cause.is_(None), columns.reserved_on <= day, columns.expires_on > day)
        .subquery("reservations")
    )
