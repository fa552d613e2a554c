"""INS-01: every member of a registered household who is of an age to be insured is covered."""

from typing import Any

from tests.insurance.scene import VILLAGE, declare, insure, person, put, register

LAST_DAY = "2018-12-31"


def verdicts(findings: list[dict[str, Any]]) -> list[str]:
    return [finding["verdict"] for finding in findings]


def households(findings: list[dict[str, Any]]) -> dict[str, str]:
    """The verdict on the one person of each household."""
    return {finding["household_no"]: finding["verdict"] for finding in findings}


def test_an_office_finds_a_member_without_cover(office, insurer, findings, exchange):
    covered, uncovered = person(nth=1), person(nth=2)
    register(office, covered, uncovered)
    insure(insurer, covered)
    declare(insurer, "policies")

    [finding] = findings("INS-01", LAST_DAY)

    ref = exchange.keys.subject_ref("PO230129", exchange.keys.person_key(uncovered["id_number"]))
    assert finding["person_ref"] == ref
    assert finding["verdict"] == "not_met"
    assert finding["subject_kind"] == "person"
    assert finding["household_no"] == "H1"
    assert finding["village_code"] == finding["division"] == VILLAGE
    assert finding["agency"] is None
    assert finding["certainty"] == "assumed"
    assert "应保尽保" in finding["citation"]
    assert finding["missing"] == []
    assert finding["figures"] == {
        "status": "REGISTERED",
        "age_years": 48,
        "cover_from_days": 28,
        "cover_to_years": 90,
    }


def test_an_office_finds_people_from_28_days_to_90_years(office, insurer, findings):
    declare(insurer, "policies")
    for no, born in {
        "27 days": "2018-12-04",
        "28 days": "2018-12-03",
        "90 years, 91 tomorrow": "1928-01-01",
        "91 years today": "1927-12-31",
        "born on 29 February": "1928-02-29",
    }.items():
        register(office, person(born), no=no)

    assert households(findings("INS-01", LAST_DAY)) == {
        "28 days": "not_met",
        "90 years, 91 tomorrow": "not_met",
        "born on 29 February": "not_met",
    }
    assert "born on 29 February" in households(findings("INS-01", "2019-02-28"))
    assert "born on 29 February" not in households(findings("INS-01", "2019-03-01"))


def test_an_office_finds_members_of_registered_households_only(office, insurer, findings):
    declare(insurer, "policies")
    always = "2016-01-01"
    for no, statuses in {
        "registered": [("REGISTERED", always, None)],
        "returned": [("RETURNED", always, None)],
        "lifted with policy": [("LIFTED_WITH_POLICY", always, None)],
        "lifted without": [("LIFTED_NO_POLICY", always, None)],
        "removed": [("REMOVED", always, None)],
        "marginal": [("MARGINAL", always, None)],
        "from today": [("REGISTERED", LAST_DAY, None)],
        "from tomorrow": [("REGISTERED", "2019-01-01", None)],
        "until yesterday": [("REGISTERED", always, LAST_DAY)],
        "removed today": [("REGISTERED", always, None), ("REMOVED", LAST_DAY, None)],
        "nobody says": [],
    }.items():
        dated = [
            {"status": status, "valid_from": begins} | ({"valid_to": ends} if ends else {})
            for status, begins, ends in statuses
        ]
        register(office, person(), no=no, statuses=dated)

    found = findings("INS-01", LAST_DAY)
    assert households(found) == {
        "registered": "not_met",
        "returned": "not_met",
        "lifted with policy": "not_met",
        "from today": "not_met",
        "nobody says": "undetermined",
    }
    [unclear] = [finding for finding in found if finding["household_no"] == "nobody says"]
    assert unclear["missing"] == ["status"]
    assert "marginal" not in households(findings("INS-01", "2020-06-30"))
    assert households(findings("INS-01", "2020-07-01"))["marginal"] == "not_met"


def test_an_office_finds_present_living_members_only(office, insurer, findings):
    declare(insurer, "policies")
    for no, when in {
        "joins tomorrow": {"joined_on": "2019-01-01"},
        "joined today": {"joined_on": LAST_DAY},
        "left today": {"left_on": LAST_DAY},
        "leaves tomorrow": {"left_on": "2019-01-01"},
        "died today": {"died_on": LAST_DAY},
        "dies tomorrow": {"died_on": "2019-01-01"},
    }.items():
        register(office, person() | when, no=no)

    expected = {"joined today", "leaves tomorrow", "dies tomorrow"}
    assert households(findings("INS-01", LAST_DAY)) == dict.fromkeys(expected, "not_met")


def test_an_insurers_cover_counts_from_its_first_day_to_its_last(office, insurer, findings):
    declare(insurer, "policies")
    cases = {
        "last day": (("2018-01-01", "2019-01-01"), {}),
        "ended the day before": (("2018-01-01", LAST_DAY), {}),
        "first day": ((LAST_DAY, "2019-01-01"), {}),
        "begins tomorrow": (("2019-01-01", "2020-01-01"), {}),
        "left it the day before": (("2018-01-01", "2019-01-01"), {"to": LAST_DAY}),
        "joined it today": (("2018-01-01", "2019-01-01"), {"from": LAST_DAY}),
        "not before the policy": (("2019-01-01", "2020-01-01"), {"from": "2018-06-01"}),
    }
    for number, (no, (days, own)) in enumerate(cases.items()):
        register(office, person(nth=number), no=no)
        insure(insurer, person(nth=number) | own, no=no, days=days)

    found = households(findings("INS-01", LAST_DAY))
    expected = {
        "ended the day before",
        "begins tomorrow",
        "left it the day before",
        "not before the policy",
    }
    assert found == dict.fromkeys(expected, "not_met")


def test_any_insurers_cover_will_do_and_all_of_them_must_have_declared(
    visit, office, insurer, findings
):
    other = visit("insurer", divisions=["230129", "231283"], agency="INB23")
    at_first, at_second, nowhere = person(nth=1), person(nth=2), person(nth=3)
    register(office, at_first, at_second, nowhere)
    insure(insurer, at_first)
    insure(other, at_second)
    declare(insurer, "policies")

    [finding] = findings("INS-01", LAST_DAY)
    assert finding["verdict"] == "undetermined"
    assert finding["missing"] == ["policies:INB23"]

    declare(other, "policies", division="231283")
    assert verdicts(findings("INS-01", LAST_DAY)) == ["undetermined"]

    declare(other, "policies", ("2018-01-01", LAST_DAY))
    assert verdicts(findings("INS-01", LAST_DAY)) == ["undetermined"]

    declare(other, "policies", ("2018-12-31", "2019-01-01"), division="230129")
    assert verdicts(findings("INS-01", LAST_DAY)) == ["not_met"]


def test_an_office_of_a_county_that_no_insurer_serves_learns_that_nobody_could_declare(
    office, findings
):
    register(office, person())

    [finding] = findings("INS-01", LAST_DAY)

    assert finding["verdict"] == "undetermined"
    assert finding["missing"] == ["policies:nobody"]


def test_an_insurer_may_push_a_policy_before_the_registry_knows_its_people(
    office, insurer, findings, drain, sql
):
    insure(insurer, person())
    declare(insurer, "policies")
    drain()
    [before] = sql("insurance", "select division, strangers from policy")
    assert before["division"] == "230129000000"
    assert len(before["strangers"]) == 1

    register(office, person())

    assert findings("INS-01", LAST_DAY) == []
    [after] = sql("insurance", "select division, strangers from policy")
    assert after["division"] == VILLAGE
    assert not after["strangers"]
    [cover] = sql("insurance", "select household_key from cover")
    assert sql("insurance", "select household_key from household") == [cover]


def test_an_insurer_that_corrects_a_policy_covers_whom_the_newest_version_names(
    office, insurer, findings
):
    one, other = person(nth=1), person(nth=2)
    register(office, one, other)
    insure(insurer, one, other)
    insure(insurer, one, source_version=2)
    declare(insurer, "policies")
    assert len(findings("INS-01", LAST_DAY)) == 1

    insure(insurer, one, other, source_version=3)
    assert findings("INS-01", LAST_DAY) == []


def test_an_office_asks_for_one_village_or_one_insurer(visit, office, insurer, findings):
    supervisor = visit("supervisor", divisions=["230000"])
    register(office, person(nth=1))
    register(office, person(nth=2), no="H2", village="230129100201")
    declare(insurer, "policies")

    assert len(findings("INS-01", LAST_DAY, by=supervisor)) == 2
    [finding] = findings("INS-01", LAST_DAY, division=VILLAGE)
    assert finding["household_no"] == "H1"
    assert findings("INS-01", LAST_DAY, by=supervisor, division="231283") == []
    assert findings("INS-01", LAST_DAY, agency="INA23") == []


def test_a_sample_of_loans_holds_nobody_without_cover(office, insurer, findings):
    register(office, person())
    declare(insurer, "policies")
    contracts = [{"bank": "RCU230129", "contract_no": "1"}]
    sample = {"name": "抽查", "source": "审计", "contract_nos": contracts}
    put(office, "/v1/rectification/samples", sample)

    assert findings("INS-01", LAST_DAY, sample="抽查") == []
