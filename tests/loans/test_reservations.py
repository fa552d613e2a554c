"""Room under the cap is held for one bank at a time, over all banks."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from kernel import clock
from services.loans.operations.eligibility.reservations import working_days_after
from tests.loans.questions import ask, asking, condition, unmet
from tests.story import a_contract, a_household, a_member, a_person, declare, push

PATH = "/v1/loans/reservations"
MONDAY = "2018-03-05"
LAST = "2018-03-19"
"""The tenth working day after it."""


@pytest.fixture
def office(visit):
    return visit("poverty_office")


@pytest.fixture
def bank(visit):
    bank = visit("bank")
    declare(bank, "contracts")
    return bank


@pytest.fixture
def other(visit):
    """Another bank of the county."""
    other = visit("bank")
    declare(other, "contracts")
    return other


def room(visitor, person, **fields):
    """What is left under the cap, as a bank hears it."""
    return condition(ask(visitor, person, **fields), "LOAN-08")["figures"]["room"]


def reserve(bank, person, amount, **fields):
    return ask(bank, person, amount=amount, reserve=True, **fields)["reservation"]


def test_a_bank_holds_room_that_no_other_bank_is_told_of(drain, office, bank, other):
    husband, wife = a_person(), a_person()
    push(office, "households", a_household(husband, wife))
    drain()

    held = reserve(bank, husband, "30000.01")
    fits = ask(other, wife, amount="19999.99")
    over = ask(other, wife, amount="20000.00", reserve=True)

    assert (held["amount"], held["state"]) == ("30000.01", "held")
    assert (held["reserved_on"], held["expires_on"]) == (MONDAY, "2018-03-20")
    assert condition(fits, "LOAN-08")["verdict"] == "met"
    assert condition(over, "LOAN-08")["verdict"] == "not_met"
    assert condition(over, "LOAN-08")["figures"] == {"cap": "50000.00", "room": "19999.99"}
    assert over["reservation"] is None
    assert bank.agency not in str(over)
    assert "30000.01" not in str(over)
    seen_by_the_office = condition(ask(office, wife), "LOAN-08")["figures"]
    assert seen_by_the_office["reserved"] == seen_by_the_office["others_at_least"] == "30000.01"
    # For its own person the bank has the room that it holds.
    assert room(bank, husband, amount="50000.00") == "50000.00"
    assert room(bank, wife) == "19999.99"


def test_it_ends_after_the_last_working_day_without_anybody_doing_anything(
    drain, office, bank, other
):
    person = a_person()
    push(office, "households", a_household(person))
    drain()

    reserve(bank, person, "50000.00")

    assert room(other, person, as_of="2018-03-02") == "50000.00"
    assert room(other, person, as_of=MONDAY) == "0.00"
    assert room(other, person, as_of=LAST) == "0.00"
    assert room(other, person, as_of="2018-03-20") == "50000.00"
    for day, held in ((MONDAY, ["held"]), (LAST, ["held"]), ("2018-03-20", []), ("2018-03-02", [])):
        found = bank.get(PATH, params={"held_on": day}).json()["items"]
        assert [each["state"] for each in found] == held
    [now] = bank.get(PATH).json()["items"]
    assert now["state"] == "expired"


@pytest.mark.parametrize(
    ("day", "last"),
    [
        ("2018-03-05", "2018-03-19"),  # Monday
        ("2018-03-09", "2018-03-23"),  # Friday
        ("2018-03-10", "2018-03-23"),  # Saturday
        ("2018-03-11", "2018-03-23"),
        ("2020-02-17", "2020-03-02"),  # over the leap day
        ("2018-12-24", "2019-01-07"),
    ],
)
def test_working_days_are_monday_to_friday(day, last):
    assert str(working_days_after(clock.date.fromisoformat(day), 10)) == last


def test_asking_twice_holds_once_and_another_amount_replaces(drain, office, bank, other):
    person = a_person()
    push(office, "households", a_household(person))
    drain()

    first = reserve(bank, person, "30000.00")
    again = reserve(bank, person, "30000.00")
    more = reserve(bank, person, "50000.00")
    too_much = reserve(bank, person, "50000.01")

    assert again == first
    assert more["reservation_id"] != first["reservation_id"]
    assert too_much is None
    states = [each["state"] for each in bank.get(PATH).json()["items"]]
    assert states == ["replaced", "expired"]
    assert room(other, person) == "0.00"


def test_a_bank_gives_room_back_and_nobody_else_can(visit, drain, office, bank, other):
    person = a_person()
    push(office, "households", a_household(person))
    drain()
    held = reserve(bank, person, "50000.00")
    path = f"{PATH}/{held['reservation_id']}"

    for stranger in (other, office, visit("bank", divisions=["230221"])):
        assert stranger.delete(path).status_code == 404
    assert room(other, person) == "0.00"
    colleague = visit("bank", agency=bank.agency, kind="OFFICER")
    assert [colleague.delete(path).status_code for _ in range(2)] == [204, 204]

    assert bank.get(path).json()["state"] == "released"
    assert room(other, person) == "50000.00"
    assert other.get(path).status_code == 404
    assert other.get(PATH).json()["items"] == []
    assert [each["agency"] for each in office.get(PATH).json()["items"]] == [bank.agency]
    assert visit("supervisor").get(path).json()["person_ref"] != held["person_ref"]
    assert visit("supervisor", divisions=["230221"]).get(PATH).json()["items"] == []
    assert visit("insurer").get(PATH).status_code == 403


def test_the_contract_that_it_was_for_uses_it_up(drain, office, bank, other):
    husband, wife, neighbour = a_person(), a_person(), a_person()
    push(office, "households", a_household(husband, wife), a_household(neighbour))
    drain()
    older = a_contract(husband, principal="1000.00", signed_on=MONDAY)
    push(bank, "contracts", older)
    his = reserve(bank, husband, "20000.00")
    hers = reserve(bank, wife, "10000.00")

    # What was on record before, what another bank lends, another household, an ordinary loan, and
    # what was signed on another day have no claim to it.
    push(bank, "contracts", older | {"source_version": 2, "household_aware": False})
    push(other, "contracts", a_contract(husband, principal="2000.00"))
    push(bank, "contracts", a_contract(neighbour))
    push(bank, "contracts", a_contract(husband, product="COMMERCIAL"))
    push(bank, "contracts", a_contract(husband, principal="3000.00", signed_on="2018-03-20"))
    assert room(other, wife) == "17000.00"

    loan = a_contract(wife, principal="9000.00", signed_on=LAST)
    push(bank, "contracts", loan)
    push(bank, "contracts", loan)

    states = {each["reservation_id"]: each for each in bank.get(PATH).json()["items"]}
    assert states[hers["reservation_id"]]["state"] == "used"
    [stored] = bank.get("/v1/loans/contracts", params={"contract_no": loan["contract_no"]}).json()[
        "items"
    ]
    assert states[hers["reservation_id"]]["loan_id"] == stored["id"]
    assert states[his["reservation_id"]]["state"] == "expired"
    assert room(other, wife, as_of=LAST) == "18000.00"  # 50,000 less 3,000, 9,000 and his 20,000
    assert bank.delete(f"{PATH}/{hers['reservation_id']}").json()["code"] == "wrong-state"


def test_room_is_held_while_a_condition_may_still_turn_out_met(visit, drain, office, bank):
    visit("bank")  # has declared nothing
    old, disabled, removed = a_person("1950-01-01"), a_person(), a_person()
    push(
        office,
        "households",
        a_household(old),
        a_household(a_member(disabled, "51")),
        a_household(removed, statuses=[("REMOVED", "2017-01-01")]),
    )
    drain()

    assert unmet(ask(bank, old)).items() >= {("LOAN-03", "not_met"), ("LOAN-08", "undetermined")}
    for person in (old, disabled):
        assert reserve(bank, person, "50000.00")
    assert reserve(bank, removed, "50000.00") is None
    assert reserve(bank, old, "50000.01") is None


def test_only_a_bank_reserves(drain, office):
    person = a_person()
    push(office, "households", a_household(person))
    drain()

    refused = office.post("/v1/loans/eligibility-checks", json=asking(person, reserve=True))

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/reserve"


def test_two_banks_that_ask_at_once_are_not_both_told_that_there_is_room(
    drain, office, bank, other
):
    """Seen to fail without the household's lock: then both hold 30,000 under a cap of 50,000."""
    couples = [(a_person(), a_person()) for _ in range(8)]
    push(office, "households", *[a_household(*couple) for couple in couples])
    drain()
    for each in (bank, other):
        assert each.token

    with ThreadPoolExecutor(2) as threads:
        for husband, wife in couples:
            together = Barrier(2)

            def race(asker, person, together=together):
                together.wait()
                return reserve(asker, person, "30000.00")

            told = [threads.submit(race, bank, husband), threads.submit(race, other, wife)]

            assert [each.result() is None for each in told].count(True) == 1
