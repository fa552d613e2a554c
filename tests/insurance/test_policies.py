"""Products and policies: pushed by insurers, seen by those they concern."""

from tests.insurance.scene import (
    FIXED,
    VILLAGE,
    YEAR,
    declare,
    insure,
    person,
    register,
    sell,
)

NEIGHBOUR = "230129100201"
ELSEWHERE = "231283100200"


def listed(visitor, things, **filters):
    answer = visitor.get(f"/v1/insurance/{things}", params=filters)
    assert answer.status_code == 200, answer.text
    return answer.json()["items"]


def test_an_insurer_reads_its_product_back(insurer):
    sell(insurer, FIXED | {"min_age": 18, "max_age": 65})

    [product] = listed(insurer, "products", product_code="FP")

    [liability] = product["liabilities"]
    assert liability == FIXED | {"min_age": 18, "max_age": 65, "shared_by_household": False}
    assert insurer.get(f"/v1/insurance/products/{product['id']}").json() == product


def test_an_insurer_reads_its_policy_back_without_names_or_numbers(insurer, exchange):
    answer = insure(insurer, person() | {"from": "2018-03-01"})

    assert answer.status_code == 201
    assert answer.json()["outcome"] == "accepted"
    policy = answer.json()["policy"]
    key = exchange.keys.person_key(person()["id_number"])
    ref = exchange.keys.subject_ref("INA23", key)
    assert policy["covered"] == [{"person_ref": ref, "from": "2018-03-01", "to": None}]
    assert insurer.get(f"/v1/insurance/policies/{policy['id']}").json() == policy
    assert person()["id_number"] not in answer.text
    assert person()["name"] not in answer.text


def test_an_insurer_repeats_corrects_and_contradicts_a_policy(insurer, sql):
    assert insure(insurer, person(nth=1)).status_code == 201
    assert insure(insurer, person(nth=1)).json()["outcome"] == "unchanged"

    other = {
        "policy_no": "P1",
        "product_code": "FP",
        "valid_from": YEAR[0],
        "valid_to": YEAR[1],
        "covered": [person(nth=2)],
    }
    contradiction = insurer.post("/v1/insurance/policies", json=other)
    assert contradiction.status_code == 409
    assert contradiction.json()["code"] == "version-conflict"

    correction = insure(insurer, person(nth=2), source_version=3)
    assert (correction.status_code, correction.json()["outcome"]) == (200, "accepted")
    late = insure(insurer, person(nth=3), source_version=2)
    assert late.json()["outcome"] == "superseded"
    assert len(late.json()["policy"]["covered"]) == 1
    [cover] = sql("insurance", "select person_key from cover")
    [kept] = sql("insurance", "select covered from policy where superseded_at is null")
    assert kept["covered"][0]["person_key"] == str(cover["person_key"])


def test_insurers_do_not_see_each_others_rows(visit, insurer):
    other = visit("insurer", divisions=["230129"], agency="INB23")
    sell(insurer, FIXED)
    policy = insure(insurer, person()).json()["policy"]

    assert listed(other, "policies") == []
    assert listed(other, "policies", policy_no="P1", agency="INA23") == []
    assert listed(other, "products") == []
    assert other.get(f"/v1/insurance/policies/{policy['id']}").status_code == 404
    mine = insure(other, person()).json()["policy"]  # the same number is another policy
    assert mine["id"] != policy["id"]
    assert [each["agency"] for each in listed(other, "policies")] == ["INB23"]


def test_an_office_sees_the_policies_of_its_people_and_every_product(visit, office, insurer, drain):
    elsewhere = visit("poverty_office", divisions=["231283"], agency="PO231283")
    supervisor = visit("supervisor", divisions=["230000"])
    register(office, person(nth=1))
    register(office, person(nth=2), no="H2", village=NEIGHBOUR)
    register(elsewhere, person(nth=3), no="H3", village=ELSEWHERE)
    drain()
    sell(insurer, FIXED)
    insure(insurer, person(nth=1), no="one village")
    insure(insurer, person(nth=1), person(nth=2), person(nth=4), no="one township")
    insure(insurer, person(nth=1), person(nth=3), no="two counties")

    def seen_by(reader):
        return {each["policy_no"]: each["division"] for each in listed(reader, "policies")}

    here = {"one village": VILLAGE, "one township": "230129100000"}
    assert seen_by(office) == here
    assert seen_by(elsewhere) == {}
    assert seen_by(supervisor) == here | {"two counties": "230000000000"}
    for reader in (office, elsewhere, supervisor):
        assert [each["product_code"] for each in listed(reader, "products")] == ["FP"]


def test_an_insurer_leaves_no_number_in_clear_and_none_of_registered_people(
    office, insurer, drain, sql, exchange
):
    registered, stranger = person(nth=1), person(nth=2)
    register(office, registered)
    drain()
    insure(insurer, registered, stranger)

    [policy] = sql("insurance", "select strangers, t::text as everything from policy t")
    kept = exchange.keys.person_key(stranger["id_number"])
    assert list(policy["strangers"]) == [str(kept)]
    for one in (registered, stranger):
        assert one["id_number"] not in policy["everything"]
        assert one["name"] not in policy["everything"]


def test_an_insurers_policy_follows_its_people_as_the_registry_learns_of_them(
    office, insurer, drain, sql
):
    one, two, three = (person(nth=nth) for nth in (1, 2, 3))
    insure(insurer, one, two, three)
    register(office, one)
    drain()
    [policy] = sql("insurance", "select division, strangers from policy")
    assert policy["division"] == VILLAGE
    assert len(policy["strangers"]) == 2

    register(office, two, no="H2", village=NEIGHBOUR)
    register(office, three, no="H3", village=NEIGHBOUR)
    drain()
    [policy] = sql("insurance", "select division, strangers from policy")
    assert policy["division"] == "230129100000"
    assert policy["strangers"] is None
    covers = sql("insurance", "select household_key, person_key from cover order by 1")
    assert covers == sql("insurance", "select household_key, person_key from member order by 1")


def test_only_insurers_push_policies_and_only_offices_incidents(visit, office, insurer):
    bank = visit("bank", divisions=["230129"])
    for path in ("products", "policies", "claims", "claim-status-changes"):
        assert office.post(f"/v1/insurance/{path}", json={}).status_code == 403
        assert office.post(f"/v1/insurance/bulk/{path}", content=b"{}").status_code == 403
        assert bank.post(f"/v1/insurance/{path}", json={}).status_code == 403
    assert insurer.post("/v1/insurance/incidents", json={}).status_code == 403
    assert insurer.get("/v1/insurance/incidents").status_code == 403
    assert bank.get("/v1/insurance/policies").status_code == 403


def test_who_pushes_a_kind_declares_it_and_nobody_else(office, insurer):
    for visitor, mine, others in (
        (insurer, ("products", "policies", "claims", "claim-status-changes"), ("incidents",)),
        (office, ("incidents",), ("products", "policies", "claims", "claim-status-changes")),
    ):
        for kind in mine:
            declare(visitor, kind)
        for kind in others:
            row = {"kind": kind, "valid_from": YEAR[0], "valid_to": YEAR[1], "rows": 0}
            assert visitor.post("/v1/insurance/declarations", json=row).status_code == 403
    row = {"kind": "households", "valid_from": YEAR[0], "valid_to": YEAR[1], "rows": 0}
    assert insurer.post("/v1/insurance/declarations", json=row).status_code == 422


def test_an_insurer_pushes_its_files_as_csv(office, insurer, sql):
    one, other = person(nth=1), person(nth=2)
    products = (
        "product_code,liabilities.1.kind,liabilities.1.basis,liabilities.1.sum,"
        "liabilities.1.shared_by_household,liabilities.1.max_age\n"
        "FP,ACCIDENT_MEDICAL,FIXED,500.00,false,70\n"
    )
    policies = (
        "policy_no,product_code,valid_from,valid_to,covered.1.name,covered.1.id_number,"
        "covered.1.from,covered.2.name,covered.2.id_number\n"
        f"P1,FP,2018-01-01,2019-01-01,甲,{one['id_number']},2018-03-01,乙,{other['id_number']}\n"
    )
    for things, rows in (("products", products), ("policies", policies)):
        answer = insurer.post(
            f"/v1/insurance/bulk/{things}",
            params={"covers": "2018-01-01/2019-01-01"},
            content=rows.encode(),
            headers={"Content-Type": "text/csv"},
        )
        assert answer.status_code == 200, answer.text
        assert answer.json()["accepted"] == 1, answer.text
        assert answer.json()["declaration_id"]
    starts = sql("insurance", "select covered_from::text as day from cover order by 1")
    assert [cover["day"] for cover in starts] == ["2018-01-01", "2018-03-01"]


def test_insurance_announces_keys_and_nothing_else(office, insurer, drain, sql, announced):
    register(office, person())
    drain()
    insure(insurer, person())
    drain()

    [event] = announced("insurance", "policy.recorded")
    [home] = sql("insurance", "select household_key from household")
    assert set(event["data"]) == {"policy_id", "agency", "policy_no", "household_keys"}
    assert event["data"]["household_keys"] == [str(home["household_key"])]
    [kept] = sql("insurance", "select * from feed where type = 'policy.recorded'")
    assert (kept["agency"], kept["division"]) == ("INA23", VILLAGE)
    assert "household_keys" not in kept["data"], "kept encrypted"


def test_an_insurer_filters_by_what_a_policy_says_and_by_nothing_else(insurer):
    insure(insurer, person(), no="P1")
    insure(insurer, person(), no="P2", product_code="OTHER")

    [policy] = listed(insurer, "policies", product_code="OTHER", valid_from=YEAR[0])
    assert policy["policy_no"] == "P2"
    assert insurer.get("/v1/insurance/policies", params={"id_number": "x"}).status_code == 400
