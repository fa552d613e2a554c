"""Who should be covered, what changed on that list, and who is not covered: INS-01's own people."""

import pytest

from tests.insurance.scene import VILLAGE, declare, insure, person, register

LIST, GAPS = "/v1/insurance/cover-list", "/v1/insurance/cover-gaps"


@pytest.fixture
def place(office, insurer, drain):
    """A family of which each is on the list for another time, and one household lifted."""
    register(
        office,
        person(nth=1),
        person("2018-12-04", nth=2),
        person(nth=3) | {"died_on": "2018-07-01"},
        person(nth=4) | {"left_on": "2018-07-01"},
        person(nth=5) | {"joined_on": "2018-07-01"},
        person("1927-07-01", nth=6),
    )
    lifted = [
        {"status": "REGISTERED", "valid_from": "2016-01-01", "valid_to": "2018-07-01"},
        {"status": "LIFTED_NO_POLICY", "valid_from": "2018-07-01"},
    ]
    register(office, person(nth=7), no="H2", statuses=lifted)
    drain()
    insure(insurer, person(nth=1), person(nth=5))


def read(reader, path, **query):
    """Every item, two a page."""
    items, after = [], None
    while True:
        page = reader.get(path, params={"limit": 2, **query, **({"after": after} if after else {})})
        assert page.status_code == 200, page.text
        items += page.json()["items"]
        after = page.json()["next_after"]
        if after is None:
            return items


def test_an_insurer_reads_who_should_be_covered_and_what_changed(
    visit, office, insurer, place, exchange
):
    def ref(nth, born="1970-05-06"):
        key = exchange.keys.person_key(person(born, nth)["id_number"])
        return exchange.keys.subject_ref("INA23", key)

    now = {each["person_ref"]: each for each in read(insurer, LIST, year=2018)}
    # the child is 27 days old on the last day of the year, the old woman 91
    assert set(now) == {ref(1), ref(5)}
    one = now[ref(1)]
    assert (one["household_no"], one["village_code"]) == ("H1", VILLAGE)
    assert (one["age_band"], one["covered"], one["change"]) == ("40-49", True, None)
    [policy] = one["policies"]
    assert (policy["policy_no"], policy["covered_to"]) == ("P1", "2019-01-01")
    assert not {"name", "id_number"} & set(one)
    child = ref(2, "2018-12-04")
    assert child in {each["person_ref"] for each in read(insurer, LIST, year=2019)}

    changes = read(insurer, LIST, year=2019, as_of="2019-01-01", changes_since="2018-06-30")
    assert {each["person_ref"]: (each["change"], each["on_list"]) for each in changes} == {
        child: ("NEWLY_OF_AGE", True),
        ref(3): ("DIED", False),
        ref(4): ("LEFT", False),
        ref(5): ("JOINED", True),
        ref(6, "1927-07-01"): ("OVER_AGE", False),
        ref(7): ("STATUS_CHANGED", False),
    }

    other = visit("insurer", divisions=["230129"], agency="INB23")
    assert [each["covered"] for each in read(other, LIST, year=2018)] == [False, False]
    assert read(other, LIST, year=2018, covered=True) == []
    assert [each["covered"] for each in read(office, LIST, year=2018)] == [True, True]
    elsewhere = visit("insurer", divisions=["231283"], agency="INC23")
    assert read(elsewhere, LIST, year=2018) == read(office, LIST, year=2018, division="231283")
    assert visit("bank", divisions=["230129"]).get(LIST, params={"year": 2018}).status_code == 403
    for wrong in ({}, {"year": 99999}, {"year": 2018, "as_of": 0}):
        assert insurer.get(LIST, params=wrong).status_code == 400
    for nowhere in ({"as_of": "2019-01-01"}, {"changes_since": "2019-06-01"}):
        assert insurer.get(LIST, params={"year": 2018, **nowhere}).status_code == 404


def test_offices_and_insurers_read_who_is_not_covered_and_the_days_between_two_years(
    visit, office, insurer, place, findings, drain
):
    insure(insurer, person(nth=1), no="P2", days=("2019-01-11", "2020-01-01"))
    other = visit("insurer", divisions=["230129"], agency="INB23")
    drain()

    gaps = read(office, GAPS, on="2019-01-05")
    assert len(gaps) == 3
    [between] = [each for each in gaps if each["days_between"]]
    assert between["covered_until"] == "2019-01-01"
    assert between["covered_again_from"] == "2019-01-11"
    assert between["days_between"] == 10
    assert (between["verdict"], between["missing"]) == (
        "undetermined",
        ["policies:INA23", "policies:INB23"],
    )
    seen = read(other, GAPS, on="2019-01-05")
    assert {each["covered_until"] for each in seen} == {None}
    assert seen[0]["missing"] == ["policies"]
    assert len(read(office, GAPS, on="2019-01-11")) == 2

    declare(insurer, "policies")
    declare(other, "policies")
    assert {each["verdict"] for each in read(office, GAPS, on="2019-01-05")} == {"not_met"}
    assert len(findings("INS-01", "2019-01-05")) == 3
