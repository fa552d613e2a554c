"""What the law asks of a subsidy: conditions over the columns of the subsidy facts.

Each is true (met), false (not met) or null (undetermined); null is never a default.
"""

from typing import Any

from sqlalchemy import ColumnElement, FromClause, case, false, func, true

from kernel.law import Certainty, Kind, rule


@rule(
    "SUB-11",
    kind=Kind.FINDING,
    zh="银行收到贴息后已将所扣利息返还贫困户",
    en="What the bank took in interest for days the treasury paid was given back to the household.",
    cite="黑金发〔2019〕22号 二(四): 财政贴息后未将所扣利息返还贫困户的立即整改",
    plan="四",
    amount="withheld",
    figures=("received", "borne", "refunded", "lines"),
    silence=("refunds_undeclared",),
    certainty=Certainty.ASSUMED,
)
def subsidy_passed_through(loan: FromClause) -> ColumnElement[Any]:
    """One fen short is not met. That no more came back is a fact only where the bank declared so.

    Asked of loans with interest that the household bore for days the treasury paid, once the days
    to pass it on are over; how many they are is assumed.
    """
    return case(
        (loan.c.withheld <= 0, true()),
        (func.cardinality(loan.c.refunds_undeclared) == 0, false()),
    )


CATALOGUE = (subsidy_passed_through,)
"""Every rule of this service, in the catalogue's order."""
