"""Malformed rows are refused by the place of their fault; nothing of them is repeated."""

import json

import pytest

from tests.insurance.scene import FIXED, LOSS, insure, person

GOOD = {
    "products": {
        "product_code": "FP",
        "liabilities": [FIXED | {"shared_by_household": False}],
    },
    "policies": {
        "policy_no": "P9",
        "product_code": "FP",
        "valid_from": "2018-01-01",
        "valid_to": "2019-01-01",
        "covered": [person()],
    },
    "incidents": {
        "incident_no": "I1",
        "kind": "ACCIDENT_MEDICAL",
        "on": "2018-08-01",
        **person(),
    },
    "claims": {
        "claim_no": "C1",
        "policy_no": "P1",
        "id_number": person()["id_number"],
        "kind": "ACCIDENT_MEDICAL",
        "incident_on": "2018-08-01",
        "reported_on": "2018-08-20",
    },
    "claim-status-changes": {"claim_no": "C1", "version": 1, "state": "FILED", "on": "2018-08-21"},
}
BAD_CHECK = "230199197005060017"
NUL = "坏\x00名"

CASES = [
    ("incidents", {"id_number": BAD_CHECK}, "/id_number"),
    ("incidents", {"id_number": person()["id_number"][:17]}, "/id_number"),
    ("incidents", {"id_number": int(BAD_CHECK)}, "/id_number"),
    ("incidents", {"id_number": "230199197013060019"}, "/id_number"),
    ("incidents", {"id_number": "230199700506001"}, "/id_number"),
    ("incidents", {"name": NUL}, "/name"),
    ("incidents", {"name": ""}, "/name"),
    ("incidents", {"incident_no": NUL}, "/incident_no"),
    ("incidents", {"on": "2018-02-30"}, "/on"),
    ("incidents", {"on": 20180801}, "/on"),
    ("incidents", {"on": None}, "/on"),
    ("incidents", {"kind": "EARTHQUAKE"}, "/kind"),
    ("incidents", {"hospital_days": -1}, "/hospital_days"),
    ("incidents", {"hospital_days": float("nan")}, "/hospital_days"),
    ("incidents", {"hospital_days": "7"}, "/hospital_days"),
    ("incidents", {"loss": "-0.01"}, "/loss"),
    ("incidents", {"loss": float("nan")}, "/loss"),
    ("incidents", {"loss": "NaN"}, "/loss"),
    ("incidents", {"loss": 100.5}, "/loss"),
    ("incidents", {"loss": "0.001"}, "/loss"),
    ("incidents", {"loss": "1e3"}, "/loss"),
    ("incidents", {"diagnosis": "230199197005060017"}, "/diagnosis"),
    ("policies", {"policy_no": NUL}, "/policy_no"),
    ("policies", {"covered": [person() | {"id_number": BAD_CHECK}]}, "/covered/0/id_number"),
    ("policies", {"covered": [person() | {"name": NUL}]}, "/covered/0/name"),
    ("policies", {"covered": [person() | {"from": "2018-13-01"}]}, "/covered/0/from"),
    ("policies", {"covered": [person(), person()]}, ""),
    ("policies", {"covered": [person() | {"from": "2018-05-01", "to": "2018-05-01"}]}, ""),
    ("policies", {"covered": None}, "/covered"),
    ("policies", {"valid_to": "2018-01-01"}, ""),
    ("policies", {"valid_from": "2018-06-31"}, "/valid_from"),
    ("products", {"liabilities": []}, "/liabilities"),
    ("products", {"liabilities": [FIXED]}, "/liabilities/0/shared_by_household"),
    ("claims", {"reported_on": "2019-02-29"}, "/reported_on"),
    ("claims", {"kind": "UNKNOWN"}, "/kind"),
    ("claims", {"amount_claimed": "-1.00"}, "/amount_claimed"),
    ("claims", {"amount_claimed": 1}, "/amount_claimed"),
    ("claims", {"id_number": BAD_CHECK}, "/id_number"),
    ("claim-status-changes", {"state": "SUSPECTED"}, "/state"),
    ("claim-status-changes", {"version": 0}, "/version"),
    ("claim-status-changes", {"version": 1.5}, "/version"),
    ("claim-status-changes", {"reason_code": NUL}, "/reason_code"),
    ("claim-status-changes", {"amount": "99999999999999"}, "/amount"),
    ("claim-status-changes", {"source_version": -1}, "/source_version"),
]


def test_an_office_and_an_insurer_are_told_where_a_row_is_malformed(office, insurer, sql):
    for things, wrong, pointer in CASES:
        writer = office if things == "incidents" else insurer
        body = json.dumps(GOOD[things] | wrong).encode()
        json_type = {"Content-Type": "application/json"}
        answer = writer.post(f"/v1/insurance/{things}", content=body, headers=json_type)

        case = f"{things} {wrong}"
        assert answer.status_code == 422, f"{case}: {answer.text}"
        assert answer.json()["errors"][0]["pointer"] == pointer, f"{case}: {answer.text}"
        for value in wrong.values():
            shown = json.dumps(value, ensure_ascii=False).strip('"')
            assert len(shown) < 5 or shown not in answer.text, case
        assert "230199" not in answer.text, case
    for table in ("product", "policy", "incident", "claim", "claim_status_change", "pending"):
        assert sql("insurance", f"select * from {table}") == []


def test_an_insurer_gets_the_good_rows_of_a_bulk_push_stored(insurer):
    insure(insurer, person())
    rows = [
        GOOD["claims"],
        GOOD["claims"] | {"claim_no": "C2", "id_number": BAD_CHECK},
        GOOD["claims"] | {"claim_no": "C3", "policy_no": "unknown"},
        GOOD["claims"],
    ]
    body = "\n".join(json.dumps(row) for row in rows).encode()
    ndjson = {"Content-Type": "application/x-ndjson"}
    answer = insurer.post("/v1/insurance/bulk/claims", content=body, headers=ndjson)

    told = answer.json()
    outcomes = [result["outcome"] for result in told["results"]]
    assert outcomes == ["accepted", "rejected", "pending", "unchanged"]
    assert told["results"][1]["pointer"] == "/id_number"
    assert told["received"] == 4
    assert BAD_CHECK not in answer.text


@pytest.mark.parametrize(
    ("liabilities", "status"),
    [
        ([{"max_age": 17}, {"min_age": 18, "sum": "800"}], 201),
        ([{"max_age": 18}, {"min_age": 18, "sum": "800"}], 422),
        ([{"min_age": 18}, {"sum": "800"}], 422),
        ([{"min_age": 65, "max_age": 18}], 422),
        ([{}, {**LOSS}], 201),
        ([{"sum": "0.00"}], 422),
    ],
)
def test_an_insurers_product_has_one_sum_for_each_kind_and_age(insurer, liabilities, status):
    rows = [FIXED | {"shared_by_household": False} | liability for liability in liabilities]
    product = {"product_code": "FP", "liabilities": rows}

    assert insurer.post("/v1/insurance/products", json=product).status_code == status
