"""LOAN-40, 42 and 60: overdue loans, notices before maturity, borrowers who are gone."""

import pytest

from tests.story import (
    Person,
    a_contract,
    a_household,
    a_member,
    a_person,
    declare,
    push,
    reported_again,
    screened,
)


@pytest.fixture
def bank(visit):
    return visit("bank")


@pytest.fixture
def supervisor(visit):
    return visit("supervisor")


def a_notice(loan, kind, sent_on, proof="9f86d081884c7d65"):
    return {
        "contract_no": loan["contract_no"],
        "kind": kind,
        "sent_on": sent_on,
        "proof": proof,
    }


def a_plan(loan, agreed_on, **fields):
    """Half in autumn, half in the next."""
    halves = [{"due_on": day, "amount": "5000.00"} for day in ("2019-10-31", "2020-10-31")]
    plan = {"contract_no": loan["contract_no"], "agreed_on": agreed_on, "instalments": halves}
    return plan | fields


def test_days_overdue_fall_into_bands_beside_the_class_the_bank_gave(drain, bank, supervisor):
    on = "2019-12-31"
    since = {  # days overdue on that day
        "2019-12-31": (0, None, None),
        "2019-12-30": (1, "1-90", 2),
        "2019-10-02": (90, "1-90", 2),
        "2019-10-01": (91, "91-270", 3),
        "2019-04-05": (270, "91-270", 3),
        "2019-04-04": (271, "271-360", 4),
        "2019-01-05": (360, "271-360", 4),
        "2019-01-04": (361, "over 360", 5),
    }
    loans = {
        (day, mild): a_contract(
            a_person(),
            matures_on="2021-03-05",
            overdue_principal="4000.00",
            overdue_since=day,
            five_class=(least or 2) - mild,
        )
        for day, (_, _, least) in since.items()
        for mild in (0, 1)
    }
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, on, "LOAN-40")

    for (day, mild), loan in loans.items():
        finding = found.finding("LOAN-40", loan)
        days, band, least = since[day]
        assert (finding["verdict"], finding["amount"]) == ("not_met", "4000.00")
        assert {name: finding["figures"][name] for name in _BANDS} == {
            "overdue_days": days,
            "overdue_band": band,
            "five_class": (least or 2) - mild,
            "least_class": least,
            "class_is_too_mild": mild == 1 if least else None,
        }


_BANDS = ("overdue_days", "overdue_band", "five_class", "least_class", "class_is_too_mild")


def test_what_is_owed_past_maturity_is_overdue_though_the_bank_is_silent(drain, bank, supervisor):
    later = {"as_at": "2019-03-31"}
    first = {"matures_on": "2019-03-05"}
    stories = {
        "in order": ({"matures_on": "2021-03-05"}, "met", None),
        "due that day": ({"matures_on": "2019-06-30"}, "met", None),
        "due the day before": ({"matures_on": "2019-06-29"}, "not_met", "10000.00"),
        "as reported, before maturity": (
            {"matures_on": "2021-03-05", "overdue_principal": "2500.00"},
            "not_met",
            "2500.00",
        ),
        "as reported, after maturity": (
            first | {"overdue_principal": "2500.00"},
            "not_met",
            "2500.00",
        ),
        "repaid": (first | {"balance": "0.00"}, "met", None),
        "converted": (first | {"converted_on": "2019-06-30"}, "met", None),
        "an ordinary loan": (first | {"product": "COMMERCIAL"}, "met", None),
        "not reported yet": (first | {"as_at": "2019-07-01"}, "undetermined", None),
    }
    loans = {
        name: a_contract(a_person(), **{**later, **fields})
        for name, (fields, *_) in stories.items()
    }
    poor = a_person()
    loans["an ordinary loan"] |= {"borrower_name": poor.name, "borrower_id_number": poor.id_number}
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2019-06-30", "LOAN-40")

    assert found.verdicts("LOAN-40", loans) == {
        name: verdict for name, (_, verdict, _) in stories.items()
    }
    assert {
        name: found.finding("LOAN-40", loans[name])["amount"]
        for name, (_, verdict, _) in stories.items()
        if verdict == "not_met"
    } == {name: amount for name, (_, verdict, amount) in stories.items() if verdict == "not_met"}
    past = found.finding("LOAN-40", loans["due the day before"])["figures"]
    assert (past["overdue_days"], past["overdue_band"]) == (1, "1-90")
    unknown = found.finding("LOAN-40", loans["not reported yet"])
    assert unknown["missing"] == ["live", "overdue_amount"]


def test_a_repayment_plan_and_its_helper_stand_beside_the_overdue_loan(drain, bank, supervisor):
    overdue = {"overdue_principal": "10000.00", "overdue_since": "2019-03-05", "five_class": 3}
    planned, later, none = (
        reported_again(a_contract(a_person()), "2019-03-31", **overdue) for _ in range(3)
    )
    push(bank, "contracts", planned, later, none)
    pushed = bank.post(
        "/v1/loans/repayment-plans", json=a_plan(planned, "2019-05-01", helper="李书记")
    )
    again = bank.post(
        "/v1/loans/repayment-plans", json=a_plan(planned, "2019-05-01", helper="李书记")
    )
    push(bank, "repayment-plans", a_plan(later, "2019-07-01"), a_plan(planned, "2019-05-20"))

    found = screened(supervisor, drain, "2019-06-30", "LOAN-40")

    assert (pushed.status_code, again.status_code) == (201, 200)
    plan = pushed.json()["repayment_plan"]
    assert plan["instalments"][0] == {"due_on": "2019-10-31", "amount": "5000.00"}
    assert bank.get(f"/v1/loans/repayment-plans/{plan['id']}").json()["helper"] == "李书记"
    on_record = {
        name: tuple(
            found.finding("LOAN-40", loan)["figures"][each]
            for each in ("repayment_planned_on", "helper_named")
        )
        for name, loan in {"planned": planned, "later": later, "none": none}.items()
    }
    assert on_record == {
        "planned": ("2019-05-20", False),
        "later": (None, None),
        "none": (None, None),
    }
    for wrong in ({"instalments": []}, {"instalments": [{"due_on": "2019-10-31"}]}, {"helper": ""}):
        answer = bank.post("/v1/loans/repayment-plans", json=a_plan(none, "2019-05-01") | wrong)
        assert answer.status_code == 422


def test_a_borrower_is_reminded_60_days_before_maturity_and_told_in_writing_30_days_before(
    drain, bank, supervisor
):
    declare(bank, "notices")
    on = "2019-06-30"
    remind, written = ("REMIND_60", "2019-06-20"), ("WRITTEN_30", "2019-06-20")
    stories = {  # maturity, notices, verdict
        "61 days left": ("2019-08-30", [], "met"),
        "60 days left": ("2019-08-29", [], "not_met"),
        "60, reminded": ("2019-08-29", [remind], "met"),
        "60, told in writing": ("2019-08-29", [written], "met"),
        "60, without proof": ("2019-08-29", [(*remind, None)], "not_met"),
        "60, reminded that day": ("2019-08-29", [("REMIND_60", on)], "met"),
        "60, reminded the next": ("2019-08-29", [("REMIND_60", "2019-07-01")], "not_met"),
        "31 left, reminded": ("2019-07-31", [remind], "met"),
        "30 left, reminded": ("2019-07-30", [remind], "not_met"),
        "30 left, told in writing": ("2019-07-30", [written], "met"),
        "due today": ("2019-06-30", [remind], "not_met"),
        "due today, told late": ("2019-06-30", [("WRITTEN_30", "2019-06-30")], "met"),
        "due yesterday": ("2019-06-29", [], "met"),
    }
    loans = {name: a_contract(a_person(), matures_on=day) for name, (day, *_) in stories.items()}
    repaid = reported_again(a_contract(a_person(), matures_on=on), "2019-06-01", balance="0.00")
    push(bank, "contracts", *loans.values(), repaid)
    push(
        bank,
        "notices",
        *[
            a_notice(loans[name], *sent)
            for name, (_, notices, _) in stories.items()
            for sent in notices
        ],
    )

    found = screened(supervisor, drain, on, "LOAN-42")

    assert found.verdicts("LOAN-42", loans) == {
        name: verdict for name, (*_, verdict) in stories.items()
    }
    assert found.verdict("LOAN-42", repaid) == "met"
    finding = found.finding("LOAN-42", loans["30 left, reminded"])
    assert (finding["amount"], finding["figures"]["days_to_maturity"]) == ("10000.00", 30)


def test_a_notice_is_missing_only_where_the_bank_declared_its_notices(drain, bank, supervisor):
    loan = a_contract(a_person(), matures_on="2019-07-31")
    push(bank, "contracts", loan)
    declare(bank, "notices", "2019-01-01", "2019-07-01")

    inside = screened(supervisor, drain, "2019-06-30", "LOAN-42")
    outside = screened(supervisor, drain, "2019-07-01", "LOAN-42")

    assert inside.verdict("LOAN-42", loan) == "not_met"
    assert outside.finding("LOAN-42", loan)["missing"] == [f"notices:{bank.agency}"]


def test_a_borrower_who_died_or_left_or_whose_household_is_removed_is_seen(
    visit, drain, bank, supervisor
):
    office = visit("poverty_office")
    declare(office, "households")
    on, before = "2019-06-30", ("REGISTERED", "2014-01-01")
    stories = {  # what became of the member, statuses, verdict
        "still there": ({}, [before], "met"),
        "died that day": ({"died_on": on}, [before], "not_met"),
        "dies the next": ({"died_on": "2019-07-01"}, [before], "met"),
        "left": ({"left_on": "2018-12-01"}, [before], "not_met"),
        "removed that day": ({}, [before, ("REMOVED", on)], "not_met"),
        "removed the next": ({}, [before, ("REMOVED", "2019-07-01")], "met"),
        "removed and listed again": (
            {},
            [before, ("REMOVED", "2018-12-01"), ("RETURNED", "2019-06-30")],
            "met",
        ),
        "lifted without policy": ({}, [before, ("LIFTED_NO_POLICY", "2018-12-01")], "met"),
        "in a gap": ({}, [(*before, "2019-01-01")], "met"),
        "without any status": ({}, [], "undetermined"),
        "not registered on signing": ({"died_on": on}, [("REGISTERED", "2018-06-01")], "met"),
    }
    people = {name: a_person() for name in stories}
    push(
        office,
        "households",
        *[
            a_household(a_member(people[name], **fields), a_person(), statuses=statuses)
            for name, (fields, statuses, _) in stories.items()
        ],
    )
    drain()
    loans = {name: a_contract(person) for name, person in people.items()}
    someone = people["still there"]
    loans["under another name"] = a_contract(Person("另一人", someone.id_number))
    loans["a stranger's"] = a_contract(a_person())
    repaid = reported_again(a_contract(people["left"]), "2019-01-31", balance="0.00")
    push(bank, "contracts", *loans.values(), repaid)

    found = screened(supervisor, drain, on, "LOAN-60")

    assert found.verdicts("LOAN-60", loans) == {
        **{name: verdict for name, (*_, verdict) in stories.items()},
        "under another name": "undetermined",
        "a stranger's": "met",  # LOAN-23 has him
    }
    assert found.verdict("LOAN-60", repaid) == "met"
    assert found.finding("LOAN-60", loans["left"])["figures"]["gone_on"] == "2018-12-01"
    assert found.finding("LOAN-60", loans["without any status"])["missing"] == ["statuses"]


def test_who_leaves_and_comes_back_is_there(visit, drain, bank, supervisor):
    office = visit("poverty_office")
    person, wife = a_person(), a_person()
    at_first = a_household(person, wife)
    without = at_first | {
        "members": at_first["members"][1:],
        "as_at": "2018-06-01",
        "source_version": 2,
    }
    again = at_first | {"as_at": "2019-06-01", "source_version": 3}
    push(office, "households", at_first, without, again)
    drain()
    loan = a_contract(person)
    push(bank, "contracts", loan)

    verdicts = [
        screened(supervisor, drain, day, "LOAN-60").verdict("LOAN-60", loan)
        for day in ("2018-05-31", "2018-06-01", "2019-06-01")
    ]

    assert verdicts == ["met", "not_met", "met"]
