"""The publicity list of a claim: name, village, amount, and nothing else by construction.

The loans service announces a borrower's name encrypted, bound to the person and to this purpose.
It is opened here, for this list, and nowhere else (docs/decisions).
"""

import base64
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.access_log import Access, Note
from kernel.bulk.reads import one
from kernel.crypto import Keys
from kernel.divisions import names
from kernel.people import masked_name
from kernel.purposes import Purpose
from kernel.roles import Role
from kernel.workflow import WrongState
from services.subsidy.operations.claims import CLAIMS_SHOWN_TO
from services.subsidy.queries.claims import PUBLIC_LINES
from services.subsidy.schemas.claims import PublicityLine, PublicityList, SubsidyClaimOut
from services.subsidy.vocabulary import SubsidyClaimState

PUBLICITY_NAME = "publicity.name"
"""What the encrypted names are bound to, besides the person."""

_NOT_YET = (
    SubsidyClaimState.DRAFT,
    SubsidyClaimState.SUBMITTED,
    SubsidyClaimState.CHECKED,
    SubsidyClaimState.RETURNED,
    SubsidyClaimState.PARTLY_REJECTED,
)


async def publicity_list(
    session: AsyncSession, keys: Keys, caller: Caller, claim_id: UUID, note: Note
) -> PublicityList:
    """Who is paid what, by household; a supervisor sees names masked.

    Whose names are shown in clear, and to whom, is put on record: a publicity list has one purpose,
    so nobody has to state it. Raises NotFound, NotRecorded, and WrongState before the claim has
    been reviewed.
    """
    claim = await one(session, CLAIMS_SHOWN_TO, keys, caller, claim_id)
    assert isinstance(claim, SubsidyClaimOut)
    if claim.state in _NOT_YET:
        raise WrongState(
            f"The claim is {claim.state}; a list is made of what the poverty office has reviewed."
        )
    asked = {"claim_id": claim_id, "on": clock.today()}
    rows = (await session.execute(PUBLIC_LINES, asked)).mappings().all()
    masked = caller.role == Role.SUPERVISOR
    named = [row["person_key"] for row in rows if row["publicity_name"]]
    if named and not masked:
        await note(Access(Purpose.PUBLICITY, ("name",), named, None, claim.county))
    return PublicityList(items=[_public(keys, row, masked=masked) for row in rows])


def _public(keys: Keys, row: Mapping[Any, Any], *, masked: bool) -> PublicityLine:
    name = _opened(keys, row)
    return PublicityLine(
        name=masked_name(name) if masked else name,
        village=names().get(row["village"], row["village"]),
        amount=row["amount"],
    )


def _opened(keys: Keys, row: Mapping[Any, Any]) -> str:
    sealed = base64.b64decode(row["publicity_name"] or "")
    return keys.open(PUBLICITY_NAME, row["person_key"], sealed) if sealed else ""
