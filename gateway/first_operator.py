"""The first operator: made once, so that there is somebody who can let the others in."""

import json
import os
from pathlib import Path

from gateway import queries
from gateway.operations import record_agency, register_client
from gateway.schemas import AgencyIn, ClientIn
from kernel.database import Database
from kernel.roles import AgencyType, Kind, Role

CODE = "OPERATOR"
FILE = "first-operator.json"


async def first_operator(database: Database, folder: Path, *, address: str) -> bool:
    """Make the agency OPERATOR and a client of it, unless there is one; whether it was made.

    The client's credentials are written to `first-operator.json` in the folder, for its owner's
    eyes only, before they are committed: a crash leaves credentials without a client, which the
    next start replaces, and never a client whose secret nobody has.
    """
    async with database.begin() as session:
        await queries.lock(session, "first operator")
        if await queries.current_agency(session, CODE) is not None:
            return False
        agency = AgencyIn(
            code=CODE, name="金桥平台运维", agency_type=AgencyType.OPERATOR, divisions=[]
        )
        await record_agency(session, agency)
        client = await register_client(
            session, ClientIn(agency=CODE, kind=Kind.SYSTEM, role=Role.OPERATOR)
        )
        write_credentials(folder / FILE, address, str(client.client_id), client.client_secret)
    return True


def write_credentials(path: Path, address: str, client_id: str, secret: str | None) -> None:
    """A client's credentials as a file that only its owner may read.

    Without a secret it says only who the client is: its private key is in a file of its own.
    """
    found = {"address": address, "client_id": client_id, "client_secret": secret}
    told = json.dumps({name: value for name, value in found.items() if value is not None})
    write_for_owner(path, told)


def write_for_owner(path: Path, text: str) -> None:
    """A file that only its owner may read, there whole or not at all."""
    part = path.with_name(f".{path.name}.{os.getpid()}")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
    part.replace(path)
