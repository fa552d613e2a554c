"""Incidents, claims and changes of state: in any order, safe to repeat, seen by their own."""

from tests.insurance.scene import (
    FIXED,
    VILLAGE,
    claim,
    happen,
    insure,
    person,
    put,
    register,
    sell,
)


def change(insurer, version, state, **more):
    row = {"claim_no": "C1", "version": version, "state": state, "on": f"2018-08-{20 + version}"}
    return put(insurer, "/v1/insurance/claim-status-changes", row | more)


def the_claim(reader):
    [found] = reader.get("/v1/insurance/claims").json()["items"]
    return found


def test_an_insurers_claim_begins_reported_and_shows_its_newest_state(insurer):
    insure(insurer, person())
    answer = claim(insurer, person(), amount_claimed="450.5")

    reported = answer.json()["claim"]
    assert answer.status_code == 201
    assert reported["amount_claimed"] == "450.50"
    assert (reported["state"], reported["state_version"]) == ("REPORTED", 0)
    assert reported["state_on"] == "2018-08-20"

    change(insurer, 2, "UNDER_REVIEW")
    change(insurer, 1, "FILED")  # arrives late, changes nothing that came after it
    assert the_claim(insurer)["state"] == "UNDER_REVIEW"
    paid = change(insurer, 3, "PAID", amount="450.50").json()["claim_status_change"]
    assert paid["amount"] == "450.50"

    newest = the_claim(insurer)
    assert (newest["state"], newest["state_version"]) == ("PAID", 3)
    assert newest["state_on"] == "2018-08-23"
    assert insurer.get(f"/v1/insurance/claims/{newest['id']}").json().items() >= newest.items()
    states = insurer.get("/v1/insurance/claims", params={"state": "PAID"}).json()["items"]
    assert [each["claim_no"] for each in states] == ["C1"]
    assert insurer.get("/v1/insurance/claims", params={"state": "FILED"}).json()["items"] == []


def test_an_insurer_repeats_contradicts_and_corrects_a_change(insurer):
    insure(insurer, person())
    claim(insurer, person())
    assert change(insurer, 1, "FILED").status_code == 201
    again = change(insurer, 1, "FILED")
    assert (again.status_code, again.json()["outcome"]) == (200, "unchanged")

    row = {"claim_no": "C1", "version": 1, "state": "WITHDRAWN", "on": "2018-08-21"}
    contradiction = insurer.post("/v1/insurance/claim-status-changes", json=row)
    assert contradiction.status_code == 409
    assert the_claim(insurer)["state"] == "FILED"

    assert change(insurer, 1, "WITHDRAWN", source_version=2).json()["outcome"] == "accepted"
    assert the_claim(insurer)["state"] == "WITHDRAWN"


def test_an_insurers_claim_waits_for_its_policy_and_a_change_for_its_claim(insurer, drain, sql):
    waiting = change(insurer, 1, "FILED")
    assert (waiting.status_code, waiting.json()["outcome"]) == (202, "pending")
    waiting = claim(insurer, person())
    assert (waiting.status_code, waiting.json()["outcome"]) == (202, "pending")
    drain()
    assert insurer.get("/v1/insurance/claims").json()["items"] == []
    rows = sql("insurance", "select waits_for, sealed from pending order by 1")
    assert [row["waits_for"] for row in rows] == ["claim:C1", "policy:P1"]
    assert all(person()["id_number"].encode() not in row["sealed"] for row in rows)

    insure(insurer, person())
    drain()

    assert the_claim(insurer)["state"] == "FILED"
    assert sql("insurance", "select * from pending") == []


def test_another_insurers_policy_or_claim_is_not_waited_for(visit, insurer, drain):
    other = visit("insurer", divisions=["230129"], agency="INB23")
    insure(other, person())
    claim(other, person())
    assert claim(insurer, person()).json()["outcome"] == "pending"
    assert change(insurer, 1, "FILED").json()["outcome"] == "pending"

    drain()

    assert insurer.get("/v1/insurance/claims").json()["items"] == []
    assert the_claim(other)["state"] == "REPORTED"


def test_insurers_do_not_see_each_others_claims_but_the_office_sees_its_peoples(
    visit, office, insurer, drain
):
    other = visit("insurer", divisions=["230129"], agency="INB23")
    elsewhere = visit("poverty_office", divisions=["231283"], agency="PO231283")
    register(office, person())
    drain()
    insure(insurer, person())
    number = claim(insurer, person()).json()["claim"]["id"]
    moved = change(insurer, 1, "FILED").json()["claim_status_change"]["id"]

    for path in (f"claims/{number}", f"claim-status-changes/{moved}"):
        assert insurer.get(f"/v1/insurance/{path}").status_code == 200
        assert office.get(f"/v1/insurance/{path}").status_code == 200
        assert other.get(f"/v1/insurance/{path}").status_code == 404
        assert elsewhere.get(f"/v1/insurance/{path}").status_code == 404
    assert other.get("/v1/insurance/claims").json()["items"] == []
    assert other.get("/v1/insurance/claim-status-changes").json()["items"] == []


def test_an_insurers_changes_stay_beside_a_claim_that_was_a_strangers_first(
    office, insurer, drain, sql, findings
):
    """And it lies where its person lived, though he had left before the incident."""
    insure(insurer, person())
    claim(insurer, person())
    change(insurer, 1, "FILED")
    register(office, person() | {"left_on": "2018-07-01"})
    drain()

    claim(insurer, person(), source_version=2, amount_claimed="1.00")
    change(insurer, 2, "UNDER_REVIEW")

    corrected = the_claim(insurer)
    assert (corrected["amount_claimed"], corrected["state"]) == ("1.00", "UNDER_REVIEW")
    keys = "select household_key from claim union select household_key from claim_status_change"
    assert len(sql("insurance", keys)) == 1
    [late] = findings("INS-03", "2019-06-30")
    assert (late["household_no"], late["village_code"]) == ("H1", VILLAGE)


def test_an_offices_incident_waits_for_the_registry(office, drain):
    waiting = happen(office, person(), hospital_days=3, loss="10")
    assert (waiting.status_code, waiting.json()["outcome"]) == (202, "pending")
    drain()
    assert office.get("/v1/insurance/incidents").json()["items"] == []

    register(office, person())
    drain()

    [incident] = office.get("/v1/insurance/incidents").json()["items"]
    assert (incident["on"], incident["hospital_days"]) == ("2018-08-01", 3)
    assert incident["loss"] == "10.00"
    by_day = {"on": "2018-08-01", "kind": "ACCIDENT_MEDICAL"}
    assert office.get("/v1/insurance/incidents", params=by_day).json()["items"] == [incident]


def test_an_office_pushes_incidents_of_its_own_people_only(visit, office, drain, sql):
    elsewhere = visit("poverty_office", divisions=["231283"], agency="PO231283")
    early = happen(elsewhere, person(), no="I2")
    assert early.json()["outcome"] == "pending"
    register(office, person())
    drain()

    row = {"incident_no": "I1", "kind": "UNKNOWN", "on": "2018-08-01", **person()}
    refused = elsewhere.post("/v1/insurance/incidents", json=row)
    assert refused.status_code == 422
    assert refused.json()["code"] == "not-your-division"
    assert refused.json()["errors"][0]["pointer"] == "/id_number"
    assert person()["id_number"] not in refused.text
    assert sql("insurance", "select * from pending") == []
    assert sql("insurance", "select * from incident") == []
    [told] = sql("insurance", "select data from feed where type = 'pending.rejected'")
    assert told["data"]["code"] == "not-your-division"

    incident = happen(office, person()).json()["incident"]
    path = f"/v1/insurance/incidents/{incident['id']}"
    assert office.get(path).status_code == 200
    assert elsewhere.get(path).status_code == 404


THE_CLAIM = {
    "claim_id", "claim_no", "source_version", "policy_no", "person_key", "kind", "incident_on",
    "incident_no",
}  # fmt: skip
THE_CHANGE = {"source_version", "state", "on", "amount"}


def test_claims_changes_and_incidents_are_announced_by_their_keys(
    office, insurer, drain, sql, announced
):
    register(office, person())
    drain()
    sell(insurer, FIXED)
    insure(insurer, person())
    happen(office, person())
    claim(insurer, person())
    change(insurer, 1, "FILED")
    drain()

    home = sql("insurance", "select household_key from household")[0]["household_key"]
    events = announced("insurance", "incident.recorded,claim.recorded,claim.changed")
    assert [
        (event["type"], set(event["data"]) - {"household_key", "agency"}) for event in events
    ] == [
        ("incident.recorded", {"incident_id", "incident_no"}),
        ("claim.recorded", THE_CLAIM),
        ("claim.changed", {"claim_id", "claim_no", "version", *THE_CHANGE}),
    ]
    assert {event["data"]["household_key"] for event in events} == {str(home)}
    claimed = sql("insurance", "select id from claim")[0]["id"]
    assert {event["data"].get("claim_id") for event in events[1:]} == {str(claimed)}
