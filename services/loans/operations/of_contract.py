"""What hangs on a contract: interest lines, repayments, refunds, notices, repayment plans.

And ratings of people.
"""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from pydantic import BaseModel
from sqlalchemy.sql.elements import TextClause

from kernel.access import Caller
from kernel.bulk.reads import Reads
from kernel.bulk.resource import Push, Resource
from kernel.crypto import Keys
from kernel.database import table_of
from kernel.roles import May
from services.loans.operations.references import refresh_references
from services.loans.queries import pushes, reference
from services.loans.schemas.pushed import (
    InterestLineIn,
    InterestLineOut,
    NoticeIn,
    NoticeOut,
    OfContractOut,
    RatingIn,
    RatingOut,
    RefundIn,
    RefundOut,
    RepaymentIn,
    RepaymentOut,
    RepaymentPlanIn,
    RepaymentPlanOut,
)
from services.loans.tables import (
    InterestLine,
    Notice,
    OfLoan,
    Rating,
    Refund,
    Repayment,
    RepaymentPlan,
)


def _plain_columns(_: Push, row: BaseModel) -> dict[str, Any]:
    """The row's own fields; its loan and household are resolved by the contract's number."""
    return row.model_dump(exclude={"source_version"})


async def _resolve(push: Push) -> None:
    await push.session.execute(pushes.OF_CONTRACT)
    await push.session.execute(pushes.WAITS_FOR_CONTRACT)


def _announces(statement: TextClause | None, *, bears: bool) -> Callable[[Push], Awaitable[None]]:
    """What follows a push; `bears` on the loan's reference interest: then that is made anew."""

    async def after(push: Push) -> None:
        if bears:
            touched = (await push.session.execute(reference.PUSHED_LOANS)).scalars().all()
            await refresh_references(push.session, touched)
        if statement is not None:
            await push.session.execute(statement)

    return after


def _fact(
    name: str,
    thing: str,
    model: type[BaseModel],
    table: type[OfLoan],
    number: tuple[str, ...],
    after: Callable[[Push], Awaitable[None]],
    *,
    has_amount: bool = False,
    columns: Callable[[Push, Any], dict[str, Any]] = _plain_columns,
) -> Resource:
    return Resource(
        name=name,
        thing=thing,
        model=model,
        table=table_of(table),
        number=("loan_id", *number),
        write=May.CONTRACTS_WRITE,
        columns=columns,
        resolve=_resolve,
        after=after,
        amount=(lambda row: row.amount) if has_amount else None,
        rejections={},
    )


INTEREST_LINES = _fact(
    "interest-lines",
    "interest_line",
    InterestLineIn,
    InterestLine,
    ("line_no",),
    _announces(pushes.ANNOUNCE_LINES, bears=True),
    has_amount=True,
)
REPAYMENTS = _fact(
    "repayments",
    "repayment",
    RepaymentIn,
    Repayment,
    ("repayment_no",),
    _announces(pushes.ANNOUNCE_REPAYMENTS, bears=True),
)
REFUNDS = _fact(
    "refunds",
    "refund",
    RefundIn,
    Refund,
    ("refund_no",),
    _announces(pushes.ANNOUNCE_REFUNDS, bears=False),
    has_amount=True,
)
NOTICES = _fact(
    "notices", "notice", NoticeIn, Notice, ("kind", "sent_on"), _announces(None, bears=False)
)


def _plan_columns(push: Push, plan: RepaymentPlanIn) -> dict[str, Any]:
    instalments = [each.model_dump(mode="json") for each in plan.instalments]
    return {**_plain_columns(push, plan), "instalments": json.dumps(instalments)}


REPAYMENT_PLANS = _fact(
    "repayment-plans",
    "repayment_plan",
    RepaymentPlanIn,
    RepaymentPlan,
    ("agreed_on",),
    _announces(None, bears=False),
    columns=_plan_columns,
)


def _rating_columns(push: Push, rating: RatingIn) -> dict[str, Any]:
    row = rating.model_dump(exclude={"source_version", "id_number"})
    return {**row, "person_key": push.keys.person_key(rating.id_number)}


async def _resolve_rating(push: Push) -> None:
    await push.session.execute(pushes.OF_PERSON)
    await push.session.execute(pushes.WAITS_FOR_PERSON)


RATINGS = Resource(
    name="ratings",
    thing="rating",
    model=RatingIn,
    table=table_of(Rating),
    number=("agency", "person_key", "rated_on"),
    write=May.CONTRACTS_WRITE,
    columns=_rating_columns,
    resolve=_resolve_rating,
    after=_announces(None, bears=False),
    rejections={},
)


def _shows(table: type[OfLoan], out: type[OfContractOut], *filters: str) -> Reads:
    def show(_: Keys, __: Caller, row: Mapping[str, Any]) -> BaseModel:
        return out.model_validate(dict(row))

    return Reads(
        table_of(table), out, May.CONTRACTS_READ, ("agency", "contract_no", *filters), show
    )


INTEREST_LINES_SHOWN = _shows(InterestLine, InterestLineOut, "kind", "borne_by", "settled_on")
REPAYMENTS_SHOWN = _shows(Repayment, RepaymentOut, "paid_on")
REFUNDS_SHOWN = _shows(Refund, RefundOut, "cause", "to", "paid_on")
NOTICES_SHOWN = _shows(Notice, NoticeOut, "kind", "sent_on")
REPAYMENT_PLANS_SHOWN = _shows(RepaymentPlan, RepaymentPlanOut, "agreed_on")


def _shown_rating(keys: Keys, caller: Caller, row: Mapping[str, Any]) -> RatingOut:
    ref = keys.subject_ref(caller.agency, row["person_key"])
    return RatingOut.model_validate({**row, "person_ref": ref})


RATINGS_SHOWN = Reads(
    table_of(Rating), RatingOut, May.CONTRACTS_READ, ("agency", "rated_on"), _shown_rating
)
