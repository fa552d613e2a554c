"""What the exchange found, held against the plan's figures and the answer key.

Only here is the key read. Every finding is held against it by name, and on the day of the plan also
by amount and class: an edit of any record that changes a finding is a difference.
"""

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinqiao import screening
from jinqiao.demonstration.handing_over import Progress, lines
from jinqiao.partner import Partner

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
class Run:
    """A judged screening and all that it found."""

    screening_id: str
    business_date: str
    findings: list[Finding]


def screen(
    supervisor: Partner, rows: Sequence[Row], stage: str, progress: Progress
) -> dict[str, Run]:
    """Screen as the supervisor, once for every date and scope that rows of the key speak of.

    Returns the runs by the name that `run_of` gives a row.
    """
    rules: dict[str, list[str]] = {}
    scopes: dict[str, Row] = {}
    for row in rows:
        name = run_of(row)
        scopes[name] = row
        rules.setdefault(name, []).extend(row["scope"]["rules"])
    advance = progress.stage(stage, len(scopes))
    asked = {
        name: screening.ask(
            supervisor,
            row["business_date"],
            sorted(set(rules[name])),
            **{key: row["scope"][key] for key in ("division", "sample") if key in row["scope"]},
        )
        for name, row in scopes.items()
    }
    runs = {}
    for name, screening_id in asked.items():
        screening.judged(supervisor, screening_id)
        found = screening.findings(supervisor, screening_id)
        runs[name] = Run(screening_id, scopes[name]["business_date"], found)
        advance(1)
    return runs


def run_of(row: Row) -> str:
    """The screening that answers a row of the key: its day and place, or its day and sample."""
    scope = row["scope"]
    return f"{row['business_date']} {scope.get('sample', scope.get('division', 'all'))}"


def key_rows(folder: Path) -> list[Row]:
    """The rows of the answer key, with what the samples hold where a row speaks of one."""
    rows: list[Row] = json.loads((folder / "answer-key.json").read_text("utf-8"))["rows"]
    samples = {
        sample["name"]: {f"{one['bank']}/{one['contract_no']}" for one in sample["contract_nos"]}
        for sample in lines(folder / "samples.ndjson")
    }
    return [row | {"within": samples.get(row.get("within"), set())} for row in rows]


def compare(rows: Sequence[Row], runs: Mapping[str, Run]) -> Iterator[Line]:
    """Every row of the key beside what was found."""
    for row in rows:
        run = runs[run_of(row)]
        yield _line(row, [one for one in run.findings if one["rule_id"] in row["scope"]["rules"]])


def _line(row: Row, findings: Sequence[Finding]) -> Line:
    expect = row["expect"]
    counted = [finding for finding in findings if _counts(finding, row)]
    beside = [finding for finding in findings if not _counts(finding, row)]
    differences = []
    for rule in row["scope"]["rules"]:
        for verdict in ("not_met", "undetermined"):
            found = _named(counted, rule, verdict)
            differences += _differ(f"{rule} {verdict}", Counter(expect[verdict][rule]), found)
        aside = Counter(expect.get("set_aside", {}).get(rule, []))
        found = _named(beside, rule, "not_met") + _named(beside, rule, "undetermined")
        differences += _differ(f"{rule} outside what the plan counts", aside, found)
    failed = [finding for finding in counted if finding["verdict"] == "not_met"]
    for rule, total in expect["amounts"].items():
        found_total = _sum(f["amount"] for f in failed if f["rule_id"] == rule)
        if found_total != Decimal(total):
            differences.append(f"{rule} amounts to {found_total}, not {total}")
    for rule, owed in expect.get("owed", {}).items():
        differences += _compared(rule, "amount", owed, failed, lambda one: str(Decimal(one)))
    for rule, classes in expect.get("classes", {}).items():
        differences += _compared(rule, "class", classes, failed, str)
    unclear = sum(1 for finding in counted if finding["verdict"] == "undetermined")
    return Line(
        number=str(row["row"]),
        place=f"{row['place']['zh']} {row['place']['en']}",
        rules=" ".join(row["scope"]["rules"]),
        plan=_words(row["says"]),
        found=_words(_figures(row, failed) | ({"unclear": unclear} if unclear else {})),
        differences=differences,
    )


def _counts(finding: Finding, row: Row) -> bool:
    """Whether a finding is in the narrower scope that the plan's figure speaks of."""
    signed_from = row.get("only", {}).get("signed_from")
    return signed_from is None or finding["figures"]["signed_on"] >= signed_from


def _named(findings: Sequence[Finding], rule: str, verdict: str) -> Counter[str]:
    return Counter(
        subject(finding)
        for finding in findings
        if finding["verdict"] == verdict and finding["rule_id"] == rule
    )


def _compared(
    rule: str, what: str, expected: Row, failed: Sequence[Finding], read: Any
) -> list[str]:
    """Where amount or class of a subject is another than the key says; what it does not say of
    any subject of the rule it does not ask."""
    if not expected:
        return []
    found = {subject(one): one[what] for one in failed if one["rule_id"] == rule}
    wrong = [
        f"{rule}: {name} has {what} {found.get(name)}, not {value}"
        for name, value in sorted(expected.items())
        if name in found and (found[name] is None or read(found[name]) != read(value))
    ]
    return wrong[:3] + ([f"{rule}: {what} of {len(wrong) - 3} more"] if len(wrong) > 3 else [])


def _figures(row: Row, failed: Sequence[Finding]) -> Row:
    """What was found, in the words in which the plan says it."""
    says, figures = row["says"], Row()
    subjects = {_household(finding) for finding in failed}
    if "in_the_sample" in says:
        sampled = [finding for finding in failed if subject(finding) in row["within"]]
        return {"in_the_sample": len(sampled), "in_the_whole_county": len(failed)}
    if "of" in says:
        figures["of"] = says["of"]
    word = next((word for word in ("households", "people") if word in says), "findings")
    figures[word] = len(subjects) if word == "households" else len(failed)
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
        if word in says or (word == "amount" and row["expect"].get("owed")):
            amount = _sum(f["amount"] for f in failed)
            figures |= {word: str(amount)} if amount else {}
    if "baseline" in says:
        baselines = {100 * Decimal(str(f["figures"]["policy_rate"])) for f in failed}
        figures["baseline"] = " ".join(f"{one.normalize():f}%" for one in sorted(baselines))
    return figures


def _household(finding: Finding) -> str:
    return str(finding["household_no"] or finding["person_ref"] or subject(finding))


def subject(finding: Finding) -> str:
    """How the answer key names what a finding speaks of."""
    figures = finding["figures"]
    told = finding["claim_no"] or figures.get("payment_no") or figures.get("incident_no")
    if told:
        return str(told)
    if finding["contract_no"]:
        return f"{finding['agency']}/{finding['contract_no']}"
    area = finding["village_code"] or finding["division"]
    return str(finding["credit_code"] or finding["household_no"] or area)


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
