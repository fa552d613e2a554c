"""The files themselves: one pile of rows for each agency and resource, in the order written."""

import csv
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from io import TextIOWrapper
from pathlib import Path

from jinqiao.counties.agencies import role
from jinqiao.counties.places import HAILUN
from jinqiao.counties.rows import Row

FOLDERS = {
    "poverty_office": "poverty",
    "bank": "banks",
    "finance_bureau": "finance",
    "insurer": "insurers",
}
WITH_BOM = HAILUN.finance_bureau
"""One bureau's program writes a byte order mark before its CSV."""

COVERED = 8
"""How many people a policy's row has room for."""

CSV_HEADINGS: dict[str, tuple[str, ...]] = {
    "payments": (
        "payment_no",
        "county",
        "bank",
        "contract_no",
        "period_start",
        "period_end",
        "amount",
        "paid_on",
    ),
    "products": (
        "product_code",
        *(
            f"liabilities.{number}.{name}"
            for number in range(1, 5)
            for name in ("kind", "basis", "sum", "shared_by_household", "max_age")
        ),
    ),
    "policies": (
        "policy_no",
        "product_code",
        "valid_from",
        "valid_to",
        *(
            f"covered.{number}.{name}"
            for number in range(1, COVERED + 1)
            for name in ("name", "id_number", "from", "to")
        ),
    ),
    "incidents": (
        "incident_no",
        "id_number",
        "name",
        "kind",
        "on",
        "hospital_days",
        "loss",
        "source_version",
    ),
    "claims": (
        "claim_no",
        "policy_no",
        "id_number",
        "kind",
        "incident_on",
        "reported_on",
        "incident_no",
    ),
    "claim-status-changes": (
        "claim_no",
        "version",
        "state",
        "on",
        "amount",
        "reason_code",
        "second_look_on",
        "notified_on",
    ),
}


@dataclass(slots=True)
class Pile:
    """A file, and by division how many rows it holds and what their amounts add up to."""

    agency: str
    resource: str
    path: str
    counts: dict[str, int] = field(default_factory=dict)
    totals: dict[str, Decimal] = field(default_factory=dict)

    @property
    def format(self) -> str:
        return self.path.rpartition(".")[2]


@dataclass(slots=True)
class Files:
    out: Path
    piles: dict[str, Pile] = field(default_factory=dict)
    handles: dict[str, TextIOWrapper] = field(default_factory=dict)
    writers: "dict[str, csv.DictWriter[str]]" = field(default_factory=dict)

    def add(
        self,
        agency: str,
        resource: str,
        rows: Iterable[Row],
        division: str,
        *,
        name: str = "",
        amount: str = "amount",
    ) -> None:
        """Append rows that speak of a division to the agency's file of the resource."""
        suffix = "csv" if resource in CSV_HEADINGS else "ndjson"
        path = f"{FOLDERS[role(agency)]}/{agency}/{name or resource}.{suffix}"
        for row in rows:
            if path not in self.piles:
                self._begin(agency, resource, path)
            if suffix == "csv":
                self.writers[path].writerow(row)
            else:
                self.handles[path].write(_json(row) + "\n")
            pile = self.piles[path]
            pile.counts[division] = pile.counts.get(division, 0) + 1
            if amount in row:
                money = Decimal(str(row[amount]) or 0)
                pile.totals[division] = pile.totals.get(division, Decimal(0)) + money

    def workbook(self, agency: str, resource: str, division: str, name: str) -> Path:
        """Where a workbook is to be written."""
        path = f"{FOLDERS[role(agency)]}/{agency}/{name}.xlsx"
        self.piles[path] = Pile(agency, resource, path, {division: 0})
        return self._folder(path)

    def lines(self, name: str, rows: Iterable[Row]) -> None:
        """A file for whoever pushes, not of an agency."""
        with (self.out / name).open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(_json(row) + "\n" for row in rows)

    def document(self, name: str, content: object) -> None:
        text = json.dumps(content, ensure_ascii=False, indent=1)
        (self.out / name).write_text(text + "\n", encoding="utf-8", newline="\n")

    def close(self) -> None:
        for handle in self.handles.values():
            handle.close()

    def _begin(self, agency: str, resource: str, path: str) -> None:
        encoding = "utf-8-sig" if agency == WITH_BOM else "utf-8"
        handle = self._folder(path).open("w", encoding=encoding, newline="\n")
        self.piles[path] = Pile(agency, resource, path)
        self.handles[path] = handle
        if resource in CSV_HEADINGS:
            writer = csv.DictWriter(handle, CSV_HEADINGS[resource], lineterminator="\n")
            writer.writeheader()
            self.writers[path] = writer

    def _folder(self, path: str) -> Path:
        whole = self.out / path
        whole.parent.mkdir(parents=True, exist_ok=True)
        return whole


def _json(row: object) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
