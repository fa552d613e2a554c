"""SUB-11: interest taken from the household for days the treasury paid goes back in thirty days."""

from collections.abc import Callable

from tests.subsidy.builders import (
    COUNTY,
    a_contract,
    a_line,
    a_payment,
    a_refund,
    all_refunds_declared,
)
from tests.subsidy.conftest import Screen
from tests.visitor import Visitor

RECEIVED_30_DAYS_AGO = "2018-05-25"
RECEIVED_31_DAYS_AGO = "2018-05-26"


def test_a_bank_that_kept_the_interest_is_found_on_the_thirty_first_day(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    a_contract(bank)
    a_line(bank)
    all_refunds_declared(bank)
    a_payment(bureau, bank)

    [finding] = screen(RECEIVED_31_DAYS_AGO)

    assert finding["rule_id"] == "SUB-11"
    assert finding["verdict"] == "not_met"
    assert finding["agency"] == bank.agency
    assert finding["contract_no"] == "C-1"
    assert finding["division"] == "231283101000"
    assert finding["amount"] == "543.75"
    assert finding["figures"] == {
        "received": "2175.00",
        "borne": "543.75",
        "refunded": "0.00",
        "lines": 1,
    }
    assert finding["missing"] == []
    assert finding["certainty"] == "assumed"


def test_a_bank_has_until_the_thirtieth_day(bank: Visitor, bureau: Visitor, screen: Screen) -> None:
    a_contract(bank)
    a_line(bank)
    all_refunds_declared(bank)
    a_payment(bureau, bank)

    assert screen(RECEIVED_30_DAYS_AGO) == []


def test_a_bank_that_gave_everything_back_is_in_order_whatever_the_cause(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    a_contract(bank)
    a_line(bank)
    a_refund(bank, amount="500.00", cause="RATE_EXCESS")
    a_refund(bank, refund_no="2", amount="43.75")
    a_payment(bureau, bank)

    assert screen(RECEIVED_31_DAYS_AGO) == []


def test_a_bank_that_is_one_fen_short_is_found(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    a_contract(bank)
    a_line(bank)
    a_refund(bank, amount="543.74")
    all_refunds_declared(bank)
    a_payment(bureau, bank)

    [finding] = screen(RECEIVED_31_DAYS_AGO)

    assert finding["amount"] == "0.01"
    assert finding["figures"]["refunded"] == "543.74"


def test_a_refund_counts_on_its_day_and_not_before(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    a_contract(bank)
    a_line(bank)
    a_refund(bank, paid_on="2018-06-10")
    all_refunds_declared(bank)
    a_payment(bureau, bank)

    [finding] = screen("2018-06-09")

    assert finding["amount"] == "543.75"
    assert screen("2018-06-10") == []


def test_what_a_bank_gave_back_to_the_treasury_does_not_help_the_household(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    a_contract(bank)
    a_line(bank)
    a_refund(bank, to="TREASURY")
    all_refunds_declared(bank)
    a_payment(bureau, bank)

    [finding] = screen(RECEIVED_31_DAYS_AGO)

    assert finding["amount"] == "543.75"


def test_a_bank_that_did_not_declare_its_refunds_is_undetermined(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    a_contract(bank)
    a_line(bank)
    a_payment(bureau, bank)

    [finding] = screen(RECEIVED_31_DAYS_AGO)

    assert finding["verdict"] == "undetermined"
    assert finding["missing"] == [f"refunds:{bank.agency}"]


def test_a_banks_declaration_holds_the_first_line_the_business_date_and_the_county(
    visit: Callable[..., Visitor], bureau: Visitor, screen: Screen
) -> None:
    stories = [
        ({"valid_from": "2017-03-21", "valid_to": "2018-05-27"}, "not_met"),
        ({"valid_from": "2017-03-22", "valid_to": "2018-05-27"}, "undetermined"),
        ({"valid_from": "2017-03-21", "valid_to": "2018-05-26"}, "undetermined"),
        ({"division": "231283"}, "not_met"),
        ({"division": "231283101"}, "undetermined"),
        ({"kind": "notices"}, "undetermined"),
    ]
    expected = {}
    for number, (declared, verdict) in enumerate(stories):
        bank = visit("bank", divisions=[COUNTY])
        a_contract(bank)
        a_line(bank)
        a_payment(bureau, bank, payment_no=str(number))
        assert all_refunds_declared(bank, **declared).status_code == 201
        expected[bank.agency] = verdict

    found = screen(RECEIVED_31_DAYS_AGO)

    assert {finding["agency"]: finding["verdict"] for finding in found} == expected


def test_two_declarations_that_meet_are_not_one_to_a_bank(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    a_contract(bank)
    a_line(bank)
    a_payment(bureau, bank)
    all_refunds_declared(bank, valid_from="2017-01-01", valid_to="2018-01-01")
    all_refunds_declared(bank, valid_from="2018-01-01", valid_to="2019-01-01")

    [finding] = screen(RECEIVED_31_DAYS_AGO)

    assert finding["verdict"] == "undetermined"


def test_periods_that_a_bureau_paid_for_one_after_the_other_are_one(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    a_contract(bank)
    a_line(bank)
    all_refunds_declared(bank)
    a_payment(bureau, bank, period_end="2017-05-01")
    a_payment(bureau, bank, payment_no="2018-000002", period_start="2017-05-01")

    [finding] = screen(RECEIVED_31_DAYS_AGO)

    assert finding["figures"]["received"] == "4350.00"
    assert finding["figures"]["lines"] == 1


def test_a_line_that_a_bureau_did_not_pay_for_whole_is_not_due(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    stories = {
        "a day late": [("2017-03-22", "2018-01-09")],
        "a day early": [("2017-01-09", "2017-06-20")],
        "after": [("2017-06-21", "2018-01-09")],
        "a day between": [("2017-01-09", "2017-05-01"), ("2017-05-02", "2018-01-09")],
        "exactly": [("2017-03-21", "2017-06-21")],
    }
    for contract_no, periods in stories.items():
        a_contract(bank, contract_no)
        a_line(bank, contract_no)
        for start, end in periods:
            a_payment(
                bureau,
                bank,
                payment_no=f"{contract_no} {start}",
                contract_no=contract_no,
                period_start=start,
                period_end=end,
            )

    found = screen(RECEIVED_31_DAYS_AGO)

    assert [finding["contract_no"] for finding in found] == ["exactly"]


def test_a_bureaus_late_payment_does_not_yet_count_into_the_paid_periods(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    a_contract(bank)
    a_line(bank)
    all_refunds_declared(bank)
    a_payment(bureau, bank, period_end="2017-05-01")
    a_payment(
        bureau, bank, payment_no="2018-000002", period_start="2017-05-01", paid_on="2018-04-26"
    )

    assert screen(RECEIVED_31_DAYS_AGO) == []
    assert len(screen("2018-05-27")) == 1


def test_a_bank_owes_only_ordinary_interest_that_the_household_bore_by_then(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    lines = {
        "penalty": {"kind": "PENALTY"},
        "compound": {"kind": "COMPOUND"},
        "treasury's": {"borne_by": "TREASURY"},
        "bank's": {"borne_by": "BANK"},
        "tomorrow's": {"settled_on": "2018-05-27"},
        "today's": {"settled_on": "2018-05-26"},
    }
    for contract_no, line in lines.items():
        a_contract(bank, contract_no)
        a_line(bank, contract_no, **line)
        a_payment(bureau, bank, payment_no=contract_no, contract_no=contract_no)

    found = screen(RECEIVED_31_DAYS_AGO)

    assert [finding["contract_no"] for finding in found] == ["today's"]


def test_a_banks_newest_correction_counts_whichever_came_last(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    a_contract(bank)
    a_line(bank, source_version=2, amount="200.00")
    a_line(bank, source_version=3, amount="300.00")
    a_refund(bank, source_version=2, amount="100.00")
    all_refunds_declared(bank)
    a_payment(bureau, bank)

    [first] = screen(RECEIVED_31_DAYS_AGO)
    a_line(bank, source_version=1, amount="900.00")
    a_refund(bank, source_version=3, amount="150.00")
    [second] = screen(RECEIVED_31_DAYS_AGO)

    assert first["amount"] == "200.00"
    assert second["amount"] == "150.00"


def test_a_payment_that_a_bureau_withdrew_is_not_received(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    a_contract(bank)
    a_line(bank)
    all_refunds_declared(bank)
    a_payment(bureau, bank)
    a_payment(bureau, bank, source_version=2, amount="0.00")

    assert screen(RECEIVED_31_DAYS_AGO) == []


def test_a_supervisors_scope_narrows_what_is_judged(
    visit: Callable[..., Visitor], bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    other = visit("bank", divisions=[COUNTY])
    for each, payment_no in ((bank, "1"), (other, "2")):
        a_contract(each)
        a_line(each)
        a_payment(bureau, each, payment_no=payment_no)

    assert len(screen(RECEIVED_31_DAYS_AGO)) == 2
    assert len(screen(RECEIVED_31_DAYS_AGO, division="231283101")) == 2
    assert screen(RECEIVED_31_DAYS_AGO, division="231283102") == []
    assert [one["agency"] for one in screen(RECEIVED_31_DAYS_AGO, agency=bank.agency)] == [
        bank.agency
    ]
    assert screen(RECEIVED_31_DAYS_AGO, rules=["INS-01"]) == []
