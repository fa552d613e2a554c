"""Declarations: absence is a fact only where its owner said "this is everything"."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field, create_model
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller, allowed_to, allowed_to_any
from kernel.database import Transaction
from kernel.division import DivisionCode, spans
from kernel.feed import Apply, Event, said_by
from kernel.fields import DayAfter, FirstDay
from kernel.ids import new_id
from kernel.money import Yuan
from kernel.outbox import announce
from kernel.paging import Page, Wanted, page_of
from kernel.problems import Fault, Forbidden, Invalid
from kernel.roles import May
from kernel.service import body_of
from kernel.sharing.events import PARTNERS
from kernel.written import HEADER, end_of_write


class DeclarationIn(BaseModel):
    """An agency says that what it pushed of one kind is everything for some days and a place."""

    model_config = ConfigDict(extra="forbid")

    kind: Annotated[str, Field(max_length=40, examples=["contracts"])]
    """A resource's name, such as contracts."""
    agency: Annotated[str, Field(max_length=40)] | None = None
    """The caller's own if left out; no other is accepted."""
    division: DivisionCode | None = None
    """Where it is everything; all of the agency's divisions if left out."""
    valid_from: FirstDay
    valid_to: DayAfter
    """The first day no longer covered."""
    rows: Annotated[int, Field(ge=0)]
    control_total: Yuan | None = None


class DeclarationOut(BaseModel):
    """A declaration as it was filed."""

    declaration_id: UUID
    kind: str
    agency: str
    division: str | None
    valid_from: date
    valid_to: date
    rows: int
    control_total: Decimal | None
    recorded_at: datetime


_FILE = text("""
    insert into declaration (declaration_id, service, kind, agency, division, division_lo,
        division_hi, valid_from, valid_to, rows, control_total)
    select :declaration_id, current_schema(), :kind, :agency, :division, lo, hi,
           :valid_from, :valid_to, :rows, :control_total
    from unnest(cast(:lo as text[]), cast(:hi as text[])) as place(lo, hi)
""")
_COPY = text("""
    insert into declaration (declaration_id, service, kind, agency, division, division_lo,
        division_hi, valid_from, valid_to, rows, control_total)
    select d.declaration_id, :service, d.kind, d.agency, d.division, place.lo, place.hi,
           d.valid_from, d.valid_to, d.rows, d.control_total
    from jsonb_to_recordset(cast(:events as jsonb)) as d(declaration_id uuid, kind text,
        agency text, division text, lo jsonb, hi jsonb, valid_from date, valid_to date, rows int,
        control_total numeric),
        rows from (jsonb_array_elements_text(d.lo), jsonb_array_elements_text(d.hi))
            as place(lo, hi)
    on conflict (declaration_id, division_lo) do nothing
""")
_LIST = text("""
    select distinct on (declaration_id) * from declaration t
    where service = current_schema() and (cast(:after as uuid) is null or declaration_id > :after)
      and (t.agency = :agency or exists (
        select from unnest(cast(:lo as text[]), cast(:hi as text[])) as seen(lo, hi)
        where t.division_lo < seen.hi and t.division_hi > seen.lo))
    order by declaration_id limit :limit
""")


def check_declarable(
    caller: Caller, division: str | None, valid_from: date, valid_to: date
) -> None:
    """Raises Forbidden for a division the caller does not serve, Invalid for an empty interval."""
    if division and not caller.serves(division):
        raise Forbidden("This division is not served by the agency.", code="not-your-division")
    if valid_to <= valid_from:
        message = "valid_to is the first day no longer covered, so it comes after valid_from."
        raise Invalid(
            message, errors=[Fault(pointer="/valid_to", code="empty_interval", message=message)]
        )


async def file_declaration(
    session: AsyncSession, caller: Caller, declaration: DeclarationIn
) -> UUID:
    """Record what an agency declares complete, and announce it; returns its id.

    Raises Forbidden for another agency's name, and what `check_declarable` raises.
    """
    if declaration.agency not in (None, caller.agency):
        raise Forbidden("An agency declares for itself only.", code="not-your-agency")
    check_declarable(caller, declaration.division, declaration.valid_from, declaration.valid_to)
    lo, hi = spans([declaration.division] if declaration.division else caller.divisions)
    declaration_id = new_id()
    values = declaration.model_dump() | {
        "declaration_id": declaration_id,
        "agency": caller.agency,
        "lo": lo,
        "hi": hi,
    }
    await session.execute(_FILE, values)
    await announce(
        session,
        "declaration.filed",
        json.dumps(values, default=str),
        agency=caller.agency,
        division=declaration.division,
        places=lo,
    )
    return declaration_id


def forget_declarations(service: str) -> str:
    """SQL that empties the copy of a neighbour's declarations before it is made anew."""
    return f"delete from declaration where service = '{service}'"


def copy_declarations(service: str) -> Apply:
    """Keep a copy of a neighbour's declarations beside the service's own."""

    async def apply(session: AsyncSession, events: list[Event]) -> None:
        data = said_by(events)
        await session.execute(_COPY, {"service": service, "events": data})

    return apply


def declaration_routes(
    service: str, may: May, kinds: frozenset[str], *, also: Mapping[str, May] | None = None
) -> APIRouter:
    """`declarations` of a service: who may push a resource may declare it complete.

    `also`: the kinds of which that asks for another scope than `may`.
    """
    router = APIRouter(tags=["declarations"])
    writers = {**dict.fromkeys(kinds, may), **(also or {})}
    one: Any = Literal[*sorted(writers)]
    heard = create_model(
        f"{service.title()}DeclarationIn",
        __base__=DeclarationIn,
        __doc__=DeclarationIn.__doc__,
        kind=(one, Field(examples=[min(writers)])),
    )

    @router.post("/declarations", status_code=201, operation_id=f"file_{service}_declaration")
    async def file(
        session: Transaction,
        caller: Annotated[Caller, allowed_to_any(sorted(set(writers.values())))],
        declaration: Annotated[Any, body_of(heard)],
        response: Response,
    ) -> DeclarationOut:
        """Declare that everything of one kind has been pushed for some days and a place."""
        if writers[declaration.kind] not in caller.scope:
            raise Forbidden("Only who may push a kind of fact may declare it complete.")
        declaration_id = await file_declaration(session, caller, declaration)
        response.headers[HEADER] = await end_of_write(session)
        return DeclarationOut.model_validate(
            declaration.model_dump()
            | {
                "declaration_id": declaration_id,
                "agency": caller.agency,
                "recorded_at": clock.now(),
            }
        )

    @router.get("/declarations", operation_id=f"list_{service}_declarations")
    async def read(
        session: Transaction,
        caller: Annotated[Caller, allowed_to(May.AGENCIES_READ)],
        wanted: Wanted,
    ) -> Page[DeclarationOut]:
        """Declarations of the caller's agency; to offices also those for a division they serve."""
        lo, hi = spans(() if caller.role in PARTNERS else caller.divisions)
        values = {"after": wanted.after, "limit": wanted.limit + 1, "agency": caller.agency}
        rows = (await session.execute(_LIST, values | {"lo": lo, "hi": hi})).mappings().all()
        return Page[DeclarationOut].model_validate(page_of(rows, wanted, "declaration_id"))

    return router
