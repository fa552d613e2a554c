"""A bank asks, lends, charges and is repaid; what it is watched for."""

from typing import Any

from tests.examples.chapters.people import COUNTY, DUE, LI, SIGNED, TOWNSHIP, WANG, ZHANG
from tests.examples.tables import as_csv, as_ndjson
from tests.examples.teller import CSV, NDJSON, Teller

ENTERPRISE = {"kind": "ENTERPRISE", "credit_code": "91230231MA00000001", "name": "某养殖公司"}
EVIDENCE = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def lend(teller: Teller) -> None:
    """From the question whether one may, to the last repayment."""
    _ask(teller)
    contracts = [
        a_contract("BQ-2018-0001", ZHANG),
        a_contract("BQ-2018-0002", LI, actual_user=ENTERPRISE, matures_on="2021-03-05"),
        a_contract("BQ-2018-0003", WANG, principal="60000.00", balance="60000.00"),
        a_contract("BQ-2018-0004", LI, principal="8000.00", balance="8000.00"),
    ]
    teller.push("contract", "contracts", "bank", *contracts)
    contract = teller.read_back("contract", "contracts", "bank", contract_no="BQ-2018-0001")
    _push_of_contract(teller)
    _attest(teller, contract["id"])
    teller.ask("read_interest_of_contract", "bank", loan_id=contract["id"])
    spare = teller.ask("list_contracts", "bank", query={"contract_no": "BQ-2018-0004"})
    void = {"reason": "录入有误", "on": "2018-03-06"}
    teller.ask("void_contract", "bank", body=void, loan_id=spare["items"][0]["id"])
    for kind, rows in (("contracts", 3), ("interest-lines", 2), ("refunds", 2)):
        said = {"kind": kind, "valid_from": "2018-01-01", "valid_to": "2019-06-01", "rows": rows}
        teller.ask("file_loans_declaration", "bank", body=said)
    teller.ask("list_loans_declarations", "bank", query={"limit": 50})


def a_contract(number: str, borrower: dict[str, str], **fields: Any) -> dict[str, Any]:
    """A poverty loan of a year, in order unless `fields` say otherwise."""
    return {
        "contract_no": number,
        "branch_division": TOWNSHIP,
        "borrower_name": borrower["name"],
        "borrower_id_number": borrower["id_number"],
        "kind": "NEW",
        "product": "POVERTY_MICRO",
        "principal": "50000.00",
        "annual_rate": "0.0435",
        "convention": "ITEM_YMD",
        "settlement": "AT_MATURITY",
        "applied_on": "2018-03-01",
        "signed_on": SIGNED,
        "disbursed_on": SIGNED,
        "matures_on": DUE,
        "purpose": "BREEDING",
        "guarantee": "NONE",
        "wish_signed_on": "2018-03-01",
        "actual_user": {"kind": "HOUSEHOLD"},
        "household_aware": True,
        "household_takes_part": True,
        "balance": "50000.00",
        "overdue_principal": "0.00",
        "five_class": 1,
        "as_at": "2018-03-31",
    } | fields


def _ask(teller: Teller) -> None:
    question = {
        **ZHANG,
        "amount": "50000.00",
        "term_months": 12,
        "kind": "NEW",
        "purpose": "BREEDING",
        "wish_signed_on": "2018-03-01",
        "attested": ["LOAN-15", "LOAN-16", "LOAN-17"],
        "as_of": "2018-03-05",
    }
    rating = {"grade": "AA", "limit": "50000.00", "rated_on": "2018-03-01", "bad_record": False}
    rated = [{"id_number": who["id_number"], **rating} for who in (ZHANG, LI)]
    teller.push("rating", "ratings", "bank", *rated)
    teller.read_back("rating", "ratings", "bank", rated_on="2018-03-01")
    told = teller.ask("check_eligibility", "bank", body=question | {"reserve": True})
    teller.read_back("eligibility_check", "eligibility_checks", "bank", as_of="2018-03-05")
    many = [question, question | LI | {"amount": "60000.00"}]
    teller.ask("check_eligibility_of_many", "bank", file=(NDJSON, as_ndjson(many)))
    teller.ask("check_eligibility_of_many", "bank", file=(CSV, as_csv(many)))
    assert told["reservation"], told
    held = teller.read_back("reservation", "reservations", "bank", agency="RCU230231")
    teller.ask("release_reservation", "bank", reservation_id=held["reservation_id"])
    quote = {"principal": "50000.00", "annual_rate": "0.0435", "method": "ITEM_YMD"}
    teller.ask("quote_interest", "bank", body=quote | {"start": SIGNED, "end": DUE})


def _push_of_contract(teller: Teller) -> None:
    """Everything that is told of a contract once there is one."""
    of_one = {"contract_no": "BQ-2018-0001"}
    line = {
        **of_one,
        "line_no": "1",
        "kind": "NORMAL",
        "period_start": SIGNED,
        "period_end": DUE,
        "base": "50000.00",
        "amount": "2175.00",
        "settled_on": DUE,
        "borne_by": "HOUSEHOLD",
    }
    repayment = {
        **of_one,
        "repayment_no": "1",
        "principal": "1000.00",
        "interest": "0.00",
        "penalty": "0.00",
        "paid_on": DUE,
    }
    refund = {
        **of_one,
        "refund_no": "R-1",
        "amount": "0.01",
        "paid_on": "2019-03-10",
        "cause": "RATE_EXCESS",
        "to": "HOUSEHOLD",
    }
    notice = {**of_one, "kind": "REMIND_60", "sent_on": "2019-01-04", "proof": EVIDENCE}
    due = [{"due_on": "2019-09-05", "amount": "49000.00"}]
    plan = {**of_one, "agreed_on": "2019-03-01", "helper": "驻村工作队", "instalments": due}
    other = {"contract_no": "BQ-2018-0003"}
    more = {"base": "60000.00", "amount": "2610.00"}
    teller.push("interest_line", "interest_lines", "bank", line, line | other | more)
    teller.push("repayment", "repayments", "bank", repayment, repayment | {"repayment_no": "2"})
    teller.push("refund", "refunds", "bank", refund, refund | other)
    teller.push("notice", "notices", "bank", notice, notice | {"kind": "WRITTEN_30"})
    teller.push("repayment_plan", "repayment_plans", "bank", plan, plan | other)
    for thing in ("interest_line", "repayment", "refund", "notice", "repayment_plan"):
        teller.read_back(thing, f"{thing}s", "bank", contract_no="BQ-2018-0001")


def _attest(teller: Teller, loan_id: str) -> None:
    found = {"verdict": True, "on": "2018-03-02"}
    teller.ask("attest_condition", "bank", body=found, loan_id=loan_id, rule_id="LOAN-15")
    teller.ask("list_attestations", "bank", loan_id=loan_id)
    teller.ask("read_attestation", "bank", loan_id=loan_id, rule_id="LOAN-15")
    passed = {"reason": "身体健康，由成年子女共同经营", "on": "2018-03-02"}
    officer = "bank officer"
    teller.ask("record_exception", officer, body=passed, loan_id=loan_id, rule_id="LOAN-03")
    teller.ask("list_exceptions", "bank", loan_id=loan_id)
    teller.ask("read_exception", "bank", loan_id=loan_id, rule_id="LOAN-03")


def follow_up(teller: Teller) -> None:
    """A year later: what is overdue, who really uses the money, who defaults in bad faith."""
    late = {"overdue_principal": "60000.00", "overdue_since": DUE, "five_class": 3}
    again = late | {"principal": "60000.00", "balance": "60000.00", "as_at": "2019-03-31"}
    teller.ask(
        "push_contract", "bank", body=a_contract("BQ-2018-0003", WANG, **again, source_version=2)
    )
    on = {"as_of": "2019-04-30", "division": COUNTY}
    teller.ask("list_overdue_rates", "office", query={"by": "village", **on})
    teller.ask("list_overdue_loans", "office", query=on)
    teller.ask("list_maturities", "bank", query={"within_days": 60, "as_of": "2019-02-01"})
    users = teller.ask("list_actual_users", "office", query=on)["items"]
    user_id = users[0]["user_id"]
    disposition = {"class": "E1_TRACK_CONVERT", "reason": "跟踪还款并转换贷款方式"}
    teller.ask(
        "dispose_of_actual_user",
        "office",
        body=disposition | {"on": "2019-04-30"},
        user_id=user_id,
    )
    teller.ask("read_actual_user", "office", query={"as_of": "2019-04-30"}, user_id=user_id)
    proposal = {"contract_no": "BQ-2018-0003", "evidence": EVIDENCE, "on": "2019-05-05"}
    told = teller.ask("propose_default", "bank", body=proposal | {"reason": "有偿还能力而拒不偿还"})
    teller.read_back("default_proposal", "default_proposals", "bank", state="proposed")
    teller.ask(
        "decide_default_proposal",
        "office officer",
        body={"decision": "REFUSED", "reason": "因灾歉收，不属恶意", "on": "2019-05-10"},
        proposal_id=told["proposal_id"],
    )
