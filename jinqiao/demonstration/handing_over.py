"""The agencies come to the exchange and hand over their files, each as itself."""

import json
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinqiao.partner import Partner, Refused

Row = dict[str, Any]
Partners = Mapping[str, Partner]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the demonstration tells how far it is."""

    stage: Callable[[str, int], Callable[[int], None]]
    """Begins a stage of so many steps; returns what advances it."""


def register(operator: Partner, folder: Path, progress: Progress) -> dict[str, Partner]:
    """Register the agencies of a folder; their own clients, by the agency's code."""
    agencies: list[Row] = json.loads((folder / "agencies.json").read_text("utf-8"))
    partners = {}
    advance = progress.stage("registering the agencies", len(agencies))
    for agency in sorted(agencies, key=lambda row: row.get("parent") is not None):
        operator.post("/v1/agencies", agency)
        role = str(agency["agency_type"]).lower()
        client = operator.post(
            "/v1/clients", {"agency": agency["code"], "kind": "SYSTEM", "role": role}
        )
        partners[agency["code"]] = Partner(
            operator.http, client["client_id"], client["client_secret"]
        )
        advance(1)
    return partners


def hand_over(partners: Partners, folder: Path, stage: str, progress: Progress) -> None:
    """Push a folder's files, declare what is complete and file the samples, as each agency.

    Raises Refused naming file and line if a row is rejected.
    """
    pushes: list[Row] = json.loads((folder / "pushes.json").read_text("utf-8"))
    _push_side_by_side(partners, folder, pushes, progress.stage(stage, _size(folder, pushes)))
    for declaration in lines(folder / "declarations.ndjson"):
        partner, service = partners[declaration.pop("agency")], declaration.pop("service")
        partner.post(f"/v1/{service}/declarations", declaration)
    if (folder / "samples.ndjson").exists():
        for sample in lines(folder / "samples.ndjson"):
            partners[sample.pop("agency")].post("/v1/rectification/samples", sample)


def lines(path: Path) -> Iterator[Row]:
    """The rows of an NDJSON file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def _size(folder: Path, pushes: list[Row]) -> int:
    return sum((folder / push["file"]).stat().st_size for push in pushes)


def _push_side_by_side(
    partners: Partners, folder: Path, pushes: list[Row], advance: Callable[[int], None]
) -> None:
    """Push as the agencies would: each its own files in order, some agencies at a time."""
    files: dict[str, list[Row]] = {}
    for push in pushes:
        files.setdefault(push["agency"], []).append(push)

    def push_all(agency: str) -> None:
        for push in files[agency]:
            _push(partners[agency], folder, push)
            advance((folder / push["file"]).stat().st_size)

    with ThreadPoolExecutor(_AT_A_TIME) as agencies:
        list(agencies.map(push_all, files))


_AT_A_TIME = 4
"""Agencies that push at once; the two cores of a small machine are busy with three."""


def _push(partner: Partner, folder: Path, push: Row) -> None:
    query: Row = {
        name: push[name] for name in ("covers", "covers_division", "control_total") if name in push
    }
    try:
        done = partner.push(push["service"], push["resource"], folder / push["file"], query=query)
    except Refused as refused:
        raise Refused(f"{push['file']}: {refused}") from None
    if done["rejected"] or (query and done.get("detail")):
        raise Refused(f"{push['file']}: {_why(partner, push['service'], done)}")


def _why(partner: Partner, service: str, done: Row) -> str:
    if "job_id" in done:
        errors = partner.get(f"/v1/{service}/jobs/{done['job_id']}/errors", limit=1000)
    else:
        errors = done["results"]
    for error in errors:
        if error["outcome"] == "rejected":
            return f"line {error['line']}{error['pointer']}: {error['message']}"
    return str(done["detail"])
