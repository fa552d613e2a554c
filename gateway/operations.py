"""What operators do: record agencies, register clients, rotate and disable them."""

import json
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from gateway import problems, queries
from gateway.clients import OLD_SECRET_LIVES, digest_of, new_secret
from gateway.schemas import (
    AgencyIn,
    AgencyOut,
    ClientIn,
    ClientOut,
    NewClient,
    NewSecret,
    RotateIn,
)
from gateway.tables import Agency, Client
from kernel import clock
from kernel.ids import new_id
from kernel.outbox import announce
from kernel.problems import NotFound
from kernel.purposes import GIVEN_BY
from kernel.roles import GRANTS, ROLE_OF_AGENCY, AgencyType, Kind

_SEES_NOTHING_ANYWAY = (AgencyType.OPERATOR, AgencyType.AUDITOR)


class Recorded(NamedTuple):
    """An agency as it stands after an act, what became of the act, and the event it caused."""

    outcome: str
    agency: AgencyOut
    is_new: bool
    event_id: UUID | None


async def record_agency(session: AsyncSession, said: AgencyIn) -> Recorded:
    """Record what an operator says of an agency; a newer version supersedes the one on record.

    Raises VersionConflict when this version is on record with other content, and what
    `gateway.problems` has for an agency that cannot be.
    """
    await queries.lock(session, "agencies")
    known = await queries.current_agency(session, said.code)
    same = await queries.agency_version(session, said.code, said.source_version)
    if same is not None:
        if AgencyIn.model_validate(same) != said:
            raise problems.VersionConflict
        assert known is not None
        return Recorded("unchanged", AgencyOut.model_validate(known), False, None)
    await _check(session, said, known)

    now = clock.now()
    is_newest = known is None or known.source_version < said.source_version
    if known is not None and is_newest:
        known.superseded_at = now
        await session.flush()
    made = Agency(
        **said.model_dump(),
        agency_id=known.agency_id if known else new_id(),
        recorded_at=now,
        superseded_at=None if is_newest else now,
    )
    session.add(made)
    await session.flush()

    if known is not None and not is_newest:
        return Recorded("superseded", AgencyOut.model_validate(known), False, None)
    data = said.model_dump(mode="json", exclude={"source_version"})
    event_id = await announce(session, "agency.recorded", json.dumps(data), agency=said.code)
    return Recorded("accepted", AgencyOut.model_validate(made), known is None, event_id)


async def _check(session: AsyncSession, said: AgencyIn, known: Agency | None) -> None:
    if known is not None and known.agency_type != said.agency_type:
        raise problems.TypeIsFixed
    if not said.divisions and said.agency_type not in _SEES_NOTHING_ANYWAY:
        raise problems.NoDivisions
    if said.valid_from and said.valid_to and said.valid_to <= said.valid_from:
        raise problems.EmptyInterval
    if said.parent is None:
        return
    if said.code in await queries.ancestors(session, said.parent):
        raise problems.ParentInCircle
    if await queries.current_agency(session, said.parent) is None:
        raise problems.UnknownParent


async def register_client(session: AsyncSession, said: ClientIn) -> NewClient:
    """Register a client of an agency; the answer is the only place that ever shows its secret.

    A client with public keys has no secret.
    """
    agency = await queries.current_agency(session, said.agency)
    if agency is None:
        raise problems.UnknownAgency
    if said.role != ROLE_OF_AGENCY[AgencyType(agency.agency_type)]:
        raise problems.RoleNotOfAgency
    if said.scopes is not None and not GRANTS[said.role].issuperset(said.scopes):
        raise problems.ScopeNotOfRole
    if not GIVEN_BY.get(said.role, frozenset()).issuperset(said.purposes or ()):
        raise problems.PurposeNotOfRole
    if said.kind == Kind.OFFICER and said.name is None:
        raise problems.NamelessOfficer

    secret = None if said.jwks else new_secret()
    client = Client(
        client_id=new_id(),
        agency=said.agency,
        kind=said.kind.value,
        role=said.role.value,
        name=said.name,
        scopes=None if said.scopes is None else sorted({scope.value for scope in said.scopes}),
        purposes=None if said.purposes is None else sorted({each.value for each in said.purposes}),
        secret=None if secret is None else digest_of(secret),
        jwks=None if said.jwks is None else said.jwks.model_dump(),
        created_at=clock.now(),
    )
    session.add(client)
    await session.flush()
    return NewClient(**ClientOut.model_validate(client).model_dump(), client_secret=secret)


async def rotate_client(session: AsyncSession, client_id: UUID, said: RotateIn) -> NewSecret:
    """Give a client a new secret; the present one works for a day more, older ones no longer.

    Given public keys, it proves itself by these from now on, and by nothing else: for an overlap
    the new set holds the old key too. Raises KeysNeeded for a client with keys that is given none.
    """
    client = await _client(session, client_id)
    if client.disabled_at is not None:
        raise problems.ClientIsDisabled
    if said.jwks is not None:
        client.jwks = said.jwks.model_dump()
        client.secret = client.old_secret = client.old_secret_until = None
        return NewSecret(
            client_id=client_id, client_secret=None, old_secret_valid_until=None, jwks=said.jwks
        )
    if client.jwks is not None:
        raise problems.KeysNeeded
    secret, until = new_secret(), clock.now() + OLD_SECRET_LIVES
    client.old_secret, client.old_secret_until = client.secret, until
    client.secret = digest_of(secret)
    return NewSecret(client_id=client_id, client_secret=secret, old_secret_valid_until=until)


async def disable_client(session: AsyncSession, client_id: UUID, *, by: str) -> ClientOut:
    """Turn a client away for good. Doing it twice changes nothing."""
    client = await _client(session, client_id)
    if str(client_id) == by:
        raise problems.NotOneself
    client.disabled_at = client.disabled_at or clock.now()
    return ClientOut.model_validate(client)


async def _client(session: AsyncSession, client_id: UUID) -> Client:
    client = await queries.client_with_id(session, client_id, to_change=True)
    if client is None:
        raise NotFound
    return client
