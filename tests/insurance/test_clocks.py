"""INS-03: claims are assessed, paid, refused and paid in part within the days of law."""

from typing import Any

import pytest

from tests.insurance.scene import (
    EVER,
    FIXED,
    a_claim,
    a_story,
    declare,
    insure,
    person,
    push,
    register,
    sell,
)

STATES = "claim-status-changes"


@pytest.fixture
def insured(office, insurer):
    """A person of a registered household, covered in 2018 to 2020."""
    register(office, person())
    sell(insurer, FIXED)
    insure(insurer, person(), days=("2018-01-01", "2021-01-01"))
    return person()


def verdicts(findings: list[dict[str, Any]]) -> dict[str, str]:
    """The verdict on each claim."""
    return {finding["claim_no"]: finding["verdict"] for finding in findings}


def report(insurer, who, reported_on: dict[str, str]) -> None:
    """Claims by their numbers, each reported on a day."""
    push(insurer, "claims", [a_claim(who, no, on) for no, on in reported_on.items()])


def test_an_office_finds_assessments_that_took_longer_than_30_days(
    office, insurer, insured, findings
):
    """Day 30 is in time; month ends and a leap day are counted as days."""
    begun = {
        "day 30": ("2019-01-31", "2019-03-02"),
        "day 31": ("2019-01-31", "2019-03-03"),
        "day 30 over 29 February": ("2020-01-31", "2020-03-01"),
        "day 31 over 29 February": ("2020-01-31", "2020-03-02"),
        "rejected on day 31": ("2019-01-31", "2019-03-03"),
        "withdrawn on day 31": ("2019-01-31", "2019-03-03"),
    }
    report(insurer, insured, {no: day for no, (day, _) in begun.items()})
    for no, (_, day) in begun.items():
        if no.startswith("day"):
            steps = ("FILED", "UNDER_REVIEW", "CALCULATED", "APPROVED", "PAID")
        elif no.startswith("rejected"):
            steps = ("FILED", "UNDER_REVIEW", "REJECTED")
        else:
            steps = ("WITHDRAWN",)
        story = a_story(no, *[f"{step} {day}" for step in steps], REJECTED={"notified_on": day})
        push(insurer, STATES, story)

    found = findings("INS-03", "2020-12-31")

    late = {"day 31", "day 31 over 29 February", "rejected on day 31", "withdrawn on day 31"}
    assert verdicts(found) == dict.fromkeys(late, "not_met")
    [one] = [finding for finding in found if finding["claim_no"] == "day 31"]
    assert one["subject_kind"] == "claim"
    assert (one["agency"], one["policy_no"], one["household_no"]) == ("INA23", "P1", "H1")
    assert one["figures"]["running"] is False
    assert one["missing"] == []
    assert (one["figures"]["assessment_took"], one["figures"]["assessment_days"]) == (31, 30)
    assert "保险法" in one["citation"]
    assert one["certainty"] == "assumed"


def test_an_assessment_stands_still_while_papers_are_asked_for_once(insurer, insured, findings):
    declare(insurer, STATES)
    stories = {
        # 10 days before, 40 stopped, 20 after
        "once": ("UNDER_REVIEW 2019-03-05", "DOCS_PENDING 2019-03-11", "UNDER_REVIEW 2019-04-20",
                 "CALCULATED 2019-05-01", "APPROVED 2019-05-10", "PAID 2019-05-20"),
        "once, a day late": ("UNDER_REVIEW 2019-03-05", "DOCS_PENDING 2019-03-11",
                 "UNDER_REVIEW 2019-04-20", "CALCULATED 2019-05-01", "APPROVED 2019-05-11"),
        # the second request stops nothing
        "twice": ("UNDER_REVIEW 2019-03-05", "DOCS_PENDING 2019-03-11", "UNDER_REVIEW 2019-03-12",
                  "DOCS_PENDING 2019-03-13", "UNDER_REVIEW 2019-04-10", "REJECTED 2019-04-11"),
        "asked still": ("UNDER_REVIEW 2019-03-05", "DOCS_PENDING 2019-03-31"),
        "from the start": ("DOCS_PENDING 2019-03-01", "REPORTED 2019-04-20",
                           "FILED 2019-04-20", "UNDER_REVIEW 2019-05-19", "REJECTED 2019-05-20"),
        "refused to wait": ("UNDER_REVIEW 2019-03-05", "REJECTED 2019-04-15",
                            "CLOSED 2019-04-16", "UNDER_REVIEW 2019-04-17",
                            "DOCS_PENDING 2019-04-18", "UNDER_REVIEW 2019-05-18"),
    }  # fmt: skip
    report(insurer, insured, dict.fromkeys(stories, "2019-03-01"))
    for no, steps in stories.items():
        story = a_story(no, *steps, REJECTED={"notified_on": "2019-04-15"}, PAID={"amount": "1"})
        push(insurer, STATES, story)

    found = {each["claim_no"]: each["figures"] for each in findings("INS-03", "2019-05-21")}

    # part payment never stands still: by 21 May it is day 81
    assert found["once"]["assessment_took"] == 30
    assert found["once, a day late"]["assessment_took"] == 31
    assert found["twice"]["assessment_took"] == 40
    assert found["asked still"]["assessment_seems"] == 30
    assert found["from the start"]["assessment_took"] == 30
    assert found["refused to wait"]["assessment_took"] == 45  # was decided before it was asked
    assert all(each["part_payment_took"] or each["part_payment_seems"] for each in found.values())


def test_a_payment_has_10_days_from_agreement_and_a_notice_3_from_refusal(
    insurer, insured, findings
):
    """The 31st of a month, the end of February and the turn of the year."""
    before = {
        "10 days": ("APPROVED 2019-12-31", "PAID 2020-01-10"),
        "11 days": ("APPROVED 2019-12-31", "PAID 2020-01-11"),
        "10 days over 29 February": ("APPROVED 2020-02-25", "PAID 2020-03-06"),
        "11 days over 29 February": ("APPROVED 2020-02-25", "PAID 2020-03-07"),
    }
    report(insurer, insured, {no: steps[0].split()[1] for no, steps in before.items()})
    for no, steps in before.items():
        push(insurer, STATES, a_story(no, *steps))
    noticed = {"2 days": "2019-03-02", "3 days": "2019-03-03", "4 days": "2019-03-04"}
    report(
        insurer, insured, dict.fromkeys(["no notice", "told on closing", *noticed], "2019-02-28")
    )
    for no, day in noticed.items():
        push(insurer, STATES, a_story(no, "REJECTED 2019-02-28", REJECTED={"notified_on": day}))
    push(insurer, STATES, a_story("no notice", "REJECTED 2019-02-28"))
    push(
        insurer,
        STATES,
        a_story(
            "told on closing",
            "REJECTED 2019-02-28",
            "CLOSED 2019-03-10",
            CLOSED={"notified_on": "2019-03-04"},
        ),
    )

    # a notice of which nobody told may have been sent, but for those who declared
    late = {"11 days", "11 days over 29 February", "4 days", "told on closing"}
    expected = dict.fromkeys(late, "not_met") | {"no notice": "undetermined"}
    found = findings("INS-03", "2020-12-31")
    assert verdicts(found) == expected
    [unclear] = [each for each in found if each["claim_no"] == "no notice"]
    assert unclear["missing"] == ["claim-status-changes:INA23"]
    declare(insurer, STATES)
    assert verdicts(findings("INS-03", "2019-03-03")) == {}
    assert verdicts(findings("INS-03", "2019-03-04")) == {
        "no notice": "not_met",
        "4 days": "not_met",
        "told on closing": "not_met",
    }


def test_a_clock_that_still_runs_past_its_day_needs_the_insurers_word(insurer, insured, findings):
    report(insurer, insured, {"silent": "2019-01-31"})
    declare(insurer, STATES, ("2018-08-01", "2019-03-03"))  # of the incident's day, until day 30
    declare(insurer, STATES, ("2018-08-02", EVER[1]))

    assert findings("INS-03", "2019-03-02") == []
    [finding] = findings("INS-03", "2019-03-03")
    assert (finding["verdict"], finding["figures"]["running"]) == ("undetermined", True)
    assert finding["missing"] == ["claim-status-changes:INA23"]

    declare(insurer, STATES, ("2018-08-01", "2019-03-04"))
    [finding] = findings("INS-03", "2019-03-03")
    assert (finding["verdict"], finding["figures"]["running"]) == ("not_met", True)


def test_part_payment_is_due_on_the_60th_day_and_ends_by_prepayment_or_decision(
    insurer, insured, findings
):
    """30 December to the last of February; in a leap year the 60th day is one earlier."""
    declare(insurer, STATES)
    begun = {"day 60": "2018-12-31", "day 61": "2018-12-30", "leap day 60": "2019-12-31"}
    report(insurer, insured, begun)
    for no, day in begun.items():
        asked = f"DOCS_PENDING {day}"
        paid = "2020-02-29" if no == "leap day 60" else "2019-03-01"
        push(insurer, STATES, a_story(no, asked, f"PREPAID {paid}", PREPAID={"amount": "10"}))
    report(insurer, insured, {"asked still": "2018-12-31"})
    push(insurer, STATES, a_story("asked still", "DOCS_PENDING 2018-12-31"))

    def part_payments(on: str) -> dict[str, Any]:
        found = findings("INS-03", on)
        return {
            each["claim_no"]: each["figures"]["part_payment_took"]
            or each["figures"]["part_payment_seems"]
            for each in found
        }

    assert part_payments("2019-03-01") == {"day 61": 61}
    # The assessment of those that were prepaid runs on: a day past its 30th they are late anyway.
    assert part_payments("2019-03-02") == {"day 61": 61, "asked still": 61}


def test_after_reopening_payment_and_refusal_run_anew_and_assessment_does_not(
    insurer, insured, findings
):
    declare(insurer, STATES)
    again = ("REJECTED 2019-03-10", "CLOSED 2019-03-20", "UNDER_REVIEW 2019-06-01")
    ends = {
        "paid in time": ("CALCULATED 2019-07-20", "APPROVED 2019-07-25", "PAID 2019-08-04"),
        "paid late": ("CALCULATED 2019-07-20", "APPROVED 2019-07-25", "PAID 2019-08-05"),
        "refused again in time": ("REJECTED 2019-08-01",),
        "refused again, late notice": ("REJECTED 2019-07-31",),
        "taken up": (),
    }
    report(insurer, insured, dict.fromkeys(ends, "2019-03-01"))
    for no, steps in ends.items():
        story = a_story(no, *again, *steps, PAID={"amount": "1.00"})
        for change in story:
            if change["state"] == "REJECTED":
                first = change["version"] == 1
                change["notified_on"] = "2019-03-13" if first else "2019-08-04"
        push(insurer, STATES, story)

    assert verdicts(findings("INS-03", "2019-12-31")) == {
        "paid late": "not_met",
        "refused again, late notice": "not_met",
    }


def test_what_is_missing_between_two_versions_may_have_stopped_a_clock(insurer, insured, findings):
    """Out of order and twice makes no difference; a version nobody told may be the request."""
    report(insurer, insured, {"C1": "2019-03-01", "paid at once": "2019-03-01"})
    story = a_story(
        "C1",
        "FILED 2019-03-02",
        "UNDER_REVIEW 2019-03-05",
        "DOCS_PENDING 2019-03-06",
        "UNDER_REVIEW 2019-03-26",
        "REJECTED 2019-04-05",
        REJECTED={"notified_on": "2019-04-05"},
    )
    push(insurer, STATES, [story[4], story[0], story[3], story[0], story[1]])
    push(insurer, STATES, a_story("paid at once", "PAID 2019-03-20"))

    found = findings("INS-03", "2019-05-01")
    assert verdicts(found) == {"C1": "undetermined", "paid at once": "undetermined"}
    assert found[0]["missing"] == ["claim-status-changes:INA23"]

    push(insurer, STATES, [story[2], story[4]])
    assert verdicts(findings("INS-03", "2019-05-01")) == {"paid at once": "undetermined"}


def test_a_change_of_tomorrow_is_not_known_yet(insurer, insured, findings):
    declare(insurer, STATES)
    report(insurer, insured, {"C1": "2019-03-01"})
    push(insurer, STATES, a_story("C1", "WITHDRAWN 2019-04-01"))

    assert verdicts(findings("INS-03", "2019-03-31")) == {}
    found = findings("INS-03", "2019-04-01")
    assert [each["figures"]["assessment_took"] for each in found] == [31]
