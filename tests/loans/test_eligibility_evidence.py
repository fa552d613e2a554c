"""What was answered is kept, with the records it rested on, and read by those whom it concerns."""

import json

import pytest

from tests.loans.questions import DAY, PATH, ask, asking, condition, rate, same_but_for_ids
from tests.story import (
    COUNTY,
    a_contract,
    a_household,
    a_member,
    a_person,
    a_repayment,
    declare,
    push,
)


@pytest.fixture
def office(visit):
    return visit("poverty_office")


@pytest.fixture
def bank(visit):
    bank = visit("bank")
    declare(bank, "contracts")
    return bank


def kept(visitor, answer):
    """The evidence of a check, as this visitor reads it."""
    found = visitor.get(f"{PATH}/{answer['check_id']}")
    assert found.status_code == 200, found.text
    return found.json()


def sources(evidence, rule_id):
    """What a condition rests on: subject and agency."""
    [found] = [each for each in evidence["trace"] if each["rule_id"] == rule_id]
    return {(each["subject"], each["agency"]) for each in found["sources"]}


def test_an_answer_is_kept_as_it_was_given(visit, drain, sql, office, bank):
    person = a_person()
    household = a_household(person)
    push(office, "households", household)
    drain()
    question = asking(person, wish_signed_on=DAY, attested=["LOAN-15", "LOAN-17"])
    sent = bank.post(PATH, json=question)
    answer = sent.json()
    # What comes later changes the next answer, not this one.
    removed = [{"status": "REMOVED", "valid_from": "2014-01-01"}]
    push(office, "households", household | {"source_version": 2, "statuses": removed})
    drain()
    assert condition(ask(bank, person), "LOAN-01")["verdict"] == "not_met"

    evidence = kept(bank, answer)

    assert sent.headers["Location"] == f"{PATH}/{answer['check_id']}"
    assert {name: evidence[name] for name in answer if name != "reservation"} == {
        name: answer[name] for name in answer if name != "reservation"
    }
    assert (evidence["agency"], evidence["sub"]) == (bank.agency, bank.client_id)
    assert evidence["asked_at"]
    assert (evidence["division"], evidence["bank"]) == (COUNTY, bank.agency)
    assert evidence["question"]["amount"] == question["amount"]
    assert evidence["question"]["wish_signed_on"] == DAY
    assert evidence["question"]["attested"] == ["LOAN-15", "LOAN-17"]
    for told in (evidence, sql("loans", "select * from eligibility_check")):
        assert person.id_number not in str(told)
        assert person.name not in json.dumps(told, default=str, ensure_ascii=False)


def test_a_trace_names_the_records_that_each_verdict_rests_on(visit, drain, office, bank):
    other = visit("bank")
    declare(other, "contracts")
    husband, wife = a_person(), a_person()
    push(office, "households", a_household(husband, wife))
    loan = a_contract(wife, principal="20000.00", signed_on="2018-01-05")
    push(other, "contracts", loan)
    push(other, "repayments", a_repayment(loan, "1000.00", "2018-02-01"))
    push(bank, "contracts", a_contract(husband, principal="500.00", signed_on="2018-02-05"))
    drain()
    ask(other, wife, amount="100.00", kind="ADDITIONAL", reserve=True)
    declare(office, "households")
    drain()
    rate(bank, husband)
    rate(other, husband)

    answer = ask(bank, husband)
    for_the_office, for_the_bank = kept(office, answer), kept(bank, answer)

    home = ("household", office.agency)
    declared, question = ("households declared", office.agency), ("question", bank.agency)
    own = {
        home,
        question,
        ("contract", bank.agency),
        ("contracts declared", bank.agency),
    }
    others = {
        ("contract", other.agency),
        ("repayment", other.agency),
        ("reservation", other.agency),
        ("contracts declared", other.agency),
    }
    assert sources(for_the_office, "LOAN-01") == sources(for_the_bank, "LOAN-01")
    assert sources(for_the_bank, "LOAN-01") == {home, declared}
    assert sources(for_the_office, "LOAN-02") == sources(for_the_office, "LOAN-04") == {home}
    assert sources(for_the_bank, "LOAN-02") == sources(for_the_bank, "LOAN-04") == set()
    assert sources(for_the_bank, "LOAN-09") == {question}
    assert sources(for_the_bank, "LOAN-08") == own
    assert sources(for_the_office, "LOAN-08") == own | others
    for rule_id in ("LOAN-05", "LOAN-06"):
        rated = {("rating", bank.agency), question}
        assert sources(for_the_bank, rule_id) == sources(for_the_office, rule_id) == rated
    assert sources(for_the_bank, "LOAN-10") == own
    assert sources(for_the_office, "LOAN-10") == own | (others - {("reservation", other.agency)})
    assert other.agency not in json.dumps(for_the_bank)

    [[report]] = [t["sources"][:1] for t in for_the_office["trace"] if t["rule_id"] == "LOAN-02"]
    [household] = bank.get("/v1/registry/households").json()["items"]
    assert report["id"] == household["household_id"]
    assert (report["service"], report["version"], report["as_at"]) == ("registry", 1, "2014-01-01")
    assert report["recorded_at"]


def test_who_asked_and_the_offices_of_the_place_read_a_check(visit, drain, office, bank):
    person = a_person()
    push(office, "households", a_household(person))
    drain()
    mine, theirs = ask(bank, person), ask(office, person, amount="60000.00")

    def listed(visitor, **filters):
        page = visitor.get(PATH, params=filters)
        assert page.status_code == 200, page.text
        return [each["check_id"] for each in page.json()["items"]]

    both = [mine["check_id"], theirs["check_id"]]
    assert listed(bank) == [mine["check_id"]]
    assert listed(office) == listed(visit("supervisor", divisions=["230000"])) == both
    assert listed(office, verdict="ineligible", as_of=DAY, division="230231") == both[1:]
    assert listed(office, agency=bank.agency) == listed(office, bank=bank.agency) == both[:1]
    assert listed(visit("bank")) == listed(visit("supervisor", divisions=["230221"])) == []
    for stranger in (visit("bank"), visit("poverty_office", divisions=["230221"])):
        assert stranger.get(f"{PATH}/{mine['check_id']}").status_code == 404
    assert bank.get(f"{PATH}/{theirs['check_id']}").status_code == 404
    for role in ("insurer", "finance_bureau", "auditor"):
        assert visit(role).get(PATH).status_code == 403
    assert bank.get(PATH, params={"id_number": "1"}).status_code == 400


def test_a_disability_shows_in_one_word_of_everything_a_bank_is_told(drain, office, bank):
    """Over answer, list, evidence with its trace, and bulk: only the word of LOAN-04 differs, and
    with it the verdict that is drawn from all."""
    healthy = a_person(name="王一")
    for certificate, word, verdict in (
        ("11", "met", "eligible"),
        ("44", "met", "eligible"),
        ("51", "not_met", "undetermined"),
        ("64", "not_met", "undetermined"),
        ("71", "undetermined", "undetermined"),
    ):
        disabled = a_person(name="王一")
        push(
            office,
            "households",
            *[
                a_household(a_member(each, digits, labour_skill="WEAK_OR_HALF"))
                for each, digits in ((healthy, ""), (disabled, certificate))
            ],
        )
        drain()
        rate(bank, healthy, disabled)

        told = [_everything(bank, each) for each in (healthy, disabled)]

        words = [[capacity.pop("verdict") for capacity in _capacities(each)] for each in told]
        assert words == [["met"] * 4, [word] * 4]
        assert {verdict} == {each.pop("verdict") for each in _answers(told[1])}
        assert {"eligible"} == {each.pop("verdict") for each in _answers(told[0])}
        assert told[0] == told[1]
        healthy = a_person(name="王一")


def _everything(bank, person):
    """All that a bank can hear of a person, without ids."""
    answer = ask(bank, person, reserve=True)
    answer["reservation"] = {**answer["reservation"], "person_ref": None}
    many = bank.post(
        "/v1/loans/bulk/eligibility-checks",
        content=json.dumps(asking(person)).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    )
    [line] = [json.loads(each) for each in many.text.splitlines()]
    listed = bank.get(PATH, params={"limit": 200}).json()["items"]
    [listed] = [each for each in listed if each["check_id"] == answer["check_id"]]
    return same_but_for_ids([answer, line, listed, kept(bank, answer)])


def _answers(told):
    return told


def _capacities(told):
    return [condition(each, "LOAN-04") for each in told]
