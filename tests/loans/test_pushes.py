"""What is particular to pushing loans: whose they are, on whom they wait, what is answered."""

import json

import pytest

from tests.story import (
    a_contract,
    a_household,
    a_line,
    a_member,
    a_person,
    a_repayment,
    push,
    reported_again,
    screened,
)


@pytest.fixture
def bank(visit):
    return visit("bank")


def contracts_seen(visitor, **filters):
    answer = visitor.get("/v1/loans/contracts", params=filters)
    assert answer.status_code == 200, answer.text
    return [each["contract_no"] for each in answer.json()["items"]]


def results_of(visitor, things, *rows):
    """Line, outcome and code of each row of a bulk push."""
    lines = "\n".join(json.dumps(row) for row in rows).encode()
    headers = {"Content-Type": "application/x-ndjson"}
    answer = visitor.post(f"/v1/loans/bulk/{things}", content=lines, headers=headers)
    assert answer.status_code == 200, answer.text
    return [(each["outcome"], each.get("code")) for each in answer.json()["results"]]


def test_a_contract_number_stays_its_borrowers(bank):
    loan, another = a_contract(a_person()), a_contract(a_person())
    taken = {name: another[name] for name in ("borrower_name", "borrower_id_number")}
    changed = loan | taken | {"source_version": 2}
    assert bank.post("/v1/loans/contracts", json=loan).status_code == 201

    refused = bank.post("/v1/loans/contracts", json=changed)
    in_bulk = results_of(bank, "contracts", changed, another, another | {"contract_no": "新1"})
    both_new = results_of(
        bank, "contracts", loan | {"contract_no": "新2"}, changed | {"contract_no": "新2"}
    )

    assert (refused.status_code, refused.json()["code"]) == (409, "borrower-changed")
    assert refused.json()["errors"][0]["pointer"] == "/borrower_id_number"
    assert loan["borrower_id_number"] not in refused.text
    assert in_bulk == [("rejected", "borrower-changed"), ("accepted", None), ("accepted", None)]
    assert both_new == [("accepted", None), ("rejected", "borrower-changed")]


def test_a_bank_lends_where_it_serves(bank):
    abroad = a_contract(a_person(), branch_division="230221")

    refused = bank.post("/v1/loans/contracts", json=abroad)

    assert (refused.status_code, refused.json()["code"]) == (422, "not-your-division")
    assert refused.json()["errors"][0]["pointer"] == "/branch_division"
    assert results_of(bank, "contracts", abroad) == [("rejected", "not-your-division")]


def test_the_answer_to_a_single_push_says_what_the_loan_breaks(visit, drain, bank):
    office, other = visit("poverty_office"), visit("bank")
    husband, wife = a_person(), a_person()
    push(office, "households", a_household(husband, wife))
    push(other, "contracts", a_contract(wife, principal="60000.00"))
    drain()
    loan = a_contract(husband, purpose="MARRIAGE", annual_rate="0.0436")

    answer = bank.post("/v1/loans/contracts", json=loan)
    again = bank.post("/v1/loans/contracts", json=loan)
    mended = loan | {"purpose": "PLANTING", "annual_rate": "0.0435", "source_version": 2}
    corrected = bank.post("/v1/loans/contracts", json=mended)

    assert (answer.status_code, answer.json()["outcome"]) == (201, "accepted")
    found = {each["rule_id"]: each["amount"] for each in answer.json()["findings"]}
    # Of the 20,000.00 above the cap only its own 10,000.00 are told: the rest is another bank's.
    broken = ("LOAN-08", "LOAN-12", "LOAN-14", "LOAN-40")  # the last since it is long past due
    assert found == dict.fromkeys(broken, "10000.00")
    assert all(each["citation"] and each["wording"]["en"] for each in answer.json()["findings"])
    assert other.agency not in answer.text
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")
    assert (corrected.status_code, corrected.json()["outcome"]) == (200, "accepted")
    assert [each["rule_id"] for each in corrected.json()["findings"]] == ["LOAN-08", "LOAN-40"]


def test_an_older_version_is_kept_but_does_not_count(bank):
    loan = a_contract(a_person(), source_version=2)
    older = loan | {"source_version": 1, "balance": "1.00"}
    bank.post("/v1/loans/contracts", json=loan)

    late = bank.post("/v1/loans/contracts", json=older)
    contradiction = bank.post("/v1/loans/contracts", json=older | {"balance": "2.00"})

    assert (late.status_code, late.json()["outcome"]) == (200, "superseded")
    assert late.json()["contract"]["balance"] == "10000.00"
    assert (contradiction.status_code, contradiction.json()["code"]) == (409, "version-conflict")


def test_an_ordinary_loan_waits_until_its_borrower_is_on_the_banks_list(visit, drain, bank):
    office, supervisor = (
        visit(role, divisions=["230231", "230221"]) for role in ("poverty_office", "supervisor")
    )
    other = visit("bank", divisions=["230221"])
    borrower = a_person()
    loan = a_contract(borrower, product="ORDINARY_FARM")
    line = a_line(loan, "2018-03-05", "2018-06-05", "100.00")
    elsewhere = a_household(borrower, village_code="230221100200")
    here = a_household(a_person(), a_member(borrower, left_on="2016-01-01"))

    waiting = bank.post("/v1/loans/contracts", json=loan)
    assert push(bank, "interest-lines", line)["pending"] == 1
    push(office, "households", elsewhere)
    drain()
    seen_before = [contracts_seen(each) for each in (bank, supervisor, other)]
    push(office, "households", here)
    drain()

    assert (waiting.status_code, waiting.json()) == (
        202,
        {"outcome": "pending", "contract": None, "findings": []},
    )
    assert seen_before == [[], [], []]
    seen = [contracts_seen(each) for each in (bank, supervisor, other)]
    assert seen == [[loan["contract_no"]], [loan["contract_no"]], []]
    lines = bank.get("/v1/loans/interest-lines").json()["items"]
    assert [each["line_no"] for each in lines] == [line["line_no"]]


def test_what_hangs_on_a_contract_waits_for_it(drain, bank):
    loan = a_contract(a_person())
    number = {"contract_no": loan["contract_no"]}
    rating = {
        "id_number": loan["borrower_id_number"],
        "grade": "AA",
        "limit": "50000.00",
        "rated_on": "2018-03-01",
        "bad_record": False,
    }
    refund = {"refund_no": "1", "amount": "5.21", "paid_on": "2019-07-01", "cause": "RATE_EXCESS"}
    rows = {
        "interest-lines": a_line(loan, "2018-03-05", "2018-06-05", "100.00"),
        "repayments": a_repayment(loan, "5000.00", "2018-06-05"),
        "refunds": number | refund | {"to": "HOUSEHOLD"},
        "notices": number | {"kind": "REMIND_60", "sent_on": "2019-01-02"},
        "ratings": rating,
    }

    pushed = {things: push(bank, things, row)["pending"] for things, row in rows.items()}
    before = {things: bank.get(f"/v1/loans/{things}").json()["items"] for things in rows}
    push(bank, "contracts", loan)
    drain()
    after = {things: bank.get(f"/v1/loans/{things}").json()["items"] for things in rows}

    assert set(pushed.values()) == {1}
    assert all(items == [] for items in before.values())
    assert {things: len(items) for things, items in after.items()} == dict.fromkeys(rows, 1)
    assert after["refunds"][0]["cause"] == "RATE_EXCESS"
    assert push(bank, "interest-lines", rows["interest-lines"])["unchanged"] == 1


def test_a_loan_is_seen_by_its_bank_and_by_the_offices_of_its_place(visit, bank):
    other, office = visit("bank"), visit("poverty_office")
    far, supervisor = visit("poverty_office", divisions=["230221"]), visit("supervisor")
    borrower = a_person()
    first, second = a_contract(borrower), a_contract(borrower, signed_on="2018-04-05")
    push(bank, "contracts", first, second)
    push(bank, "interest-lines", a_line(first, "2018-03-05", "2018-06-05", "100.00"))

    [shown, _] = bank.get("/v1/loans/contracts").json()["items"]
    path = f"/v1/loans/contracts/{shown['id']}"

    assert contracts_seen(bank, contract_no=second["contract_no"]) == [second["contract_no"]]
    assert contracts_seen(bank, signed_on="2018-04-05", product="POVERTY_MICRO") == [
        second["contract_no"]
    ]
    assert len(contracts_seen(bank, limit=1)) == 1
    assert contracts_seen(office, agency=bank.agency) == contracts_seen(supervisor)
    assert len(contracts_seen(supervisor)) == 2
    assert contracts_seen(other) == contracts_seen(far) == []
    assert other.get("/v1/loans/interest-lines").json()["items"] == []
    assert [each.get(path).status_code for each in (bank, office, other, far)] == [
        200,
        200,
        404,
        404,
    ]
    assert bank.get("/v1/loans/contracts?borrower=1").status_code == 400
    assert visit("insurer").get(path).status_code == 403
    in_the_office = office.get(path)
    assert in_the_office.json()["person_ref"] != shown["person_ref"]
    assert borrower.id_number not in in_the_office.text
    assert borrower.name not in in_the_office.text


def test_only_a_strangers_identity_is_kept_and_only_sealed(visit, drain, bank, sql):
    office = visit("poverty_office")
    known, stranger = a_person(), a_person()
    push(office, "households", a_household(known))
    drain()
    loans = [a_contract(each) for each in (known, stranger)]
    push(bank, "contracts", *loans)

    rows = sql("loans", "select contract_no, identity, c::text as everything from contract c")

    kept = {row["contract_no"]: row["identity"] is not None for row in rows}
    assert kept == {loans[0]["contract_no"]: False, loans[1]["contract_no"]: True}
    for person in (known, stranger):
        for told in person:
            assert all(told not in row["everything"] for row in rows)
            assert all(told.encode().hex() not in row["everything"] for row in rows)


def test_a_row_that_cannot_be_a_loan_is_refused_with_its_place(bank):
    sound = a_contract(a_person())
    wrong = {
        "/matures_on": {"matures_on": sound["disbursed_on"]},
        "/closed_on": {"closed_on": "2018-03-04"},
        "/principal": {"principal": "0.00"},
        "/annual_rate": {"annual_rate": "4.35%"},
        "/borrower_id_number": {"borrower_id_number": "230199750615001"},
        "/actual_user/kind": {"actual_user": {"kind": "FRIEND"}},
        "/rate_changes/0/annual_rate": {"rate_changes": [{"from": "2018-06-01"}]},
        "/secret": {"secret": 1},
        "/source_version": {"source_version": 2**31},
    }
    for pointer, fields in wrong.items():
        refused = bank.post("/v1/loans/contracts", json=sound | fields)

        assert refused.status_code == 422, refused.text
        assert [each["pointer"] for each in refused.json()["errors"]] == [pointer]
        assert sound["borrower_id_number"] not in refused.text


def test_the_largest_figures_that_can_be_said_do_no_harm(visit, drain, bank):
    supervisor = visit("supervisor")
    borrower = a_person()
    vast = {"principal": "999999999999.99", "annual_rate": "9.99999999", "matures_on": "9999-12-31"}
    loans = [a_contract(borrower, **vast) for _ in range(3)]
    push(bank, "contracts", *loans)
    lines = [
        a_line(loans[0], "2018-03-05", "9999-12-31", "999999999999.99", settled_on="2018-03-05")
    ]
    push(bank, "interest-lines", *lines)

    single = bank.post("/v1/loans/contracts", json=reported_again(loans[0], "2018-12-31"))
    found = screened(supervisor, drain, "2018-12-31")

    assert single.status_code == 200
    assert found.finding("LOAN-08", loans[0])["amount"] == "2999999949999.97"
