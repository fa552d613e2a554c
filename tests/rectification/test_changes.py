"""Two runs held against each other, what a run lacks, and the plan's items by rule."""

from services.insurance.rules import CATALOGUE as INSURANCE
from services.loans.rules import CATALOGUE as LOANS
from services.rectification.vocabulary import PLAN_ITEMS, RuleId
from services.subsidy.rules import CATALOGUE as SUBSIDY
from tests.rectification.ledger import (
    AGAIN_ON,
    FOUND_ON,
    Drain,
    Json,
    Ledger,
    Visit,
    a_ledger,
    a_loan_of_an_enterprise,
    converted,
)
from tests.story import push, reported_again
from tests.visitor import Visitor

SCREENINGS = "/v1/rectification/screenings"


def a_run(ledger: Ledger, on: str, *rules: str, **scope: str) -> str:
    asked = {"business_date": on, "rules": list(rules)} | scope
    answer = ledger.supervisor.post(SCREENINGS, json=asked)
    ledger.drain()
    screening_id: str = answer.json()["screening_id"]
    return screening_id


def changes(visitor: Visitor, run: str, since: str, **query: object) -> Json:
    answer = visitor.get(f"{SCREENINGS}/{run}/changes", params={"since": since, **query})
    assert answer.status_code == 200, answer.text
    told: Json = answer.json()
    return told


def test_a_supervisor_sees_what_is_new_gone_and_still_there(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    gone, still = (a_loan_of_an_enterprise(ledger) for _ in range(2))
    before = a_run(ledger, FOUND_ON, "LOAN-13", "LOAN-20")
    converted(ledger, gone)
    push(ledger.bank, "contracts", reported_again(still, "2019-06-15", balance="4000.00"))
    new = a_loan_of_an_enterprise(ledger)
    after = a_run(ledger, AGAIN_ON, "LOAN-20")

    told = changes(ledger.supervisor, after, before)

    by_contract = {each["finding"]["contract_no"]: each for each in told["items"]}
    assert {number: each["change"] for number, each in by_contract.items()} == {
        gone["contract_no"]: "gone",
        still["contract_no"]: "still",
        new["contract_no"]: "new",
    }
    left = by_contract[still["contract_no"]]
    assert (left["amount_before"], left["amount_now"]) == ("10000.00", "4000.00")
    counts = {each["change"]: each["findings"] for each in told["counts"]}
    assert counts == {"new": 1, "gone": 1, "still": 1}, "LOAN-13 was not asked again"
    pages = [changes(ledger.supervisor, after, before, limit=2)]
    pages.append(changes(ledger.supervisor, after, before, limit=2, after=pages[0]["next_after"]))
    assert [each for page in pages for each in page["items"]] == told["items"]
    only = changes(ledger.supervisor, after, before, change="gone", rule_id="LOAN-20")
    assert [each["change"] for each in only["items"]] == ["gone"]
    assert {each["change"] for each in changes(ledger.supervisor, after, after)["items"]} == {
        "still"
    }


def test_a_continued_run_is_held_against_the_one_it_continues(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    gone, _ = (a_loan_of_an_enterprise(ledger) for _ in range(2))
    before = a_run(ledger, AGAIN_ON, "LOAN-20")
    converted(ledger, gone)
    a_loan_of_an_enterprise(ledger)
    after = a_run(ledger, AGAIN_ON, "LOAN-20")

    counts = changes(ledger.supervisor, after, before)["counts"]
    back = changes(ledger.supervisor, before, after)["counts"]

    assert {each["change"]: each["findings"] for each in counts} == {
        "new": 1,
        "gone": 1,
        "still": 1,
    }
    assert {each["change"]: each["findings"] for each in back} == {"new": 1, "gone": 1, "still": 1}


def test_an_office_compares_only_runs_it_may_see(visit: Visit, drain: Drain) -> None:
    ledger = a_ledger(visit, drain)
    a_loan_of_an_enterprise(ledger)
    wide = a_run(ledger, FOUND_ON, "LOAN-20")
    narrow = a_run(ledger, FOUND_ON, "LOAN-20", division="230231")

    assert (
        ledger.office.get(f"{SCREENINGS}/{wide}/changes", params={"since": narrow}).status_code
        == 404
    )
    hidden = ledger.office.get(f"{SCREENINGS}/{narrow}/changes", params={"since": wide})
    assert (hidden.status_code, hidden.json()["code"]) == (404, "unknown-screening")
    assert ledger.supervisor.get(f"{SCREENINGS}/{wide}/changes").status_code == 400
    assert (
        ledger.bank.get(f"{SCREENINGS}/{narrow}/changes", params={"since": narrow}).status_code
        == 403
    )
    waiting = ledger.office.post(SCREENINGS, json={"business_date": FOUND_ON}).json()
    asked = {"since": narrow}
    early = ledger.office.get(f"{SCREENINGS}/{waiting['screening_id']}/changes", params=asked)
    assert (early.status_code, early.json()["code"]) == (409, "not-judged-yet")


def test_a_supervisor_sees_what_would_settle_what_is_undetermined(
    visit: Visit, drain: Drain
) -> None:
    ledger = a_ledger(visit, drain)
    for _ in range(2):
        a_loan_of_an_enterprise(ledger, actual_user=None)
    run = a_run(ledger, FOUND_ON, "LOAN-13", "LOAN-08")

    lacks = ledger.supervisor.get(f"{SCREENINGS}/{run}/missing").json()["items"]

    assert lacks == [
        {"rule_id": "LOAN-08", "missing": "contracts:RCU230231", "findings": 2, "alone": 2},
        {"rule_id": "LOAN-13", "missing": "actual_user_kind", "findings": 2, "alone": 2},
    ]


def test_a_rules_findings_go_where_the_catalogue_says() -> None:
    numbers = {item: number for number, item in enumerate("一二三四五六七", start=1)}

    for rule in (*LOANS, *SUBSIDY, *INSURANCE):
        plan = tuple(numbers[item] for item in rule.plan.split())
        assert PLAN_ITEMS[RuleId(rule.id)] == plan, rule.id
    assert set(PLAN_ITEMS) == set(RuleId)
