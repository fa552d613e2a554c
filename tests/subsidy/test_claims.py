"""Claims from draft to reconciled: every act, every wrong order, every pair of hands (SUB-06)."""

from collections.abc import Callable

from tests.story import COUNTY, push, screened
from tests.subsidy.claiming import (
    FIRST,
    LAST,
    a_claim,
    a_claim_line,
    a_loan,
    a_town,
    act,
    approved,
    budgeted,
    claimed,
    done,
    findings_of,
)
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Drain = Callable[[], None]


def test_a_banks_claim_goes_from_draft_to_reconciled(visit: Visit, drain: Drain) -> None:
    town = a_town(visit)
    loan = a_loan(town)
    drain()
    budgeted(town)
    claim_id = claimed(town, a_claim(a_claim_line(loan)))

    checked = done(town.bank, claim_id, "submit", "2019-03-10")
    [line] = checked["lines"]
    assert checked["state"] == "checked"
    assert (line["amount"], line["ours"], line["difference"]) == ("175.00", "175.00", "0.00")
    assert line["findings"] == []

    done(town.reviewer, claim_id, "review", "2019-03-12")
    done(town.reviewer, claim_id, "publicise", "2019-03-13")
    too_soon = act(town.approver, claim_id, "approve", "2019-03-19")
    assert (too_soon.status_code, too_soon.json()["code"]) == (409, "still-public")
    assert "2019-03-20" in too_soon.json()["detail"]
    done(town.approver, claim_id, "approve", "2019-03-20")
    paid = done(town.payer, claim_id, "pay", "2019-03-25")
    assert paid["state"] == "paid"
    [payment] = town.bureau.get("/v1/subsidy/payments").json()["items"]
    assert (payment["amount"], payment["contract_no"]) == ("175.00", loan["contract_no"])

    waiting = done(town.bank, claim_id, "pass-through", "2019-03-26")
    assert waiting["state"] == "passed_through"
    named = {"contract_no": loan["contract_no"], "refund_no": "R-1"}
    unknown = act(town.bank, claim_id, "pass-through", "2019-03-27", refunds=[named])
    assert (unknown.status_code, unknown.json()["code"]) == (409, "refunds-do-not-match")
    refund = {"amount": "174.99", "paid_on": "2019-03-27", "to": "HOUSEHOLD"}
    refund |= {**named, "cause": "SUBSIDY_PASS_THROUGH"}
    push(town.bank, "refunds", refund)
    drain()
    short = done(town.bank, claim_id, "pass-through", "2019-03-27", refunds=[named])
    assert short["state"] == "passed_through"
    push(town.bank, "refunds", refund | {"refund_no": "R-2", "amount": "0.01"})
    drain()
    met = done(town.bank, claim_id, "pass-through", "2019-03-28", refunds=[named])
    assert met["state"] == "reconciled"
    assert met["possible"] == ["claw-back"]
    assert [each["act"] for each in met["history"]] == [
        *("submit", "check", "review", "publicise", "approve", "pay"),
        *("pass-through", "pass-through", "pass-through", "reconcile"),
    ]

    last = done(
        town.approver, claim_id, "claw-back", "2019-04-01", amount="75.00", reason="贷款挪用"
    )
    assert (last["state"], last["clawed_back"], last["possible"]) == ("clawed_back", "75.00", [])
    budget = town.bureau.get(f"/v1/subsidy/budgets/{COUNTY}/2019").json()
    assert (budget["committed"], budget["left"]) == ("100.00", "900.00")


def test_a_bank_may_change_its_claim_only_while_it_is_a_draft_or_returned(
    visit: Visit, drain: Drain
) -> None:
    town = a_town(visit)
    loan = a_loan(town)
    early = town.bank.post("/v1/subsidy/claims", json=a_claim(a_claim_line(loan)))
    assert early.status_code == 202, "its contract has not arrived yet"
    drain()
    claim = a_claim(a_claim_line(loan))
    claim_id = claimed(town, claim)
    again = town.bank.post("/v1/subsidy/claims", json=claim)
    contradiction = town.bank.post("/v1/subsidy/claims", json=claim | {"period_end": "2019-04-01"})
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    assert (contradiction.status_code, contradiction.json()["code"]) == (409, "version-conflict")
    changed = a_claim(a_claim_line(loan, "175.01"), source_version=2)
    assert claimed(town, changed) == claim_id

    checked = done(town.bank, claim_id, "submit", "2019-03-10")
    assert findings_of(checked) == {"SUB-03": "not_met", "SUB-04": "not_met"}
    assert checked["lines"][0]["difference"] == "0.01"
    late = town.bank.post("/v1/subsidy/claims", json=claim | {"source_version": 3})
    assert (late.status_code, late.json()["code"]) == (409, "claim-not-editable")
    twice = act(town.bank, claim_id, "submit", "2019-03-10")
    assert (twice.status_code, twice.json()["code"]) == (409, "wrong-state")
    assert "return" in twice.json()["detail"]
    assert claimed(town, changed) == claim_id, "the same post again is harmless"

    doubted = act(town.reviewer, claim_id, "review", "2019-03-11")
    assert (doubted.status_code, doubted.json()["code"]) == (409, "lines-not-in-order")
    line_no = loan["contract_no"]
    none_left = {"lines": [line_no], "reason": "多计一分"}
    answer = act(town.reviewer, claim_id, "reject-lines", "2019-03-11", **none_left)
    assert (answer.status_code, answer.json()["code"]) == (409, "no-line-left")
    done(town.reviewer, claim_id, "return", "2019-03-11", reason="多计一分")
    assert claimed(town, claim | {"source_version": 3}) == claim_id
    assert findings_of(done(town.bank, claim_id, "submit", "2019-03-12")) == {}


def test_three_officers_of_the_right_offices_decide_within_the_budget(
    visit: Visit, drain: Drain
) -> None:
    town = a_town(visit)
    loans = [a_loan(town), a_loan(town)]
    drain()
    claim_id = claimed(town, a_claim(*[a_claim_line(loan) for loan in loans]))

    assert act(town.office, claim_id, "review", "2019-03-11").status_code == 403
    assert act(town.bank, claim_id, "review", "2019-03-11").status_code == 403
    elsewhere = visit("poverty_office", kind="OFFICER", divisions=["231222"])
    assert act(elsewhere, claim_id, "review", "2019-03-11").status_code == 404
    too_early = act(town.reviewer, claim_id, "review", "2019-03-11")
    assert (too_early.status_code, too_early.json()["code"]) == (409, "wrong-state")
    checked = done(town.bank, claim_id, "submit", "2019-03-10")
    assert checked["lines"][0]["findings"][0]["missing"] == ["budget"]
    assert act(town.reviewer, claim_id, "review", "2019-03-09").status_code == 422
    done(town.reviewer, claim_id, "review", "2019-03-12")
    done(town.reviewer, claim_id, "publicise", "2019-03-13")
    for_nobody = act(town.reviewer, claim_id, "approve", "2019-03-20")
    assert for_nobody.status_code == 403

    unbudgeted = act(town.approver, claim_id, "approve", "2019-03-20")
    assert (unbudgeted.status_code, unbudgeted.json()["code"]) == (409, "no-budget")
    budgeted(town, "349.99")
    beyond = act(town.approver, claim_id, "approve", "2019-03-20")
    assert (beyond.status_code, beyond.json()["code"]) == (409, "beyond-budget")
    assert "349.99" in beyond.json()["detail"]
    path = f"/v1/subsidy/budgets/{COUNTY}/2019"
    assert town.bureau.put(path, json={"amount": "350.00"}).status_code == 428
    etag = town.bureau.get(path).headers["ETag"]
    stale = town.bureau.put(path, json={"amount": "350.00"}, headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    raised = town.bureau.put(path, json={"amount": "350.00"}, headers={"If-Match": etag})
    assert raised.json()["left"] == "350.00"
    done(town.approver, claim_id, "approve", "2019-03-20")
    assert town.bureau.get(path).json()["left"] == "0.00"

    same = act(town.approver, claim_id, "pay", "2019-03-21")
    assert (same.status_code, same.json()["code"]) == (409, "same-officer")
    assert town.bureau.get("/v1/subsidy/payments").json()["items"] == [], "nothing was paid"
    done(town.payer, claim_id, "pay", "2019-03-21")
    assert act(town.payer, claim_id, "pay", "2019-03-21").status_code == 409


def test_a_bureau_names_payments_that_come_to_what_was_approved(visit: Visit, drain: Drain) -> None:
    town = a_town(visit)
    loan = a_loan(town)
    drain()
    budgeted(town)
    claim_id = claimed(town, a_claim(a_claim_line(loan)))
    approved(town, claim_id)

    def pays(payment_no: str, amount: str, end: str = LAST) -> None:
        row = {"payment_no": payment_no, "county": COUNTY, "bank": town.bank.agency}
        row |= {"contract_no": loan["contract_no"], "period_start": FIRST, "period_end": end}
        push(town.bureau, "payments", row | {"amount": amount, "paid_on": "2019-03-22"})

    pays("P-1", "100.00")
    pays("P-2", "74.99")
    pays("P-3", "75.00")
    pays("P-4", "75.00", end="2019-03-06")
    for named, sentence in (
        (["P-1", "P-2"], "not paid exactly"),
        (["P-1", "P-4"], "other loans or days"),
        (["P-1", "P-9"], "not on record"),
        ([], "not paid exactly"),
    ):
        refused = act(town.payer, claim_id, "pay", "2019-03-25", payments=named)
        assert (refused.status_code, refused.json()["code"]) == (409, "payments-do-not-match")
        assert sentence in refused.json()["detail"]
    done(town.payer, claim_id, "pay", "2019-03-25", payments=["P-1", "P-3"])


def test_a_second_claim_of_the_same_days_fails_whole_and_may_be_partly_rejected(
    visit: Visit, drain: Drain
) -> None:
    town = a_town(visit)
    twice, once = a_loan(town), a_loan(town)
    drain()
    first = claimed(town, a_claim(a_claim_line(twice, "100.00", period_end="2018-10-05")))
    done(town.bank, first, "submit", "2019-03-10")
    lines = [
        a_claim_line(twice, "70.00", period_start="2018-10-04", line_no="1"),
        a_claim_line(once, line_no="2"),
        a_claim_line(once, line_no="3", claimed_on="2019-03-11"),
        a_claim_line(twice, "70.00", period_start="2018-10-05", line_no="4"),
    ]
    second = claimed(town, a_claim(*lines, claim_no="S-2"))
    doubled = a_claim(lines[0], lines[0], claim_no="S-3")
    refused = town.bank.post("/v1/subsidy/claims", json=doubled)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "line_no_twice")

    checked = done(town.bank, second, "submit", "2019-03-11")
    verdicts = {line["line_no"]: findings_of(checked, line["line_no"]) for line in lines}
    assert "SUB-02" in verdicts["1"], "a day of it was claimed before"
    assert verdicts["2"] == {}
    assert verdicts["3"] == {"SUB-02": "not_met"}, "the same days again in the same claim"
    assert verdicts["4"]["SUB-02"] == "not_met", "line 1, which stands before it, has its days"

    rejected = {"lines": ["1", "3"], "reason": "重复申请"}
    after = done(town.reviewer, second, "reject-lines", "2019-03-12", **rejected)
    assert after["state"] == "partly_rejected"
    assert (after["claimed"], after["amount"]) == ("490.00", "245.00")
    again = act(town.reviewer, second, "reject-lines", "2019-03-12", **rejected)
    assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "unknown-line")


def test_a_line_of_a_voided_contract_is_taken_out_before_anybody_approves(
    visit: Visit, drain: Drain
) -> None:
    town = a_town(visit)
    loan, voided = a_loan(town), a_loan(town)
    drain()
    claim_id = claimed(town, a_claim(a_claim_line(loan), a_claim_line(voided)))
    done(town.bank, claim_id, "submit", "2019-03-10")
    asked = {"contract_no": voided["contract_no"]}
    [contract] = town.bank.get("/v1/loans/contracts", params=asked).json()["items"]
    path = f"/v1/loans/contracts/{contract['id']}/void"
    assert town.bank.post(path, json={"reason": "重复录入"}).status_code == 200
    drain()

    doubted = act(town.reviewer, claim_id, "review", "2019-03-12")
    left = [voided["contract_no"]]
    done(town.reviewer, claim_id, "reject-lines", "2019-03-12", lines=left, reason="合同作废")
    reviewed = done(town.reviewer, claim_id, "review", "2019-03-12")

    assert (doubted.status_code, doubted.json()["code"]) == (409, "lines-not-in-order")
    assert voided["contract_no"] in doubted.text
    assert reviewed["state"] == "reviewed"


def test_a_publicity_list_tells_name_village_and_amount_and_nothing_else(
    visit: Visit, drain: Drain, sql: Callable[..., list[object]]
) -> None:
    town = a_town(visit)
    loan = a_loan(town)
    drain()
    claim_id = claimed(town, a_claim(a_claim_line(loan)))
    done(town.bank, claim_id, "submit", "2019-03-10")
    path = f"/v1/subsidy/claims/{claim_id}/publicity-list"
    assert town.office.get(path).status_code == 409, "nothing has been reviewed"
    done(town.reviewer, claim_id, "review", "2019-03-12")

    [masked] = town.supervisor.get(path).json()["items"]
    [public] = town.office.get(path).json()["items"]
    drain()
    who = {"id_number": loan["borrower_id_number"]}
    [seen, *_] = visit("auditor").post("/v1/audit/usage-queries", json=who).json()["items"]
    elsewhere = visit("poverty_office", divisions=["231222"])

    assert public.pop("village")
    assert public == {"name": loan["borrower_name"], "amount": "175.00"}
    assert masked["name"] == loan["borrower_name"][0] + "*" * (len(loan["borrower_name"]) - 1)
    assert elsewhere.get(path).status_code == 404
    assert (seen["service"], seen["action"]) == ("subsidy", "read_publicity_list")
    assert (seen["purpose"], seen["fields"]) == ("PUBLICITY", ["name"])
    assert seen["receiver"] == town.office.agency
    assert loan["borrower_name"] not in str(sql("subsidy", "select * from contract"))
    assert loan["borrower_name"] not in str(sql("loans", "select data from feed"))


def test_a_bank_sees_its_own_claims_and_names_no_other_banks_loans(
    visit: Visit, drain: Drain
) -> None:
    town = a_town(visit)
    loan = a_loan(town)
    drain()
    claim_id = claimed(town, a_claim(a_claim_line(loan)))
    other = visit("bank", divisions=[COUNTY])

    assert other.get(f"/v1/subsidy/claims/{claim_id}").status_code == 404
    assert other.get("/v1/subsidy/claims").json()["items"] == []
    assert act(other, claim_id, "submit", "2019-03-10").status_code == 404
    assert other.post("/v1/subsidy/claims", json=a_claim(a_claim_line(loan))).status_code == 202
    assert town.reviewer.get("/v1/subsidy/claims", params={"state": "draft"}).json()["items"]
    assert town.bank.get(f"/v1/subsidy/budgets/{COUNTY}/2019").status_code == 403


def test_days_that_no_calendar_reaches_do_a_banks_claim_no_harm(visit: Visit, drain: Drain) -> None:
    town = a_town(visit)
    loan = a_loan(town)
    drain()
    ever = {"period_start": "0001-01-01", "period_end": "9999-12-31"}
    line = a_claim_line(loan, "999999999999.99", claimed_on="9999-12-31", **ever)
    claim_id = claimed(town, a_claim(line, **ever))
    push(
        town.bureau,
        "payments",
        {"payment_no": "1", "county": COUNTY, "bank": town.bank.agency, "amount": "0.01"}
        | {"contract_no": loan["contract_no"], "paid_on": "0001-01-01", **ever},
    )

    for on in ("0001-01-01", "9999-12-31"):
        assert act(town.bank, claim_id, "submit", on).status_code == 422
    told = done(town.bank, claim_id, "submit", "2000-01-01")
    assert findings_of(told)["SUB-02"] == "not_met"
    for as_of, status in (("1949-10-01", 200), ("0001-01-01", 400), ("9999-12-31", 400)):
        for by in ("loan", "county"):
            asked = {"as_of": as_of, "by": by}
            assert town.bank.get("/v1/subsidy/matches", params=asked).status_code == status
    screened(town.supervisor, drain, "2019-06-01")
    screened(town.supervisor, drain, "1949-10-01")
    for on in ("2019-13-01", 5, "heute"):
        answer = town.bank.post(f"/v1/subsidy/claims/{claim_id}/submit", json={"on": on})
        assert answer.status_code == 422
    assert town.bank.post("/v1/subsidy/claims/none/submit", json={}).status_code == 404
