"""INS-02 opens a suspected claim; a late claim or an officer's decision ends it."""

import pytest

from tests.insurance.scene import (
    FIXED,
    SHARED,
    claim,
    declare,
    happen,
    insure,
    person,
    register,
    sell,
)

PATH = "/v1/insurance/suspected-claims"
QUARTER = "2018-09-30"


@pytest.fixture
def suspected(office, insurer, drain):
    """Two people share 100 yuan if one dies by accident; one did, and nobody claimed."""
    register(office, person(nth=1), person(nth=2))
    drain()
    sell(insurer, SHARED, FIXED)
    insure(insurer, person(nth=1), person(nth=2))
    declare(insurer, "claims")
    happen(office, person(nth=1), kind="ACCIDENT_DEATH")


def listed(reader, as_of=QUARTER, **filters):
    answer = reader.get(PATH, params={"as_of": as_of, **filters})
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_insurers_offices_and_supervisors_read_what_is_due_and_how_it_was_computed(
    visit, office, insurer, suspected, findings
):
    [one] = listed(insurer)
    assert one["state"] == "SUSPECTED"
    assert (one["incident_no"], one["policy_no"], one["agency"]) == ("I1", "P1", "INA23")
    assert (one["kind"], one["on"], one["late_since"]) == (
        "ACCIDENT_DEATH",
        "2018-08-01",
        "2018-09-01",
    )
    assert one["due"] == "50.00"
    assert one["working"] == {
        "basis": "FIXED",
        "sum": "100.00",
        "hospital_days": None,
        "loss": None,
        "shared_among": 2,
    }
    [finding] = findings("INS-02", QUARTER)
    assert finding["amount"] == one["due"]

    assert listed(insurer, "2018-08-31") == []
    assert len(listed(office)) == len(listed(visit("supervisor", divisions=["230000"]))) == 1
    assert listed(visit("insurer", divisions=["230129"], agency="INB23")) == []
    assert listed(visit("poverty_office", divisions=["231283"], agency="PO231283")) == []
    assert listed(office, division="230129100") == listed(office, state="SUSPECTED")
    assert listed(office, state="DISMISSED") == listed(office, division="231283") == []
    assert visit("bank", divisions=["230129"]).get(PATH).status_code == 403
    assert office.get(f"{PATH}/{one['id']}", params={"as_of": QUARTER}).json()["due"] == "50.00"


def test_a_claim_ends_what_was_suspected_only_if_it_came_late(office, insurer, suspected):
    happen(office, person(nth=2), no="in time", kind="ACCIDENT_DEATH")
    claim(insurer, person(nth=1), kind="ACCIDENT_DEATH", reported_on="2018-09-01")
    claim(
        insurer,
        person(nth=2),
        no="C2",
        kind="ACCIDENT_DEATH",
        reported_on="2018-08-31",
        incident_no="in time",
    )

    [one] = listed(office)
    assert (one["state"], one["claimed_on"]) == ("REPORTED", "2018-09-01")
    assert listed(office, "2018-08-31") == []


def test_an_officer_dismisses_with_a_reason_and_it_stands_until_the_facts_change(
    visit, office, insurer, suspected, sql
):
    officer = visit("poverty_office", divisions=["230129"], agency="PO230129", kind="OFFICER")
    [one] = listed(office)
    path, said = f"{PATH}/{one['id']}/dismiss", {"reason": "不属实", "on": QUARTER}

    assert office.post(path, json=said).json()["code"] == "officer-needed"
    assert insurer.post(path, json=said).status_code == 403
    assert officer.post(path, json={"reason": ""}).status_code == 422
    assert officer.post(path, json=said | {"on": "2100-01-01"}).status_code == 422
    stranger = visit("poverty_office", divisions=["231283"], agency="PO231283", kind="OFFICER")
    assert stranger.post(path, json=said).status_code == 404
    dismissed = officer.post(path, json=said)
    assert (dismissed.status_code, dismissed.json()["state"]) == (200, "DISMISSED")
    again = officer.post(path, json=said)
    assert (again.status_code, again.json()["code"]) == (409, "wrong-state")
    assert listed(office, state="SUSPECTED") == []
    assert listed(office, "2018-09-29", state="SUSPECTED") != []  # was not decided yet
    [kept] = sql("insurance", "select sub, agency, insurer from dismissal")
    assert (kept["agency"], kept["insurer"], bool(kept["sub"])) == ("PO230129", "INA23", True)

    sell(insurer, SHARED | {"sum": "200.00"}, source_version=2)
    [reopened] = listed(office)
    assert (reopened["state"], reopened["due"]) == ("SUSPECTED", "100.00")
    assert [each["still_stands"] for each in reopened["dismissals"]] == [False]
    assert officer.post(path, json=said).json()["state"] == "DISMISSED"
