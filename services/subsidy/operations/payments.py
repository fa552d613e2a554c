"""Payments: pushed by finance bureaus, read back."""

from collections.abc import Mapping
from typing import Any

from kernel.access import Caller
from kernel.bulk.reads import Reads
from kernel.bulk.resource import Push, Rejection, Resource
from kernel.crypto import Keys
from kernel.database import table_of
from kernel.division import spans
from kernel.roles import May
from services.subsidy.projections.references import refresh_references
from services.subsidy.queries import pushes
from services.subsidy.schemas.pushed import PaymentIn, PaymentOut
from services.subsidy.tables import Payment


def _columns(push: Push, payment: PaymentIn) -> dict[str, Any]:
    said = payment.model_dump(exclude={"county", "source_version"})
    return {**said, "division": payment.county}


async def _resolve(push: Push) -> None:
    """A bureau writes for its own counties; a payment finds its loan by the bank's number."""
    lo, hi = spans(push.caller.divisions)
    await push.session.execute(pushes.NOT_YOURS, {"lo": lo, "hi": hi})
    await push.session.execute(pushes.OF_CONTRACT)
    await push.session.execute(pushes.WAITS_FOR_CONTRACT)


async def _after(push: Push) -> None:
    touched = (await push.session.execute(pushes.LOANS_OF_PAYMENTS)).scalars().all()
    await refresh_references(push.session, touched)
    await push.session.execute(pushes.ANNOUNCE_PAYMENTS)


PAYMENTS = Resource(
    name="payments",
    thing="payment",
    model=PaymentIn,
    table=table_of(Payment),
    number=("agency", "payment_no"),
    write=May.PAYMENTS_WRITE,
    columns=_columns,
    resolve=_resolve,
    after=_after,
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
