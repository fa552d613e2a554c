"""LOAN-05, 06, 15, 16 and 17: what a bank looked into; and the exceptions to LOAN-03."""

import pytest

from kernel import clock
from tests.story import a_contract, a_household, a_person, declare, push, reported_again, screened

ATTESTED = ("LOAN-05", "LOAN-06", "LOAN-15", "LOAN-16", "LOAN-17")


@pytest.fixture
def bank(visit):
    return visit("bank", agency="RCU1")


@pytest.fixture
def officer(visit):
    """An officer of the same bank."""
    return visit("bank", agency="RCU1", kind="OFFICER")


@pytest.fixture
def supervisor(visit):
    return visit("supervisor")


def a_rating(person, rated_on, **fields):
    """A clean one, for 10,000.00 yuan."""
    rating = {"grade": "AA", "limit": "10000.00", "rated_on": rated_on, "bad_record": False}
    return {"id_number": person.id_number} | rating | fields


def path_of(bank, loan, *rest):
    """The address of a loan, which its bank knows by the id of the contract."""
    [found] = bank.get("/v1/loans/contracts", params={"contract_no": loan["contract_no"]}).json()[
        "items"
    ]
    return "/".join(["/v1/loans/contracts", found["id"], *rest])


def attest(bank, loan, rule_id, verdict=True, on="2018-03-05", **more):
    said = {"verdict": verdict, "on": on}
    return bank.put(path_of(bank, loan, "attestations", rule_id), json=said, **more)


def test_a_rating_counts_that_was_made_by_the_day_of_drawing_and_had_not_expired(
    visit, drain, bank, supervisor
):
    stories = {  # ratings, and the verdicts of LOAN-06 and 05
        "made that day": ([("2018-03-05", {})], "met", "met"),
        "made the next": ([("2018-03-06", {})], "not_met", "undetermined"),
        "a fen too little": ([("2018-03-01", {"limit": "9999.99"})], "not_met", "met"),
        "expired that day": (
            [("2017-03-05", {"valid_to": "2018-03-05"})],
            "not_met",
            "undetermined",
        ),
        "expires the next": ([("2017-03-05", {"valid_to": "2018-03-06"})], "met", "met"),
        "lowered before": (
            [("2017-01-01", {}), ("2018-01-01", {"limit": "1.00"})],
            "not_met",
            "met",
        ),
        "lowered after": ([("2017-01-01", {}), ("2018-04-01", {"limit": "1.00"})], "met", "met"),
        "lowered, but that expired": (
            [("2017-01-01", {}), ("2018-01-01", {"limit": "1.00", "valid_to": "2018-02-01"})],
            "met",
            "met",
        ),
        "a bad record": ([("2018-03-05", {"bad_record": True})], "met", "not_met"),
        "bad once": ([("2017-01-01", {"bad_record": True}), ("2018-01-01", {})], "met", "met"),
        "not rated": ([], "undetermined", "undetermined"),
        "by another bank": ([], "undetermined", "undetermined"),
    }
    people = {name: a_person() for name in stories}
    loans = {name: a_contract(person, applied_on="2018-03-01") for name, person in people.items()}
    push(visit("poverty_office"), "households", *[a_household(each) for each in people.values()])
    drain()
    push(bank, "contracts", *loans.values())
    ratings = [
        a_rating(people[name], rated_on, **fields)
        for name, (rated, *_) in stories.items()
        for rated_on, fields in rated
    ]
    push(bank, "ratings", *ratings)
    push(visit("bank"), "ratings", a_rating(people["by another bank"], "2018-01-01"))

    found = screened(supervisor, drain, "2018-12-31", "LOAN-05", "LOAN-06")

    expected = {name: (by_limit, by_record) for name, (_, by_limit, by_record) in stories.items()}
    limits, records = (found.verdicts(each, loans) for each in ("LOAN-06", "LOAN-05"))
    assert {name: (limits[name], records[name]) for name in stories} == expected
    unrated = found.finding("LOAN-06", loans["not rated"])
    assert (unrated["missing"], unrated["amount"]) == (["rating_limit"], "10000.00")


def test_what_is_attested_waits_for_the_bank_and_counts_from_its_day(drain, bank, supervisor):
    yes, no, later, silent = (a_contract(a_person()) for _ in range(4))
    before_42 = a_contract(a_person(), signed_on="2017-08-16")
    from_42 = a_contract(a_person(), signed_on="2017-08-17")
    push(bank, "contracts", yes, no, later, silent, before_42, from_42)
    for rule_id in ATTESTED:
        assert attest(bank, yes, rule_id).status_code == 201
        assert attest(bank, no, rule_id, False).status_code == 201
        assert attest(bank, later, rule_id, on="2018-12-31").status_code == 201

    found = screened(supervisor, drain, "2018-12-30", *ATTESTED)
    a_day_later = screened(supervisor, drain, "2018-12-31", *ATTESTED)

    loans = {"yes": yes, "no": no, "later": later, "silent": silent}
    for rule_id in ATTESTED:
        assert found.verdicts(rule_id, loans) == {
            "yes": "met",
            "no": "not_met",
            "later": "undetermined",
            "silent": "undetermined",
        }
        assert a_day_later.verdict(rule_id, later) == "met"
    assert found.finding("LOAN-15", silent)["missing"] == ["honesty_attested"]
    # Honesty, skill and prospect are asked since 42号; ratings and records always.
    asked = {each: found.verdict(each, before_42) for each in ATTESTED}
    assert asked == dict.fromkeys(ATTESTED, "met") | dict.fromkeys(ATTESTED[:2], "undetermined")
    assert {found.verdict(each, from_42) for each in ATTESTED} == {"undetermined"}


def test_an_attestation_is_replaced_by_who_has_seen_it_and_none_is_lost(
    visit, drain, bank, supervisor
):
    loan = a_contract(a_person())
    push(bank, "contracts", loan)

    first = attest(bank, loan, "LOAN-15")
    again = attest(bank, loan, "LOAN-15")
    blind = attest(bank, loan, "LOAN-15", False)
    stale = attest(bank, loan, "LOAN-15", False, headers={"If-Match": '"7"'})
    tag = first.headers["ETag"]
    second = attest(bank, loan, "LOAN-15", False, on="2018-06-01", headers={"If-Match": tag})

    answers = (first, again, blind, stale, second)
    assert [each.status_code for each in answers] == [201, 200, 428, 412, 200]
    assert "ETag" in blind.json()["detail"]
    read = supervisor.get(path_of(bank, loan, "attestations", "LOAN-15"))
    assert (read.json()["verdict"], read.headers["ETag"]) == (False, second.headers["ETag"])
    kept = bank.get(path_of(bank, loan, "attestations")).json()["items"]
    assert [(each["version"], each["verdict"]) for each in kept] == [(2, False), (1, True)]
    # Each business date is judged by what had been attested by then.
    assert screened(supervisor, drain, "2018-05-31", "LOAN-15").verdict("LOAN-15", loan) == "met"
    assert (
        screened(supervisor, drain, "2018-06-01", "LOAN-15").verdict("LOAN-15", loan) == "not_met"
    )

    elsewhere = visit("bank"), visit("supervisor", divisions=["230221"])
    assert {each.get(path_of(bank, loan, "attestations")).status_code for each in elsewhere} == {
        404
    }
    said = {"verdict": True, "on": "2018-03-05"}
    path = path_of(bank, loan, "attestations", "LOAN-16")
    assert elsewhere[0].put(path, json=said).status_code == 404
    assert supervisor.put(path, json=said).status_code == 403
    assert supervisor.get(path).status_code == 404


def test_only_some_conditions_can_be_attested_and_one_excepted(bank, officer):
    loan = a_contract(a_person())
    push(bank, "contracts", loan)
    refused = attest(bank, loan, "LOAN-08")
    unknown = attest(bank, loan, "机密")
    excepted = officer.put(
        path_of(bank, loan, "exceptions", "LOAN-08"), json={"reason": "合作社担保"}
    )

    assert [each.status_code for each in (refused, unknown, excepted)] == [422, 422, 422]
    assert all(each in refused.json()["detail"] for each in ATTESTED)
    assert "LOAN-03" in excepted.json()["detail"]
    assert "机密" not in unknown.text
    tomorrow = clock.today().replace(year=clock.today().year + 1).isoformat()
    for wrong in (
        {"verdict": "yes", "on": "2018-03-05"},
        {"verdict": True},
        {"verdict": True, "on": tomorrow},
        {"verdict": True, "on": "0001-01-01"},
        {"verdict": True, "on": "2018-03-05", "name": "机密"},
    ):
        answer = bank.put(path_of(bank, loan, "attestations", "LOAN-15"), json=wrong)
        assert answer.status_code == 422, wrong
        assert "机密" not in answer.text
    blank = officer.put(path_of(bank, loan, "exceptions", "LOAN-03"), json={"reason": "  "})
    assert blank.status_code == 422


def test_an_officers_exception_passes_a_condition_of_principle(
    visit, drain, bank, officer, supervisor
):
    old, older = (a_contract(a_person("1952-03-05"), applied_on="2018-03-05") for _ in range(2))
    push(bank, "contracts", old, older)
    path = path_of(bank, old, "exceptions", "LOAN-03")
    reason = {"reason": "身体健康, 儿子共同还款", "on": "2018-06-01"}

    by_a_system = bank.put(path, json=reason)
    by_another_bank = visit("bank", kind="OFFICER").put(path, json=reason)
    recorded = officer.put(path, json=reason)
    again = officer.put(path, json=reason)

    assert (by_a_system.status_code, by_a_system.json()["code"]) == (403, "officer-needed")
    assert by_another_bank.status_code == 404
    assert (recorded.status_code, again.status_code) == (201, 200)
    kept = supervisor.get(path_of(bank, old, "exceptions")).json()["items"]
    assert [(each["reason"], each["officer"]) for each in kept] == [
        (reason["reason"], officer.client_id)
    ]
    before = screened(supervisor, drain, "2018-05-31", "LOAN-03")
    after = screened(supervisor, drain, "2018-06-01", "LOAN-03")
    loans = {"excepted": old, "not": older}
    assert before.verdicts("LOAN-03", loans) == {"excepted": "not_met", "not": "not_met"}
    assert after.verdicts("LOAN-03", loans) == {"excepted": "met", "not": "not_met"}


def test_a_wish_is_signed_by_the_signing_day_and_nothing_is_pledged(drain, bank, supervisor):
    wishes = {"2018-03-05": "met", "2018-03-06": "not_met", None: "undetermined"}
    securities = {"NONE": "met", "GUARANTOR": "not_met", "MORTGAGE": "not_met", "PLEDGE": "not_met"}
    wished = {day: a_contract(a_person(), wish_signed_on=day) for day in wishes}
    secured = {each: a_contract(a_person(), guarantee=each) for each in securities}
    push(bank, "contracts", *wished.values(), *secured.values())

    found = screened(supervisor, drain, "2018-12-31", "LOAN-07", "LOAN-11")

    assert found.verdicts("LOAN-07", wished) == wishes
    assert found.verdicts("LOAN-11", secured) == securities
    assert found.finding("LOAN-07", wished[None])["missing"] == ["wish_signed_on"]


def test_a_new_loan_follows_when_the_familys_earlier_ones_are_repaid(
    visit, drain, bank, supervisor
):
    office, other = visit("poverty_office"), visit("bank")
    stories = {  # the wife's earlier loan, what was repaid of it when, and how the next came about
        "repaid that day": ({}, ("10000.00", "2018-03-05"), "NEW", "met"),
        "repaid the next": ({}, ("10000.00", "2018-03-06"), "NEW", "not_met"),
        "a fen is owed": ({}, ("9999.99", "2018-03-01"), "NEW", "not_met"),
        "of the same day": ({"signed_on": "2018-03-05"}, None, "NEW", "met"),
        "of the day before": ({"signed_on": "2018-03-04"}, None, "NEW", "not_met"),
        "converted that day": ({"converted_on": "2018-03-05"}, None, "NEW", "met"),
        "an ordinary loan": ({"product": "ORDINARY_FARM"}, None, "NEW", "met"),
        "added to": ({}, None, "ADDITIONAL", "met"),
        "does not add up": ({}, ("5000.00", "2018-03-01"), "NEW", "undetermined"),
    }
    households, firsts, seconds, repayments = [], {}, {}, []
    for name, (fields, repaid, kind, _) in stories.items():
        husband, wife = a_person(), a_person()
        households.append(a_household(husband, wife))
        first = a_contract(wife, **{"signed_on": "2017-03-05", **fields})
        firsts[name] = first
        seconds[name] = a_contract(husband, kind=kind, principal="20000.00")
        if repaid:
            left = {"10000.00": "0.00", "9999.99": "0.01"}.get(repaid[0], "0.00")
            firsts[name] = reported_again(first, "2018-03-31", balance=left)
            repayments.append(
                {
                    "contract_no": first["contract_no"],
                    "repayment_no": "1",
                    "principal": repaid[0],
                    "interest": "0.00",
                    "penalty": "0.00",
                    "paid_on": repaid[1],
                }
            )
    push(office, "households", *households)
    drain()
    push(other, "contracts", *firsts.values())
    push(other, "repayments", *repayments)
    push(bank, "contracts", *seconds.values())

    undeclared = screened(supervisor, drain, "2018-12-31", "LOAN-10")
    for each in (bank, other):
        declare(each, "contracts")
    found = screened(supervisor, drain, "2018-12-31", "LOAN-10")

    expected = {name: verdict for name, (*_, verdict) in stories.items()}
    assert found.verdicts("LOAN-10", seconds) == expected
    assert undeclared.verdicts("LOAN-10", seconds) == {
        name: "undetermined" if verdict == "met" and name != "added to" else verdict
        for name, verdict in expected.items()
    }
    unclear = found.finding("LOAN-10", seconds["does not add up"])
    assert unclear["missing"] == [f"repayments:{other.agency}"]
    # The bank that lent hears that something was owed, and not what or to whom.
    seen = bank.get("/v1/rectification/findings", params={"rule_id": "LOAN-10"})
    assert other.agency not in seen.text
    assert "10000.00" not in seen.text
    assert {each["amount"] for each in seen.json()["items"]} == {"20000.00"}
