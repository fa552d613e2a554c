"""The exchange says how it is, and its operator lets agencies and their clients in."""

from typing import Any

from tests.examples.teller import Teller
from tests.visitor import Visitor

AGENCIES = {
    "bank": ("RCU230231", "拜泉县农村信用合作联社", "BANK", "230231"),
    "office": ("PO230231", "拜泉县扶贫开发办公室", "POVERTY_OFFICE", "230231"),
    "bureau": ("FB230231", "拜泉县财政局", "FINANCE_BUREAU", "230231"),
    "insurer": ("INB23", "某财产保险公司黑龙江分公司", "INSURER", "230000"),
    "supervisor": ("SV23", "省扶贫小额信贷整改专班", "SUPERVISOR", "230000"),
}
CLERKS = {
    "bank": ("bank officer",),
    "office": ("office officer", "second office officer"),
    "bureau": ("bureau officer", "second bureau officer"),
    "insurer": (),
    "supervisor": ("supervisor officer",),
}
ROLES = {"office": "poverty_office", "bureau": "finance_bureau"}


def tell_of_the_exchange(teller: Teller) -> None:
    """What everybody may read without a token."""
    teller.ask("read_health")
    teller.ask("read_readiness")
    teller.ask("read_metadata")
    teller.ask("read_keys")
    teller.ask("read_openapi")
    teller.ask("read_problem", code="not-found")
    teller.ask("read_rulebook", query={"on": "2019-05-28"}, headers={"Accept-Language": "en"})


def let_agencies_in(teller: Teller) -> None:
    """Every agency, a system of each, and the officers who will decide things."""
    agencies = {name: _record(teller, name) for name in AGENCIES}
    teller.ask("list_agencies", "operator", query={"agency_type": "BANK", "limit": 50})
    teller.ask("read_agency", "operator", agency_id=agencies["bank"]["agency"]["agency_id"])
    for name in AGENCIES:
        _let_in(teller, name, name, "SYSTEM")
        for clerk in CLERKS[name]:
            _let_in(teller, clerk, name, "OFFICER")
    clients = teller.ask("list_clients", "operator", query={"agency": "RCU230231"})
    first = clients["items"][0]["client_id"]
    teller.ask("read_client", "operator", client_id=first)
    spare = _register(teller, "bank", "SYSTEM")["client_id"]
    teller.ask("rotate_client", "operator", body={}, client_id=spare)
    teller.ask("disable_client", "operator", client_id=spare)


def _record(teller: Teller, name: str) -> Any:
    return teller.ask("record_agency", "operator", body=an_agency(name))


def an_agency(name: str, **fields: Any) -> dict[str, Any]:
    """One of the story's agencies, as the operator records it."""
    code, called, agency_type, division = AGENCIES[name]
    agency = {"code": code, "name": called, "agency_type": agency_type, "divisions": [division]}
    return agency | fields


def _register(teller: Teller, name: str, kind: str) -> Any:
    role = ROLES.get(name, name)
    body = {"agency": AGENCIES[name][0], "kind": kind, "role": role}
    officer = {"name": "张三"} if kind == "OFFICER" else {}
    return teller.ask("register_client", "operator", body=body | officer)


def _let_in(teller: Teller, name: str, agency: str, kind: str) -> None:
    made = _register(teller, agency, kind)
    secret = made["client_secret"]
    visitor = Visitor(teller.send, AGENCIES[agency][0], made["client_id"], secret)
    teller.let_in(name, visitor, ROLES.get(agency, agency), kind)
    if name == "bank":
        form = {"grant_type": "client_credentials", "client_id": made["client_id"]}
        told = teller.ask("issue_token", form=form | {"client_secret": secret})
        proof = {"client_id": made["client_id"], "client_secret": secret}
        teller.ask("introspect_token", form={"token": told["access_token"], **proof})
        teller.ask("revoke_token", form={"token": told["access_token"], **proof})
