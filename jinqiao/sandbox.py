"""Small counties to try things on: their agencies, credentials, and a year of their data."""

import json
import tempfile
import time
from pathlib import Path

import httpx

from gateway.first_operator import CODE, FILE, write_credentials
from jinqiao.counties import FEWEST_HOUSEHOLDS, generate
from jinqiao.counties.places import BAIQUAN
from jinqiao.demonstration.handing_over import Progress, hand_over, register
from jinqiao.installation import Failed
from jinqiao.partner import Partner
from kernel.settings import Settings

FOLDER = Path("sandbox")
"""Where the credentials are written, in the folder in which the command is run."""

CLIENTS = {
    "office": (BAIQUAN.poverty_office, "poverty_office"),
    "bank": (BAIQUAN.union, "bank"),
    "finance": (BAIQUAN.finance_bureau, "finance_bureau"),
    "insurer": ("INB23", "insurer"),
    "supervisor": ("SV23", "supervisor"),
    "auditor": ("AU23", "auditor"),
    "operator": ("OP23", "operator"),
}
"""Of each the system's client, and an officer's in a second file: `bank-officer.json`."""

_THIS_MACHINE = {"host": "localhost", "cidrs": ["127.0.0.0/8", "::1/128"]}
"""Where everybody's receivers of webhooks may listen."""

_AUDITOR = {
    "code": "AU23",
    "name": "黑龙江省审计厅",
    "agency_type": "AUDITOR",
    "divisions": ["230000"],
}


def start(settings: Settings) -> str:
    """Fill the sandbox that answers at `settings.issuer`; what to tell whoever tries it.

    Raises Failed if somebody else's agencies are in that exchange.
    """
    with httpx.Client(base_url=settings.issuer, timeout=120) as http:
        found = json.loads((settings.data / FILE).read_text())
        operator = Partner(http, found["client_id"], found["client_secret"])
        _wait_until_ready(http)
        if {agency["code"] for agency in operator.items("/v1/agencies")} == {CODE}:
            fill(operator, FOLDER)
        elif not (FOLDER / "bank.json").exists():
            raise Failed(
                f"The exchange of {settings.data} is in use, and {FOLDER.resolve()} holds no "
                "credentials for it: start an empty one with another JINQIAO_DATA."
            )
    return _told(settings)


def fill(operator: Partner, folder: Path) -> None:
    """Hand the ten counties' files over, with few households; write credentials into a folder."""
    silent = Progress(lambda name, steps: lambda done: None)
    with tempfile.TemporaryDirectory() as scratch:
        files = Path(scratch)
        generate(files, households=FEWEST_HOUSEHOLDS)
        hand_over(register(operator, files, silent), files, "", silent)
    operator.post("/v1/agencies", _AUDITOR)
    folder.mkdir(exist_ok=True)
    address = str(operator.http.base_url)
    for name, (agency, role) in CLIENTS.items():
        operator.post("/v1/webhooks/hosts", {"agency": agency, **_THIS_MACHINE})
        for kind, suffix in (("SYSTEM", ""), ("OFFICER", "-officer")):
            said = {"agency": agency, "role": role, "kind": kind, "name": "沙箱"}
            made = operator.post("/v1/clients", said)
            file = folder / f"{name}{suffix}.json"
            write_credentials(file, address, made["client_id"], made["client_secret"])


def _wait_until_ready(http: httpx.Client) -> None:
    for _ in range(300):
        try:
            if http.get("/readyz").is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.1)
    raise Failed("The sandbox did not answer within half a minute.")


def _told(settings: Settings) -> str:
    return f"""\
The sandbox is ready: ten small counties, invented people only. 拜泉县's (230231) credentials lie in
{FOLDER.resolve()}
A first call, as its bank:
  curl -s {settings.issuer}/v1/loans/contracts?limit=1 \\
    -H "Authorization: Bearer $(jinqiao token --client {FOLDER}/bank.json)"
"""
