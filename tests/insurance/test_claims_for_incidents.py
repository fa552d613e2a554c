"""INS-02: every incident that a policy answers for becomes a claim."""

from typing import Any

import pytest

from tests.insurance.scene import (
    FIXED,
    LOSS,
    PER_DAY,
    SHARED,
    VILLAGE,
    YEAR,
    claim,
    declare,
    happen,
    insure,
    person,
    register,
    sell,
)

QUARTER = "2018-09-30"


def incidents(findings: list[dict[str, Any]]) -> dict[str, str]:
    """The verdict on each incident."""
    return {finding["figures"]["incident_no"]: finding["verdict"] for finding in findings}


def amounts(findings: list[dict[str, Any]]) -> dict[str, str | None]:
    """What is due for each incident."""
    return {finding["figures"]["incident_no"]: finding["amount"] for finding in findings}


@pytest.fixture
def insured(office, insurer):
    """A person of a registered household, covered in 2018 for 500 yuan an accident."""
    register(office, person())
    sell(insurer, FIXED)
    insure(insurer, person())
    declare(insurer, "claims")
    return person()


def test_an_office_finds_an_incident_that_nobody_claimed(office, insured, findings, exchange):
    happen(office, insured)

    [finding] = findings("INS-02", QUARTER)

    ref = exchange.keys.subject_ref("PO230129", exchange.keys.person_key(insured["id_number"]))
    assert finding["person_ref"] == ref
    assert finding["verdict"] == "not_met"
    assert finding["agency"] == "INA23"
    assert finding["policy_no"] == "P1"
    assert finding["household_no"] == "H1"
    assert finding["village_code"] == finding["division"] == VILLAGE
    assert finding["amount"] == "500.00"
    assert finding["certainty"] == "assumed"
    assert "应赔尽赔" in finding["citation"]
    assert finding["missing"] == []
    assert finding["figures"] == {
        "incident_no": "I1",
        "kind": "ACCIDENT_MEDICAL",
        "on": "2018-08-01",
        "basis": "FIXED",
        "sum": "500.00",
    }


def test_an_incident_may_wait_for_its_claim_until_the_30th_day(office, insured, findings):
    happen(office, insured, no="30 days ago", on="2018-08-31")
    happen(office, insured, no="31 days ago", on="2018-08-30")
    happen(office, insured, no="tomorrow", on="2018-10-01")

    assert incidents(findings("INS-02", QUARTER)) == {"31 days ago": "not_met"}


def test_an_insurers_claim_of_the_30th_day_and_a_later_one_both_clear_the_incident(
    office, insurer, insured, findings
):
    happen(office, insured, no="in time", on="2018-08-31")
    claim(insurer, insured, no="C1", incident_no="in time", reported_on="2018-09-30")
    happen(office, insured, no="late", on="2018-08-02")
    claim(insurer, insured, no="C2", incident_no="late", reported_on="2018-11-15")

    assert incidents(findings("INS-02", "2018-11-14")) == {"late": "not_met"}
    assert findings("INS-02", "2018-11-15") == []


def test_an_insurers_claim_of_any_state_clears_the_incident(office, insurer, insured, findings):
    happen(office, insured)
    claim(insurer, insured)
    change = {"claim_no": "C1", "version": 1, "state": "WITHDRAWN", "on": "2018-08-22"}
    assert insurer.post("/v1/insurance/claim-status-changes", json=change).status_code == 201

    assert findings("INS-02", QUARTER) == []


def test_an_insurers_claim_clears_the_incident_it_answers_and_no_other(
    office, insurer, insured, findings
):
    other = person(nth=2)
    register(office, insured, other, source_version=2)
    insure(insurer, insured, other, source_version=2)
    days = [f"2018-08-{day:02}" for day in range(1, 8)]
    for day in days:
        happen(office, insured, no=day, on=day)
    claim(insurer, insured, no="C1", incident_no=days[0], incident_on="2018-08-20")  # names it
    unnamed = {"incident_no": None, "incident_on": days[1]}
    claim(insurer, insured, no="C2", **unnamed)
    claim(insurer, insured, no="C3", **unnamed | {"incident_on": days[2]}, kind="ILLNESS_DEATH")
    claim(insurer, other, no="C4", **unnamed | {"incident_on": days[3]})
    claim(insurer, insured, no="C5", incident_no="another", incident_on=days[4])
    claim(insurer, other, no="C6", incident_no=days[5])

    assert incidents(findings("INS-02", QUARTER)) == dict.fromkeys(days[2:], "not_met")


def test_an_insurer_answers_on_covered_days_only(office, insurer, insured, findings):
    for day in ("2017-12-31", "2018-01-01", "2018-12-31", "2019-01-01"):
        happen(office, insured, no=day, on=day)

    found = findings("INS-02", "2019-05-28")
    assert incidents(found) == {"2018-01-01": "not_met", "2018-12-31": "not_met"}


def test_an_insurer_answers_for_the_kinds_and_ages_of_its_product_only(office, insurer, findings):
    sell(insurer, FIXED | {"min_age": 18, "max_age": 70}, PER_DAY)
    declare(insurer, "claims")
    people = {
        "18 today": person("2000-08-01"),
        "18 tomorrow": person("2000-08-02"),
        "70, 71 tomorrow": person("1947-08-02"),
        "71 today": person("1947-08-01"),
    }
    for no, one in people.items():
        register(office, one, no=no)
        insure(insurer, one, no=no)
        happen(office, one, no=no)
    happen(office, people["18 today"], no="of no liability", kind="ILLNESS_DEATH")

    expected = dict.fromkeys(["18 today", "70, 71 tomorrow"], "not_met")
    assert incidents(findings("INS-02", QUARTER)) == expected


def test_an_office_that_does_not_know_the_kind_leaves_it_open(office, insurer, insured, findings):
    happen(office, insured, kind="UNKNOWN")

    [finding] = findings("INS-02", QUARTER)
    assert finding["verdict"] == "undetermined"
    assert finding["missing"] == ["kind", "basis", "sum"]
    assert finding["amount"] is None

    claim(insurer, insured)
    assert findings("INS-02", QUARTER) == []


def test_an_insurer_that_has_not_pushed_its_product_leaves_it_open(office, insurer, findings):
    register(office, person())
    insure(insurer, person())
    happen(office, person())
    declare(insurer, "claims")

    [finding] = findings("INS-02", QUARTER)
    assert finding["verdict"] == "undetermined"
    assert finding["missing"] == ["basis", "sum", "products:INA23"]

    sell(insurer, FIXED)
    assert incidents(findings("INS-02", QUARTER)) == {"I1": "not_met"}


def test_an_insurer_must_have_declared_both_days_in_one_interval(visit, office, insurer, findings):
    register(office, person())
    sell(insurer, FIXED)
    insure(insurer, person())
    happen(office, person())
    declare(visit("insurer", divisions=["230129"], agency="INB23"), "claims")
    declare(insurer, "policies")
    declare(insurer, "claims", ("2018-08-01", "2018-09-01"))
    declare(insurer, "claims", ("2018-09-01", "2018-10-01"))
    declare(insurer, "claims", ("2018-08-02", "2018-10-01"))
    declare(insurer, "claims", ("2018-08-01", QUARTER))

    [finding] = findings("INS-02", QUARTER)
    assert finding["verdict"] == "undetermined"
    assert finding["missing"] == ["claims:INA23"]

    declare(insurer, "claims", ("2018-08-01", "2018-10-01"))
    assert incidents(findings("INS-02", QUARTER)) == {"I1": "not_met"}


def test_an_office_reads_what_is_due(office, insurer, findings):
    declare(insurer, "claims")
    register(office, person())
    sell(insurer, FIXED, PER_DAY, LOSS)
    insure(insurer, person())
    days, loss = {"kind": "HOSPITAL_ALLOWANCE"}, {"kind": "ACCIDENT_DISABILITY"}
    happen(office, person(), no="fixed", loss="9.99")
    happen(office, person(), no="7 days", **days, hospital_days=7)
    happen(office, person(), no="no day, nothing due", **days, hospital_days=0)
    happen(office, person(), no="days unknown", **days, loss="9.99")
    happen(office, person(), no="below the limit", **loss, loss="2999.99")
    happen(office, person(), no="at the limit", **loss, loss="3000")
    happen(office, person(), no="above the limit", **loss, loss="3000.01")
    happen(office, person(), no="loss unknown", **loss, hospital_days=7)

    found = findings("INS-02", QUARTER)

    assert set(incidents(found).values()) == {"not_met"}
    assert amounts(found) == {
        "fixed": "500.00",
        "7 days": "210.00",
        "days unknown": None,
        "below the limit": "2999.99",
        "at the limit": "3000.00",
        "above the limit": "3000.00",
        "loss unknown": None,
    }


def test_a_households_shared_sum_is_divided_among_its_covered_persons(office, insurer, findings):
    """Half up to the fen; the dead of the day count, other households and the uncovered do not."""
    declare(insurer, "claims")
    sell(insurer, SHARED, LOSS | {"sum": "100.01", "shared_by_household": True})
    dead, killed = ({**person(nth=nth), "died_on": "2018-08-01"} for nth in (1, 2))
    third, ended, uncovered = person(nth=3), person(nth=4), person(nth=5)
    neighbour = person(nth=6)
    register(office, dead, killed, third, ended, uncovered)
    register(office, neighbour, no="H2")
    named = [{name: one[name] for name in ("name", "id_number")} for one in (dead, killed)]
    insure(insurer, *named, third, ended | {"to": "2018-08-01"}, neighbour)
    happen(office, named[0], no="of three", kind="ACCIDENT_DEATH")
    happen(office, ended, no="of four", kind="ACCIDENT_DEATH", on="2018-07-31")
    happen(office, neighbour, no="of one", kind="ACCIDENT_DEATH")
    happen(office, third, no="alone left", kind="ACCIDENT_DEATH", on="2018-08-02")
    for no, loss in (("above the share", "99.00"), ("below the share", "33.33")):
        happen(office, third, no=no, kind="ACCIDENT_DISABILITY", loss=loss)

    assert amounts(findings("INS-02", QUARTER)) == {
        "of three": "33.33",
        "of four": "25.00",
        "of one": "100.00",
        "alone left": "100.00",
        "above the share": "33.34",
        "below the share": "33.33",
    }


def test_half_a_fen_of_a_shared_sum_is_rounded_up(office, insurer, findings):
    declare(insurer, "claims")
    sell(insurer, SHARED | {"sum": "100.01"})
    register(office, person(nth=1), person(nth=2))
    insure(insurer, person(nth=1), person(nth=2))
    happen(office, person(nth=1), kind="ACCIDENT_DEATH")

    assert amounts(findings("INS-02", QUARTER)) == {"I1": "50.01"}


def test_each_insurer_answers_for_itself_and_may_be_asked_about_alone(
    visit, office, insurer, insured, findings
):
    other = visit("insurer", divisions=["230129"], agency="INB23")
    sell(other, FIXED | {"sum": "800.00"})
    insure(other, insured)
    declare(other, "claims")
    happen(office, insured)
    claim(other, insured)

    [finding] = findings("INS-02", QUARTER)
    assert (finding["agency"], finding["amount"]) == ("INA23", "500.00")
    assert len(findings("INS-02", QUARTER, agency="INA23")) == 1
    assert findings("INS-02", QUARTER, agency="INB23") == []


def test_an_insurer_answers_under_each_of_its_policies(office, insurer, insured, findings):
    insure(insurer, insured, no="P2")
    happen(office, insured)
    claim(insurer, insured)

    assert [finding["policy_no"] for finding in findings("INS-02", QUARTER)] == ["P2"]


def test_an_insurer_reads_its_own_findings_only(visit, office, insurer, insured, findings):
    other = visit("insurer", divisions=["230129"], agency="INB23")
    happen(office, insured)
    [finding] = findings("INS-02", QUARTER)

    def seen_by(reader):
        run = {"screening": finding["screening_id"]}
        return reader.get("/v1/rectification/findings", params=run).json()["items"]

    assert [each["policy_no"] for each in seen_by(insurer)] == ["P1"]
    assert seen_by(other) == []


def test_an_office_asks_for_its_villages(visit, office, insurer, insured, findings):
    supervisor = visit("supervisor", divisions=["230000"])
    happen(office, insured)

    assert len(findings("INS-02", QUARTER, by=supervisor)) == 1
    assert len(findings("INS-02", QUARTER, division=VILLAGE)) == 1
    assert findings("INS-02", QUARTER, by=supervisor, division="231283") == []


def test_an_insurers_corrected_policy_no_longer_answers(office, insurer, insured, findings):
    happen(office, insured)
    insure(insurer, insured, source_version=2, days=("2018-08-02", YEAR[1]))

    assert findings("INS-02", QUARTER) == []
