"""Organisations that really use poverty loans, and what an office means to do about each."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, update
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.division import spans
from kernel.paging import WantedPage, page_of
from kernel.problems import NotFound
from kernel.roles import Role
from services.loans.operations.calendar import seen
from services.loans.operations.watch import lay_out_users
from services.loans.queries import users as queries
from services.loans.rules.watch import below_the_watch_list
from services.loans.schemas.watch import DispositionIn, UserOut

Check = Callable[[int | None], None]
"""Lets a change of a version pass if who asks has seen it; None: there is none yet."""

_EVERYTHING = WantedPage(limit=1, after=None)


async def users_seen(
    session: AsyncSession,
    caller: Caller,
    wanted: WantedPage,
    on: date,
    *,
    division: str | None = None,
    watched: bool | None = None,
    user_id: UUID | None = None,
) -> dict[str, Any]:
    """A page of the users of whose loans one lies in the caller's divisions.

    Their sums are over everything, but for a bank over its own loans.
    """
    values = seen(caller, on, division)
    await lay_out_users(session, values)
    in_order = below_the_watch_list.condition(queries.USERS)
    await session.execute(update(queries.USERS).values(watched=~in_order))
    asked = {
        "user_id": user_id,
        "after": wanted.after,
        "limit": wanted.limit + 1,
        "watched": None if caller.role == Role.BANK else watched,
    }
    rows = (await session.execute(queries.SEEN_USERS, asked)).mappings().all()
    page = page_of(rows, wanted, "user_id")
    page["items"] = [_shown(caller, row) for row in page["items"]]
    return page


def _shown(caller: Caller, row: Mapping[str, Any]) -> UserOut:
    user = UserOut.model_validate(dict(row))
    if caller.role != Role.BANK:
        return user
    hidden: dict[str, Any] = {"banks": None, "watched": None}
    if user.disposition:
        untold = {"reason": None, "disposed_by": None}
        hidden["disposition"] = user.disposition.model_copy(update=untold)
    return user.model_copy(update=hidden)


async def user_seen(session: AsyncSession, caller: Caller, user_id: UUID, on: date) -> UserOut:
    """One user, with every version of what was decided about him; raises NotFound."""
    page = await users_seen(session, caller, _EVERYTHING, on, user_id=user_id)
    if not page["items"]:
        raise NotFound
    user: UserOut = page["items"][0]
    if caller.role == Role.BANK:
        return user
    rows = await session.execute(queries.DISPOSITIONS, {"user_id": user_id})
    return UserOut.model_validate(
        user.model_dump(by_alias=True) | {"history": [dict(row) for row in rows.mappings()]}
    )


async def dispose(
    session: AsyncSession, caller: Caller, user_id: UUID, said: DispositionIn, check: Check
) -> tuple[RowMapping, bool]:
    """Put on record what is to be done about a user: what is so now, and whether it is the first.

    The same content again changes nothing. Raises NotFound for a user of whom no loan lies in the
    caller's divisions, and whatever `check` raises.
    """
    lo, hi = spans(caller.divisions)
    values: dict[str, Any] = {"user_id": user_id}
    code = (await session.execute(queries.CODE_OF_USER, {**values, "lo": lo, "hi": hi})).scalar()
    if code is None:
        raise NotFound
    await session.execute(queries.LOCK_USER, values)
    newest = (await session.execute(queries.DISPOSITIONS, values)).mappings().first()
    wanted = {"class": said.assigned_class, "reason": said.reason, "agency": caller.agency}
    same = newest is not None and all(newest[name] == wanted[name] for name in wanted)
    if newest is not None and same and said.on in (None, newest["disposed_on"]):
        return newest, False
    check(newest["version"] if newest else None)
    values |= wanted | {
        "version": newest["version"] + 1 if newest else 1,
        "credit_code": code,
        "disposed_on": said.on or clock.today(),
        "disposed_by": caller.sub,
        "recorded_at": clock.now(),
    }
    made = await session.execute(queries.ADD_DISPOSITION, values)
    return made.mappings().one(), newest is None
