"""Room under the cap, held for a bank for some working days (rules.md, LOAN-08).

Two banks that ask at once cannot both be told that there is room: who reserves holds the
household's lock, the one that pushes of contracts take, from before he looks until he has held.
Expiry needs no work: days are compared. A reservation speaks of the days from the one it was asked
for, so that a year that is long past can be entered as it went.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from kernel.access import Caller
from kernel.bulk.reads import Reads, one
from kernel.bulk.resource import Push
from kernel.crypto import Keys
from kernel.ids import new_id
from kernel.problems import NotFound
from kernel.roles import May
from kernel.workflow import WrongState
from services.loans.operations.eligibility.questions import Question
from services.loans.operations.screening import LAW
from services.loans.queries import reservations as queries
from services.loans.schemas.eligibility import ReservationOut

_FRIDAY = 5


def working_days_after(day: date, days: int) -> date:
    """The last of so many working days after a day: Monday to Friday.

    Holidays, and the weekends worked in their place, are announced year by year and not known
    here; a reservation over a holiday week gives its bank a few days less.
    """
    while days:
        day += timedelta(days=1)
        days -= day.isoweekday() <= _FRIDAY
    return day


async def lock_household(ask: Push, question: Question) -> None:
    """Wait for whoever lends to, or reserves for, this person's household, and keep others out."""
    values = {
        "person_key": question.person_key,
        "stranger_key": ask.keys.stranger_key(question.person_key),
    }
    for statement in queries.LOCK:
        await ask.session.execute(statement, values)


async def hold(ask: Push, question: Question) -> ReservationOut:
    """Hold the amount from the day asked about to the end of the last working day of law.

    A bank holds room for a person once: asking again for the same amount on the same day is
    answered with what is held, asking for another replaces it.
    """
    values = {
        "person_key": question.person_key,
        "agency": ask.caller.agency,
        "on": question.on,
    }
    held = (await ask.session.execute(queries.HELD_BY, values)).mappings().all()
    for row in held:
        if (row["amount"], row["reserved_on"]) == (question.asked.amount, question.on):
            return _shown_on(question.on, ask.keys, ask.caller, dict(row))
    await _end(ask, [row["id"] for row in held], "replaced")
    last = working_days_after(question.on, LAW["reservation_days"].on(question.on))
    made = {
        **values,
        "household_key": question.household_key,
        "id": new_id(),
        "client_id": ask.caller.client_id,
        "sub": ask.caller.sub,
        "division": question.division,
        "amount": question.asked.amount,
        "reserved_on": question.on,
        "expires_on": last + timedelta(days=1),
        "made_at": ask.now,
    }
    await ask.session.execute(queries.HOLD, made)
    return _shown_on(question.on, ask.keys, ask.caller, made)


async def release(ask: Push, reservation_id: UUID) -> None:
    """Give room back. Twice is harmless, and so is a reservation that has expired or was replaced.

    Raises NotFound for another bank's, WrongState (409) if a contract has used it up.
    """
    shown = reservations_on(ask.today)
    found = await one(ask.session, shown, ask.keys, ask.caller, reservation_id)
    assert isinstance(found, ReservationOut)
    if found.agency != ask.caller.agency:
        raise NotFound
    if found.state == "used":
        raise WrongState("A contract has used this reservation up; there is nothing to release.")
    await _end(ask, [reservation_id], "released")


async def _end(ask: Push, reservations: list[UUID], cause: str) -> None:
    values = {
        "reservations": reservations,
        "cause": cause,
        "agency": ask.caller.agency,
        "sub": ask.caller.sub,
        "ended_at": ask.now,
    }
    await ask.session.execute(queries.END, values)


async def use_up(push: Push) -> None:
    """After a push of contracts: what their bank held for them is used, and counts no more."""
    await push.session.execute(queries.USE_UP, {"now": push.now, "sub": push.caller.sub})


def reservations_on(on: date, *, only_held: bool = False) -> Reads:
    """How reservations are read, in their states of a day, or only those that hold on it."""
    table = queries.held_on(on) if only_held else queries.RESERVATIONS

    def show(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> ReservationOut:
        return _shown_on(on, keys, caller, row)

    return Reads(table, ReservationOut, May.ELIGIBILITY_ASK, ("agency", "division"), show)


def _shown_on(on: date, keys: Keys, caller: Caller, row: Mapping[str, Any]) -> ReservationOut:
    expired = on >= row["expires_on"]
    return ReservationOut(
        reservation_id=row["id"],
        agency=row["agency"],
        person_ref=keys.subject_ref(caller.agency, row["person_key"]),
        division=row["division"],
        amount=row["amount"],
        reserved_on=row["reserved_on"],
        expires_on=row["expires_on"],
        state=row.get("cause") or ("expired" if expired else "held"),
        loan_id=row.get("loan_id"),
    )
