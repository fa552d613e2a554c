"""What the exchange refuses: one example of each kind of problem."""

from kernel.ids import new_id
from tests.examples.chapters.agencies import an_agency
from tests.examples.chapters.loans import a_contract
from tests.examples.chapters.people import COUNTY, ZHANG
from tests.examples.teller import Teller

LISI = {"name": "李四", "id_number": ZHANG["id_number"]}
NOBODY = "01890000-0000-7000-8000-000000000001"


def be_refused(teller: Teller) -> None:
    """One request of each kind."""
    teller.ask("list_contracts", query={"limit": 50}, refused="Unauthenticated")
    teller.ask("list_contracts", "insurer", query={"limit": 50}, refused="Forbidden")
    teller.ask("list_contracts", "bank", query={"colour": "red"}, refused="BadRequest")
    teller.ask("read_contract", "bank", id=NOBODY, refused="NotFound")
    faulty = a_contract("BQ-2018-0009", ZHANG, matures_on="2018-03-04", principal="-1.00")
    teller.ask("push_contract", "bank", body=faulty, refused="Invalid")
    other = a_contract("BQ-2018-0001", ZHANG, principal="40000.00", balance="40000.00")
    teller.ask("push_contract", "bank", body=other, refused="Conflict")
    teller.ask("push_contract", "bank", file=("text/plain", b"?"), refused="OtherMediaType")
    large = ("application/json", b"[" + b" " * 1_100_000 + b"]")
    teller.ask("push_contract", "bank", file=large, refused="TooLarge")
    budget = {"division": COUNTY, "year": 2019}
    body = {"amount": "2500000.00"}
    clerk = "bureau officer"
    teller.ask("set_budget", clerk, body=body, **budget, refused="Unconditional")
    stale = {"If-Match": '"7"'}
    teller.ask("set_budget", clerk, body=body, headers=stale, **budget, refused="Stale")
    for _ in range(20):
        teller.ask("look_up_person", "insurer", body=LISI)
    teller.ask("look_up_person", "insurer", body=LISI, refused="TooMany")
    read = {"after": teller.ask("read_registry_feed", "bank")["next_after"]}
    grown = an_agency("bank", divisions=["230231", "230281"], source_version=2)
    teller.ask("record_agency", "operator", body=grown)
    teller.visitors["bank"]._token = ""  # tokens say where their agency serves
    teller.ask("read_registry_feed", "bank", query=read, refused="Gone")


def be_kept_waiting(teller: Teller) -> None:
    """A write that has not arrived within two seconds: for `make examples`, not for every test."""
    question = {**ZHANG, "amount": "50000.00", "term_months": 12, "kind": "NEW"}
    teller.ask(
        "check_eligibility",
        "bank",
        body=question | {"purpose": "BREEDING"},
        query={"after_event": str(new_id())},
        refused="Unavailable",
    )
