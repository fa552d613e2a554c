"""Samples: contracts that somebody drew, under a name."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.bulk.reads import Reads
from kernel.bulk.resource import Push, Resource
from kernel.crypto import Keys
from kernel.database import table_of
from kernel.division import smallest_holding, spans
from kernel.roles import May
from kernel.service import JSON_BODY_LIMIT
from services.rectification.queries import samples as queries
from services.rectification.schemas.screenings import SampleIn, SampleOut
from services.rectification.tables import Sample


def _columns(push: Push, sample: SampleIn) -> dict[str, Any]:
    return {
        "division": smallest_holding(push.caller.divisions),
        "name": sample.name,
        "source": sample.source,
        "contract_nos": json.dumps([contract.model_dump() for contract in sample.contract_nos]),
    }


async def _resolve(_: Push) -> None:
    """A sample is what its agency says; its contracts need not be known yet."""


async def _announce(push: Push) -> None:
    await push.session.execute(queries.ANNOUNCE_SAMPLES)


SAMPLES = Resource(
    name="samples",
    thing="sample",
    model=SampleIn,
    table=table_of(Sample),
    number=("agency", "name"),
    write=May.SAMPLES_WRITE,
    columns=_columns,
    resolve=_resolve,
    after=_announce,
    rejections={},
    largest=4 * JSON_BODY_LIMIT,
)


def shown_sample(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> SampleOut:
    """A sample as supervisors and poverty offices see it."""
    return SampleOut.model_validate({**row, "sample_id": row["id"]})


SAMPLES_SHOWN = Reads(
    table=table_of(Sample),
    out=SampleOut,
    may=May.SAMPLES_WRITE,
    filters=("name",),
    show=shown_sample,
)


async def sample_named(session: AsyncSession, caller: Caller, name: str) -> Any:
    """Id and version of the sample that a caller means by a name; None if it may see none."""
    if May.SAMPLES_WRITE not in caller.scope:
        return None
    lo, hi = spans(caller.divisions)
    values = {"name": name, "agency": caller.agency, "lo": lo, "hi": hi}
    return (await session.execute(queries.SAMPLE_NAMED, values)).first()
