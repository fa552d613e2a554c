"""Taking back a contract that was pushed in error: under a wrong number, or of nobody."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.problems import NotFound
from services.loans.queries import voiding
from services.loans.schemas.voiding import VoidIn, VoidOut


async def void_contract(
    session: AsyncSession, caller: Caller, loan_id: UUID, said: VoidIn
) -> VoidOut:
    """Void a bank's own contract, with every report of it; what hangs on it is judged no more.

    Voided already: what is on record then, whatever is said now. Raises NotFound.
    """
    asked = {"loan_id": loan_id, "agency": caller.agency}
    await session.execute(voiding.LOCK, {"agency": caller.agency})
    found = (await session.execute(voiding.VOIDED, asked)).mappings().first()
    if found is None:
        who = {"client_id": caller.client_id, "sub": caller.sub, "now": clock.now()}
        what = {"reason": said.reason, "voided_on": said.on or clock.today()}
        voided = await session.execute(voiding.VOID, {**asked, **who, **what})
        found = voided.mappings().first()
    if found is None:
        raise NotFound
    return VoidOut.model_validate(dict(found))
