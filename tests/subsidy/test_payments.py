"""What a finance bureau paid: pushed, waiting for its contract, read back."""

from collections.abc import Callable

from tests.subsidy.builders import COUNTY, a_contract, a_line, a_payment
from tests.subsidy.conftest import Screen
from tests.visitor import Visitor


def test_a_bureaus_payment_waits_for_its_contract(
    bank: Visitor, bureau: Visitor, drain: Callable[[], None]
) -> None:
    before = a_payment(bureau, bank)
    drain()

    listed_before = bureau.get("/v1/subsidy/payments").json()["items"]
    a_contract(bank)
    drain()
    [payment] = bureau.get("/v1/subsidy/payments").json()["items"]

    assert before.status_code == 202
    assert before.json() == {"outcome": "pending", "payment": None, "findings": []}
    assert listed_before == []
    assert payment.pop("payment_id")
    assert payment == {
        "agency": bureau.agency,
        "payment_no": "2018-000001",
        "county": COUNTY,
        "bank": bank.agency,
        "contract_no": "C-1",
        "period_start": "2017-01-09",
        "period_end": "2018-01-09",
        "amount": "2175.00",
        "paid_on": "2018-04-25",
        "source_version": 1,
    }


def test_a_bureaus_waiting_payment_is_judged_with_the_contract_it_waited_for(
    bank: Visitor, bureau: Visitor, screen: Screen
) -> None:
    a_payment(bureau, bank)
    a_contract(bank)
    a_line(bank)

    assert len(screen("2018-05-26")) == 1


def test_a_payment_does_not_take_another_banks_contract_of_the_same_number(
    visit: Callable[..., Visitor], bank: Visitor, bureau: Visitor, drain: Callable[[], None]
) -> None:
    other = visit("bank", divisions=[COUNTY])
    a_contract(other, "a/b")
    drain()

    assert a_payment(bureau, bank, contract_no="a/b").status_code == 202
    assert a_payment(bureau, other, contract_no="a/b", payment_no="2").status_code == 201
    drain()
    a_contract(bank, "a/b")
    drain()

    listed = bureau.get("/v1/subsidy/payments", params={"contract_no": "a/b"}).json()["items"]
    assert {payment["bank"] for payment in listed} == {bank.agency, other.agency}


def test_a_bureau_pays_in_its_own_counties(
    visit: Callable[..., Visitor], bank: Visitor, drain: Callable[[], None]
) -> None:
    elsewhere = visit("finance_bureau", divisions=["231222"])
    a_contract(bank)
    drain()

    refused = a_payment(elsewhere, bank)

    assert refused.status_code == 422
    assert refused.json()["errors"] == [
        {
            "pointer": "/county",
            "code": "not-your-division",
            "message": "This county is not in a division that the agency serves.",
        }
    ]


def test_a_bureaus_bulk_push_adds_up_and_may_be_repeated(
    bank: Visitor, bureau: Visitor, drain: Callable[[], None]
) -> None:
    a_contract(bank)
    drain()
    heading = "payment_no,county,bank,contract_no,period_start,period_end,amount,paid_on\n"
    rows = [
        f"1,231283,{bank.agency},C-1,2017-01-09,2018-01-09,2175.00,2018-04-25\n",
        f"2,231283,{bank.agency},C-9,2017-01-09,2018-01-09,2175.00,2018-04-25\n",
        f"3,231222,{bank.agency},C-1,2017-01-09,2018-01-09,2175.00,2018-04-25\n",
        f"4,231283,{bank.agency},C-1,2018-01-09,2018-01-09,2175.00,2018-04-25\n",
    ]
    csv = {"content": (heading + "".join(rows)).encode(), "headers": {"Content-Type": "text/csv"}}

    first = bureau.post("/v1/subsidy/bulk/payments", **csv).json()
    again = bureau.post("/v1/subsidy/bulk/payments", **csv).json()

    counts = ("received", "accepted", "unchanged", "superseded", "rejected", "pending")
    assert [first[name] for name in counts] == [4, 1, 0, 0, 2, 1]
    assert [again[name] for name in counts] == [4, 0, 1, 0, 2, 1]


def test_a_bureaus_correction_supersedes_and_a_contradiction_is_refused(
    bank: Visitor, bureau: Visitor, drain: Callable[[], None]
) -> None:
    a_contract(bank)
    drain()
    first = a_payment(bureau, bank)

    contradiction = a_payment(bureau, bank, amount="1.00")
    correction = a_payment(bureau, bank, amount="2000.00", source_version=2)

    assert first.status_code == 201
    assert contradiction.status_code == 409
    assert correction.status_code == 200
    payment = correction.json()["payment"]
    assert payment["amount"] == "2000.00"
    assert payment["payment_id"] == first.json()["payment"]["payment_id"]
    assert bureau.get(f"/v1/subsidy/payments/{payment['payment_id']}").json() == payment


def test_offices_and_supervisors_read_the_payments_of_their_divisions(
    visit: Callable[..., Visitor], bank: Visitor, bureau: Visitor, drain: Callable[[], None]
) -> None:
    a_contract(bank)
    drain()
    a_payment(bureau, bank)

    for role in ("poverty_office", "supervisor", "finance_bureau"):
        here, elsewhere = visit(role, divisions=[COUNTY]), visit(role, divisions=["231222"])
        assert len(here.get("/v1/subsidy/payments").json()["items"]) == 1
        assert elsewhere.get("/v1/subsidy/payments").json()["items"] == []


def test_a_bank_neither_pushes_nor_reads_payments(bank: Visitor) -> None:
    assert a_payment(bank, bank).status_code == 403
    assert bank.get("/v1/subsidy/payments").status_code == 403
