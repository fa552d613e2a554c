"""Contacts and submissions: what units file at the plan's stages, and who is missing."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock, divisions
from kernel.access import Caller
from kernel.crypto import Keys
from kernel.division import canonical, smallest_holding, spans
from kernel.ids import new_id
from kernel.paging import Page, WantedPage, page_of
from kernel.problems import NotFound
from kernel.roles import May, Role
from services.rectification.operations.plan import LAW
from services.rectification.problems import (
    DayToCome,
    NoSuchStage,
    NotYourUnit,
    UnknownStage,
    UnknownUnit,
)
from services.rectification.queries import filings as queries
from services.rectification.queries.units import UNIT_PLACES
from services.rectification.schemas.filings import (
    ContactIn,
    FilingFilters,
    FilingOut,
    MissingOut,
    MissingUnit,
    SubmissionIn,
)

THINGS = {"contacts": "contact", "submissions": "submission"}
"""What a stage may ask, and what answers it."""

_DIGITS = frozenset("0123456789")


def stages() -> list[Mapping[str, Any]]:
    """The stages of the plan, the earliest first."""
    return sorted((value["is"] for value in LAW["stages"].values), key=lambda each: each["due"])


async def file(
    session: AsyncSession, keys: Keys, caller: Caller, asks: str, said: ContactIn | SubmissionIn
) -> tuple[FilingOut, bool]:
    """Keep what a unit files; returns it and whether it is new. The same again changes nothing.

    Raises UnknownStage, UnknownUnit, NotYourUnit and DayToCome.
    """
    days = [str(stage["due"]) for stage in stages() if stage["asks"] == asks]
    if str(said.stage) not in days:
        raise UnknownStage(asks, days)
    if said.filed_on > clock.today():
        raise DayToCome("/filed_on")
    unit, division = await _unit(session, caller, said.unit)
    content = said.model_dump(mode="json") | {"unit": unit, "agency": caller.agency}
    digest = keys.digest(json.dumps(content, sort_keys=True))
    this = {"thing": THINGS[asks], "unit": unit, "stage": said.stage}
    await session.execute(queries.LOCK_FILINGS)
    newest = (await session.execute(queries.NEWEST, this)).first()
    if newest is not None and newest.digest == digest:
        return await one_filing(session, keys, caller, asks, newest.filing_id), False
    filing_id = new_id()
    values = this | {
        "filing_id": filing_id,
        "division": division,
        "filed_on": said.filed_on,
        "name": _sealed(keys, "name", filing_id, said.name),
        "phone": _sealed(keys, "phone", filing_id, said.phone),
        "document_hash": said.document_hash,
        "digest": digest,
        "by": caller.sub,
        "agency": caller.agency,
        "recorded_at": clock.now(),
    }
    await session.execute(queries.ADD_FILING, values)
    return await one_filing(session, keys, caller, asks, filing_id), True


def _sealed(keys: Keys, column: str, filing_id: UUID, text: str | None) -> bytes | None:
    return None if text is None else keys.seal(f"filing.{column}", filing_id, text)


async def _unit(session: AsyncSession, caller: Caller, unit: str) -> tuple[str, str]:
    """A unit's code and its place; raises UnknownUnit, or NotYourUnit if others file for it.

    A unit files for itself and for what lies below it: a city for its counties, 省联社 for its
    members, an office or supervisor for the agencies of its divisions.
    """
    if set(unit) <= _DIGITS and len(unit) in (6, 9, 12):
        place = canonical(unit)
        if place not in divisions.names():
            raise UnknownUnit("/unit")
        if not caller.serves(place) or May.SUBMISSIONS_READ not in caller.scope:
            raise NotYourUnit
        return place, place
    if unit == caller.agency:
        return unit, smallest_holding(caller.divisions)
    known = (await session.execute(UNIT_PLACES, {"code": unit})).mappings().first()
    if known is None:
        raise UnknownUnit("/unit")
    looks_after = May.SUBMISSIONS_READ in caller.scope and all(
        map(caller.serves, known["divisions"])
    )
    if caller.agency not in (known["code"], known["parent"]) and not looks_after:
        raise NotYourUnit
    return known["code"], smallest_holding(known["divisions"] or caller.divisions)


async def filings_seen(
    session: AsyncSession,
    keys: Keys,
    caller: Caller,
    asks: str,
    wanted: WantedPage,
    asked: FilingFilters,
) -> Page[FilingOut]:
    """A page of the newest filings that the caller may see: its own, or those of its divisions."""
    values = _seen(caller) | {
        "thing": THINGS[asks],
        "after": wanted.after,
        "limit": wanted.limit + 1,
        "stage": asked.stage,
        "unit": asked.unit,
    }
    rows = (await session.execute(queries.FILINGS, values)).mappings().all()
    page = page_of(rows, wanted, "filing_id")
    shown = [_shown(keys, caller, row) for row in page["items"]]
    return Page[FilingOut](items=shown, next_after=page["next_after"])


async def one_filing(
    session: AsyncSession, keys: Keys, caller: Caller, asks: str, filing_id: UUID
) -> FilingOut:
    """A filing that the caller may see; raises NotFound."""
    values = _seen(caller) | {"thing": THINGS[asks], "filing_id": filing_id}
    row = (await session.execute(queries.ONE_FILING, values)).mappings().first()
    if row is None:
        raise NotFound
    return _shown(keys, caller, row)


def _seen(caller: Caller) -> dict[str, Any]:
    lo, hi = spans(caller.divisions)
    reads = May.SUBMISSIONS_READ in caller.scope
    return {"agency": caller.agency, "reads": reads, "lo": lo, "hi": hi}


def _shown(keys: Keys, caller: Caller, row: Any) -> FilingOut:
    shown = dict(row)
    for name in ("name", "phone"):
        sealed = row[name]
        hidden = sealed is None or (
            caller.role != Role.SUPERVISOR and caller.agency != row["agency"]
        )
        shown[name] = None if hidden else keys.open(f"filing.{name}", row["filing_id"], sealed)
    if row["unit_name"] is None:
        shown["unit_name"] = divisions.names().get(row["unit"])
    return FilingOut.model_validate(shown | {"late": row["filed_on"] > row["stage"]})


async def missing_at(
    session: AsyncSession, caller: Caller, day: date, on: date | None
) -> MissingOut:
    """Who, of the caller's divisions, had not filed by a day what a stage asks.

    Raises NoSuchStage.
    """
    stage = next((each for each in stages() if each["due"] == day), None)
    if stage is None:
        raise NoSuchStage([str(each["due"]) for each in stages()])
    lo, hi = spans(caller.divisions)
    as_of = on or clock.today()
    values = {
        "thing": THINGS[stage["asks"]],
        "stage": day,
        "on": as_of,
        "lo": lo,
        "hi": hi,
        **{
            name: stage[name]
            for name in ("cities", "counties", "provincial_members", "agency_types")
        },
    }
    rows = (await session.execute(queries.EXPECTED, values)).mappings().all()
    filed = [row["filed_on"] for row in rows if row["filed_on"] is not None]
    names = divisions.names()
    items = [
        MissingUnit(
            unit=row["unit"],
            name=row["name"] or names.get(row["unit"]),
            kind=row["kind"],
            division=row["division"],
            overdue=as_of > day,
        )
        for row in rows
        if row["filed_on"] is None
    ]
    return MissingOut(
        stage=day,
        asks=stage["asks"],
        expected=len(rows),
        filed=len(filed),
        late=sum(each > day for each in filed),
        items=items,
    )
