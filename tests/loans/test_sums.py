"""LOAN-21, 22 and 41: what is seen only when the loans of users and places are added up."""

import pytest

from tests.story import (
    a_contract,
    a_household,
    a_member,
    a_person,
    push,
    reported_again,
    screened,
)

PROVINCE = "230000"
DAY = "2018-12-31"


@pytest.fixture
def bank(visit):
    return visit("bank", divisions=[PROVINCE])


@pytest.fixture
def supervisor(visit):
    return visit("supervisor", divisions=[PROVINCE])


def a_firm(number):
    return {"kind": "ENTERPRISE", "credit_code": f"91230231MA1B2C{number:04d}", "name": "示例公司"}


def used_by(firm, families, **fields):
    """Loans of as many families that a firm really uses."""
    return [a_contract(a_person(), actual_user=firm, **fields) for _ in range(families)]


def test_an_organisation_is_watched_by_its_families_or_its_balance(visit, drain, bank, supervisor):
    office, other = visit("poverty_office"), visit("bank", divisions=["231283"])
    firms = {
        name: a_firm(number)
        for number, name in enumerate(
            (
                "ten families",
                "eleven",
                "a couple among eleven",
                "300,000.00",
                "a fen more",
                "over two counties",
                "ten and one not reported yet",
                "repaid",
                "a person",
            )
        )
    }
    husband, wife = a_person(), a_person()
    push(office, "households", a_household(husband, wife))
    firms["a person"]["kind"] = "HOUSEHOLD"
    of = firms.__getitem__
    push(
        bank,
        "contracts",
        *used_by(of("ten families"), 10),
        *used_by(of("eleven"), 11),
        *used_by(of("a couple among eleven"), 9),
        *[a_contract(p, actual_user=of("a couple among eleven")) for p in (husband, wife)],
        *used_by(of("300,000.00"), 2, principal="150000.00"),
        *used_by(of("a fen more"), 1, principal="300000.01"),
        *used_by(of("over two counties"), 6),
        *used_by(of("ten and one not reported yet"), 10),
        *used_by(of("ten and one not reported yet"), 1, as_at="2019-01-01"),
        *used_by(of("repaid"), 11, balance="0.00"),
        *used_by(of("a person"), 11),
    )
    elsewhere = {"branch_division": "231283"}
    nameless = a_contract(a_person(), actual_user={"kind": "COOPERATIVE"}, **elsewhere)
    push(other, "contracts", nameless, *used_by(of("over two counties"), 5, **elsewhere))

    found = screened(supervisor, drain, DAY, "LOAN-21")
    of_county = screened(supervisor, drain, DAY, "LOAN-21", division="231283")
    of_bank = screened(supervisor, drain, DAY, "LOAN-21", agency=bank.agency)

    verdicts = {each["credit_code"]: each["verdict"] for each in found.findings}
    named = {name: verdicts.get(firm["credit_code"], "met") for name, firm in firms.items()}
    assert named == {
        "ten families": "met",
        "eleven": "not_met",
        "a couple among eleven": "met",
        "300,000.00": "met",
        "a fen more": "not_met",
        "over two counties": "not_met",
        "ten and one not reported yet": "undetermined",
        "repaid": "met",
        "a person": "met",
    }
    [unnamed] = [each for each in found.findings if each["subject_kind"] == "loan"]
    assert (unnamed["contract_no"], unnamed["missing"]) == (
        nameless["contract_no"],
        ["credit_code"],
    )
    [unclear] = [
        each for each in found.findings if each["missing"][:1] == [f"balance:{bank.agency}"]
    ]
    assert unclear["credit_code"] == of("ten and one not reported yet")["credit_code"]
    [wide] = [each for each in of_county.findings if each["subject_kind"] == "user"]
    assert (wide["amount"], wide["figures"]["families"]) == ("110000.00", 11), "over all counties"
    assert (wide["division"], wide["figures"]["banks"]) == ("231283000000", 2)
    assert of_bank.findings == [], "a sum over all banks is not one bank's"
    own = bank.get("/v1/rectification/findings", params={"rule_id": "LOAN-21"}).json()["items"]
    assert own == [], "what all banks lent is for offices and supervisors"


def test_a_user_is_added_up_anew_when_one_of_his_loans_changes(drain, bank, supervisor):
    loans = used_by(a_firm(1), 11)
    push(bank, "contracts", *loans, *used_by(a_firm(2), 11))

    first = screened(supervisor, drain, DAY, "LOAN-21")
    push(bank, "contracts", reported_again(loans[0], "2018-06-30", balance="0.00"))
    second = screened(supervisor, drain, DAY, "LOAN-21")

    codes = [a_firm(number)["credit_code"] for number in (1, 2)]
    assert sorted(each["credit_code"] for each in first.findings) == codes
    assert [each["credit_code"] for each in second.findings] == codes[1:]
    ids = {each["finding_id"] for each in first.findings}
    assert {each["finding_id"] for each in second.findings} < ids, "the other one still stands"


UNABLE, UNTOLD = {"labour_skill": "LOST"}, {"labour_skill": None}


def test_a_village_where_nearly_everybody_was_lent_to_able_or_not(visit, drain, bank, supervisor):
    office = visit("poverty_office", divisions=[PROVINCE])
    stories = {
        "nine of ten, two unable": (10, 9, [UNABLE] * 2, {}, "not_met"),
        "eight of ten, all unable": (10, 8, [UNABLE] * 8, {}, "met"),
        "all ten, one unable": (10, 10, [UNABLE], {}, "met"),
        "all ten, one unable, one untold": (10, 10, [UNABLE, UNTOLD], {}, "undetermined"),
        "nine of ten, one untold": (10, 9, [UNTOLD], {}, "undetermined"),
        "nine of ten, nobody untold": (10, 9, [], {}, "met"),
        "all of nine, all unable": (9, 9, [UNABLE] * 9, {}, "met"),
        "lent by a branch elsewhere": (
            10,
            9,
            [UNABLE] * 2,
            {"branch_division": "231283"},
            "not_met",
        ),
        "repaid": (10, 10, [UNABLE] * 2, {"balance": "0.00"}, "met"),
        "not reported yet": (10, 10, [UNABLE] * 2, {"as_at": "2019-01-01"}, "undetermined"),
    }
    villages = {name: f"2302311{number:02d}200" for number, name in enumerate(stories)}
    households, loans = [], []
    for name, (registered, holding, members, fields, _) in stories.items():
        for number in range(registered):
            person = a_person()
            said = members[number] if number < len(members) else {}
            row = a_household(a_member(person, **said), village_code=villages[name])
            households.append(row)
            if number < holding:
                loans.append(a_contract(person, **fields))
    push(office, "households", *households)
    push(bank, "contracts", *loans)

    found = screened(supervisor, drain, DAY, "LOAN-22", division="230231")
    again = screened(supervisor, drain, DAY, "LOAN-22", division="230231")

    verdicts = {each["village_code"]: each["verdict"] for each in found.findings}
    assert {name: verdicts.get(code, "met") for name, code in villages.items()} == {
        name: verdict for name, (*_, verdict) in stories.items()
    }
    village = villages["nine of ten, two unable"]
    [finding] = [each for each in found.findings if each["village_code"] == village]
    assert (finding["subject_kind"], finding["division"]) == ("village", village)
    assert finding["amount"] is None
    assert (
        finding["figures"]
        | {
            "registered": 10,
            "holders_at_least": 9,
            "loans": 9,
            "unfit": 2,
        }
        == finding["figures"]
    )
    assert again.findings == [
        {**each, "screening_id": again.findings[0]["screening_id"]} for each in found.findings
    ], "a village is found again as the same"


def test_an_area_whose_overdue_rate_is_clearly_above_its_countys(visit, drain, bank, supervisor):
    """Five loans of 1,000 in the village, as much outside it: the county's rate is half of its."""
    office = visit("poverty_office", divisions=[PROVINCE])
    silent = {"matures_on": "2018-12-30"}
    stories = {
        "230231": ("0.05 above", 5, {"overdue_principal": "500.00"}, {}, "met"),
        "230230": ("a fen more", 5, {"overdue_principal": "500.01"}, {}, "not_met"),
        "230229": ("four loans", 4, {"overdue_principal": "1000.00"}, {}, "met"),
        "230227": ("past maturity, bank silent", 5, silent, {}, "not_met"),
        "230225": ("due that day", 5, {"matures_on": DAY}, {}, "met"),
        "230224": (
            "not reported",
            5,
            {"overdue_principal": "500.01"},
            {"as_at": "2019-01-01"},
            "undetermined",
        ),
    }
    households, loans = [], []
    for county, (_, count, first, elsewhere, _) in stories.items():
        for number in range(count):
            person = a_person()
            households.append(a_household(person, village_code=f"{county}100200"))
            fields = {"matures_on": "2019-06-01"} | (first if number == 0 else {})
            loans.append(a_contract(person, principal="1000.00", branch_division=county, **fields))
        for number in range(10 - count):
            fields = elsewhere if number == 0 else {}
            loans.append(
                a_contract(
                    a_person(),
                    principal="1000.00",
                    branch_division=county,
                    matures_on="2019-06-01",
                    **fields,
                )
            )
    push(office, "households", *households)
    push(bank, "contracts", *loans)

    found = screened(supervisor, drain, DAY, "LOAN-41")
    of_village = screened(supervisor, drain, DAY, "LOAN-41", division="230230100200")

    for kind, suffix in (("village", "100200"), ("township", "100000")):
        verdicts = {
            each["division"]: each["verdict"]
            for each in found.findings
            if each["subject_kind"] == kind
        }
        assert {
            story: verdicts.get(county + suffix, "met") for county, (story, *_) in stories.items()
        } == {story: verdict for story, *_, verdict in stories.values()}
    [village] = of_village.findings
    assert village["figures"]["rate"] == "0.100002"
    assert village["figures"]["county_rate"] == "0.050001", "the whole county's"
