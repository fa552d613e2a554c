"""Items of the ledger: opened from findings, worked, closed by another unit, never lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from kernel import clock
from tests.rectification.ledger import (
    AGAIN_ON,
    ENTERPRISE,
    FOUND_ON,
    ITEMS,
    Drain,
    Visit,
    a_ledger,
    a_loan_of_an_enterprise,
    act,
    acted,
    acts,
    closed,
    converted,
    lacks,
    opened,
    proved,
    shown,
    visited,
    worked,
)
from tests.story import (
    a_contract,
    a_household,
    a_line,
    a_person,
    declare,
    push,
    reported_again,
)

Sql = Callable[..., list[Any]]


def test_a_supervisor_closes_what_a_bank_put_right(visit: Visit, drain: Drain, sql: Sql) -> None:
    ledger = a_ledger(visit, drain)
    loan = a_loan_of_an_enterprise(ledger)
    [finding] = ledger.screened(FOUND_ON, "LOAN-20")
    item = opened(ledger.supervisor, finding)
    assert item["state"] == "open"
    assert item["deadline"] == "2019-11-30"
    assert item["amount"] == "10000.00"
    assert item["money"] is None, "what is at stake is owed to nobody"

    acted(ledger.worker, item, "start", on="2019-06-05")
    acted(ledger.worker, item, "complete", on="2019-06-20")
    early = act(ledger.worker, item, "close", on="2019-06-30")
    assert early.status_code == 403, "a bank closes nothing"
    refused = act(ledger.supervisor, item, "close", on="2019-06-30")
    assert lacks(refused) == ["standard-not-stated", "no-evidence", "not-screened-again"]

    assert proved(ledger.worker, item).status_code == 201
    ledger.screened(AGAIN_ON, "LOAN-20")
    assert lacks(closed(ledger.supervisor, item)) == ["still-found"]

    converted(ledger, loan)
    ledger.screened(AGAIN_ON, "LOAN-13")
    assert lacks(closed(ledger.supervisor, item)) == ["still-found"], "another rule says nothing"
    ledger.screened(AGAIN_ON, "LOAN-20")
    done = closed(ledger.supervisor, item)
    assert done.status_code == 200, done.text
    assert done.json()["state"] == "closed"
    assert done.json()["clean_on"] == AGAIN_ON
    for same in ("closed_by = completed_by", "closed_by_agency = completed_by_agency"):
        with pytest.raises(IntegrityError, match="closed_by_another"):
            sql("rectification", f"update item set {same}")
    history = shown(ledger.worker, item)["history"]
    assert [each["act"] for each in history] == ["open", "start", "complete", "evidence", "close"]
    assert [each["agency"] for each in history] == ["SV23", *["RCU230231"] * 3, "SV23"]


def test_an_officer_of_the_unit_that_completed_it_does_not_close_it(
    visit: Visit, drain: Drain
) -> None:
    ledger = a_ledger(visit, drain)
    loan = a_loan_of_an_enterprise(ledger)
    [finding] = ledger.screened(FOUND_ON, "LOAN-20")
    item = opened(ledger.office, finding)
    acted(ledger.clerk, item, "start", on="2019-06-05")
    proved(ledger.clerk, item)
    acted(ledger.clerk, item, "complete", on="2019-06-20")
    converted(ledger, loan)
    ledger.screened(AGAIN_ON)

    colleague = visit("poverty_office", agency="PO230231", kind="OFFICER")
    assert lacks(closed(ledger.clerk, item)) == ["same-unit", "same-officer"]
    assert lacks(closed(colleague, item)) == ["same-unit"]
    system = visit("supervisor", agency="SV23", divisions=["230000"])
    assert closed(system, item).json()["code"] == "officer-needed"
    elsewhere = visit("supervisor", divisions=["231283"], kind="OFFICER")
    assert closed(elsewhere, item).status_code == 404
    assert closed(ledger.supervisor, item).status_code == 200


def test_an_officer_is_told_what_can_be_done_instead(visit: Visit, drain: Drain) -> None:
    """Wrong orders, doubled acts, days that run backwards or have not come."""
    ledger = a_ledger(visit, drain)
    a_loan_of_an_enterprise(ledger)
    [finding] = ledger.screened(FOUND_ON, "LOAN-20")
    item = opened(ledger.supervisor, finding)

    def refused(verb: str, **said: str) -> tuple[int, str]:
        answer = act(ledger.supervisor if verb in ("close", "reopen") else ledger.worker, item,
                     verb, **said)  # fmt: skip
        return answer.status_code, answer.json()["code"]

    assert refused("complete") == (409, "wrong-state")
    assert refused("close") == (409, "wrong-state")
    assert refused("reopen", reason="早了") == (409, "wrong-state")
    told = act(ledger.worker, item, "complete").json()["detail"]
    assert told == "The item is open; what can be done now: start, dismiss."
    tomorrow = str(clock.today() + timedelta(days=1))
    assert refused("start", on=tomorrow) == (422, "day-to-come")
    assert refused("start", on="2019-02-29") == (422, "invalid-body")
    acted(ledger.worker, item, "start", on="2020-02-29")
    assert refused("start", on="2020-02-29") == (409, "wrong-state")
    assert refused("complete", on="2020-02-28") == (409, "before-last-act")
    acted(ledger.worker, item, "long-term", on="2020-02-29")
    assert shown(ledger.worker, item)["state_label"] == "长期坚持"
    acted(ledger.worker, item, "start", on="2020-02-29")
    acted(ledger.worker, item, "complete", on="2020-03-01")
    assert refused("complete", on="2020-03-01") == (409, "wrong-state")
    acted(ledger.supervisor, item, "reopen", on="2020-03-02", reason="佐证不足")
    assert refused("close") == (409, "wrong-state")
    assert acts(shown(ledger.worker, item)) == [
        "open", "start", "long-term", "start", "complete", "reopen",
    ]  # fmt: skip
    for path in (ITEMS, f"{ITEMS}/{item['item_id']}"):
        assert ledger.supervisor.delete(path).status_code == 405, "nothing is deleted"
        assert ledger.supervisor.put(path, json={}).status_code == 405


def test_an_item_is_worked_by_the_unit_named_or_by_its_kind_at_the_place(
    visit: Visit, drain: Drain
) -> None:
    ledger = a_ledger(visit, drain)
    a_loan_of_an_enterprise(ledger)
    [finding] = ledger.screened(FOUND_ON, "LOAN-20")
    named = opened(ledger.supervisor, finding, responsible_unit="机构 RCU230231")
    assert named["responsible_unit"] == "RCU230231"
    other_bank = visit("bank", kind="OFFICER")
    insurer = visit("insurer", kind="OFFICER")
    system = ledger.bank

    assert act(system, named, "start").json()["code"] == "officer-needed"
    assert act(ledger.clerk, named, "start").json()["code"] == "not-the-responsible-unit"
    assert act(ledger.supervisor, named, "start").status_code == 403
    for stranger in (other_bank, insurer):
        assert act(stranger, named, "start").status_code == 404
        assert stranger.get(ITEMS).json()["items"] == []
    acted(ledger.worker, named, "start", on="2019-06-05")

    asked = {"category": 5, "source": "SELF_FOUND", "measure": "逐户核对", "division": "230231"}
    found = ledger.office.post(ITEMS, json=asked | {"description": "宣传不到位"})
    again = ledger.office.post(ITEMS, json=asked | {"description": "宣传不到位"})
    assert [found.status_code, again.status_code] == [201, 200]
    assert again.json()["item_id"] == found.json()["item_id"]
    assert found.json()["source_label"] == "举一反三"
    assert found.json()["deadline"] == "2019-06-30"
    assert act(ledger.worker, found.json(), "start").status_code == 404, "no bank's business"
    acted(insurer, found.json(), "start", on="2019-06-05")


def test_a_bank_hears_of_no_other_banks_figures_or_troubles(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    other = visit("bank", agency="ABC23")
    borrower = a_person()
    push(ledger.office, "households", a_household(borrower))
    for bank in (ledger.bank, other):
        push(bank, "contracts", a_contract(borrower, principal="30000.00"))
    found = ledger.screened(FOUND_ON, "LOAN-08")
    [own] = [each for each in found if each["agency"] == "RCU230231"]
    item = opened(ledger.supervisor, own, category=6)
    assert item["amount"] == "10000.00"
    assert shown(ledger.worker, item)["amount"] is None
    assert other.get(ITEMS).json()["items"] == []

    said = {"category": 6, "source": "SELF_FOUND", "measure": "补发通知"}
    self_found = ledger.bank.post(ITEMS, json=said)
    assert self_found.status_code == 201
    assert other.get(ITEMS).json()["items"] == []
    acted(ledger.worker, self_found.json(), "start")
    mixed = {"finding_ids": [each["finding_id"] for each in found], "responsible_unit": None}
    assert ledger.supervisor.post(ITEMS, json=said | mixed).status_code == 409


def test_a_problem_belongs_to_one_item_for_good(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    a_loan_of_an_enterprise(ledger)
    a_loan_of_an_enterprise(ledger, actual_user=None)
    first, *rest = ledger.screened(FOUND_ON, "LOAN-20", "LOAN-13")
    unclear = next(each for each in rest if each["verdict"] == "undetermined")
    not_met = [each for each in (first, *rest) if each["verdict"] == "not_met"]
    item = opened(ledger.supervisor, not_met[0], source="审计")
    assert item["source"] == "AUDIT"

    def asked(*findings: str, category: int = 1) -> tuple[int, object]:
        said = {"category": category, "source": "AUDIT", "measure": "整改"}
        answer = ledger.supervisor.post(ITEMS, json=said | {"finding_ids": list(findings)})
        told = answer.json()
        return answer.status_code, told.get("item_id") or [e["code"] for e in told["errors"]]

    ids = [each["finding_id"] for each in not_met]
    assert asked(ids[0]) == (200, item["item_id"])
    assert asked(*ids) == (409, ["already-in-an-item"])
    nobodys = "01890000-0000-7000-8000-000000000000"
    assert asked(unclear["finding_id"], nobodys) == (
        422, ["undetermined-finding", "unknown-finding"],
    )  # fmt: skip
    assert asked(ids[1], category=5) == (422, ["other-category"])
    [later] = [
        each
        for each in ledger.screened(AGAIN_ON, not_met[0]["rule_id"])
        if each["verdict"] == "not_met"
    ]
    assert later["finding_id"] != ids[0]
    assert asked(later["finding_id"]) == (200, item["item_id"]), "the same problem of a later run"
    said = {"source": "AUDIT", "measure": "整改", "category": 1}
    for wrong, pointer in (
        ({"category": 8}, "/category"),
        ({"source": "RUMOUR"}, "/source"),
        ({"source": []}, "/source"),
        ({"measure": "\x00"}, "/measure"),
        ({"responsible_unit": "无此单位"}, "/responsible_unit"),
        ({"on": str(clock.today() + timedelta(days=1))}, "/on"),
        ({"deadline": "2019-02-29"}, "/deadline"),
    ):
        answer = ledger.supervisor.post(ITEMS, json=said | wrong)
        assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_a_supervisor_opens_items_for_a_whole_run(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    others = visit("bank", agency="ABC23")
    lent = [a_loan_of_an_enterprise(ledger) for _ in range(2)]
    elsewhere = a_contract(a_person(), actual_user=ENTERPRISE, matures_on="2021-03-05")
    push(others, "contracts", elsewhere)
    found = ledger.screened(FOUND_ON, "LOAN-13", "LOAN-20")
    run = {"screening_id": found[0]["screening_id"]}

    def opened_by(**asked: object) -> dict[str, object]:
        answer = ledger.supervisor.post(f"{ITEMS}/from-screening", json=run | asked)
        assert answer.status_code == 201, answer.text
        told: dict[str, object] = answer.json()
        return told

    single = opened_by(by="finding", rules=["LOAN-13"])
    assert (single["opened"], single["findings"]) == (3, 3)
    places = opened_by(by="place")
    assert (places["opened"], places["findings"]) == (2, 3), "one a rule, county and bank"
    assert opened_by(by="place")["opened"] == 0
    nobodys = {"screening_id": "01890000-0000-7000-8000-000000000000"}
    unknown = ledger.supervisor.post(f"{ITEMS}/from-screening", json=nobodys)
    assert (unknown.status_code, unknown.json()["code"]) == (422, "unknown-screening")

    [shared] = [each for each in ledger.worker.get(ITEMS).json()["items"]
                if each["rule_id"] == "LOAN-20"]  # fmt: skip
    assert (shared["findings"], shared["amount"]) == (2, "20000.00")
    assert shared["agencies"] == ["RCU230231"]
    assert shared["division"] == "230231000000"
    assert (
        shared["description"]
        == "拜泉县：户贷企用、非生产性支出、投放对象不精准、无差别发放（LOAN-20，2项）"
    )
    contracts = {each["contract_no"] for each in shown(ledger.worker, shared)["shown_findings"]}
    assert contracts == {loan["contract_no"] for loan in lent}
    listed = ledger.worker.get("/v1/rectification/findings", params={"item": shared["item_id"]})
    assert len(listed.json()["items"]) == 2
    assert len(ledger.worker.get(ITEMS).json()["items"]) == 3, "another bank's are not shown"

    def count(**filters: object) -> int:
        page = ledger.supervisor.get(ITEMS, params=filters)
        assert page.status_code == 200, page.text
        return len(page.json()["items"])

    assert count() == 5
    assert count(rule_id="LOAN-20") == 2
    assert count(unit="ABC23") == 2
    assert count(state="open", category=1, division="230231", overdue=True) == 5
    assert count(overdue=False) == count(category=2) == count(division="2312" + "83") == 0
    assert count(finding=found[0]["finding_id"]) == 1


def test_an_item_on_what_was_ends_with_its_loan_or_a_visit(visit: Visit, drain: Drain) -> None:
    """LOAN-01 to 17 are never cured: the loan is repaid or converted, or somebody went to look."""
    ledger = a_ledger(visit, drain)
    loans = [
        a_contract(a_person(), purpose="HOUSE_BUILDING", matures_on="2021-03-05") for _ in range(4)
    ]
    push(ledger.bank, "contracts", *loans)
    found = {each["contract_no"]: each for each in ledger.screened(FOUND_ON, "LOAN-12")}
    items = [opened(ledger.supervisor, found[loan["contract_no"]]) for loan in loans]
    for item in items:
        worked(ledger, item)
    living, repaid, turned, seen = items

    push(
        ledger.bank,
        "contracts",
        reported_again(loans[1], "2019-06-25", balance="0.00", closed_on="2019-06-25"),
        reported_again(loans[2], "2019-06-25", converted_on="2019-06-25", converted_to="商业贷款"),
    )
    visited(ledger.clerk, found[loans[0]["contract_no"]], "CANNOT_TELL")
    visited(ledger.clerk, found[loans[3]["contract_no"]], "CONFIRMED")
    before = [closed(ledger.supervisor, item).status_code for item in (repaid, turned, seen)]
    ledger.screened(AGAIN_ON, "LOAN-12")
    assert before == [409, 409, 200], "a visit needs no screening"
    assert lacks(closed(ledger.supervisor, living)) == ["loan-lives"]
    assert closed(ledger.supervisor, repaid).status_code == 200
    assert closed(ledger.supervisor, turned).status_code == 200
    ledger.screened("2019-08-01", "LOAN-12")
    states = [shown(ledger.worker, item)["state"] for item in items]
    assert states == ["completed", "closed", "closed", "closed"], "what was does not come back"


def test_a_later_run_that_finds_it_again_reopens_an_item(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    loan = a_loan_of_an_enterprise(ledger)
    [finding] = ledger.screened(FOUND_ON, "LOAN-20")
    item = opened(ledger.supervisor, finding)
    worked(ledger, item)
    used_well = reported_again(loan, "2019-06-15", actual_user={"kind": "HOUSEHOLD"})
    push(ledger.bank, "contracts", used_well)
    ledger.screened(AGAIN_ON, "LOAN-20")
    assert closed(ledger.supervisor, item).status_code == 200

    ledger.screened("2019-06-01", "LOAN-20")
    assert shown(ledger.worker, item)["state"] == "closed", "the world as of before its re-screen"
    again = reported_again(used_well, "2019-07-20", actual_user=ENTERPRISE)
    push(ledger.bank, "contracts", again)
    ledger.screened("2019-08-01", "LOAN-20")
    back = shown(ledger.worker, item)
    assert back["state"] == "reopened"
    assert back["closed_on"] is None
    [by_rule] = [each for each in back["history"] if each["act"] == "reopen"]
    assert (by_rule["on"], by_rule["by"]) == ("2019-08-01", None)

    acted(ledger.worker, item, "start", on="2019-08-01")
    acted(ledger.worker, item, "complete", on="2019-08-01")
    repaid = {"balance": "0.00", "closed_on": "2019-08-01"}
    push(ledger.bank, "contracts", reported_again(again, "2019-08-01", **repaid))
    assert ledger.screened("2019-08-01", "LOAN-20") == []
    refused = closed(ledger.supervisor, item, on="2019-08-05")
    assert lacks(refused) == ["not-screened-again"], "clean, but on no later business date"
    ledger.screened("2019-08-05", "LOAN-20")
    assert closed(ledger.supervisor, item, on="2019-08-05").status_code == 200
    assert acts(shown(ledger.worker, item)).count("close") == 2


def test_a_second_officer_dismisses_what_a_visit_refuted(
    visit: Visit, drain: Drain, sql: Sql
) -> None:
    ledger = a_ledger(visit, drain)
    loan = a_loan_of_an_enterprise(ledger)
    [finding] = ledger.screened(FOUND_ON, "LOAN-20")
    item = opened(ledger.supervisor, finding)

    assert lacks(act(ledger.supervisor, item, "dismiss", on="2019-06-12")) == ["not-refuted"]
    visited(ledger.clerk, finding, "CONFIRMED", on="2019-06-09")
    visited(ledger.clerk, finding, "REFUTED")
    assert lacks(act(ledger.clerk, item, "dismiss", on="2019-06-12")) == ["same-officer"]
    assert act(ledger.worker, item, "dismiss").status_code == 403, "a bank dismisses nothing"
    dismissed = acted(ledger.supervisor, item, "dismiss", on="2019-06-12", note="查无此事")
    assert dismissed["state_label"] == "不属实"
    for verb in ("dismiss", "reminders"):
        assert act(ledger.supervisor, item, verb).json()["code"] == "wrong-state"
    with pytest.raises(IntegrityError, match="dismissed_by_another"):
        sql("rectification", "update item set dismissed_by = refuted_by[1]")

    ledger.screened(AGAIN_ON, "LOAN-20")
    assert shown(ledger.worker, item)["state"] == "dismissed", "the same facts"
    push(ledger.bank, "contracts", reported_again(
        loan, "2019-07-15", actual_user=ENTERPRISE | {"mode": "DIVIDEND"}))  # fmt: skip
    ledger.screened("2019-08-01", "LOAN-20")
    assert shown(ledger.worker, item)["state"] == "reopened", "other facts"


def test_money_that_was_owed_comes_back_to_the_fen(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    bureau = visit("finance_bureau")
    borrower = a_person()
    loan = a_contract(borrower)
    line = a_line(loan, "2018-03-05", "2018-06-05", "43.75")
    push(ledger.office, "households", a_household(borrower))
    push(ledger.bank, "contracts", loan)
    push(ledger.bank, "interest-lines", line)
    declare(ledger.bank, "refunds")
    payment = {
        "payment_no": "1", "county": "230231", "bank": "RCU230231", "paid_on": "2018-09-01",
        "contract_no": loan["contract_no"], "period_start": "2018-03-05",
        "period_end": "2019-03-05", "amount": "175.00",
    }  # fmt: skip
    push(bureau, "payments", payment)
    [finding] = ledger.screened(FOUND_ON, "SUB-11")
    item = opened(ledger.supervisor, finding, category=4)
    assert item["deadline"] == "2019-06-30"
    assert item["money"] == {"owed": "43.75", "returned": "0.00", "outstanding": "43.75"}

    refund = {
        "contract_no": loan["contract_no"], "refund_no": "1", "amount": "43.74",
        "paid_on": "2019-06-15", "cause": "SUBSIDY_PASS_THROUGH", "to": "HOUSEHOLD",
    }  # fmt: skip
    push(ledger.bank, "refunds", refund)
    worked(ledger, item)
    ledger.screened(AGAIN_ON, "SUB-11")
    assert shown(ledger.worker, item)["money"]["outstanding"] == "0.01"
    assert lacks(closed(ledger.supervisor, item)) == ["money-outstanding", "still-found"]

    push(ledger.bank, "refunds", refund | {"refund_no": "2", "amount": "0.01"})
    ledger.screened(AGAIN_ON, "SUB-11")
    assert closed(ledger.supervisor, item).status_code == 200
    assert shown(ledger.worker, item)["money"]["outstanding"] == "0.00"


def test_what_one_bearer_got_too_much_is_not_what_another_lacks(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    loan = a_contract(a_person())
    push(ledger.bank, "contracts", loan)
    push(
        ledger.bank,
        "interest-lines",
        a_line(loan, "2018-03-05", "2018-06-05", "50.00"),
        a_line(loan, "2018-06-05", "2018-09-05", "60.00", borne_by="TREASURY"),
    )
    declare(ledger.bank, "refunds")
    [finding] = ledger.screened(FOUND_ON, "LOAN-30")
    [unrefunded] = ledger.screened(FOUND_ON, "LOAN-32")
    assert finding["amount"] == "22.50"
    follow_up = opened(ledger.supervisor, unrefunded, category=2)
    assert follow_up["money"]["owed"] == "22.50"
    item = opened(ledger.supervisor, finding, category=2)
    assert shown(ledger.worker, follow_up)["money"] is None, "the same money is counted once"
    refund = {
        "contract_no": loan["contract_no"], "refund_no": "1", "amount": "30.00",
        "paid_on": "2018-12-01", "cause": "RATE_EXCESS", "to": "HOUSEHOLD",
    }  # fmt: skip
    push(ledger.bank, "refunds", refund, refund | {"refund_no": "2", "cause": "ORDINARY_RATE"})
    drain()
    money = shown(ledger.worker, item)["money"]
    assert money == {"owed": "22.50", "returned": "6.25", "outstanding": "16.25"}
    push(ledger.bank, "refunds", refund | {"refund_no": "3", "to": "TREASURY", "amount": "16.25"})
    drain()
    assert shown(ledger.worker, item)["money"]["outstanding"] == "0.00"


@pytest.mark.parametrize(
    ("days", "slow", "overdue", "step"),
    [(11, False, False, None), (10, True, False, -10), (0, True, False, -10), (-1, True, True, 1)],
)
def test_an_office_is_reminded_by_rule_once_at_each_step(
    visit: Visit, drain: Drain, days: int, slow: bool, overdue: bool, step: int | None
) -> None:
    clerk = visit("poverty_office", kind="OFFICER")
    deadline = str(clock.today() + timedelta(days=days))
    said = {"category": 7, "source": "SELF_FOUND", "measure": "能贷尽贷", "deadline": deadline}
    item = clerk.post(ITEMS, json=said).json()

    drain()
    drain()
    told = shown(clerk, item)
    steps = [each["details"]["step"] for each in told["history"] if each["act"] == "remind"]
    assert steps == ([] if step is None else [step])
    assert told["overdue"] is overdue
    assert bool(clerk.get(ITEMS, params={"slow": True}).json()["items"]) is slow
    assert bool(clerk.get(ITEMS, params={"slow": False}).json()["items"]) is not slow

    for _ in range(2):
        assert act(clerk, item, "reminders", note="请抓紧").status_code == 201
    assert shown(clerk, item)["reminders"] == len(steps) + 1
