"""Whether a person is registered is told to whoever knows both the number and the name."""

import pytest

from kernel import clock
from services.registry.operations.lookups import MISSES_A_DAY
from tests.story import a_household, a_member, a_person, push

PATH = "/v1/registry/person-lookups"


def asking(person, **fields):
    return {"name": person.name, "id_number": person.id_number, "as_of": "2018-03-05"} | fields


def look_up(visitor, person, **fields):
    answer = visitor.post(PATH, json=asking(person, **fields))
    assert answer.status_code == 200, answer.text
    return answer.json()


NOBODY = {"as_of": "2018-03-05", "registered": False, "status": None, "household": None}


@pytest.fixture
def office(visit):
    return visit("poverty_office")


@pytest.mark.parametrize("role", ["poverty_office", "supervisor", "bank", "insurer"])
def test_every_role_sees_the_household_as_it_may(visit, office, role):
    person = a_person(name="王小明")
    household = a_household(person)
    push(office, "households", household)

    found = look_up(visit(role), person)

    assert (found["registered"], found["status"]) == (True, "REGISTERED")
    assert found["household"]["household_no"] == household["household_no"]
    [member] = found["household"]["members"]
    assert (member["name"], member["born_on"]) == ("王**", None)
    sees_causes = role in ("poverty_office", "supervisor")
    assert found["household"]["main_cause"] == ("NO_CAPITAL" if sees_causes else None)
    assert person.id_number not in str(found)


def test_the_finance_bureau_hears_whether_and_not_who(visit, office):
    person = a_person()
    push(office, "households", a_household(person))

    found = look_up(visit("finance_bureau"), person)

    assert found | {"household": 0} == NOBODY | {
        "registered": True,
        "status": "REGISTERED",
        "household": 0,
    }
    assert found["household"] is None
    for role in ("auditor",):
        assert visit(role).post(PATH, json=asking(person)).status_code == 403


def test_the_operator_asks_about_nobody(operator):
    assert operator.post(PATH, json=asking(a_person())).status_code == 403


def test_a_miss_does_not_say_what_was_wrong(visit, office):
    person, other = a_person(name="王一"), a_person(name="李二")
    push(office, "households", a_household(person, other))
    far = visit("bank", divisions=["230221"])

    assert look_up(office, person)["registered"]
    assert look_up(office, person, name=" 王 一 ")["registered"]
    assert look_up(office, person, name="李二") == NOBODY
    assert look_up(office, a_person(name="王一")) == NOBODY
    assert look_up(far, person) == NOBODY


def test_a_day_is_asked_about_as_it_is_known_now(visit, office):
    person, wife = a_person(), a_person()
    statuses = [
        ("REGISTERED", "2015-01-01"),
        ("LIFTED_NO_POLICY", "2017-01-01"),
        ("MARGINAL", "2020-01-01"),
        ("REMOVED", "2021-01-01", "2021-06-01"),
    ]
    joined = a_member(wife, joined_on="2016-02-29", left_on="2018-01-01")
    push(office, "households", a_household(person, joined, statuses=statuses))
    bank = visit("bank")

    told = {
        day: (found["registered"], found["status"])
        for day in (
            *("2014-12-31", "2015-01-01", "2016-12-31", "2017-01-01"),
            *("2020-06-30", "2020-07-01", "2021-01-01", "2021-06-01"),
        )
        for found in [look_up(bank, person, as_of=day)]
    }

    assert told == {
        "2014-12-31": (False, None),
        "2015-01-01": (True, "REGISTERED"),
        "2016-12-31": (True, "REGISTERED"),
        "2017-01-01": (False, "LIFTED_NO_POLICY"),
        "2020-06-30": (False, "MARGINAL"),
        "2020-07-01": (True, "MARGINAL"),
        "2021-01-01": (False, "REMOVED"),
        "2021-06-01": (False, None),
    }
    stays = {day: look_up(bank, wife, as_of=day)["household"] for day in _AROUND_HER_STAY}
    assert {day: bool(household) for day, household in stays.items()} == _AROUND_HER_STAY


_AROUND_HER_STAY = {
    "2016-02-28": False,
    "2016-02-29": True,
    "2017-12-31": True,
    "2018-01-01": False,
}


def test_a_client_that_misses_too_often_waits_until_tomorrow(visit, office):
    person = a_person()
    push(office, "households", a_household(person))
    bank, another = visit("bank"), visit("bank")

    for _ in range(MISSES_A_DAY - 1):
        assert look_up(bank, a_person()) == NOBODY
    assert look_up(bank, person)["registered"]  # who is found costs nothing
    assert look_up(bank, person, name="别人") == NOBODY

    for body in (asking(person), asking(a_person())):
        refused = bank.post(PATH, json=body)
        assert refused.status_code == 429
        assert refused.json()["code"] == "too-many-misses"
        assert 0 < int(refused.headers["Retry-After"]) <= 86401
    assert look_up(another, person)["registered"]


def test_a_bad_question_is_a_problem_that_repeats_nothing(office):
    person = a_person(name="王机密")
    for wrong in (
        {"id_number": "机密"},
        {"id_number": "230199197506150011"},
        {"name": "机密\u0000"},
        {"as_of": "2018-02-30"},
        {"as_of": str(clock.today().replace(year=2190))},
        {"sex": "机密"},
    ):
        answer = office.post(PATH, json=asking(person) | wrong)

        assert answer.status_code == 422, (wrong, answer.text)
        [fault] = answer.json()["errors"]
        assert fault["pointer"].split("/")[1] in wrong
        assert "机密" not in answer.text
        assert str(wrong.get("id_number", person.id_number)) not in answer.text
