"""INS-04 and 05: who is paid gets what is due, who is refused a reason and a second look."""

from typing import Any

from tests.insurance.scene import (
    FIXED,
    LOSS,
    PER_DAY,
    SHARED,
    a_claim,
    a_story,
    happen,
    insure,
    person,
    push,
    register,
    sell,
)

STATES = "claim-status-changes"
DAYS = {"kind": "HOSPITAL_ALLOWANCE"}
DAMAGE = {"kind": "ACCIDENT_DISABILITY"}


def verdicts(findings: list[dict[str, Any]]) -> dict[str, str]:
    return {finding["claim_no"]: finding["verdict"] for finding in findings}


def amounts(findings: list[dict[str, Any]]) -> dict[str, str | None]:
    return {finding["claim_no"]: finding["amount"] for finding in findings}


def pay(insurer, no: str, amount: str | None, *before: str, **more: Any) -> None:
    steps = [*before, "APPROVED 2018-09-01", "PAID 2018-09-02"]
    push(insurer, STATES, a_story(no, *steps, PAID={"amount": amount}, **more))


def test_an_office_finds_who_was_paid_less_than_was_due(office, insurer, findings):
    """One fen less is less; prepayments count; who may be due more is not settled."""
    sell(insurer, FIXED | {"min_age": 18, "max_age": 65}, PER_DAY, LOSS)
    adult, other = person(), person(nth=2)
    old, older = person("1952-08-02"), person("1952-08-01")
    register(office, adult, other, old, older)
    insure(insurer, adult, other | {"to": "2018-08-01"}, old, older)

    def answer(no: str, paid: str | None, *before: str, who=adult, told=(), **fields: Any) -> None:
        """A claim of an incident of its own, which the office told of if `told` says how."""
        if told is not None:
            happen(office, who, no=no, **dict(told), **{"kind": fields.get("kind", FIXED["kind"])})
            fields = fields | {"incident_no": no}
        push(insurer, "claims", [a_claim(who, no, "2018-08-20", **fields)])
        pay(insurer, no, paid, *before, PREPAID={"amount": "100.00"})

    answer("in full", "500.00")
    answer("a fen less", "499.99")
    answer("with prepayment", "400.00", "PREPAID 2018-08-25")
    answer("too little with prepayment", "399.99", "PREPAID 2018-08-25")
    answer("nobody says how much", None)
    answer("no longer covered", "1.00", who=other)
    answer("65 years, 66 tomorrow", "1.00", who=old)
    answer("66 years today", "1.00", who=older)
    answer("7 days", "209.99", told={"hospital_days": 7}.items(), **DAYS)
    answer("days unknown", "30.00", **DAYS)
    answer("loss", "2999.99", told={"loss": "5000"}.items(), **DAMAGE)
    answer("small loss", "12.00", told={"loss": "12"}.items(), **DAMAGE)
    answer("loss unknown", "2999.99", **DAMAGE)
    answer("loss unknown, most paid", "3000.00", **DAMAGE)
    push(insurer, "claims", [a_claim(adult, "not told", "2018-08-20", incident_on="2018-08-05")])
    pay(insurer, "not told", "499.00")

    found = findings("INS-04", "2018-12-31")

    assert amounts(found) == {
        "a fen less": "0.01",
        "too little with prepayment": "0.01",
        "nobody says how much": None,
        "65 years, 66 tomorrow": "499.00",
        "7 days": "0.01",
        "days unknown": None,
        "loss": "0.01",
        "loss unknown": None,
        "not told": "1.00",
    }
    unclear = {each["claim_no"]: each["missing"] for each in found if each["amount"] is None}
    assert unclear == {
        "nobody says how much": ["amount"],
        "days unknown": ["hospital_days"],
        "loss unknown": ["loss"],
    }
    assert {verdicts(found)[no] for no in unclear} == {"undetermined"}
    [one] = [each for each in found if each["claim_no"] == "a fen less"]
    assert one["figures"]["due"] == "500.00"
    assert one["figures"]["paid"] == "499.99"


def test_a_shared_sum_is_owed_by_shares_to_those_of_the_household_that_day(
    office, insurer, findings
):
    """Who died that day shares, who left that day does not; two claims of one incident add up."""
    sell(insurer, SHARED, LOSS | {"shared_by_household": True})
    dead, second, third, gone, neighbour = (person(nth=nth) for nth in range(1, 6))
    register(
        office,
        dead | {"died_on": "2018-08-01"},
        second,
        third,
        gone | {"left_on": "2018-08-01"},
    )
    newcomer = person(nth=7) | {"joined_on": "2018-08-02"}
    register(office, neighbour, gone | {"joined_on": "2018-08-01"}, newcomer, no="H2")
    insure(insurer, dead, second, third, gone, neighbour)
    death = {"kind": "ACCIDENT_DEATH"}
    rows = [
        a_claim(dead, "of three", "2018-08-20", **death),
        a_claim(second, "short", "2018-08-20", **death),
        a_claim(gone, "of two", "2018-08-20", **death),
        a_claim(third, "first part", "2018-08-20", **death),
        a_claim(third, "second part", "2018-08-21", **death),
        a_claim(person(nth=9), "a stranger", "2018-08-20", **death),
        a_claim(person(nth=8), "a stranger, all of it", "2018-08-20", **death),
        a_claim(person(nth=7), "a newcomer, all he lost", "2018-08-20", **DAMAGE),
    ]
    insure(insurer, person(nth=9), person(nth=8), person(nth=7), no="P9")
    push(insurer, "claims", [*rows[:5], *[row | {"policy_no": "P9"} for row in rows[5:]]])
    happen(office, person(nth=7), no="loss", loss="12", **DAMAGE)
    for no, paid in {
        "of three": "33.33",
        "short": "33.32",
        "of two": "49.99",
        "first part": "20.00",
        "second part": "13.00",
        "a stranger": "20.00",
        "a stranger, all of it": "100.00",
        "a newcomer, all he lost": "12.00",
    }.items():
        pay(insurer, no, paid)

    found = findings("INS-04", "2018-12-31")

    assert amounts(found) == {
        "short": "0.01",
        "of two": "0.01",
        "second part": "0.33",
        "a stranger": None,  # with whom he shares nobody knows
    }
    shares = {each["claim_no"]: each["figures"]["shared_among"] for each in found}
    assert (shares["short"], shares["of two"]) == (3, 2)


def test_an_office_finds_refusals_without_reason_or_second_look(office, insurer, findings):
    """The last refusal or withdrawal counts, if nothing but the closing follows."""
    sell(insurer, FIXED)
    covered, other = person(), person(nth=2)
    register(office, covered, other)
    insure(insurer, covered, other | {"to": "2018-08-01"})
    insure(insurer, covered, no="P2", product_code="unknown")
    reason, look = {"reason_code": "R1"}, {"second_look_on": "2018-09-01"}
    stories = {
        "both": (("REJECTED 2018-09-01",), reason | look),
        "no reason": (("REJECTED 2018-09-01",), look),
        "no second look": (("WITHDRAWN 2018-09-01", "CLOSED 2018-09-02"), reason),
        "looked tomorrow": (("REJECTED 2018-09-01",), reason | {"second_look_on": "2019-01-01"}),
        "taken up again": (("REJECTED 2018-09-01", "CLOSED 2018-09-02", "UNDER_REVIEW 2018-09-03"),
                           {}),
        "not covered": (("REJECTED 2018-09-01",), {}),
        "another kind": (("REJECTED 2018-09-01",), {}),
        "product unknown": (("REJECTED 2018-09-01",), {}),
    }  # fmt: skip
    rows = [a_claim(covered, no, "2018-08-20") for no in stories]
    rows[5] = a_claim(other, "not covered", "2018-08-20")
    rows[6] = rows[6] | {"kind": "ILLNESS_DEATH"}
    rows[7] = rows[7] | {"policy_no": "P2"}
    push(insurer, "claims", rows)
    for no, (steps, told) in stories.items():
        push(insurer, STATES, a_story(no, *steps, REJECTED=told, WITHDRAWN=told))

    found = findings("INS-05", "2018-12-31")

    not_met = dict.fromkeys(["no reason", "no second look", "looked tomorrow"], "not_met")
    assert verdicts(found) == not_met | {"product unknown": "undetermined"}
    [unclear] = [each for each in found if each["claim_no"] == "product unknown"]
    assert unclear["missing"] == ["products:INA23"]
