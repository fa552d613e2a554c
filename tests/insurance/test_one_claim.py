"""One claim: its state, its history and its clocks as of a day; what a push is told at once."""

from tests.insurance.scene import FIXED, a_claim, a_story, declare, insure, person, push, put, sell

STATES = "claim-status-changes"


def test_an_insurer_reads_a_claims_history_and_clocks_as_of_any_day(insurer):
    sell(insurer, FIXED)
    insure(insurer, person(), days=("2018-01-01", "2020-01-01"))
    claim = put(insurer, "/v1/insurance/claims", a_claim(person(), "C1", "2019-01-31"))
    path = f"/v1/insurance/claims/{claim.json()['claim']['id']}"
    story = a_story(
        "C1",
        "FILED 2019-02-01",
        "UNDER_REVIEW 2019-02-02",
        "DOCS_PENDING 2019-02-05",
        "UNDER_REVIEW 2019-02-15",
        "APPROVED 2019-03-12",
        "PAID 2019-03-23",
    )
    push(insurer, STATES, [*reversed(story), story[2], story[5]])

    def seen(as_of):
        told = insurer.get(path, params={"as_of": as_of}).json()
        return told, {clock["clock"]: clock for clock in told["clocks"]}

    told, clocks = seen("2019-02-10")
    assert (told["state"], told["state_version"], told["as_of"]) == (
        "DOCS_PENDING",
        3,
        "2019-02-10",
    )
    assert clocks["assessment"]["state"] == "stopped"
    assert (clocks["assessment"]["days_used"], clocks["assessment"]["days_stopped"]) == (5, 5)
    assert clocks["part_payment"]["due_on"] == "2019-04-01"

    told, clocks = seen("2019-03-22")
    assert clocks["assessment"] == {
        "clock": "assessment",
        "started_on": "2019-01-31",
        "state": "ended",
        "days_allowed": 30,
        "days_used": 30,
        "days_stopped": 10,
        "due_on": "2019-03-12",
        "ended_on": "2019-03-12",
        "broken": False,
    }
    assert (clocks["payment"]["state"], clocks["payment"]["broken"]) == ("running", False)
    told, clocks = seen("2019-03-23")
    assert (clocks["payment"]["ended_on"], clocks["payment"]["broken"]) == ("2019-03-23", True)
    # APPROVED does not follow UNDER_REVIEW, but what an insurer pushed is a fact
    assert [step["follows"] for step in told["history"]] == [True, True, True, True, False, True]
    assert told["missing_versions"] == 0
    assert insurer.get(path, params={"as_of": "2019-01-30"}).status_code == 404
    assert insurer.get(path).json()["state"] == "PAID"


def test_a_gap_of_versions_is_told_and_a_clock_without_a_word_is_neither_kept_nor_broken(
    visit, insurer
):
    sell(insurer, FIXED)
    insure(insurer, person())
    claim = put(insurer, "/v1/insurance/claims", a_claim(person(), "C1", "2018-08-20"))
    path = f"/v1/insurance/claims/{claim.json()['claim']['id']}"
    story = a_story("C1", "FILED 2018-08-21", "UNDER_REVIEW 2018-08-22", "CALCULATED 2018-08-23")
    push(insurer, STATES, [story[0], story[2]])

    told = insurer.get(path).json()
    assert (told["state"], told["state_version"], told["missing_versions"]) == ("CALCULATED", 3, 1)
    assert [step["follows"] for step in told["history"]] == [True, None]
    assert {clock["broken"] for clock in told["clocks"]} == {None}

    declare(insurer, STATES)
    assert {clock["broken"] for clock in insurer.get(path).json()["clocks"]} == {True}
    other = visit("insurer", divisions=["230129"], agency="INB23")
    assert other.get(path).status_code == 404


def test_an_insurer_hears_at_once_what_its_change_breaks(insurer):
    sell(insurer, FIXED)
    insure(insurer, person())
    put(insurer, "/v1/insurance/claims", a_claim(person(), "C1", "2018-08-20"))
    push(insurer, STATES, a_story("C1", "APPROVED 2018-08-21"))

    paid = {"claim_no": "C1", "version": 2, "state": "PAID", "on": "2018-08-31", "amount": "499"}
    answer = put(insurer, "/v1/insurance/claim-status-changes", paid)

    [finding] = answer.json()["findings"]
    assert (finding["rule_id"], finding["verdict"], finding["amount"]) == (
        "INS-04",
        "not_met",
        "1.00",
    )
