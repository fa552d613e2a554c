"""What the subsidy service can do, one function per act."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from kernel import clock
from kernel.access import Caller
from kernel.bulk.reads import Reads
from kernel.bulk.resource import Push, Rejection, Resource
from kernel.crypto import Keys
from kernel.database import table_of
from kernel.division import spans
from kernel.judging import Screening, findings_of
from kernel.law import figures
from kernel.roles import May
from kernel.service import Service
from services.subsidy import queries
from services.subsidy.rules import CATALOGUE
from services.subsidy.schemas import PaymentIn, PaymentOut
from services.subsidy.tables import Payment

LAW = figures(Path(__file__).with_name("law"))


def _columns(push: Push, payment: PaymentIn) -> dict[str, Any]:
    said = payment.model_dump(exclude={"county", "source_version"})
    return {**said, "division": payment.county}


async def _resolve(push: Push) -> None:
    """A bureau writes for its own counties; a payment finds its loan by the bank's number."""
    lo, hi = spans(push.caller.divisions)
    await push.session.execute(queries.NOT_YOURS, {"lo": lo, "hi": hi})
    await push.session.execute(queries.OF_CONTRACT)
    await push.session.execute(queries.WAITS_FOR_CONTRACT)


async def _announce(push: Push) -> None:
    await push.session.execute(queries.ANNOUNCE)


PAYMENTS = Resource(
    name="payments",
    thing="payment",
    model=PaymentIn,
    table=table_of(Payment),
    number=("agency", "payment_no"),
    write=May.PAYMENTS_WRITE,
    columns=_columns,
    resolve=_resolve,
    after=_announce,
    amount=lambda payment: payment.amount,
    rejections={
        "not-your-division": Rejection(
            "/county", "This county is not in a division that the agency serves."
        ),
    },
)


def shown_payment(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> PaymentOut:
    """A payment as the offices and bureaus of its county see it."""
    return PaymentOut.model_validate({**row, "payment_id": row["id"], "county": row["division"]})


PAYMENTS_SHOWN = Reads(
    table=table_of(Payment),
    out=PaymentOut,
    may=May.PAYMENTS_READ,
    filters=("payment_no", "bank", "contract_no", "division"),
    show=shown_payment,
)


async def judge(service: Service, session: AsyncSession, screening: Screening) -> None:
    """Announce what every rule of this service that was asked for does not find in order."""
    asked = [rule for rule in CATALOGUE if screening.asks(rule)]
    if not asked:
        return
    law = {name: json.dumps(figure.rows(), default=str) for name, figure in LAW.items()}
    for statement in queries.LAY_OUT:
        await session.execute(statement, screening.scope | law)
    judged_at = clock.now()
    for rule in asked:
        await session.execute(findings_of(queries.SUBSIDY_FACTS, rule, screening, judged_at))
