"""May this person borrow this much for this on this day? What banks and offices are told."""

from datetime import timedelta

import pytest

from kernel import clock
from tests.loans.questions import (
    DAY,
    PATH,
    ask,
    asking,
    condition,
    lacking,
    rate,
    same_but_for_ids,
    unmet,
)
from tests.story import COUNTY, a_contract, a_household, a_member, a_person, declare, push


@pytest.fixture
def office(visit):
    return visit("poverty_office")


@pytest.fixture
def bank(visit):
    """A bank of Baiquan that declared its contracts complete."""
    bank = visit("bank")
    declare(bank, "contracts")
    return bank


def test_who_meets_every_condition_is_eligible_and_hears_why(drain, office, bank):
    person = a_person()
    push(office, "households", a_household(person))
    drain()
    rate(bank, person)

    for visitor in (bank, office):
        answer = ask(visitor, person, annual_rate="0.0435", bank=bank.agency)

        assert answer["verdict"] == "eligible"
        assert answer["as_of"] == DAY
        assert unmet(answer) == {}
        assert len(answer["conditions"]) == 17
        assert all(each["citation"] and each["wording"]["zh"] for each in answer["conditions"])
        assert condition(answer, "LOAN-14")["figures"] == {
            "annual_rate": "0.0435",
            "policy_rate": "0.0435",
        }
        assert set(answer["facts"]) >= {"registry", "gateway"}


def test_every_reason_is_told_at_once(drain, office, bank):
    person = a_person("1952-03-05")
    lost = a_member(person, "61", labour_skill="LOST")
    push(office, "households", a_household(lost, statuses=[("LIFTED_NO_POLICY", "2016-01-01")]))
    drain()
    rate(bank, person)

    answer = ask(
        bank,
        person,
        amount="50000.01",
        term_months=61,
        annual_rate="0.0500",
        purpose="MARRIAGE",
        actual_user={"kind": "ENTERPRISE"},
        guarantee="MORTGAGE",
        wish_signed_on="2018-03-06",
    )

    rules = ("01", "02", "03", "04", "06", "07", "08", "09", "11", "12", "13", "14")
    assert answer["verdict"] == "ineligible"
    assert unmet(answer) == {f"LOAN-{number}": "not_met" for number in rules}


def test_the_thresholds_are_those_of_the_screening(drain, office, bank):
    person = a_person("1952-03-06")
    push(office, "households", a_household(person))
    drain()
    rate(bank, person)

    at_the_limits = ask(bank, person, amount="50000.00", term_months=60, annual_rate="0.0475")

    assert at_the_limits["verdict"] == "eligible"
    assert unmet(ask(bank, person, term_months=61)) == {"LOAN-09": "not_met"}
    assert unmet(ask(bank, person, annual_rate="0.0436")) == {"LOAN-14": "not_met"}
    assert unmet(ask(bank, person, as_of="2018-03-06")) == {"LOAN-03": "not_met"}
    assert unmet(ask(bank, person, purpose="UNKNOWN")) == {"LOAN-12": "undetermined"}
    assert unmet(ask(bank, person, actual_user={"kind": "HOUSEHOLD", "mode": "ONLENDING"})) == {
        "LOAN-13": "not_met"
    }


def test_an_undetermined_answer_says_what_is_missing(visit, drain, office, bank):
    silent = visit("bank")
    person = a_person()
    unclear = a_member(person, "71", labour_skill=None)
    push(office, "households", a_household(unclear, statuses=[]))
    drain()
    rate(bank, person)

    told = ask(office, person, bank=bank.agency)
    as_told_to_a_bank = ask(bank, person)

    assert told["verdict"] == as_told_to_a_bank["verdict"] == "undetermined"
    assert lacking(told) == {
        "LOAN-01": ["statuses"],
        "LOAN-02": ["someone_able"],
        "LOAN-04": ["needs_capacity_review"],
        "LOAN-08": [f"contracts:{silent.agency}"],
        "LOAN-10": [f"contracts:{silent.agency}"],
    }
    assert lacking(as_told_to_a_bank) == {
        "LOAN-01": ["statuses"],
        "LOAN-08": ["contracts"],
        "LOAN-10": ["contracts"],
    }
    assert set(unmet(as_told_to_a_bank)) == set(lacking(told))


def test_what_nobody_attested_is_undetermined_and_named(drain, office, bank):
    person = a_person()
    push(office, "households", a_household(person))
    drain()

    nothing = ask(bank, person, attested=[], wish_signed_on=None)
    rate(bank, person)
    rated = ask(bank, person, attested=["LOAN-15"])

    assert set(unmet(nothing).values()) == {"undetermined"}
    assert lacking(nothing) == {
        "LOAN-05": ["bad_record", "credit_attested"],
        "LOAN-06": ["rating_limit"],
        "LOAN-07": ["wish_signed_on"],
        "LOAN-15": ["honesty_attested"],
        "LOAN-16": ["skill_attested"],
        "LOAN-17": ["project_attested"],
    }
    assert lacking(rated) == {"LOAN-16": ["skill_attested"], "LOAN-17": ["project_attested"]}
    remedies = {each["kind"]: each["remedy"] for each in rated["conditions"]}
    assert [kind for kind, remedy in remedies.items() if remedy is None] == ["hard"]
    assert "exception" in remedies["soft"]["en"]


def test_where_no_bank_serves_nobody_could_declare(drain, office):
    person = a_person()
    push(office, "households", a_household(person))
    drain()

    assert lacking(ask(office, person)) == {
        "LOAN-06": ["rating_limit"],
        "LOAN-08": ["contracts:nobody"],
        "LOAN-10": ["contracts:nobody"],
    }


def test_a_bank_hears_the_room_that_is_left_and_nothing_of_other_banks(visit, drain, office, bank):
    other = visit("bank")
    declare(other, "contracts")
    husband, wife = a_person(), a_person()
    push(office, "households", a_household(husband, wife))
    push(other, "contracts", a_contract(wife, principal="31234.00", signed_on="2017-12-05"))
    drain()
    rate(bank, husband)

    fits = ask(bank, husband, amount="18766.00", kind="ADDITIONAL")
    over = ask(bank, husband, amount="18766.01", kind="ADDITIONAL")
    anew = ask(bank, husband, amount="18766.00")
    seen_by_the_office = condition(ask(office, husband, amount="18766.01"), "LOAN-08")["figures"]

    assert (fits["verdict"], unmet(over)) == ("eligible", {"LOAN-08": "not_met"})
    assert unmet(anew) == {"LOAN-10": "not_met"}
    assert condition(anew, "LOAN-10")["figures"] == {"kind": "NEW", "signed_on": DAY}
    assert condition(over, "LOAN-08")["figures"] == {"cap": "50000.00", "room": "18766.00"}
    assert other.agency not in str((over, anew))
    assert "31234" not in str((over, anew))
    assert seen_by_the_office["others_at_least"] == "31234.00"


def test_two_households_that_differ_in_a_disability_are_told_apart_by_one_verdict_only(
    drain, office, bank
):
    healthy, disabled = a_person(name="王一"), a_person(name="王一")
    push(office, "households", a_household(healthy), a_household(a_member(disabled, "51")))
    drain()
    rate(bank, healthy, disabled)

    answers = [ask(bank, person) for person in (healthy, disabled)]

    capacity = [condition(answer, "LOAN-04") for answer in answers]
    assert [each.pop("verdict") for each in capacity] == ["met", "not_met"]
    assert [answer.pop("verdict") for answer in answers] == ["eligible", "undetermined"]
    assert same_but_for_ids(answers[0]) == same_but_for_ids(answers[1])
    assert condition(answers[1], "LOAN-02")["figures"] == capacity[1]["figures"] == {}


def test_a_stranger_needs_a_branch_and_is_one_only_where_it_was_declared(
    visit, drain, office, bank
):
    stranger = a_person()

    refused = bank.post(PATH, json=asking(stranger))
    undeclared = ask(bank, stranger, branch_division=COUNTY)
    declare(office, "households", "2018-01-01", "2019-01-01")
    drain()
    declared = ask(bank, stranger, branch_division=COUNTY)
    outside = ask(bank, stranger, branch_division=COUNTY, as_of="2019-01-01")

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/branch_division"
    assert unmet(undeclared)["LOAN-01"] == "undetermined"
    assert condition(undeclared, "LOAN-01")["missing"] == ["households"]
    assert (unmet(declared)["LOAN-01"], declared["verdict"]) == ("not_met", "ineligible")
    assert unmet(outside)["LOAN-01"] == "undetermined"


def test_an_office_asks_for_its_own_people_and_a_bank_for_itself(visit, drain, office, bank):
    person = a_person()
    push(office, "households", a_household(person))
    drain()

    assert (
        visit("poverty_office", divisions=["230221"]).post(PATH, json=asking(person)).status_code
        == 404
    )
    another_bank = bank.post(PATH, json=asking(person, bank="RCU99"))
    assert another_bank.status_code == 422
    assert another_bank.json()["errors"][0]["pointer"] == "/bank"
    for role in ("insurer", "finance_bureau", "supervisor", "auditor"):
        assert visit(role).post(PATH, json=asking(person)).status_code == 403


def test_a_check_asks_for_a_day_as_it_was_known_then(visit, drain, office):
    visit("bank", agency="RCU23", divisions=["230000"])
    union = visit("bank", parent="RCU23")
    declare(union, "contracts")
    person = a_person()
    removed = [("REGISTERED", "2014-01-01"), ("REMOVED", "2018-06-01")]
    push(office, "households", a_household(person, statuses=removed))
    loan = a_contract(person, principal="45000.00", signed_on="2018-05-20")
    push(union, "contracts", loan)
    drain()
    rate(union, person)

    before = ask(union, person, as_of="2018-05-19", annual_rate="0.0175")
    owing = ask(union, person, as_of="2018-05-31", annual_rate="0.0176")
    of_it = {"parent_contract_no": loan["contract_no"], "amount": "50000.00"}
    renewed = ask(union, person, as_of="2018-05-31", kind="RENEWAL", **of_it)
    added = ask(union, person, as_of="2018-05-31", kind="ADDITIONAL", **of_it)
    after = ask(union, person, as_of="2018-06-01", amount="5000.00")

    assert before["verdict"] == "eligible"
    assert unmet(owing) == dict.fromkeys(("LOAN-08", "LOAN-10", "LOAN-14"), "not_met")
    assert condition(owing, "LOAN-14")["certainty"] == "assumed"
    assert unmet(after) == {"LOAN-01": "not_met", "LOAN-10": "not_met"}
    assert (renewed["verdict"], unmet(added)) == ("eligible", {"LOAN-08": "not_met"})


WRONG = (
    {"id_number": "230199197506150011"},
    {"id_number": 230199197506150010},
    {"id_number": "机密"},
    {"name": "机密\u0000"},
    {"name": ""},
    {"amount": "0.00"},
    {"amount": "-1.00"},
    {"amount": 10000},
    {"amount": "1e4"},
    {"amount": "10000.001"},
    {"amount": "9999999999999.00"},
    {"annual_rate": "NaN"},
    {"term_months": 0},
    {"term_months": 361},
    {"term_months": "12"},
    {"kind": "机密"},
    {"purpose": "机密"},
    {"actual_user": {"kind": "HOUSEHOLD", "wish": "机密"}},
    {"actual_user": {"kind": "ENTERPRISE", "credit_code": "机密"}},
    {"branch_division": "2302"},
    {"attested": ["机密"]},
    {"as_of": "2018-02-30"},
    {"as_of": "9999-12-31"},
    {"as_of": "0001-01-01"},
    {"as_of": str(clock.today() + timedelta(days=1))},
    {"reserved": "机密"},
)


def test_a_bad_question_is_a_problem_that_repeats_nothing(bank):
    person = a_person(name="王机密")
    for wrong in WRONG:
        answer = bank.post(PATH, json=asking(person, branch_division=COUNTY) | wrong)

        assert answer.status_code == 422, (wrong, answer.text)
        [fault] = answer.json()["errors"]
        assert fault["pointer"].split("/")[1] in wrong
        assert "机密" not in answer.text
        assert str(wrong.get("id_number", person.id_number)) not in answer.text


def test_a_question_at_the_edge_of_what_can_be_said_is_answered(bank):
    edge = {
        "amount": "999999999999.99",
        "annual_rate": "9.99999999",
        "term_months": 360,
        "as_of": "1949-10-01",
        "name": "😀" * 60,
    }

    assert ask(bank, a_person(), branch_division=COUNTY, **edge)["verdict"] == "ineligible"
