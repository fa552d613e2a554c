"""The policy rate of a loan: what its annual rate may not exceed (LOAN-14; rules.md, regimes).

A product rate (lender, place, signing day) stands before the PBOC benchmark or LPR of the tenor.
"""

import json
from collections.abc import Mapping
from typing import Any

from kernel.policy import LAW

RATE_TABLES = """
    general as materialized (select * from jsonb_to_recordset(cast(:general_rate as jsonb))
        as f(one_year numeric, longer numeric, starts date, ends date)),
    product as materialized (select * from jsonb_to_recordset(cast(:product_rate as jsonb))
        as f("is" numeric, lender text, starts date, ends date, lo text, hi text,
             certainty text))
"""
"""SQL for the two CTEs that `POLICY_RATE` reads. Takes `rate_parameters()`."""

POLICY_RATE = """
    lateral (
        select coalesce(fixed.rate, case
                   when {loan}.matures_on <= ({loan}.disbursed_on + interval '12 months')::date
                   then general.one_year else general.longer end) as rate,
               fixed.certainty = 'assumed' as is_assumed
        from (select) nothing
        left join lateral (
            select p."is" as rate, p.certainty from product p
            where p.starts <= {loan}.signed_on and {loan}.signed_on < p.ends
              and p.lender = {loan}.lender and p.lo <= {loan}.division and {loan}.division < p.hi
            order by p.lo desc limit 1) fixed on true
        left join general
            on general.starts <= {loan}.signed_on and {loan}.signed_on < general.ends) policy
"""
"""SQL for a lateral join `policy(rate, is_assumed)` to a loan with `signed_on`, `disbursed_on`,
`matures_on`, `division` and `lender` (the parent of its bank). A null rate is unknown."""


def rate_parameters() -> Mapping[str, Any]:
    """The rates of law, as `RATE_TABLES` takes them."""
    return {
        name: json.dumps(LAW[name].rows(), default=str) for name in ("general_rate", "product_rate")
    }
