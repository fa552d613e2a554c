"""Samples: contracts that somebody drew, under a name."""

import json
from collections.abc import Callable
from typing import Any

from tests.rectification.builders import COUNTY, PROVINCE
from tests.visitor import Visitor

Visit = Callable[..., Visitor]


def a_sample(**said: Any) -> dict[str, Any]:
    contracts = [{"bank": "RCU", "contract_no": "C-1"}]
    return {"name": "抽查109", "source": "省际交叉考核", "contract_nos": contracts, **said}


def test_a_supervisors_sample_has_versions_under_its_name(visit: Visit) -> None:
    supervisor = visit("supervisor", divisions=[PROVINCE])
    more = [{"bank": "RCU", "contract_no": "C-1"}, {"bank": "ABC", "contract_no": "C-1"}]

    first = supervisor.post("/v1/rectification/samples", json=a_sample())
    again = supervisor.post("/v1/rectification/samples", json=a_sample())
    newer = a_sample(contract_nos=more, source_version=2)
    newest = supervisor.post("/v1/rectification/samples", json=newer)

    sample = newest.json()["sample"]
    assert first.status_code == 201
    assert again.json()["outcome"] == "unchanged"
    assert sample["sample_id"] == first.json()["sample"]["sample_id"]
    assert sample["contract_nos"] == more
    assert supervisor.get(f"/v1/rectification/samples/{sample['sample_id']}").json() == sample
    assert supervisor.get("/v1/rectification/samples").json()["items"] == [sample]
    of_name = {"name": "联社3.75"}
    assert supervisor.get("/v1/rectification/samples", params=of_name).json()["items"] == []


def test_a_poverty_office_pushes_samples_in_bulk(visit: Visit) -> None:
    office = visit("poverty_office", divisions=[COUNTY])
    rows = [a_sample(name="甲"), a_sample(name="乙"), a_sample(name="丙", contract_nos=[])]

    answer = office.post(
        "/v1/rectification/bulk/samples",
        content="\n".join(json.dumps(row) for row in rows).encode(),
        headers={"Content-Type": "application/x-ndjson"},
    ).json()

    assert [answer["accepted"], answer["rejected"]] == [2, 1]
    assert answer["results"][2]["pointer"] == "/contract_nos"


def test_a_supervisor_sees_the_offices_samples_and_an_office_its_own(visit: Visit) -> None:
    supervisor = visit("supervisor", divisions=[PROVINCE])
    office = visit("poverty_office", divisions=["231283", "231222"])
    neighbour = visit("poverty_office", divisions=["231283"])
    for visitor in (supervisor, office, neighbour):
        visitor.post("/v1/rectification/samples", json=a_sample())

    def seen_by(visitor: Visitor) -> set[str]:
        listed = visitor.get("/v1/rectification/samples").json()["items"]
        return {sample["agency"] for sample in listed}

    assert seen_by(supervisor) == {supervisor.agency, office.agency, neighbour.agency}
    assert seen_by(office) == {office.agency, neighbour.agency}
    assert seen_by(neighbour) == {neighbour.agency}


def test_a_bank_has_nothing_to_do_with_samples(visit: Visit) -> None:
    bank = visit("bank", divisions=[COUNTY])

    assert bank.post("/v1/rectification/samples", json=a_sample()).status_code == 403
    assert bank.get("/v1/rectification/samples").status_code == 403
