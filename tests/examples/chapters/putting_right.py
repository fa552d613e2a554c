"""A supervisor screens; what is found is visited, put right and looked at again."""

from typing import Any

from tests.examples.chapters.loans import ENTERPRISE, EVIDENCE, a_contract
from tests.examples.chapters.people import COUNTY, LI
from tests.examples.teller import Teller

Json = dict[str, Any]

PDF = b"%PDF-1.4\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n"
FOUND_ON, AGAIN_ON = "2019-05-28", "2019-07-01"
STAGE = "2019-06-20"


def put_right(teller: Teller) -> None:
    """Samples, two screenings, findings, the ledger, what units file, and the report."""
    _sample(teller)
    first = _screen(teller, FOUND_ON)
    findings = _look(teller, first)
    item = _open(teller, findings["LOAN-20"])
    _work(teller, item)
    converted = {"converted_to": "产业扶贫贷款", "converted_on": "2019-06-15"}
    again = {"actual_user": ENTERPRISE, "matures_on": "2021-03-05", "as_at": "2019-06-15"}
    contract = a_contract("BQ-2018-0002", LI, **again, **converted, source_version=2)
    teller.ask("push_contract", "bank", body=contract)
    teller.drain()
    second = _screen(teller, AGAIN_ON)
    since = {"since": first, "rule_id": "LOAN-20"}
    teller.ask("list_changes", "supervisor", query=since, screening_id=second)
    teller.ask("list_missing_facts", "supervisor", screening_id=first)
    done = {"on": AGAIN_ON, "statement": "已转为产业扶贫贷款"}
    teller.ask("close_item", "supervisor officer", body=done, item_id=item)
    back = {"on": "2019-07-15", "reason": "佐证不足"}
    teller.ask("reopen_item", "supervisor officer", body=back, item_id=item)
    _dismiss(teller, findings["LOAN-08"])
    whole = {"screening_id": first, "by": "place", "on": FOUND_ON}
    teller.ask("open_items_from_screening", "supervisor officer", body=whole)
    _file(teller)


def _sample(teller: Teller) -> None:
    drawn = [{"bank": "RCU230231", "contract_no": f"BQ-2018-000{n}"} for n in (1, 2)]
    sample = {"name": "2018年度省际交叉考核", "source": "省际交叉考核", "contract_nos": drawn}
    other = {"name": "2018年度暗访", "source": "暗访"}
    teller.push("sample", "samples", "supervisor", sample, sample | other)
    teller.read_back("sample", "samples", "supervisor", name="2018年度省际交叉考核")


def _screen(teller: Teller, on: str) -> str:
    asked = {"business_date": on, "division": COUNTY, "rules": ["LOAN-08", "LOAN-13", "LOAN-20"]}
    told = teller.ask("ask_screening", "supervisor", body=asked)
    teller.drain()
    where = {"screening_id": told["screening_id"]}
    judged = teller.ask("read_screening", "supervisor", **where)
    assert judged["state"] == "judged", judged
    teller.ask("list_screenings", "supervisor", query={"limit": 50})
    return str(told["screening_id"])


def _look(teller: Teller, screening: str) -> dict[str, Json]:
    by_rule: dict[str, Json] = {}
    for rule in ("LOAN-20", "LOAN-08"):
        query = {"screening": screening, "rule_id": rule, "verdict": "not_met"}
        [by_rule[rule]] = teller.ask("list_findings", "supervisor", query=query)["items"]
    where = {"finding_id": by_rule["LOAN-20"]["finding_id"]}
    went = {"visited_on": "2019-06-10", "visited_by": "驻村工作队", "outcome": "CONFIRMED"}
    teller.ask("record_check", "office officer", body=went | {"note": "属实"}, **where)
    teller.ask("list_checks", "supervisor", **where)
    teller.ask("read_finding", "supervisor", **where)
    return by_rule


def _open(teller: Teller, finding: Json) -> str:
    asked = {
        "category": 1,
        "source": "AUDIT",
        "finding_ids": [finding["finding_id"]],
        "measure": "转为产业扶贫贷款",
        "responsible_unit": "RCU230231",
        "on": FOUND_ON,
    }
    item = teller.ask("open_item", "supervisor officer", body=asked)
    teller.ask("list_items", "bank", query={"state": "open", "division": COUNTY})
    return str(item["item_id"])


def _work(teller: Teller, item: str) -> None:
    worker = "bank officer"
    said = {"on": "2019-06-01", "note": "请按期整改"}
    teller.ask("remind_item", "supervisor officer", body=said, item_id=item)
    teller.ask("start_item", worker, body={"on": "2019-06-05"}, item_id=item)
    teller.ask("long_term_item", worker, body={"on": "2019-06-10"}, item_id=item)
    teller.ask("start_item", worker, body={"on": "2019-06-11"}, item_id=item)
    proof = teller.ask(
        "add_evidence",
        worker,
        file=("application/pdf", PDF),
        query={"title": "产业扶贫贷款合同", "file_name": "合同.pdf"},
        item_id=item,
    )
    teller.ask("list_evidence", worker, item_id=item)
    teller.ask("read_evidence", worker, item_id=item, evidence_id=proof["evidence_id"])
    teller.ask("complete_item", worker, body={"on": "2019-06-20"}, item_id=item)
    teller.ask("read_item", worker, item_id=item)


def _dismiss(teller: Teller, finding: Json) -> None:
    refuted = {"visited_on": "2019-06-12", "visited_by": "驻村工作队", "outcome": "REFUTED"}
    where = {"finding_id": finding["finding_id"]}
    teller.ask("record_check", "office officer", body=refuted, **where)
    asked = {
        "category": 6,
        "source": "SELF_EXAMINATION",
        "finding_ids": [finding["finding_id"]],
        "measure": "核对额度",
        "on": FOUND_ON,
    }
    item = teller.ask("open_item", "office officer", body=asked)
    said = {"on": "2019-06-15", "note": "经核实不属实"}
    teller.ask("dismiss_item", "second office officer", body=said, item_id=item["item_id"])


def _file(teller: Teller) -> None:
    contact = {"unit": "RCU230231", "stage": "2019-06-06", "filed_on": "2019-06-04"}
    teller.ask("file_contact", "bank", body=contact | {"name": "张三", "phone": "0452-0000000"})
    teller.read_back("contact", "contacts", "supervisor", stage="2019-06-06")
    report = {"unit": "RCU230231", "stage": STAGE, "filed_on": STAGE, "document_hash": EVIDENCE}
    teller.ask("file_submission", "bank", body=report)
    teller.read_back("submission", "submissions", "supervisor", stage=STAGE)
    missing = {"stage": STAGE, "on": "2019-06-21"}
    teller.ask("list_missing_submissions", "supervisor", query=missing)
    text = {"text": "已全面排查，问题逐户建账。"}
    where = {"stage": STAGE, "number": 1}
    teller.ask("write_section", "supervisor officer", body=text, **where)
    query = {"division": COUNTY, "format": "json"}
    teller.ask("read_report", "supervisor", query=query, stage=STAGE)
