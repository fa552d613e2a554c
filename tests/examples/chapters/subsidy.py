"""A bank claims the subsidy of a year's interest, and it comes to the household."""

from typing import Any

from tests.examples.chapters.people import COUNTY, DUE, SIGNED
from tests.examples.teller import Teller


def subsidise(teller: Teller) -> None:
    """One claim from draft to clawed back, one of which a line is rejected and that is returned."""
    budget = {"division": COUNTY, "year": 2019}
    teller.ask("set_budget", "bureau officer", body={"amount": "2000000.00"}, **budget)
    teller.ask("read_budget", "bureau", **budget)
    claims = [
        _claim("S-2019-1", "BQ-2018-0001"),
        _claim("S-2019-2", "BQ-2018-0002", "BQ-2018-0003"),
    ]
    told = teller.push("subsidy_claim", "subsidy_claims", "bank", *claims)
    first = told["claim"]["claim_id"]
    teller.ask("submit_subsidy_claim", "bank", body={"on": "2019-03-10"}, claim_id=first)
    teller.read_back("subsidy_claim", "subsidy_claims", "bank", claim_no="S-2019-1")
    _decide(teller, first)
    _doubt(teller)
    everything = {"kind": "payments", "valid_from": "2018-01-01", "valid_to": "2020-01-01"}
    teller.ask("file_subsidy_declaration", "bureau", body=everything | {"rows": 2})
    teller.ask("list_subsidy_declarations", "bureau", query={"limit": 50})
    teller.ask("match_ledgers", "bureau", query={"by": "loan", "as_of": "2019-04-30"})


def _claim(number: str, *contracts: str) -> dict[str, Any]:
    days = {"period_start": SIGNED, "period_end": DUE}
    asked = {"base": "50000.00", "amount": "2175.00", "claimed_on": "2019-03-10"}
    lines = [
        {"line_no": str(line), "contract_no": contract, **days, **asked}
        for line, contract in enumerate(contracts, start=1)
    ]
    return {"claim_no": number, "county": COUNTY, **days, "lines": lines}


def _decide(teller: Teller, claim_id: str) -> None:
    where = {"claim_id": claim_id}
    office, bureau = "office officer", "bureau officer"
    teller.ask("review_subsidy_claim", office, body={"on": "2019-03-12"}, **where)
    teller.ask("publicise_subsidy_claim", office, body={"on": "2019-03-13"}, **where)
    teller.ask("read_publicity_list", "office", **where)
    teller.ask("approve_subsidy_claim", bureau, body={"on": "2019-03-20"}, **where)
    payment = {
        "payment_no": "2019-000001",
        "county": COUNTY,
        "bank": "RCU230231",
        "contract_no": "BQ-2018-0001",
        "period_start": SIGNED,
        "period_end": DUE,
        "amount": "2175.00",
        "paid_on": "2019-03-25",
    }
    other = {"payment_no": "2019-000003", "contract_no": "BQ-2018-0003"}
    teller.push("payment", "payments", "bureau", payment, payment | other)
    teller.read_back("payment", "payments", "bureau", payment_no="2019-000001")
    paid = {"on": "2019-03-25", "payments": ["2019-000001"]}
    teller.ask("pay_subsidy_claim", "second bureau officer", body=paid, **where)
    refund = {
        "contract_no": "BQ-2018-0001",
        "refund_no": "R-2",
        "amount": "2175.00",
        "paid_on": "2019-03-27",
        "cause": "SUBSIDY_PASS_THROUGH",
        "to": "HOUSEHOLD",
    }
    teller.ask("push_refund", "bank", body=refund)
    teller.drain()
    named = [{"contract_no": "BQ-2018-0001", "refund_no": "R-2"}]
    passed = {"on": "2019-03-28", "refunds": named}
    teller.ask("pass_subsidy_through", "bank", body=passed, **where)
    back = {"on": "2019-04-10", "amount": "75.00", "reason": "部分贷款被挪用"}
    teller.ask("claw_subsidy_back", bureau, body=back, **where)


def _doubt(teller: Teller) -> None:
    query = {"claim_no": "S-2019-2"}
    [claim] = teller.ask("list_subsidy_claims", "bank", query=query)["items"]
    where = {"claim_id": claim["claim_id"]}
    teller.ask("submit_subsidy_claim", "bank", body={"on": "2019-03-10"}, **where)
    rejected = {"on": "2019-03-11", "lines": ["2"], "reason": "贷款超过5万元"}
    teller.ask("reject_subsidy_claim_lines", "office officer", body=rejected, **where)
    returned = {"on": "2019-03-12", "reason": "实际用款人为企业，请核实"}
    teller.ask("return_subsidy_claim", "office officer", body=returned, **where)
