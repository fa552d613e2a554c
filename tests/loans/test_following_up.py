"""What a bank and a county office go through: rates, loans falling due, overdue ones, users."""

import pytest

from tests.story import (
    a_contract,
    a_household,
    a_person,
    push,
)

DAY = "2018-12-31"


@pytest.fixture
def bank(visit):
    return visit("bank")


@pytest.fixture
def office(visit):
    return visit("poverty_office")


def items(visitor, path, **query):
    answer = visitor.get(f"/v1/loans/{path}", params={"as_of": DAY} | query)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_an_office_sees_each_villages_overdue_rate_beside_the_mean(visit, drain, bank, office):
    other = visit("bank")
    people = [a_person() for _ in range(5)]
    push(
        office,
        "households",
        *[a_household(p, village_code="230231100200") for p in people],
    )
    later = {"matures_on": "2019-06-01", "principal": "1000.00"}
    stranger = a_contract(a_person(), **later)
    lent = [a_contract(p, **later) for p in people]
    lent[0] |= {"overdue_principal": "500.01"}
    push(other, "contracts", *lent[2:], stranger)
    push(bank, "contracts", *lent[:2])
    drain()

    [village] = items(office, "overdue-rates")
    [township] = items(office, "overdue-rates", by="township")
    [county] = items(office, "overdue-rates", by="county")
    [own] = items(bank, "overdue-rates")

    assert village == {
        "division": "230231100200",
        "loans": 5,
        "balance": "5000.00",
        "overdue": "500.01",
        "rate": "0.100002",
        "mean_rate": "0.083335",
        "clearly_above": False,
    }
    assert township == village | {"division": "230231100000"}
    assert (county["loans"], county["rate"], county["mean_rate"]) == (6, "0.083335", "0.083335")
    assert (own["loans"], own["balance"], own["mean_rate"]) == (2, "2000.00", own["rate"])
    assert own["clearly_above"] is None
    assert items(office, "overdue-rates", as_of="2018-03-04") == []
    assert items(visit("poverty_office", divisions=["231283"]), "overdue-rates") == []
    assert office.get("/v1/loans/overdue-rates", params={"by": "street"}).status_code == 400


def test_a_bank_sees_what_falls_due_and_which_notice_is_still_due(visit, bank, office):
    days = {
        "that day, told in writing": ("2018-12-31", [("WRITTEN_30", "p")], None),
        "30 days, reminded": ("2019-01-30", [("REMIND_60", "p")], "WRITTEN_30"),
        "31 days, reminded": ("2019-01-31", [("REMIND_60", "p")], None),
        "60 days, without proof": ("2019-03-01", [("REMIND_60", None)], "REMIND_60"),
    }
    others = {"61 days": "2019-03-02", "the day before": "2018-12-30"}
    loans = {
        name: a_contract(a_person(), matures_on=matures_on)
        for name, matures_on in [(n, d) for n, (d, *_) in days.items()] + list(others.items())
    }
    push(bank, "contracts", *loans.values())
    push(
        bank,
        "notices",
        *[
            {
                "contract_no": loans[name]["contract_no"],
                "kind": kind,
                "sent_on": "2018-12-01",
                "proof": proof,
            }
            for name, (_, notices, _) in days.items()
            for kind, proof in notices
        ],
    )

    seen = items(bank, "maturities")
    [first] = items(bank, "maturities", limit=1)
    rest = items(bank, "maturities", after=first["loan_id"])

    names = {loan["contract_no"]: name for name, loan in loans.items()}
    assert [(names[each["contract_no"]], each["due"]) for each in seen] == [
        (name, due) for name, (_, _, due) in days.items()
    ]
    assert [first, *rest] == seen
    assert (first["days_left"], first["notices"][0]["proof"]) == (0, "p")
    assert len(items(office, "maturities", within_days=61)) == 5
    assert items(visit("bank"), "maturities") == []
    refs = {each["person_ref"] for each in seen} & {
        each["person_ref"] for each in items(office, "maturities")
    }
    assert refs == set(), "each agency calls a person by its own reference"


def test_an_office_sees_bands_beside_the_class_that_the_bank_gave(visit, bank, office):
    mild = a_contract(
        a_person(),
        matures_on="2018-10-02",
        overdue_principal="3000.00",
        overdue_since="2018-10-02",
        five_class=1,
    )
    silent = a_contract(a_person(), matures_on="2018-10-01", five_class=3)
    push(bank, "contracts", mild, silent, a_contract(a_person(), matures_on="2018-12-31"))
    plan = {"contract_no": silent["contract_no"], "agreed_on": "2018-11-01", "helper": "第一书记"}
    push(
        bank,
        "repayment-plans",
        plan | {"instalments": [{"due_on": "2019-06-01", "amount": "10000.00"}]},
    )

    seen = {each["contract_no"]: each for each in items(office, "overdue-loans")}

    assert set(seen) == {mild["contract_no"], silent["contract_no"]}
    shown = ("overdue_amount", "overdue_days", "overdue_band", "five_class", "least_class")
    first, second = seen[mild["contract_no"]], seen[silent["contract_no"]]
    assert [first[name] for name in shown] == ["3000.00", 90, "1-90", 1, 2]
    assert [second[name] for name in shown] == ["10000.00", 91, "91-270", 3, 3]
    assert (first["class_is_too_mild"], second["class_is_too_mild"]) == (True, False)
    assert (second["repayment_planned_on"], second["helper_named"]) == ("2018-11-01", True)
    assert items(visit("bank"), "overdue-loans") == []


FIRM = {
    "kind": "ENTERPRISE",
    "credit_code": "91230231MA1B2C3D4E",
    "name": "示例公司",
    "has_industry_base": True,
}


def test_an_office_disposes_of_an_actual_user_and_a_bank_sees_its_own_part(visit, bank, office):
    other, elsewhere = visit("bank"), visit("poverty_office", divisions=["231283"])

    def used(count, **fields):
        return [a_contract(a_person(), actual_user=FIRM, **fields) for _ in range(count)]

    old = {"signed_on": "2017-06-01", "disbursed_on": "2017-06-01"}
    push(bank, "contracts", *used(6, **old))
    push(other, "contracts", *used(5), *used(1, balance="0.00"))

    [user] = items(office, "actual-users")
    [own] = items(bank, "actual-users")
    path = f"/v1/loans/actual-users/{user['user_id']}"

    assert user | {"families": 11, "loans": 11, "banks": 2, "balance": "110000.00"} == user
    assert user["classes"] == {"E1_TRACK_CONVERT": 6, "E4_FORBIDDEN": 5}
    assert (user["names"], user["watched"]) == (["示例公司"], True)
    assert own | {"families": 6, "balance": "60000.00", "banks": None, "watched": None} == own
    assert own["classes"] == {"E1_TRACK_CONVERT": 6}
    assert items(office, "actual-users", watched=False) == []
    assert items(elsewhere, "actual-users") == []

    said = {"class": "E1_TRACK_CONVERT", "reason": "有产业基础, 到期转为产业扶贫贷款"}
    changed = {"class": "E3_RECALL", "reason": "经营不善"}
    put = f"{path}/disposition"
    first = office.put(put, json=said)
    again = office.put(put, json=said)
    blind = office.put(put, json=changed)
    assert first.status_code == 201, first.text
    second = office.put(put, json=changed, headers={"If-Match": first.headers["ETag"]})
    stale = office.put(put, json=said, headers={"If-Match": first.headers["ETag"]})

    assert [each.status_code for each in (first, again, blind, second, stale)] == [
        201,
        200,
        428,
        200,
        412,
    ]
    assert (second.json()["version"], second.headers["ETag"]) == (2, '"2"')
    read = office.get(path, params={"as_of": DAY})
    assert read.headers["ETag"] == '"2"'
    assert [each["class"] for each in read.json()["history"]] == ["E3_RECALL", "E1_TRACK_CONVERT"]
    told = bank.get(path, params={"as_of": DAY}).json()
    assert (told["disposition"]["class"], told["disposition"]["reason"]) == ("E3_RECALL", None)
    assert told["history"] is None
    assert bank.put(put, json=said).status_code == 403
    assert elsewhere.put(put, json=said).status_code == 404
    wrong = office.put(put, json=said | {"class": "E5"})
    assert (wrong.status_code, wrong.json()["errors"][0]["pointer"]) == (422, "/class")
