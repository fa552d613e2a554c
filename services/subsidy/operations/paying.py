"""Paying a claim, and passing the money on to the households."""

import json
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncSession

from kernel.access import Caller
from kernel.bulk.record import record
from kernel.bulk.resource import Outcome, Push, Raw
from services.subsidy.operations.acts import Act, begin, finish, follow
from services.subsidy.operations.payments import PAYMENTS
from services.subsidy.problems import PaymentsDoNotMatch, RefundsDoNotMatch
from services.subsidy.queries import claims
from services.subsidy.schemas.claims import PassThroughIn, PayIn


async def pay(push: Push, caller: Caller, claim_id: UUID, said: PayIn) -> None:
    """Answer a claim with payments of the bureau: those named, or one made for each line.

    Payments stay the bureau's facts either way. Raises PaymentsDoNotMatch where those named do not
    come to what was approved, loan by loan and to the fen; SameOfficer.
    """
    act = await begin(push.session, caller, claim_id, "pay", said)
    made = await _made(push, act) if said.payments is None else sorted(set(said.payments))
    asked = {"claim_id": claim_id, "agency": caller.agency, "payments": made}
    found = (await push.session.execute(claims.UNMATCHED, asked)).mappings().one()
    _check_match(found)
    await push.session.execute(claims.ANSWER_WITH_PAYMENTS, asked)
    await finish(act, {"note": said.note, "payments": made})


def _check_match(found: RowMapping) -> None:
    for name, sentence in (
        ("unknown", "of the payments are not on record as the bureau's; push them first"),
        ("taken", "of the payments answer another claim already; name others"),
        ("foreign_", "of the payments are for other loans or days than the claim's lines"),
        ("unequal", "loans of the claim are not paid exactly what was approved"),
    ):
        if found[name]:
            raise PaymentsDoNotMatch(f"{found[name]} {sentence}.")


async def _made(push: Push, act: Act) -> list[str]:
    """One payment a line, numbered after the claim; their numbers."""
    asked = {"claim_id": act.claim_id}
    lines = (await push.session.execute(claims.LINES_TO_PAY, asked)).mappings().all()
    rows = [
        {
            "payment_no": f"{act.claim_id}/{line['position']}",
            "county": act.claim["county"],
            "bank": act.claim["agency"],
            "contract_no": line["contract_no"],
            "period_start": line["period_start"].isoformat(),
            "period_end": line["period_end"].isoformat(),
            "amount": str(line["amount"]),
            "paid_on": act.on.isoformat(),
        }
        for line in lines
    ]
    raws = [Raw(number, json.dumps(row).encode()) for number, row in enumerate(rows, start=1)]
    verdicts, _ = await record(push, PAYMENTS, raws, strict=True)
    if any(verdict.outcome not in (Outcome.ACCEPTED, Outcome.UNCHANGED) for verdict in verdicts):
        raise PaymentsDoNotMatch(
            "Payments cannot be made for these lines; push them yourself and name them."
        )
    return [str(row["payment_no"]) for row in rows]


async def pass_through(
    session: AsyncSession, caller: Caller, claim_id: UUID, said: PassThroughIn
) -> None:
    """Name the refunds by which the subsidy reached the households; they carry the amounts.

    The claim is reconciled as soon as the three ledgers meet to the fen; until then more refunds
    may be named. Raises RefundsDoNotMatch.
    """
    act = await begin(session, caller, claim_id, "pass-through", said)
    named = {(each.contract_no, each.refund_no) for each in said.refunds}
    refunds = [{"contract_no": number, "refund_no": refund} for number, refund in sorted(named)]
    asked = {"claim_id": claim_id, "refunds": json.dumps(refunds)}
    kept = (await session.execute(claims.ANSWER_WITH_REFUNDS, asked)).scalars().all()
    if len(kept) != len(named):
        raise RefundsDoNotMatch(len(named) - len(kept))
    await finish(act, {"note": said.note, "refunds": refunds})
    met = await session.execute(claims.RECONCILES, {"claim_id": claim_id, "on": act.on})
    if met.scalar_one():
        await follow(act, "reconcile")
