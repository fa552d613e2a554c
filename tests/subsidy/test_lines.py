"""SUB-01 to 06: what the automatic check says of claim lines, at and beside each threshold."""

from collections.abc import Callable, Mapping
from typing import Any

from tests.story import (
    COUNTY,
    Row,
    a_contract,
    a_household,
    a_line,
    a_member,
    a_person,
    a_repayment,
    declare,
    push,
    screened,
)
from tests.subsidy.claiming import (
    FIRST,
    LAST,
    Town,
    a_claim,
    a_claim_line,
    a_loan,
    a_town,
    approved,
    budgeted,
    claimed,
    done,
)
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Drain = Callable[[], None]
Verdicts = dict[str, str]


def checked(town: Town, lines: Mapping[str, Row], rule_id: str) -> Verdicts:
    """What the check says by one rule of lines that were claimed together, by their names."""
    claim = a_claim(*[line | {"line_no": name} for name, line in lines.items()])
    told = done(town.bank, claimed(town, claim), "submit", "2019-06-01")
    verdicts = dict.fromkeys(lines, "met")
    for line in told["lines"]:
        found = {each["rule_id"]: each["verdict"] for each in line["findings"]}
        verdicts[line["line_no"]] = found.get(rule_id, "met")
    return verdicts


def a_loan_of(town: Town, *statuses: tuple[str, ...], **fields: Any) -> Row:
    """A loan of somebody whose household has these statuses."""
    person = a_person()
    loan = a_contract(person, signed_on=FIRST, **fields)
    push(town.office, "households", a_household(person, statuses=statuses))
    push(town.bank, "contracts", loan)
    return loan


def test_a_bank_claims_for_entitled_loans_only(visit: Visit, drain: Drain) -> None:
    """SUB-01: registered on the drawdown day, LOAN-12, 13, 14, and not past conversion."""
    town = a_town(visit)
    stranger = a_contract(a_person(), signed_on=FIRST)
    push(town.bank, "contracts", stranger)
    wrongly_named = a_person()
    push(town.office, "households", a_household(wrongly_named))
    misnamed = a_contract(wrongly_named, signed_on=FIRST, borrower_name="李别名")
    push(town.bank, "contracts", misnamed)
    member = a_person()
    ordinary = a_contract(member, signed_on=FIRST, product="ORDINARY_FARM")
    push(town.office, "households", a_household(member))
    drain()
    push(town.bank, "contracts", ordinary)
    married = a_person()
    into = a_member(married, joined_on="2018-01-01")
    removed = [("REGISTERED", "2014-01-01"), ("REMOVED", "2017-01-01")]
    push(town.office, "households", a_household(married), a_household(into, statuses=removed))
    of_two = a_contract(married, signed_on=FIRST)
    push(town.bank, "contracts", of_two)
    push(town.bank, "interest-lines", a_line(of_two, FIRST, LAST, "175.00"))
    organisation = {"kind": "ENTERPRISE", "credit_code": "91230231MA00000000"}
    stories: dict[str, tuple[Row, str]] = {
        "registered from that day": (a_loan_of(town, ("REGISTERED", FIRST)), "met"),
        "from the next": (a_loan_of(town, ("REGISTERED", "2018-03-06")), "not_met"),
        "lifted without policy": (a_loan_of(town, ("LIFTED_NO_POLICY", "2017-01-01")), "not_met"),
        "no status": (a_loan_of(town), "undetermined"),
        "one of two households": (of_two, "met"),
        "unknown number": (stranger, "undetermined"),
        "another name": (misnamed, "undetermined"),
        "for a wedding": (a_loan(town, purpose="MARRIAGE"), "not_met"),
        "for who knows what": (a_loan(town, purpose="UNKNOWN"), "undetermined"),
        "used by a firm": (a_loan(town, actual_user=organisation), "not_met"),
        "user untold": (a_loan(town, actual_user=None), "undetermined"),
        "at the benchmark": (a_loan(town, annual_rate="0.0435"), "met"),
        "above it": (a_loan(town, annual_rate="0.04350001"), "not_met"),
        "converted at the end": (a_loan(town, converted_on=LAST, as_at=LAST), "met"),
        "converted before": (a_loan(town, converted_on="2019-03-04", as_at=LAST), "not_met"),
        "another product": (ordinary, "not_met"),
    }
    drain()

    lines = {name: a_claim_line(loan) for name, (loan, _) in stories.items()}
    found = checked(town, lines, "SUB-01")

    assert found == {name: verdict for name, (_, verdict) in stories.items()}


def test_an_unknown_number_is_no_registered_household_once_the_office_declared(
    visit: Visit, drain: Drain
) -> None:
    """SUB-01: the drawdown day and the day of the check lie in one declared interval."""
    town = a_town(visit)
    loan = a_contract(a_person(), signed_on=FIRST)
    push(town.bank, "contracts", loan)
    answer = town.office.post(
        "/v1/registry/declarations",
        json={"kind": "households", "valid_from": FIRST, "valid_to": "2019-06-02", "rows": 0},
    )
    assert answer.status_code == 201
    drain()

    assert checked(town, {"line": a_claim_line(loan)}, "SUB-01") == {"line": "not_met"}


def test_a_bank_claims_between_drawdown_and_maturity_payoff_or_conversion(
    visit: Visit, drain: Drain
) -> None:
    """SUB-02, each end of the period at its threshold and a day beside it."""
    town = a_town(visit)
    closing = {"closed_on": "2018-12-01", "balance": "0.00", "as_at": "2018-12-01"}
    closed = [a_loan(town, **closing) for _ in range(2)]
    repaid = [a_loan(town) for _ in range(2)]
    for loan in repaid:
        push(town.bank, "repayments", a_repayment(loan, "4000.00", "2018-09-01"))
        push(town.bank, "repayments", a_repayment(loan, "6000.00", "2018-12-01"))
    drain()
    whole, early, late = a_loan(town), a_loan(town), a_loan(town)
    drain()

    lines = {
        "whole": a_claim_line(whole),
        "a day early": a_claim_line(early, period_start="2018-03-04"),
        "a day late": a_claim_line(late, period_end="2019-03-06"),
        "to its closing": a_claim_line(closed[0], period_end="2018-12-01"),
        "past its closing": a_claim_line(closed[1], period_end="2018-12-02"),
        "to its payoff": a_claim_line(repaid[0], period_end="2018-12-01"),
        "past its payoff": a_claim_line(repaid[1], period_end="2018-12-02"),
    }
    found = checked(town, lines, "SUB-02")

    assert [name for name, verdict in found.items() if verdict != "met"] == [
        "a day early",
        "a day late",
        "past its closing",
        "past its payoff",
    ]


def test_a_bank_claims_no_fen_beyond_the_reference_or_what_it_charged(
    visit: Visit, drain: Drain
) -> None:
    """SUB-03 and SUB-04; a line that reaches across the period was charged for it in part."""
    town = a_town(visit)
    loans = {name: a_loan(town) for name in ("exact", "a fen over")}
    loans["charged less"] = a_loan(town, charged="174.99")
    loans["charged more"] = a_loan(town, charged="177.43")
    loans["not charged"] = a_loan(town, charged=None)
    straddled = a_loan(town, charged=None)
    push(town.bank, "interest-lines", a_line(straddled, FIRST, "2018-09-05", "87.50"))
    push(town.bank, "interest-lines", a_line(straddled, "2018-09-05", LAST, "87.50"))
    quarters = {"period_end": "2018-12-05"}
    drain()

    lines = {name: a_claim_line(loan) for name, loan in loans.items()}
    lines["a fen over"]["amount"] = "175.01"
    lines["across"] = a_claim_line(straddled, "131.25", **quarters)
    told = done(
        town.bank,
        claimed(town, a_claim(*[line | {"line_no": name} for name, line in lines.items()])),
        "submit",
        "2019-06-01",
    )

    found = {
        line["line_no"]: {
            each["rule_id"]: each["verdict"]
            for each in line["findings"]
            if each["rule_id"] in ("SUB-03", "SUB-04")
        }
        for line in told["lines"]
    }
    assert found == {
        "exact": {},
        "a fen over": {"SUB-03": "not_met", "SUB-04": "not_met"},
        "charged less": {"SUB-04": "not_met"},
        "charged more": {},
        "not charged": {"SUB-04": "not_met"},
        "across": {"SUB-04": "undetermined"},
    }
    ours = {line["line_no"]: (line["ours"], line["difference"]) for line in told["lines"]}
    assert ours["across"] == ("131.25", "0.00")
    assert ours["a fen over"] == ("175.00", "0.01")


def test_a_bank_claims_nothing_for_overdue_days_penalties_or_what_is_above_the_cap(
    visit: Visit, drain: Drain
) -> None:
    """SUB-05. Of a family's loans the latest lies above the cap; a repayment makes room again."""
    town = a_town(visit)
    overdue = {"overdue_principal": "10000.00", "overdue_since": "2018-09-05"}
    late = [a_loan(town, **overdue, as_at="2018-12-01") for _ in range(2)]
    penal = a_loan(town)
    push(
        town.bank,
        "interest-lines",
        a_line(penal, "2018-09-05", LAST, "20.00", kind="PENALTY"),
    )

    def a_second_loan(first_owes: str, *repaid: tuple[str, str], principal: str) -> Row:
        elder, younger = a_person(), a_person()
        push(town.office, "households", a_household(elder, younger))
        first = a_contract(elder, signed_on="2018-01-01", principal="40000.00", balance=first_owes)
        second = a_contract(younger, signed_on=FIRST, principal=principal)
        push(town.bank, "contracts", first | {"as_at": "2019-01-01"}, second)
        for amount, day in repaid:
            push(town.bank, "repayments", a_repayment(first, amount, day))
        interest = {"10000.00": "175.00", "20000.00": "350.00"}[principal]
        push(town.bank, "interest-lines", a_line(second, FIRST, LAST, interest))
        return second

    within = a_second_loan("40000.00", principal="10000.00")
    above = [a_second_loan("40000.00", principal="20000.00") for _ in range(2)]
    room = a_second_loan("30000.00", ("10000.00", "2018-09-05"), principal="20000.00")
    unclear = a_second_loan("30000.00", principal="20000.00")
    drain()

    lines = {
        "until overdue": a_claim_line(late[0], "87.50"),
        "while overdue": a_claim_line(late[1], "87.51"),
        "penalty": a_claim_line(penal, "175.01"),
        "within the cap": a_claim_line(within),
        "half of it above": a_claim_line(above[0], "175.00"),
        "a fen above": a_claim_line(above[1], "175.01"),
        "room from September": a_claim_line(room, "262.50"),
        "who knows": a_claim_line(unclear, "175.01"),
    }
    found = checked(town, lines, "SUB-05")

    assert found == dict.fromkeys(lines, "met") | {
        "while overdue": "not_met",
        "penalty": "not_met",
        "a fen above": "not_met",
        "who knows": "undetermined",
    }


def test_a_supervisor_finds_approved_claims_beyond_the_budget(visit: Visit, drain: Drain) -> None:
    """SUB-06: equal is met; a budget lowered afterwards is not."""
    town = a_town(visit)
    loan = a_loan(town)
    drain()
    budgeted(town, "175.00")
    approved(town, claimed(town, a_claim(a_claim_line(loan))))

    assert screened(town.supervisor, drain, "2019-06-01", "SUB-06").findings == []
    path = f"/v1/subsidy/budgets/{COUNTY}/2019"
    lowered = town.bureau.put(path, json={"amount": "174.99"}, headers={"If-Match": "*"})
    assert lowered.json()["left"] == "-0.01"
    [finding] = screened(town.supervisor, drain, "2019-06-01", "SUB-06").findings
    assert (finding["verdict"], finding["claim_no"]) == ("not_met", "S-1")
    assert finding["figures"]["wanted"] == "175.00"


def test_payments_that_answer_no_claim_are_judged_in_their_order(
    visit: Visit, drain: Drain
) -> None:
    """SUB-01 and SUB-02 of payments: `paid_on`, then `payment_no`; the later one fails."""
    town = a_town(visit)
    claimed_before, loan = a_loan(town), a_loan(town)
    unentitled = a_loan(town, purpose="MARRIAGE")
    drain()
    claim_id = claimed(town, a_claim(a_claim_line(claimed_before)))
    done(town.bank, claim_id, "submit", "2019-03-10")

    def pays(payment_no: str, loan: Row, paid_on: str, **days: str) -> None:
        row = {"payment_no": payment_no, "county": COUNTY, "bank": town.bank.agency}
        row |= {"contract_no": loan["contract_no"], "period_start": FIRST, "period_end": LAST}
        push(town.bureau, "payments", row | {"amount": "80.00", "paid_on": paid_on} | days)

    pays("P-3", loan, "2019-03-20", period_end="2018-09-05")
    pays("P-2", loan, "2019-03-21", period_start="2018-09-05")
    pays("P-4", loan, "2019-03-21", period_start="2018-12-05")
    pays("P-5", claimed_before, "2019-03-21")
    pays("P-6", unentitled, "2019-03-21")

    def failing(rule_id: str) -> list[str]:
        found = screened(town.supervisor, drain, "2019-06-01", rule_id)
        return sorted(each["figures"]["payment_no"] for each in found.findings)

    assert failing("SUB-02") == ["P-4", "P-5"]
    assert failing("SUB-01") == ["P-6"]
    done(town.reviewer, claim_id, "return", "2019-03-11", reason="已由财政支付")
    assert failing("SUB-02") == ["P-4"], "screened again, the returned claim is no longer there"


def test_a_declaration_of_claims_is_the_banks_and_of_payments_the_bureaus(visit: Visit) -> None:
    town = a_town(visit)
    declare(town.bureau, "payments")

    refused = town.bank.post(
        "/v1/subsidy/declarations",
        json={"kind": "payments", "valid_from": FIRST, "valid_to": LAST, "rows": 0},
    )

    assert refused.status_code == 403
