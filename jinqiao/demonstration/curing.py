"""The ledger worked from finding to 销号: opened, put right, looked at by another unit, closed."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinqiao import screening
from jinqiao.demonstration.comparing import Line, Run, subject
from jinqiao.demonstration.handing_over import Progress
from jinqiao.partner import Partner, Refused

Row = dict[str, Any]

_ITEMS = "/v1/rectification/items"

LISTED, STARTED = "2019-05-30", "2019-06-03"
JUNE, NOVEMBER = "2019-06-28", "2019-10-31"
"""When items were completed: those of the plan's 二 to 五 within June, the others in autumn."""
OF_JUNE = (2, 3, 4, 5)
FIRST_CLOSING = 21
"""The day of November on which the first county's items are closed; the others follow daily."""

STANDING = ("SUB-01", "SUB-02", "INS-03")
"""What these found stays so for good, and no record undoes it: their items are kept up for the
long term (长期坚持)."""

OF_BORROWING = tuple(f"LOAN-{number:02d}" for number in range(1, 18))
"""They say what was; the item closes when the loan is gone, or somebody has been to see."""

NAMES = ("王立新", "李春梅", "张文博", "刘海燕", "陈国栋", "杨雪", "赵志强", "周敏")
"""Invented officers."""

_AT_A_TIME = 4


def officers_of(operator: Partner, folder: Path) -> dict[str, Partner]:
    """A named officer of every agency that works or closes items, by the agency's code."""
    agencies: list[Row] = json.loads((folder / "agencies.json").read_text("utf-8"))
    officers = {}
    for turn, agency in enumerate(agencies):
        role = str(agency["agency_type"]).lower()
        if role in ("operator", "auditor"):
            continue
        name = NAMES[turn % len(NAMES)]
        client = operator.post(
            "/v1/clients",
            {"agency": agency["code"], "kind": "OFFICER", "role": role, "name": name},
        )
        officers[agency["code"]] = Partner(
            operator.http, client["client_id"], client["client_secret"]
        )
    return officers


@dataclass(slots=True)
class Ledger:
    """The items of one run, and who works them."""

    supervisor: Partner
    officers: Mapping[str, Partner]
    run: Run
    ids: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def open(self, progress: Progress) -> None:
        """List everything that the run found: an item a rule, county and agency."""
        advance = progress.stage("opening the ledger", 1)
        body = {"screening_id": self.run.screening_id, "by": "place", "on": LISTED}
        self.officers["SV23"].post(f"{_ITEMS}/from-screening", body)
        self.ids = [item["item_id"] for item in self.items()]
        advance(1)
        self._each("starting", progress, lambda item: self._act(item, "start", on=STARTED))

    def complete(self, progress: Progress) -> None:
        """The responsible units show what they did and say that it is done."""
        self._each("completing", progress, self._complete)

    def close(self, progress: Progress) -> None:
        """Officers of another unit look at it and close it (销号); what stands is kept up."""
        counties = sorted({item["division"] for item in self.items()})

        def close(item: Row) -> None:
            day = f"2019-11-{FIRST_CLOSING + counties.index(item['division']) % 9:02d}"
            if item["rule_id"] in STANDING:
                self._act(item, "long-term", on=day)
                return
            statement = f"复查无此问题，已达到整改标准：{item['standard']}"
            try:
                path = f"{_ITEMS}/{item['item_id']}/close"
                self.officers["SV23"].post(path, {"on": day, "statement": statement})
            except Refused as refused:
                self.refused.append(f"{item['rule_id']} {item['division']}: {refused}")

        self._each("closing", progress, close)

    def items(self) -> list[Row]:
        """Every item as it is now."""
        return list(self.supervisor.items(_ITEMS))

    def lines(self) -> Sequence[Line]:
        """What became of the ledger: all closed or kept up, and all money back."""
        items = self.items()
        states = Counter(item["state"] for item in items)
        owed = _sum(item["money"]["owed"] for item in items if item["money"])
        back = _sum(item["money"]["returned"] for item in items if item["money"])
        found = sum(item["findings"] for item in items)
        failed = sum(one["verdict"] == "not_met" for one in self.run.findings)
        standing = sum(item["rule_id"] in STANDING for item in items)
        differences = self.refused[:5]
        if found != failed:
            differences.append(f"{found} findings are in items, of {failed}")
        if states["closed"] + standing != len(items) or states["long_term"] != standing:
            differences.append(f"items are {dict(states)}; {standing} cannot be closed")
        if owed != back:
            differences.append(f"{owed} yuan were owed and {back} came back")
        return [
            Line(
                "整改",
                "台账 the ledger",
                "",
                "closed by another unit, money back to the fen",
                f"items {len(items)}, closed {states['closed']}, kept up {states['long_term']},"
                f" findings {found}, owed {owed}, returned {back}",
                differences,
            )
        ]

    def _complete(self, item: Row) -> None:
        day = JUNE if item["category"] in OF_JUNE else NOVEMBER
        worker = self._worker(item)
        if item["rule_id"] in OF_BORROWING:
            self._visit(item)
        worker.upload(
            f"{_ITEMS}/{item['item_id']}/evidence",
            _document(f"{item['item_id']} {item['rule_id']}"),
            title="整改佐证",
        )
        self._act(item, "complete", on=day)

    def _visit(self, item: Row) -> None:
        """Somebody of the county's poverty office goes to every household of an item."""
        office = self.officers[_office(item["division"])]
        whole = self.supervisor.get(f"{_ITEMS}/{item['item_id']}")
        for finding in whole["shown_findings"]:
            office.post(
                f"/v1/rectification/findings/{finding['finding_id']}/checks",
                {"visited_on": "2019-07-03", "visited_by": "驻村工作队", "outcome": "CONFIRMED"},
            )

    def _act(self, item: Row, act: str, **body: str) -> None:
        self._worker(item).post(f"{_ITEMS}/{item['item_id']}/{act}", body)

    def _worker(self, item: Row) -> Partner:
        """An officer of the bank or insurer of whose rows an item speaks, if it is to work it;
        else of the office or bureau of the place."""
        for agency in item["agencies"]:
            kind = "INSURER" if agency.startswith("IN") else "BANK"
            if kind in item["responsible_kinds"]:
                return self.officers[agency]
        if "POVERTY_OFFICE" in item["responsible_kinds"]:
            return self.officers[_office(item["division"])]
        return self.officers["FB" + item["division"][:6]]

    def _each(self, what: str, progress: Progress, act: Any) -> None:
        items = self.items()
        advance = progress.stage(f"{what} the items", len(items))

        def one(item: Row) -> None:
            act(item)
            advance(1)

        with ThreadPoolExecutor(_AT_A_TIME) as workers:
            list(workers.map(one, items))


def unchanged(supervisor: Partner, runs: Mapping[str, Run]) -> Line:
    """The old runs still say what they said: the same findings under the same ids."""
    differences = []
    for name, run in runs.items():
        again = screening.findings(supervisor, run.screening_id)
        if [one | {"caused_by": ""} for one in again] != [
            one | {"caused_by": ""} for one in run.findings
        ]:
            differences.append(f"the run of {name} says something else now")
    total = sum(len(run.findings) for run in runs.values())
    return Line(
        "整改",
        "以前各次筛查 the runs before",
        "",
        "still say what they said",
        f"runs {len(runs)}, findings {total}, all the same",
        differences,
    )


def runs_compared(supervisor: Partner, before: Run, after: Run) -> Line:
    """What is new, gone and still there between two runs, as the exchange tells it."""
    path = f"/v1/rectification/screenings/{after.screening_id}/changes"
    told: list[Row] = supervisor.get(path, since=before.screening_id, limit=1)["counts"]
    found = Counter[str]()
    for one in told:
        found[one["change"]] += one["findings"]
    then, now = _problems(before), _problems(after)
    expected = {
        "new": (now - then).total(),
        "gone": (then - now).total(),
        "still": (then & now).total(),
    }
    differences = [] if found == Counter(expected) else [f"counted here: {expected}"]
    words = f"new {found['new']}, gone {found['gone']}, still there {found['still']}"
    return Line("整改", "两次筛查对比 two runs", "", "new, gone, still there", words, differences)


def _problems(run: Run) -> Counter[str]:
    return Counter(f"{one['rule_id']} {subject(one)}" for one in run.findings)


def _office(division: str) -> str:
    return "PO23" if division[2:] == "0" * 10 else "PO" + division[:6]


def _sum(amounts: Any) -> Decimal:
    return sum((Decimal(str(amount)) for amount in amounts), Decimal(0))


def _document(name: str) -> bytes:
    """A file that could be a scan: small, and another for every item."""
    return f"%PDF-1.4\n% {name}\n1 0 obj <<>> endobj\ntrailer <<>>\n%%EOF\n".encode()
