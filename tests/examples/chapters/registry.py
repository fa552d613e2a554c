"""A poverty office registers households and says what they need."""

from typing import Any

from tests.examples.chapters.people import COUNTY, LI, VILLAGE, WANG, ZHANG
from tests.examples.teller import Teller

ALL_DAYS = {"valid_from": "2014-01-01", "valid_to": "2020-01-01"}


def register(teller: Teller) -> None:
    """Three households, one need, and that this is everything."""
    households = [_household(f"230231000{n}", who) for n, who in enumerate((ZHANG, LI, WANG), 1)]
    told = teller.push("household", "households", "office", *households)
    where = {"id": told["household"]["household_id"]}
    teller.ask("read_household", "office", headers={"X-Purpose": "ASSISTANCE"}, **where)
    teller.ask("query_usage", "office", body={"id_number": ZHANG["id_number"]})
    teller.read_back("household", "households", "office", household_no="2302310001")
    teller.ask("look_up_person", "bank", body={**ZHANG, "as_of": "2018-03-05"})
    need = {
        "need_no": "N-2018-001",
        "household_no": "2302310001",
        "amount": "30000.00",
        "use": "养牛",
        "raised_on": "2018-02-15",
        "state": "OPEN",
    }
    offered = need | {"need_no": "N-2018-002", "household_no": "2302310002", "state": "OFFERED"}
    teller.push("need", "needs", "office", need, offered | {"bank": "RCU230231"})
    teller.read_back("need", "needs", "bank", state="OPEN", division=COUNTY)
    everything = {"kind": "households", "division": COUNTY, **ALL_DAYS, "rows": 3}
    teller.ask("file_registry_declaration", "office", body=everything)
    teller.ask("list_registry_declarations", "office", query={"limit": 50})


def _household(number: str, head: dict[str, str]) -> dict[str, Any]:
    member = {"member_no": "1", **head, "relation": "HEAD", "labour_skill": "ORDINARY"}
    return {
        "household_no": number,
        "village_code": VILLAGE,
        "attribute": "GENERAL_POOR",
        "main_cause": "NO_CAPITAL",
        "statuses": [{"status": "REGISTERED", "valid_from": "2015-01-01"}],
        "members": [member],
        "as_at": "2015-01-01",
    }
