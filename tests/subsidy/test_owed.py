"""SUB-10 and SUB-12: subsidy that nobody claimed, and subsidy paid beyond what was due."""

from collections.abc import Callable

from tests.story import COUNTY, Row, a_contract, a_household, a_line, a_person, declare, push
from tests.story import screened as screened_by
from tests.subsidy.claiming import (
    FIRST,
    LAST,
    Town,
    a_claim,
    a_claim_line,
    a_loan,
    a_town,
    claimed,
    done,
)
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Drain = Callable[[], None]

DAY_90, DAY_91 = "2019-06-03", "2019-06-04"
"""Days after the story's interest lines ended."""


def pays(town: Town, payment_no: str, loan: Row, amount: str, **fields: str) -> None:
    row = {"payment_no": payment_no, "county": COUNTY, "bank": town.bank.agency}
    row |= {"contract_no": loan["contract_no"], "period_start": FIRST, "period_end": LAST}
    push(town.bureau, "payments", row | {"amount": amount, "paid_on": "2019-04-01"} | fields)


def test_a_supervisor_finds_loans_whose_subsidy_nobody_claimed_for_ninety_days(
    visit: Visit, drain: Drain
) -> None:
    """SUB-10, on the last day in time and the day after; claimed, paid and unentitled loans."""
    town = a_town(visit)
    charged_more = a_loan(town, charged="177.43")
    bank_bore, unentitled = a_loan(town, charged=None), a_loan(town, purpose="MARRIAGE")
    push(town.bank, "interest-lines", a_line(bank_bore, FIRST, LAST, "175.00", borne_by="BANK"))
    unknown, paid, asked = a_loan(town, purpose="UNKNOWN"), a_loan(town), a_loan(town)
    draft = a_loan(town)
    in_parts = a_loan(town, charged=None)
    push(town.bank, "interest-lines", a_line(in_parts, FIRST, "2018-09-05", "80.00"))
    push(town.bank, "interest-lines", a_line(in_parts, "2018-09-05", LAST, "90.00"))
    drain()
    pays(town, "P-1", paid, "1.00")
    done(town.bank, claimed(town, a_claim(a_claim_line(asked))), "submit", "2019-03-10")
    claimed(town, a_claim(a_claim_line(draft), claim_no="S-2"))
    declare(town.bureau, "payments", "2018-09-05", DAY_91)

    early = screened_by(town.supervisor, drain, DAY_90, "SUB-10")
    assert [each["contract_no"] for each in early.findings] == [in_parts["contract_no"]]
    assert early.findings[0]["amount"] == "80.00", "the half year that ended 90 days ago"
    undeclared = screened_by(town.supervisor, drain, DAY_91, "SUB-10")
    assert undeclared.verdict("SUB-10", charged_more) == "undetermined"
    declare(town.bureau, "payments", LAST, "2019-06-05")
    late = screened_by(town.supervisor, drain, DAY_91, "SUB-10")

    stories = {"charged more": charged_more, "bank bore": bank_bore, "unentitled": unentitled}
    stories |= {"unknown": unknown, "paid": paid, "asked": asked, "draft": draft}
    assert late.verdicts("SUB-10", stories) == {
        "charged more": "not_met",
        "bank bore": "met",
        "unentitled": "met",
        "unknown": "undetermined",
        "paid": "met",
        "asked": "met",
        "draft": "not_met",
    }
    found = late.finding("SUB-10", charged_more)
    assert found
    assert found["amount"] == "175.00", "no more than the reference"
    of_parts = late.finding("SUB-10", in_parts)
    assert of_parts
    assert of_parts["amount"] == "87.50", "only the half year that is declared"


def test_a_supervisor_finds_what_was_paid_beyond_the_reference(visit: Visit, drain: Drain) -> None:
    """SUB-12, to the fen: overpaid, paid twice, given back to the treasury or not enough."""
    town = a_town(visit)
    names = ("exact", "a fen over", "twice", "in parts", "given back", "a fen short")
    loans = {name: a_loan(town) for name in names}
    loans["converted"] = a_loan(town, converted_on="2018-09-05", as_at=LAST)
    elder, younger = a_person(), a_person()
    first = a_contract(elder, signed_on="2018-01-01", principal="45000.00", balance="30000.00")
    loans["unclear"] = a_contract(younger, signed_on=FIRST)
    push(town.office, "households", a_household(elder, younger))
    push(town.bank, "contracts", first | {"as_at": "2019-01-01"}, loans["unclear"])
    drain()
    for name, loan in loans.items():
        amount = {"a fen over": "175.01", "given back": "180.00", "a fen short": "180.00"}
        amount |= {"in parts": "87.50"}
        end = {"period_end": "2018-09-05"} if name == "in parts" else {}
        pays(town, f"{name} 1", loan, amount.get(name, "175.00"), **end)
    pays(town, "twice 2", loans["twice"], "10.00", period_start="2019-01-05")
    pays(town, "parts 2", loans["in parts"], "87.50", period_start="2018-09-05")
    for name, amount in (("given back", "5.00"), ("a fen short", "4.99")):
        refund = {"contract_no": loans[name]["contract_no"], "refund_no": "1", "amount": amount}
        refund |= {"paid_on": "2019-05-01", "cause": "RATE_EXCESS", "to": "TREASURY"}
        push(town.bank, "refunds", refund)

    found = screened_by(town.supervisor, drain, "2019-06-01", "SUB-12")

    amounts = {name: found.finding("SUB-12", loan) for name, loan in loans.items()}
    assert {name: each["amount"] for name, each in amounts.items() if each} == {
        "a fen over": "0.01",
        "twice": "10.00",
        "a fen short": "0.01",
        "converted": "87.50",
        "unclear": "0.00",
    }
    assert found.verdict("SUB-12", loans["unclear"]) == "undetermined"
    before = screened_by(town.supervisor, drain, "2019-04-30", "SUB-12")
    given = before.finding("SUB-12", loans["given back"])
    assert given
    assert given["amount"] == "5.00"


def test_reference_follows_a_banks_corrections_and_an_earlier_business_date(
    visit: Visit, drain: Drain
) -> None:
    """SUB-12 by the terms that were known: a corrected rate counts from its report on."""
    town = a_town(visit)
    loan = a_loan(town)
    drain()
    pays(town, "P-1", loan, "175.00")
    later = {"as_at": "2019-05-01", "source_version": 2, "annual_rate": "0.0100"}
    push(town.bank, "contracts", loan | later)

    before = screened_by(town.supervisor, drain, "2019-04-30", "SUB-12")
    after = screened_by(town.supervisor, drain, "2019-05-01", "SUB-12")

    assert before.findings == []
    [finding] = after.findings
    assert (finding["amount"], finding["figures"]["due"]) == ("75.00", "100.00")


def test_three_ledgers_are_matched_by_loan_and_county_with_their_age(
    visit: Visit, drain: Drain
) -> None:
    town = a_town(visit)
    withheld, returned = a_loan(town), a_loan(town)
    drain()
    pays(town, "P-1", withheld, "175.00")
    pays(town, "P-2", returned, "175.00")
    refund = {"refund_no": "1", "paid_on": "2019-04-20", "to": "HOUSEHOLD"}
    refund |= {"contract_no": returned["contract_no"], "cause": "SUBSIDY_PASS_THROUGH"}
    push(town.bank, "refunds", refund | {"amount": "175.00"})
    drain()

    def matched(who: Visitor, as_of: str, **asked: str) -> list[Row]:
        answer = who.get("/v1/subsidy/matches", params={"as_of": as_of, **asked})
        assert answer.status_code == 200, answer.text
        items: list[Row] = answer.json()["items"]
        return items

    ages = {}
    for as_of in ("2019-05-01", "2019-05-02", "2019-06-30", "2019-07-01", "2019-09-28"):
        [row] = matched(town.bank, as_of, open="true")
        ages[as_of] = row["ageing"]
    assert ages == dict(zip(ages, ("0-30", "31-90", "31-90", "91-180", "91-180"), strict=True))
    [row] = matched(town.bureau, "2019-09-29", open="true")
    assert row["ageing"] == "more"
    assert (row["debited"], row["paid"], row["refunded"]) == ("175.00", "175.00", "0.00")
    assert (row["contract_no"], row["difference"]) == (withheld["contract_no"], "175.00")
    [county] = matched(town.supervisor, "2019-05-02", by="county")
    assert county == {
        "county": COUNTY,
        "loans": 2,
        "open_loans": 1,
        "debited": "350.00",
        "paid": "350.00",
        "refunded": "175.00",
        "difference": "175.00",
        "ageing": {"0-30": "0.00", "31-90": "175.00", "91-180": "0.00", "more": "0.00"},
    }
    [early] = matched(town.supervisor, "2019-04-19", by="county")
    assert early["difference"] == "350.00"
    assert matched(visit("bank", divisions=[COUNTY]), "2019-05-02") == []
    assert matched(visit("poverty_office", divisions=["231222"]), "2019-05-02") == []
