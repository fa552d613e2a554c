"""The main job: ten counties, raw records in, the plan's own findings out.

It does what the agencies would do, over HTTP against an exchange that runs as it always runs:
registers them, takes tokens, pushes their files, asks for screenings. Only the last step reads the
answer key, and holds what was found against it.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinqiao.partner import Partner, Refused

Row = dict[str, Any]
Finding = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the table: what the plan says, what the exchange found, and every difference."""

    number: str
    place: str
    rules: str
    plan: str
    found: str
    differences: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the demonstration tells how far it is."""

    stage: Callable[[str, int], Callable[[int], None]]
    """Begins a stage of so many steps; returns what advances it."""


def hand_over(operator: Partner, folder: Path, progress: Progress) -> dict[str, Partner]:
    """Register the agencies of a folder and push their files, as each of them.

    Returns the agencies' own clients. Raises Refused naming file and line if a row is rejected.
    """
    agencies: list[Row] = json.loads((folder / "agencies.json").read_text())
    partners = _register(operator, agencies, progress)
    pushes: list[Row] = json.loads((folder / "pushes.json").read_text())
    _push_side_by_side(partners, folder, pushes, progress)
    for declaration in _lines(folder / "declarations.ndjson"):
        partner, service = partners[declaration.pop("agency")], declaration.pop("service")
        partner.post(f"/v1/{service}/declarations", declaration)
    for sample in _lines(folder / "samples.ndjson"):
        partners[sample.pop("agency")].post("/v1/rectification/samples", sample)
    return partners


def _register(operator: Partner, agencies: list[Row], progress: Progress) -> dict[str, Partner]:
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


def _push_side_by_side(
    partners: Mapping[str, Partner], folder: Path, pushes: list[Row], progress: Progress
) -> None:
    """Push as the agencies would: each its own files in order, some agencies at a time."""
    size = sum((folder / push["file"]).stat().st_size for push in pushes)
    advance = progress.stage("pushing the agencies' files", size)
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
    done = partner.push(push["service"], push["resource"], folder / push["file"], query=query)
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


def compare(partners: Mapping[str, Partner], folder: Path, progress: Progress) -> Iterator[Line]:
    """Screen as the supervisor on each business date, and hold the findings against the key."""
    key: list[Row] = json.loads((folder / "answer-key.json").read_text())["rows"]
    supervisor = partners["SV23"]
    advance = progress.stage("screening", len(key))
    asked = [_ask(supervisor, row) for row in key]
    for row, screening_id in zip(key, asked, strict=True):
        findings = _findings(supervisor, screening_id)
        advance(1)
        yield _line(row, [finding for finding in findings if _counts(finding, row)])


def _ask(supervisor: Partner, row: Row) -> str:
    body = {"business_date": row["business_date"], **row["scope"]}
    return str(supervisor.post("/v1/rectification/screenings", body)["screening_id"])


def _findings(supervisor: Partner, screening_id: str) -> list[Finding]:
    while supervisor.get(f"/v1/rectification/screenings/{screening_id}")["state"] != "judged":
        time.sleep(0.2)
    return list(supervisor.items("/v1/rectification/findings", screening=screening_id))


def _counts(finding: Finding, row: Row) -> bool:
    """Whether a finding is in the narrower scope that the plan's figure speaks of."""
    signed_from = row.get("only", {}).get("signed_from")
    return signed_from is None or finding["figures"]["signed_on"] >= signed_from


def _line(row: Row, findings: Sequence[Finding]) -> Line:
    expect, differences = row["expect"], []
    for verdict in ("not_met", "undetermined"):
        for rule, subjects in expect[verdict].items():
            found = Counter(
                _subject(f) for f in findings if f["verdict"] == verdict and f["rule_id"] == rule
            )
            differences += _differ(f"{rule} {verdict}", Counter(subjects), found)
    failed = [finding for finding in findings if finding["verdict"] == "not_met"]
    for rule, total in expect["amounts"].items():
        found_total = _sum(f["amount"] for f in failed if f["rule_id"] == rule)
        if found_total != Decimal(total):
            differences.append(f"{rule} amounts to {found_total}, not {total}")
    return Line(
        number=str(row["row"]),
        place=f"{row['place']['zh']} {row['place']['en']}",
        rules=" ".join(row["scope"]["rules"]),
        plan=_words(row["says"]),
        found=_words(_figures(row, failed)),
        differences=differences,
    )


def _figures(row: Row, failed: Sequence[Finding]) -> Row:
    """What was found, in the words in which the plan says it."""
    says, figures = row["says"], Row()
    subjects = {_household(finding) for finding in failed}
    if "of" in says:
        figures["of"] = says["of"]
    figures[next((w for w in ("households", "people") if w in says), "findings")] = (
        len(failed) if row["scope"]["rules"][0].startswith("INS") else len(subjects)
    )
    if "share" in says:
        figures["share"] = f"{100 * Decimal(len(subjects)) / says['of']:.1f}%"
    if "principal" in says:
        figures["principal"] = str(_sum(f["figures"]["principal"] for f in failed))
    if "rates" in says:
        rates = [100 * Decimal(str(f["figures"]["annual_rate"])) for f in failed]
        figures["rates"] = f"{min(rates).normalize():f}%-{max(rates).normalize():f}%"
    if "effective_rate" in says:
        charged = _sum(f["figures"]["charged"] for f in failed)
        principal = _sum(f["figures"]["principal"] for f in failed)
        rate = charged / principal
        figures = {
            "effective_rate": f"{100 * rate:.4f}%",
            "per_10000_a_year": f"{10000 * (rate - Decimal('0.0375')):.2f}",
        }
    for word in ("overpaid", "amount"):
        if word in says:
            figures[word] = str(_sum(f["amount"] for f in failed))
    return figures


def _household(finding: Finding) -> str:
    return str(finding["household_no"] or finding["person_ref"] or _subject(finding))


def _subject(finding: Finding) -> str:
    if finding["contract_no"]:
        return f"{finding['agency']}/{finding['contract_no']}"
    return str(finding["figures"].get("incident_no") or finding["household_no"])


def _differ(what: str, expected: Counter[str], found: Counter[str]) -> list[str]:
    missing, extra = expected - found, found - expected
    told = [f"{what}: {name} was not found" for name in sorted(missing)[:3]]
    told += [f"{what}: {name} should not be found" for name in sorted(extra)[:3]]
    more = len(missing) + len(extra) - len(told)
    return [*told, f"{what}: and {more} more"] if more else told


def _sum(amounts: Any) -> Decimal:
    return sum((Decimal(str(amount)) for amount in amounts if amount is not None), Decimal(0))


def _words(figures: Mapping[str, Any]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in figures.items())


def _lines(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)
