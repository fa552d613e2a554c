"""LOAN-50: whoever is poor for lack of capital is lent to, or helped in another way."""

from tests.story import (
    a_contract,
    a_household,
    a_member,
    a_person,
    declare,
    push,
    reported_again,
    screened,
)

DAY = "2019-11-20"


def a_need(household, **fields):
    """A household wants 20,000 yuan for cows."""
    return {
        "need_no": f"N-{household['household_no']}",
        "household_no": household["household_no"],
        "amount": "20000.00",
        "use": "养牛",
        "raised_on": "2019-03-01",
        "state": "OPEN",
    } | fields


EXPLAINED = {"state": "UNSUITABLE", "true_cause": "因病", "other_measure": "大病救助"}


def test_who_lacks_capital_is_lent_to_or_helped_in_another_way(visit, drain):
    office, bank, supervisor = visit("poverty_office"), visit("bank"), visit("supervisor")
    people = {}

    def of(name, *others, **fields):
        people[name] = a_person()
        return a_household(a_member(people[name]), *others, **fields)

    wife = a_person()
    households = {
        "no loan": of("no loan"),
        "another cause beside": of(
            "another cause beside", main_cause="ILLNESS", other_causes=["NO_CAPITAL"]
        ),
        "other causes only": of(
            "other causes only", main_cause="ILLNESS", other_causes=["DISABILITY"]
        ),
        "a living loan": of("a living loan"),
        "the wife's loan": of("the wife's loan", wife),
        "repaid": of("repaid"),
        "converted that day": of("converted that day"),
        "an ordinary loan": of("an ordinary loan"),
        "lifted without policy": of(
            "lifted without policy",
            statuses=[("REGISTERED", "2014-01-01"), ("LIFTED_NO_POLICY", "2019-01-01")],
        ),
        "marginal before its day": of(
            "marginal before its day", statuses=[("MARGINAL", "2014-01-01")]
        ),
        "a gap": of("a gap", statuses=[("REGISTERED", "2014-01-01", "2019-11-20")]),
        "no status at all": of("no status at all", statuses=[]),
        "unsuitable, explained": of("unsuitable, explained"),
        "then asked again": of("then asked again"),
        "asked again later": of("asked again later"),
        "offered": of("offered"),
        "not reported yet": of("not reported yet"),
        "lived there when he signed": of("lived there when he signed"),
    }
    left = a_person()
    gone = households["lived there when he signed"]
    gone["members"].append(a_member(left, left_on="2019-06-01"))
    push(office, "households", *households.values())
    push(
        office,
        "needs",
        *[
            a_need(households[name], **EXPLAINED)
            for name in ("unsuitable, explained", "then asked again", "asked again later")
        ],
        a_need(households["then asked again"], need_no="N-2", raised_on=DAY, amount="30000.00"),
        a_need(households["asked again later"], need_no="N-3", raised_on="2019-11-21"),
        a_need(households["offered"], state="OFFERED", bank=bank.agency),
    )
    repaid = a_contract(people["repaid"])
    converted = a_contract(people["converted that day"])
    push(
        bank,
        "contracts",
        a_contract(people["a living loan"]),
        a_contract(wife),
        a_contract(left),
        reported_again(repaid, "2019-11-20", balance="0.00"),
        reported_again(converted, "2019-11-20", converted_on=DAY),
        a_contract(people["an ordinary loan"], product="ORDINARY_FARM"),
        a_contract(people["not reported yet"], as_at="2019-11-21"),
    )
    silent = screened(supervisor, drain, DAY, "LOAN-50")
    declare(bank, "contracts")
    half = screened(supervisor, drain, DAY, "LOAN-50")
    declare(office, "needs")
    found = screened(supervisor, drain, DAY, "LOAN-50")
    of_bank = screened(supervisor, drain, DAY, "LOAN-50", agency=bank.agency)

    fails = (
        "no loan",
        "another cause beside",
        "repaid",
        "converted that day",
        "an ordinary loan",
        "then asked again",
        "offered",
    )
    unclear = ("no status at all", "not reported yet")
    expected = {
        name: "not_met" if name in fails else "undetermined" if name in unclear else "met"
        for name in households
    }
    assert found.verdicts("LOAN-50", households) == expected
    untold = {
        name: verdict.replace("not_met", "undetermined") for name, verdict in expected.items()
    }
    assert silent.verdicts("LOAN-50", households) == untold
    assert half.verdicts("LOAN-50", households) == untold
    assert silent.finding("LOAN-50", households["no loan"])["missing"] == [
        f"contracts:{bank.agency}",
        "needs:230231000000",
    ]
    assert half.finding("LOAN-50", households["no loan"])["missing"] == ["needs:230231000000"]
    [asked] = [f for f in found.findings if f["amount"] == "30000.00"]
    assert asked["household_no"] == households["then asked again"]["household_no"]
    assert asked["figures"]["need_state"] == "OPEN"
    assert found.finding("LOAN-50", households["offered"])["amount"] == "20000.00"
    assert found.finding("LOAN-50", households["no loan"])["amount"] is None
    assert found.finding("LOAN-50", households["no status at all"])["missing"] == ["statuses"]
    told = found.finding("LOAN-50", households["not reported yet"])["missing"]
    assert told == [f"balance:{bank.agency}"]
    assert of_bank.findings == [], "a household is no one bank's"


def test_loans_is_told_of_a_cause_no_more_than_it_needs(visit, drain, sql, announced):
    office = visit("poverty_office")
    row = a_household(a_person(), main_cause="ILLNESS", other_causes=["DISABILITY", "NO_CAPITAL"])
    push(office, "households", row)
    push(office, "needs", a_need(row, **EXPLAINED))
    drain()

    [told] = announced("registry", "household.recorded")
    [need] = sql("loans", "select * from need")
    kept = sql("loans", "select lacks_capital from lack_of_capital")

    assert "ILLNESS" not in str(told["data"])
    assert "DISABILITY" not in str(told["data"])
    assert kept == [{"lacks_capital": True}]
    assert "因病" not in str(dict(need))
    assert need["is_explained"] is True
