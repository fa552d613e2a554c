"""Who may borrow: LOAN-01, 02, 03 and 04, each on its own day, and LOAN-23 beside LOAN-01."""

from tests.story import (
    Person,
    a_contract,
    a_household,
    a_member,
    a_person,
    declare,
    push,
    screened,
)


def test_a_borrower_is_registered_by_the_status_of_the_signing_day(visit, drain):
    office, bank, supervisor = visit("poverty_office"), visit("bank"), visit("supervisor")
    before = ("REGISTERED", "2014-01-01")
    stories = {
        "registered from that day": ("2018-03-05", [("REGISTERED", "2018-03-05")]),
        "registered from the next": ("2018-03-05", [("REGISTERED", "2018-03-06")]),
        "lifted with policy": ("2018-03-05", [before, ("LIFTED_WITH_POLICY", "2016-01-01")]),
        "lifted without": ("2018-03-05", [before, ("LIFTED_NO_POLICY", "2018-03-05")]),
        "returned": (
            "2018-03-05",
            [("LIFTED_NO_POLICY", "2016-01-01"), ("RETURNED", "2018-03-05")],
        ),
        "removed that day": ("2018-03-05", [before, ("REMOVED", "2018-03-05")]),
        "removed the next": ("2018-03-05", [before, ("REMOVED", "2018-03-06")]),
        "in a gap": ("2018-03-05", [(*before, "2018-03-05"), ("RETURNED", "2018-03-06")]),
        "on its last day": ("2018-03-05", [(*before, "2018-03-06")]),
        "without any status": ("2018-03-05", []),
        "marginal, before it counts": ("2020-06-30", [("MARGINAL", "2015-01-01")]),
        "marginal, from when it counts": ("2020-07-01", [("MARGINAL", "2015-01-01")]),
    }
    households, loans = [], {}
    for name, (signed_on, statuses) in stories.items():
        borrower = a_person()
        households.append(a_household(borrower, statuses=statuses))
        loans[name] = a_contract(borrower, signed_on=signed_on)
    push(office, "households", *households)
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2020-12-31", "LOAN-01", "LOAN-23")

    assert found.verdicts("LOAN-01", loans) == {
        "registered from that day": "met",
        "registered from the next": "not_met",
        "lifted with policy": "met",
        "lifted without": "not_met",
        "returned": "met",
        "removed that day": "not_met",
        "removed the next": "met",
        "in a gap": "not_met",
        "on its last day": "met",
        "without any status": "undetermined",
        "marginal, before it counts": "not_met",
        "marginal, from when it counts": "met",
    }
    assert found.verdicts("LOAN-23", loans) == found.verdicts("LOAN-01", loans)
    removed = found.finding("LOAN-23", loans["removed that day"])
    assert (removed["class"], removed["amount"]) == ("N1_TO_COMMERCIAL", "10000.00")
    unclear = found.finding("LOAN-01", loans["without any status"])
    assert unclear["missing"] == ["statuses"]
    marginal = found.finding("LOAN-01", loans["marginal, before it counts"])
    assert (removed["certainty"], marginal["certainty"]) == ("stated", "assumed")


def test_a_borrower_is_a_member_of_the_household_on_the_signing_day(visit, drain):
    office, bank, supervisor = visit("poverty_office"), visit("bank"), visit("supervisor")
    stories = {
        "joined that day": {"joined_on": "2018-03-05"},
        "joined the next": {"joined_on": "2018-03-06"},
        "left that day": {"left_on": "2018-03-05"},
        "left the next": {"left_on": "2018-03-06"},
        "died the day before": {"died_on": "2018-03-04"},
        "died the next": {"died_on": "2018-03-06"},
    }
    households, loans = [], {}
    for name, days in stories.items():
        borrower = a_person()
        households.append(a_household(a_person(), a_member(borrower, **days)))
        loans[name] = a_contract(borrower)
    known, spaced = a_person(name="王金桥"), a_person(name="李小满")
    push(office, "households", a_household(known, spaced), *households)
    loans["under another name"] = a_contract(Person("王银桥", known.id_number))
    loans["with a space in it"] = a_contract(Person("李 小满", spaced.id_number))
    push(bank, "contracts", *loans.values())
    declare(office, "households")

    found = screened(supervisor, drain, "2018-12-31", "LOAN-01", "LOAN-02", "LOAN-04")

    assert found.verdicts("LOAN-01", loans) == {
        "joined that day": "met",
        "joined the next": "not_met",
        "left that day": "not_met",
        "left the next": "met",
        "died the day before": "not_met",
        "died the next": "met",
        "under another name": "undetermined",
        "with a space in it": "met",
    }
    unclear = found.finding("LOAN-01", loans["under another name"])
    assert unclear["missing"] == ["borrower_name"]
    # Who is in no household on the day is a stranger that day.
    strangers = {name: loans[name] for name in ("joined the next", "left that day")}
    assert set(found.verdicts("LOAN-02", strangers).values()) == {"undetermined"}
    assert set(found.verdicts("LOAN-04", strangers).values()) == {"undetermined"}


def test_an_unknown_number_is_a_strangers_only_inside_one_declared_interval(visit, drain):
    office, bank, supervisor = (
        visit(role, divisions=["230231", "230221", "230223"])
        for role in ("poverty_office", "bank", "supervisor")
    )
    declare(office, "households", "2018-03-05", "2019-06-01", division="230231")
    declare(office, "households", "2014-01-01", "2018-06-01", division="230221")
    declare(office, "households", "2018-06-01", "2030-01-01", division="230221")
    declare(office, "households", division="230223100")
    loans = {
        "on the first declared day": a_contract(a_person()),
        "on the day before": a_contract(a_person(), signed_on="2018-03-04"),
        "where two intervals meet": a_contract(a_person(), branch_division="230221"),
        "where a township is declared": a_contract(a_person(), branch_division="230223"),
    }
    push(bank, "contracts", *loans.values())

    inside = screened(supervisor, drain, "2019-05-31", "LOAN-01", "LOAN-23")
    outside = screened(supervisor, drain, "2019-06-01", "LOAN-01", "LOAN-23")

    assert inside.verdicts("LOAN-01", loans) == {
        "on the first declared day": "not_met",
        "on the day before": "undetermined",
        "where two intervals meet": "undetermined",
        "where a township is declared": "undetermined",
    }
    assert inside.verdicts("LOAN-23", loans) == inside.verdicts("LOAN-01", loans)
    assert set(outside.verdicts("LOAN-01", loans).values()) == {"undetermined"}
    unclear = outside.finding("LOAN-01", loans["on the first declared day"])
    assert unclear["missing"] == ["households:230231000000"]


def test_someone_in_the_household_must_be_able_to_work(visit, drain):
    office, bank, supervisor = visit("poverty_office"), visit("bank"), visit("supervisor")
    stories = {
        "all lost or none": [("LOST", {}), ("NONE", {})],
        "one blank": [("LOST", {}), (None, {})],
        "one weak": [("LOST", {}), ("WEAK_OR_HALF", {})],
        "one skilled, one blank": [(None, {}), ("SKILLED", {})],
        "the able one joins later": [("LOST", {}), ("ORDINARY", {"joined_on": "2018-03-06"})],
        "the able one has died": [("LOST", {}), ("ORDINARY", {"died_on": "2018-03-04"})],
        "the blank one has left": [("LOST", {}), (None, {"left_on": "2018-03-05"})],
    }
    households, loans = [], {}
    for name, skills in stories.items():
        borrower, other = a_person(), a_person()
        members = [
            a_member(person, labour_skill=skill, **days)
            for person, (skill, days) in zip((borrower, other), skills, strict=True)
        ]
        households.append(a_household(*members))
        loans[name] = a_contract(borrower)
    parent, child = a_person(), a_person("2010-05-01")
    households.append(a_household(a_member(parent, labour_skill="LOST"), child))
    push(office, "households", *households)
    loans["only a child"] = a_contract(parent)
    loans["a stranger"] = a_contract(a_person())
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2018-12-31", "LOAN-02")

    assert found.verdicts("LOAN-02", loans) == {
        "all lost or none": "not_met",
        "one blank": "undetermined",
        "one weak": "met",
        "one skilled, one blank": "met",
        "the able one joins later": "not_met",
        "the able one has died": "not_met",
        "the blank one has left": "not_met",
        "only a child": "met",
        "a stranger": "undetermined",
    }
    assert found.finding("LOAN-02", loans["one blank"])["missing"] == ["someone_able"]


def test_skills_are_those_of_the_report_that_held_on_the_signing_day(visit, drain):
    office, bank, supervisor = visit("poverty_office"), visit("bank"), visit("supervisor")
    borrower = a_person()
    able = a_household(a_member(borrower), as_at="2018-01-01")
    lost = a_member(borrower, labour_skill="LOST")
    push(office, "households", able)
    push(
        office, "households", able | {"members": [lost], "as_at": "2018-06-01", "source_version": 2}
    )
    signed = ("2017-12-31", "2018-05-31", "2018-06-01")
    loans = {day: a_contract(borrower, signed_on=day, principal="1000.00") for day in signed}
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2018-12-31", "LOAN-02")

    assert found.verdicts("LOAN-02", loans) == {
        "2017-12-31": "met",  # the first report holds for the days before it, too
        "2018-05-31": "met",
        "2018-06-01": "not_met",
    }


def test_a_borrower_has_completed_18_to_65_years_on_applying(visit, drain):
    bank, supervisor = visit("bank"), visit("supervisor")
    stories = {
        "on the 18th birthday": ("2000-03-05", "2018-03-05", "met"),
        "on the day before it": ("2000-03-05", "2018-03-04", "not_met"),
        "on the day before the 66th": ("1952-03-05", "2018-03-04", "met"),
        "on the 66th birthday": ("1952-03-05", "2018-03-05", "not_met"),
        "18 years after 29 February": ("2000-02-29", "2018-02-28", "not_met"),
        "on the 1 March that follows": ("2000-02-29", "2018-03-01", "met"),
        "66 years after 29 February": ("1952-02-29", "2018-02-28", "met"),
        "on the 1 March that follows that": ("1952-02-29", "2018-03-01", "not_met"),
    }
    loans = {
        name: a_contract(a_person(born), applied_on=applied_on, signed_on="2018-03-20")
        for name, (born, applied_on, _) in stories.items()
    }
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2018-12-31", "LOAN-03")

    assert found.verdicts("LOAN-03", loans) == {
        name: verdict for name, (_, _, verdict) in stories.items()
    }


def test_a_mental_disability_asks_for_a_persons_look(visit, drain):
    office, bank, supervisor = visit("poverty_office"), visit("bank"), visit("supervisor")
    stories = {
        "no certificate": ("", "met"),
        "category 4": ("41", "met"),
        "category 5": ("52", "not_met"),
        "category 6, issued again": ("6302", "not_met"),
        "category 7": ("71", "undetermined"),
    }
    households, loans = [], {}
    for name, (certificate, _) in stories.items():
        borrower = a_person()
        households.append(a_household(a_member(borrower, certificate)))
        loans[name] = a_contract(borrower)
    spouse, borrower = a_person(), a_person()
    push(office, "households", *households, a_household(borrower, a_member(spouse, "61")))
    loans["the spouse's"] = a_contract(borrower)
    loans["a stranger"] = a_contract(a_person())
    push(bank, "contracts", *loans.values())

    found = screened(supervisor, drain, "2018-12-31", "LOAN-04")

    assert found.verdicts("LOAN-04", loans) == {
        **{name: verdict for name, (_, verdict) in stories.items()},
        "the spouse's": "met",
        "a stranger": "undetermined",
    }
