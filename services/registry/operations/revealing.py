"""A household with its names and ID numbers in clear: under a purpose, and put on record first."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.access_log import Access, Note
from kernel.bulk.reads import row_of
from kernel.crypto import Keys
from kernel.problems import NotFound
from kernel.purposes import Purpose
from services.registry.operations.households import HOUSEHOLDS_SHOWN, shown_household
from services.registry.queries import revealing as queries
from services.registry.schemas import HouseholdOut

_IN_CLEAR = ("name", "id_number", "born_on")


async def one_household(
    session: AsyncSession,
    keys: Keys,
    caller: Caller,
    household_id: UUID,
    purpose: Purpose | None,
    note: Note,
) -> HouseholdOut:
    """A household as the caller may see it; in clear if he states a purpose.

    Raises NotFound where he does not serve, in clear also where his agency serves no more although
    his token, which may be ten minutes old, says so. Raises NotRecorded.
    """
    row = await row_of(session, HOUSEHOLDS_SHOWN, caller, household_id)
    if purpose is None:
        return shown_household(keys, caller, row)
    serving = {"agency": caller.agency, "division": row["division"]}
    if not (await session.execute(queries.STILL_SERVES, serving)).scalar_one():
        raise NotFound
    people = [UUID(member["person_key"]) for member in row["members"]]
    await note(Access(purpose, _IN_CLEAR, people, row["household_key"], row["division"]))
    return shown_household(keys, caller, row, revealed=True)
