"""Which events an outside reader may see, as a condition of SQL.

A type is told to whoever has its scope. Of these, banks and insurers see what is their own or
their members' (a bank whom others name as their `parent`), and of what is shared what lies where
they serve; offices see what lies in their divisions, and their own. Silence allows nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.division import ancestors, spans
from kernel.roles import Role
from kernel.sharing.events import PARTNERS, EventType

# `places` are further divisions that an event concerns: where a household has lived, which all
# who have it on their lists must hear.
SEEN = """
    (type = any(cast(:to_all as text[]))
     or (type = any(cast(:to_owner as text[])) and agency = any(cast(:agencies as text[])))
     or (type = any(cast(:by_place as text[])) and exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as seen(lo, hi)
        where (division >= seen.lo and division < seen.hi) or exists (
            select from unnest(places) as place(code)
            where place.code >= seen.lo and place.code < seen.hi)))
     or (type = any(cast(:overlapping as text[]))
         and (division = any(cast(:above as text[])) or places && cast(:above as text[]))))
"""
"""SQL: whether a row of the feed may be seen; takes the parameters of `Grants.sees`."""

_MEMBERS = text("select distinct code from agency where parent = :agency order by code")


@dataclass(frozen=True, slots=True)
class Grants:
    """What a caller may see of one service's feed."""

    role: str
    agencies: tuple[str, ...]
    """His own and its members."""
    divisions: tuple[str, ...]
    to_all: tuple[str, ...]
    to_owner: tuple[str, ...]
    by_place: tuple[str, ...]
    overlapping: tuple[str, ...]

    @property
    def types(self) -> frozenset[str]:
        """The types that he may be told of."""
        return frozenset({*self.to_all, *self.to_owner, *self.by_place, *self.overlapping})

    def sees(self, types: Iterable[str] | None) -> dict[str, Any]:
        """The parameters of SEEN: of these types only, if any are named."""
        wanted = self.types if types is None else frozenset(types)

        def among(names: tuple[str, ...]) -> list[str]:
            return [name for name in names if name in wanted]

        lo, hi = spans(self.divisions)
        return {
            "to_all": among(self.to_all),
            "to_owner": among(self.to_owner),
            "by_place": among(self.by_place),
            "overlapping": among(self.overlapping),
            "agencies": list(self.agencies),
            "lo": lo,
            "hi": hi,
            "above": sorted({above for each in self.divisions for above in ancestors(each)}),
        }


async def grants_of(
    session: AsyncSession, caller: Caller, catalogue: Iterable[EventType]
) -> Grants:
    """What a caller may see, by his token and by who his agency's members are."""
    told = [each for each in catalogue if each.payload and each.may in caller.scope]
    partner = caller.role in PARTNERS
    members = await _members(session, caller)
    placed = [
        each
        for each in told
        if not (each.everyone or each.to_sender) and (each.shared or not partner)
    ]
    return Grants(
        role=caller.role.value,
        agencies=(caller.agency, *members),
        divisions=tuple(sorted(caller.divisions)),
        to_all=tuple(each.name for each in told if each.everyone),
        to_owner=tuple(each.name for each in told if not each.everyone),
        by_place=tuple(each.name for each in placed),
        overlapping=tuple(each.name for each in placed if each.overlapping),
    )


async def _members(session: AsyncSession, caller: Caller) -> list[str]:
    """A bank whom others name as their parent reads what is theirs."""
    if caller.role != Role.BANK:
        return []
    found = await session.execute(_MEMBERS, {"agency": caller.agency})
    return [code for code in found.scalars() if code != caller.agency]
