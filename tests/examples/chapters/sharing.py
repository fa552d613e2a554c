"""What every service shares alike: its feed, snapshots and manifests, and jobs of bulk pushes."""

from typing import Any

from kernel import clock
from tests.examples.chapters.loans import a_contract
from tests.examples.chapters.people import COUNTY, LI
from tests.examples.tables import as_ndjson
from tests.examples.teller import NDJSON, Teller

READERS = {
    "gateway": ("supervisor", "agency.recorded"),
    "registry": ("bank", "household.recorded"),
    "loans": ("bank", "contract.recorded"),
    "subsidy": ("bank", "payment.recorded"),
    "insurance": ("insurer", "policy.recorded"),
    "rectification": ("bank", "item.acted"),
}
"""Who reads which feed here, and for what."""

_NEED = {
    "need_no": "N-2018-003",
    "household_no": "2302310003",
    "amount": "10000.00",
    "use": "种植",
    "raised_on": "2018-03-15",
    "state": "OPEN",
}
_PAYMENT = {
    "payment_no": "2019-000002",
    "county": COUNTY,
    "bank": "RCU230231",
    "contract_no": "BQ-2018-0002",
    "period_start": "2018-03-05",
    "period_end": "2019-03-05",
    "amount": "2175.00",
    "paid_on": "2019-04-25",
}
_LIABILITY = {
    "kind": "ACCIDENT_DEATH",
    "basis": "FIXED",
    "sum": "50000.00",
    "shared_by_household": False,
}
_PRODUCT = {"product_code": "FP-2019", "liabilities": [_LIABILITY]}
_DRAWN = {"bank": "RCU230231", "contract_no": "BQ-2018-0003"}
_SAMPLE = {"name": "2019年审计抽样", "source": "审计", "contract_nos": [_DRAWN]}

JOBS: dict[str, tuple[str, str, dict[str, Any], dict[str, Any]]] = {
    "registry": ("needs", "office", _NEED, {"amount": "0.00"}),
    "loans": ("contracts", "bank", a_contract("BQ-2018-0005", LI, principal="2000.00",
              balance="2000.00"), {"principal": "-1.00"}),
    "subsidy": ("payments", "bureau", _PAYMENT, {"paid_on": "2019-04-31"}),
    "insurance": ("products", "insurer", _PRODUCT, {"liabilities": []}),
    "rectification": ("samples", "supervisor", _SAMPLE, {"contract_nos": []}),
}  # fmt: skip
"""Of which things a job is made, who pushes them, a row, and what is wrong with another."""


def share(teller: Teller) -> None:
    """Push some rows as jobs, read every feed, and take a snapshot of each."""
    jobs = {
        service: teller.ask(
            f"push_{things.replace('-', '_')}",
            who,
            file=(NDJSON, as_ndjson([row, row | wrong])),
            headers={"Prefer": "respond-async"},
        )
        for service, (things, who, row, wrong) in JOBS.items()
    }
    taken = {
        service: teller.ask(f"ask_{service}_snapshot", who, body={"types": [types]})
        for service, (who, types) in READERS.items()
    }
    teller.drain()
    for service, made in jobs.items():
        _follow(teller, service, made["job_id"])
    for service, made in taken.items():
        _read(teller, service, made["snapshot_id"])


def _follow(teller: Teller, service: str, job_id: str) -> None:
    things, who, *_ = JOBS[service]
    query = {"resource": things, "state": "done"}
    teller.ask(f"list_{service}_jobs", who, query=query)
    teller.ask(f"read_{service}_job", who, job_id=job_id)
    query = {"outcome": "rejected", "limit": 50}
    teller.ask(f"list_{service}_job_errors", who, query=query, job_id=job_id)
    teller.ask(f"list_{service}_job_errors", who, query={"format": "ndjson"}, job_id=job_id)
    teller.ask(f"list_{service}_job_errors", who, query={"format": "csv"}, job_id=job_id)


def _read(teller: Teller, service: str, snapshot_id: str) -> None:
    who, types = READERS[service]
    teller.ask(f"read_{service}_feed", who, query={"after": 0, "limit": 50, "types": types})
    teller.ask(f"read_{service}_snapshot", who, snapshot_id=snapshot_id)
    teller.ask(f"list_{service}_snapshots", who, query={"limit": 50})
    teller.ask(f"fetch_{service}_snapshot", who, snapshot_id=snapshot_id)
    teller.ask(f"read_{service}_manifest", who, query={"types": types}, day=clock.today())
    listener = {
        "id": "0",
        "agency": "RCU230231",
        "agency_type": "BANK",
        "divisions": [COUNTY],
        "types": None,
        "after": 0,
        "since": "2019-06-03T09:00:00Z",
    }
    teller.ask(f"count_{service}_news", "exchange", body={"readers": [listener]})
