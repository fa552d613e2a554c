"""What changes from one day to the next: published rates, households, 2017 into 2018."""

from datetime import date, timedelta

import pytest

from tests.story import a_contract, a_household, a_member, a_person, declare, push, screened

# 人民银行贷款基准利率, then LPR: from which day, up to one year, above one year. Copied by hand and
# not from the law files, which are what is tested.
PUBLISHED = """
2014-11-22 5.60 6.00 | 2015-03-01 5.35 5.75 | 2015-05-11 5.10 5.50 | 2015-06-28 4.85 5.25
2015-08-26 4.60 5.00 | 2015-10-24 4.35 4.75 | 2019-08-20 4.25 4.85 | 2019-09-20 4.20 4.85
2019-11-20 4.15 4.80 | 2020-02-20 4.05 4.75 | 2020-04-20 3.85 4.65 | 2021-12-20 3.80 4.65
2022-01-20 3.70 4.60 | 2022-05-20 3.70 4.45 | 2022-08-22 3.65 4.30 | 2023-06-20 3.55 4.20
2023-08-21 3.45 4.20 | 2024-02-20 3.45 3.95 | 2024-07-22 3.35 3.85 | 2024-10-21 3.10 3.60
2025-05-20 3.00 3.50
"""


@pytest.fixture
def office(visit):
    office = visit("poverty_office")
    declare(office, "households")
    return office


@pytest.fixture
def bank(visit):
    bank = visit("bank")
    declare(bank, "contracts")
    return bank


@pytest.fixture
def supervisor(visit):
    return visit("supervisor")


def test_every_published_rate_holds_from_its_day_until_the_day_before_the_next(
    drain, bank, supervisor
):
    rows = [row.split() for row in PUBLISHED.replace("\n", "|").split("|") if row.strip()]
    days = [date.fromisoformat(day) for day, *_ in rows]
    loans, expected = {}, {}
    for number, (_, *rates) in enumerate(rows):
        first = max(days[number], date(2014, 12, 10))
        last = days[number + 1] - timedelta(1) if number + 1 < len(days) else date(2026, 9, 20)
        for signed_on in (first, last):
            for years, rate in zip((1, 3), rates, strict=True):
                for above, verdict in (("", "met"), ("0001", "not_met")):
                    name = (signed_on.isoformat(), years, above)
                    loans[name] = a_contract(
                        a_person(),
                        annual_rate=f"0.0{rate.replace('.', '')}" + above,
                        signed_on=signed_on.isoformat(),
                        matures_on=signed_on.replace(
                            year=signed_on.year + years, day=min(28, signed_on.day)
                        ).isoformat(),
                    )
                    expected[name] = verdict
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2026-09-30", "LOAN-14")

    assert len(loans) == 21 * 8
    assert found.verdicts("LOAN-14", loans) == expected


def test_a_borrower_is_of_the_registered_one_of_two_households_that_list_him(
    drain, office, bank, supervisor
):
    removed = [("REGISTERED", "2014-01-01"), ("REMOVED", "2017-01-01")]
    stories = {  # the first household's statuses, the second's, and since when he is in that
        "the first": (None, removed, {"joined_on": "2018-01-01"}, "met"),
        "the second": (removed, None, {}, "met"),
        "neither": (removed, removed, {}, "not_met"),
        "the one that has statuses": ([], None, {}, "met"),
        "the other is unknown": ([], removed, {}, "undetermined"),
        "married into it that day": (removed, None, {"joined_on": "2018-03-05"}, "met"),
        "married into it the next": (removed, None, {"joined_on": "2018-03-06"}, "not_met"),
    }
    registered = [("REGISTERED", "2014-01-01")]
    households, loans = [], {}
    for name, (first, second, days, _) in stories.items():
        person = a_person()
        for statuses, fields in ((first, {}), (second, days)):
            listed = registered if statuses is None else statuses
            households.append(a_household(a_member(person, **fields), statuses=listed))
        loans[name] = a_contract(person)
    push(office, "households", *households)
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2018-12-31", "LOAN-01")

    assert found.verdicts("LOAN-01", loans) == {
        name: verdict for name, (*_, verdict) in stories.items()
    }


def test_households_enter_leave_and_enter_again(drain, office, bank, supervisor):
    statuses = [
        ("REGISTERED", "2014-01-01", "2016-01-01"),
        ("LIFTED_NO_POLICY", "2016-01-01"),
        ("RETURNED", "2017-12-31"),
        ("REMOVED", "2018-06-01", "2018-09-01"),
        ("REGISTERED", "2019-01-01"),
    ]
    person = a_person()
    push(office, "households", a_household(person, statuses=statuses))
    drain()
    signed = {
        "2013-12-31": "not_met",
        "2014-01-01": "met",
        "2015-12-31": "met",
        "2016-01-01": "not_met",
        "2017-12-30": "not_met",
        "2017-12-31": "met",
        "2018-01-01": "met",
        "2018-05-31": "met",
        "2018-06-01": "not_met",
        "2018-12-31": "not_met",  # RETURNED held until the next status: what follows is a gap
        "2019-01-01": "met",
    }
    loans = {day: a_contract(person, signed_on=day, principal="1000.00") for day in signed}
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2019-12-31", "LOAN-01", "LOAN-23")

    assert found.verdicts("LOAN-01", loans) == signed
    assert found.verdicts("LOAN-23", loans) == signed


def test_spouses_loans_are_one_familys_though_pushed_before_the_registry_knew_them(
    visit, drain, office, bank, supervisor
):
    other = visit("bank")
    declare(other, "contracts")
    husband, wife = a_person(), a_person()
    first = a_contract(wife, principal="30000.00", signed_on="2017-12-31")
    second = a_contract(husband, principal="20000.01", signed_on="2018-01-01")
    push(other, "contracts", first)
    push(bank, "contracts", second)

    apart = screened(supervisor, drain, "2018-12-31", "LOAN-08", "LOAN-10")
    push(office, "households", a_household(husband, wife))
    together = screened(supervisor, drain, "2018-12-31", "LOAN-08", "LOAN-10")

    loans = {"wife's": first, "husband's": second}
    for rule_id in ("LOAN-08", "LOAN-10"):
        assert apart.verdicts(rule_id, loans) == {"wife's": "met", "husband's": "met"}
        assert together.verdicts(rule_id, loans) == {"wife's": "met", "husband's": "not_met"}
    assert together.finding("LOAN-08", second)["amount"] == "0.01"


def test_the_turn_of_the_year_2018_is_told_by_the_day_that_law_names(drain, bank, supervisor):
    firm = {"kind": "ENTERPRISE", "credit_code": "91230231MA1B2C3D4E", "at_risk": True}
    days = {  # signed and drawn: the disposition goes by drawing
        "both before": ("2017-12-30", "2017-12-31", "E3_RECALL"),
        "drawn after": ("2017-12-31", "2018-01-01", "E4_FORBIDDEN"),
        "both after": ("2018-01-01", "2018-01-01", "E4_FORBIDDEN"),
    }
    loans = {
        name: a_contract(a_person(), signed_on=signed, disbursed_on=drawn, actual_user=firm)
        for name, (signed, drawn, _) in days.items()
    }
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2018-12-31", "LOAN-20")

    classes = {name: found.finding("LOAN-20", loan)["class"] for name, loan in loans.items()}
    assert classes == {name: disposition for name, (*_, disposition) in days.items()}


def test_a_disability_changes_no_finding_of_a_bank_but_that_of_loan_04(
    drain, office, bank, supervisor
):
    people = {certificate: a_person() for certificate in ("", "41", "51", "71")}
    push(office, "households", *[a_household(a_member(p, c)) for c, p in people.items()])
    drain()
    loans = {certificate: a_contract(person) for certificate, person in people.items()}
    push(bank, "contracts", *loans.values())
    screened(supervisor, drain, "2018-12-31")

    seen = bank.get("/v1/rectification/findings", params={"limit": 200}).json()["items"]
    by_loan = {
        certificate: sorted(
            (
                each["rule_id"],
                each["verdict"],
                each["amount"],
                str(each["figures"]),
                str(each["missing"]),
                each["class"],
                each["certainty"],
            )
            for each in seen
            if each["contract_no"] == loan["contract_no"] and each["rule_id"] != "LOAN-04"
        )
        for certificate, loan in loans.items()
    }
    words = {
        each["contract_no"]: (each["verdict"], each["figures"], each["missing"])
        for each in seen
        if each["rule_id"] == "LOAN-04"
    }
    assert by_loan[""]
    assert all(found == by_loan[""] for found in by_loan.values())
    assert words == {
        loans["51"]["contract_no"]: ("not_met", {}, []),
        loans["71"]["contract_no"]: ("undetermined", {}, []),
    }
