"""An insurer sells, covers and pays; an office says what happened."""

from tests.examples.chapters.people import COUNTY, LI, WANG, ZHANG
from tests.examples.teller import Teller


def insure(teller: Teller) -> None:
    """From the product to what was never claimed."""
    liability = {"kind": "ACCIDENT_MEDICAL", "basis": "FIXED", "sum": "500.00"}
    product = {
        "product_code": "FP-2018",
        "liabilities": [liability | {"shared_by_household": False}],
    }
    policy = {
        "policy_no": "P-2018-0001",
        "product_code": "FP-2018",
        "valid_from": "2018-01-01",
        "valid_to": "2019-01-01",
        "covered": [ZHANG, LI],
    }
    accident = {"incident_no": "I-1", **ZHANG, "kind": "ACCIDENT_MEDICAL", "on": "2018-06-01"}
    other = accident | LI | {"incident_no": "I-2"}
    claim = {
        "claim_no": "C-1",
        "policy_no": "P-2018-0001",
        "id_number": ZHANG["id_number"],
        "kind": "ACCIDENT_MEDICAL",
        "incident_on": "2018-06-01",
        "reported_on": "2018-06-03",
        "amount_claimed": "500.00",
        "incident_no": "I-1",
    }
    hers = {"policy_no": "P-2018-0002", "covered": [WANG]}
    no_incident = {
        "claim_no": "C-2",
        "reported_on": "2018-06-04",
        "incident_on": "2018-05-01",
        "incident_no": None,
    }
    change = {"claim_no": "C-1", "version": 1, "state": "FILED", "on": "2018-06-05"}
    later = {"claim_no": "C-1", "version": 2, "state": "UNDER_REVIEW", "on": "2018-06-08"}
    teller.push("product", "products", "insurer", product, product | {"product_code": "FP-2017"})
    teller.push("policy", "policies", "insurer", policy, policy | hers)
    teller.push("incident", "incidents", "office", accident, other)
    teller.push("claim", "claims", "insurer", claim, claim | no_incident)
    teller.push("claim_status_change", "claim_status_changes", "insurer", change, later)
    teller.read_back("product", "products", "insurer", product_code="FP-2018")
    teller.read_back("policy", "policies", "insurer", policy_no="P-2018-0001")
    teller.read_back("incident", "incidents", "office", incident_no="I-1")
    teller.read_back("claim_status_change", "claim_status_changes", "insurer", claim_no="C-1")
    found = teller.ask("list_claims", "insurer", query={"claim_no": "C-1"})["items"][0]
    teller.ask("read_claim", "insurer", query={"as_of": "2018-06-30"}, id=found["id"])
    everything = {"kind": "claims", "valid_from": "2018-01-01", "valid_to": "2019-01-01"}
    teller.ask("file_insurance_declaration", "insurer", body=everything | {"rows": 2})
    teller.ask("list_insurance_declarations", "insurer", query={"limit": 50})
    year = {"year": 2018, "as_of": "2018-06-30", "division": COUNTY}
    teller.ask("read_cover_list", "insurer", query=year)
    teller.ask("read_cover_gaps", "insurer", query={"on": "2018-06-30", "division": COUNTY})
    _suspect(teller)


def _suspect(teller: Teller) -> None:
    on = {"as_of": "2018-09-30"}
    [suspected] = teller.ask("list_suspected_claims", "insurer", query=on)["items"]
    where = {"suspicion_id": suspected["id"]}
    teller.ask("read_suspected_claim", "insurer", query=on, **where)
    said = {"reason": "经入户核实，未就医", "on": "2018-09-30"}
    teller.ask("dismiss_suspected_claim", "office officer", body=said, **where)
