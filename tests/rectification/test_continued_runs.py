"""A run of the same question continues the last one: only what has changed since is judged."""

import pytest

from services.rectification.vocabulary import RuleId
from tests.story import (
    a_contract,
    a_household,
    a_person,
    a_repayment,
    declare,
    push,
    reported_again,
)

DAY = "2019-05-28"
SCREENINGS = "/v1/rectification/screenings"
BUILDS = {"purpose": "HOUSE_BUILDING"}


@pytest.fixture
def run(drain):
    """`run(supervisor, …)`: a judged run and its findings by rule and contract."""

    def run(supervisor, **asked):
        answer = supervisor.post(SCREENINGS, json={"business_date": DAY, **asked})
        assert answer.status_code == 202, answer.text
        drain()
        return supervisor.get(answer.headers["Location"]).json()

    return run


def found_in(supervisor, judged):
    """Everything that stands in a run: rule, contract and verdict, with the finding's id."""
    query = {"screening": judged["screening_id"], "limit": 200}
    page = supervisor.get("/v1/rectification/findings", params=query).json()
    assert page["next_after"] is None
    return {
        (each["rule_id"], each["contract_no"], each["verdict"], each["amount"]): each["finding_id"]
        for each in page["items"]
    }


def test_a_supervisor_judges_again_only_what_changed_and_both_runs_say_what_they_said(
    visit, drain, run, sql
):
    supervisor, office = visit("supervisor"), visit("poverty_office")
    bank, other = visit("bank"), visit("bank")
    husband, wife, zhao, qian, sun = (a_person() for _ in range(5))
    push(office, "households", a_household(husband, wife), *map(a_household, (zhao, qian, sun)))
    for each in (bank, other):
        declare(each, "contracts")
    his, zhaos, qians, suns = (
        a_contract(husband, principal="30000.00"),
        a_contract(zhao, **BUILDS),
        a_contract(qian),
        a_contract(sun, **BUILDS),
    )
    push(bank, "contracts", his, zhaos, qians, suns)

    first = run(supervisor)
    before = found_in(supervisor, first)
    push(bank, "contracts", reported_again(zhaos, "2018-04-01", purpose="PLANTING"))
    push(bank, "contracts", reported_again(qians, "2018-04-01", **BUILDS))
    push(other, "contracts", a_contract(wife, principal="20000.01"))
    second = run(supervisor)
    after = found_in(supervisor, second)

    def holds(found, rule_id, contract):
        return [key[3] for key in found if key[:2] == (rule_id, contract["contract_no"])]

    assert holds(after, "LOAN-12", zhaos) == [] != holds(before, "LOAN-12", zhaos)
    assert holds(after, "LOAN-12", qians) != [] == holds(before, "LOAN-12", qians)
    assert holds(after, "LOAN-08", his) == ["0.01"] != holds(before, "LOAN-08", his)
    still = {key for key in after if key[1] == suns["contract_no"]}
    assert still
    assert {key: after[key] for key in still} == {key: before[key] for key in still}
    assert found_in(supervisor, first) == before
    judged = sql(
        "loans",
        "select count(distinct data ->> 'contract_no') as n from feed"
        " where type = 'finding.raised' and data ->> 'screening_id' = :id",
        id=second["screening_id"],
    )
    assert judged[0]["n"] <= 4, "who was not touched is not judged"

    whole = run(supervisor, rules=[rule.value for rule in RuleId])
    assert set(found_in(supervisor, whole)) == set(after)
    assert whole["counts"] == second["counts"]


def test_a_supervisors_third_run_continues_the_second(visit, drain, run):
    supervisor, office, bank = visit("supervisor"), visit("poverty_office"), visit("bank")
    zhao = a_person()
    push(office, "households", a_household(zhao))
    loan = a_contract(zhao, **BUILDS)
    push(bank, "contracts", loan)

    runs = [run(supervisor)]
    for day, purpose in (("2018-04-01", "PLANTING"), ("2018-05-01", "MEDICAL")):
        push(bank, "contracts", reported_again(loan, day, purpose=purpose))
        loan = reported_again(loan, day, purpose=purpose)
        runs.append(run(supervisor))
    runs.append(run(supervisor))

    said = [any(rule == "LOAN-12" for rule, *_ in found_in(supervisor, judged)) for judged in runs]
    assert said == [True, False, True, True]
    assert found_in(supervisor, runs[2]) == found_in(supervisor, runs[3])
    assert [run["counts"].get("LOAN-12") for run in runs] == [
        {"not_met": 1},
        None,
        {"not_met": 1},
        {"not_met": 1},
    ]


def test_a_declaration_bears_on_everybody_and_another_day_is_another_question(visit, drain, run):
    """A supervisor sees a bank's word settle what was undetermined of every loan."""
    supervisor, office, bank = visit("supervisor"), visit("poverty_office"), visit("bank")
    people = [a_person() for _ in range(3)]
    push(office, "households", *map(a_household, people))
    push(bank, "contracts", *map(a_contract, people))

    first = run(supervisor, rules=["LOAN-08"])
    declare(bank, "contracts")
    second = run(supervisor, rules=["LOAN-08"])
    push(
        bank, "repayments", a_repayment(a_contract(people[0]) | {"contract_no": "农0"}, "1.00", DAY)
    )
    other_day = run(supervisor, rules=["LOAN-08"], business_date="2019-05-29")

    assert first["counts"] == {"LOAN-08": {"undetermined": 3}}
    assert second["counts"] == {}
    assert other_day["counts"] == {}
