"""The ten counties' files, read as any reader of them would, for the recount in `recount.py`."""

import csv
import json
from calendar import monthrange
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from jinqiao.counties import CURE

Row = dict[str, Any]
Z = Decimal(0)
ABLE = {
    "普通劳动力": True,
    "技能劳动力": True,
    "弱劳动力或半劳动力": True,
    "丧失劳动力": False,
    "无劳动力": False,
    "ORDINARY": True,
    "SKILLED": True,
    "WEAK_OR_HALF": True,
    "LOST": False,
    "NONE": False,
    "": None,
}
LIFTED = {
    "脱贫": "LIFTED_WITH_POLICY",
    "已脱贫(享受政策)": "LIFTED_WITH_POLICY",
    "已脱贫(不再享受政策)": "LIFTED_NO_POLICY",
}
NO_CAPITAL = {"NO_CAPITAL", "缺资金", "09"}
REGISTERED = ("REGISTERED", "RETURNED", "LIFTED_WITH_POLICY")


@dataclass
class Member:
    name: str
    id_number: str
    certificate: str
    joined: str = ""
    left: str = ""
    died: str = ""
    labour: list[tuple[str, bool | None]] = field(default_factory=list)

    @property
    def born(self) -> date:
        return day(f"{self.id_number[6:10]}-{self.id_number[10:12]}-{self.id_number[12:14]}")

    def present(self, on: date) -> bool:
        iso = str(on)
        return (self.joined or "0") <= iso < min(self.left or "9", self.died or "9")

    def able(self, on: date) -> bool | None:
        """As the last row before the day says; the first one speaks for the days before it too."""
        said = [able for as_at, able in sorted(self.labour) if as_at <= str(on)]
        return said[-1] if said else sorted(self.labour)[0][1]


@dataclass
class Home:
    number: str
    county: str
    statuses: list[tuple[str, str, str]]
    members: dict[str, Member] = field(default_factory=dict)
    village: str = ""
    causes: set[str] = field(default_factory=set)

    def registered(self, on: date) -> bool | None:
        if not self.statuses:
            return None
        return any(
            status in REGISTERED and begun <= str(on) < (ended or "9")
            for status, begun, ended in self.statuses
        )


@dataclass
class Loan:
    rows: list[Row]
    lines: list[Row] = field(default_factory=list)
    repaid: list[tuple[date, Decimal]] = field(default_factory=list)
    refunds: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)
    notices: list[Row] = field(default_factory=list)
    plans: list[Row] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        value = self.rows[0].get(name)
        return day(value) if value and name.endswith("_on") else value

    @property
    def principal(self) -> Decimal:
        return Decimal(self.rows[0]["principal"])

    @property
    def county(self) -> str:
        return str(self.branch_division)[:6]

    def report(self, on: date) -> Row:
        return max(
            (row for row in self.rows if row["as_at"] <= str(on)), key=lambda row: row["as_at"]
        )

    def live(self, on: date) -> bool:
        """Drawn, something owed, not converted."""
        owed = Decimal(self.report(on)["balance"]) > 0
        return bool(self.disbursed_on <= on) and owed and not self.converted(on)

    def balance(self, on: date) -> Decimal:
        return Decimal(self.report(on)["balance"])

    def outstanding(self, on: date) -> Decimal:
        return self.principal - sum((part for when, part in self.repaid if when <= on), Z)

    def converted(self, on: date) -> bool:
        return any(row.get("converted_on", "9") <= str(on) for row in self.rows)

    def reference(self, until: date, rate: Decimal) -> Decimal:
        """R(d) of LOAN-30, from drawdown, over the parts as they were repaid."""
        ends = [(min(until, when), part) for when, part in self.repaid]
        ends.append((min(until, self.matures_on), self.outstanding(date.max)))
        total = sum(
            (
                part * ymd_days(self.disbursed_on, end)
                for end, part in ends
                if end > self.disbursed_on
            ),
            Z,
        )
        return half_up(total * rate / 360)


OWNERS = {
    "households": "POVERTY_OFFICE",
    "needs": "POVERTY_OFFICE",
    "contracts": "BANK",
    "payments": "FINANCE_BUREAU",
    "policies": "INSURER",
}
"""Whose silence about a kind of thing counts."""


class Records:
    """Everything the agencies handed over, read from the files."""

    def __init__(self, out: Path, *, cured: bool = False) -> None:
        self.out = out
        self.said: dict[tuple[str, str, tuple[date, ...]], bool] = {}
        self.pushes: list[Row] = json.loads((out / "pushes.json").read_text("utf-8"))
        self.agencies: list[Row] = json.loads((out / "agencies.json").read_text("utf-8"))
        self.declarations = list(ndjson(out / "declarations.ndjson"))
        if cured:
            for push in json.loads((out / CURE / "pushes.json").read_text("utf-8")):
                self.pushes.append(push | {"file": f"{CURE}/{push['file']}"})
            self.declarations += ndjson(out / CURE / "declarations.ndjson")
        self.samples = {row["name"]: row for row in ndjson(out / "samples.ndjson")}

    def rows(self, resource: str) -> Iterator[tuple[Row, Row]]:
        for push in self.pushes:
            path = self.out / push["file"]
            if push["resource"] == resource and push["format"] != "xlsx":
                for row in ndjson(path) if push["format"] == "ndjson" else table(path):
                    yield push, row

    @cached_property
    def homes(self) -> dict[str, Home]:
        homes: dict[str, Home] = {}
        for push in self.pushes:
            if push["format"] == "xlsx":
                for row in export(self.out / push["file"]):
                    self._exported(homes, row)
        for _, row in self.rows("households"):
            dated = [
                (one["status"], one["valid_from"], one.get("valid_to", ""))
                for one in row["statuses"]
            ]
            code = row["village_code"][:6]
            home = homes.setdefault(row["household_no"], Home(row["household_no"], code, dated))
            home.statuses, home.village = dated, row["village_code"]
            home.causes = {row["main_cause"], *row["other_causes"]}
            for one in row["members"]:
                dates = [one.get(name, "") for name in ("joined_on", "left_on", "died_on")]
                self._member(home, one["name"], one["id_number"], dates).labour.append(
                    (row["as_at"], ABLE[one.get("labour_skill", "")])
                )
        return homes

    def _exported(self, homes: dict[str, Home], row: Row) -> None:
        state = LIFTED.get(row["脱贫状态"])
        begun, lifted = row["识别年度"] + "-01-01", row["脱贫年度"] + "-01-01"
        dated = [("REGISTERED", begun, lifted if state else "")]
        if state:
            dated.append((state, lifted, ""))
        home = homes.setdefault(row["户编号"], Home(row["户编号"], row["村代码"][:6], dated))
        home.statuses, home.village = dated, row["村代码"]
        home.causes = {row["主要致贫原因"], *row["其他致贫原因"].split(",")}
        dates = [row[name] for name in ("增加日期", "减少日期", "死亡日期")]
        member = self._member(home, row["姓名"], row["证件号码"], dates)
        member.labour.append((row["年度"] + "-12-31", ABLE[row["劳动技能"]]))

    def _member(self, home: Home, name: str, certificate: str, dates: list[str]) -> Member:
        fresh = Member(name, certificate[:18], certificate)
        member = home.members.setdefault(certificate[:18], fresh)
        member.joined, member.left, member.died = dates
        return member

    @cached_property
    def people(self) -> dict[str, tuple[Home, Member]]:
        return {
            number: (home, member)
            for home in self.homes.values()
            for number, member in home.members.items()
        }

    @cached_property
    def loans(self) -> dict[str, Loan]:
        loans: dict[str, Loan] = {}
        for push, row in self.rows("contracts"):
            loans.setdefault(f"{push['agency']}/{row['contract_no']}", Loan([])).rows.append(row)
        for push, row in self.rows("interest-lines"):
            loans[f"{push['agency']}/{row['contract_no']}"].lines.append(row)
        for push, row in self.rows("repayments"):
            part = day(row["paid_on"]), Decimal(row["principal"])
            loans[f"{push['agency']}/{row['contract_no']}"].repaid.append(part)
        for push, row in self.rows("refunds"):
            loans[f"{push['agency']}/{row['contract_no']}"].refunds.append(row)
        for push, row in self.rows("notices"):
            loans[f"{push['agency']}/{row['contract_no']}"].notices.append(row)
        for push, row in self.rows("repayment-plans"):
            loans[f"{push['agency']}/{row['contract_no']}"].plans.append(row)
        for _, row in self.rows("payments"):
            loans[f"{row['bank']}/{row['contract_no']}"].payments.append(row)
        return loans

    def sample(self, name: str) -> list[str]:
        return [f"{one['bank']}/{one['contract_no']}" for one in self.samples[name]["contract_nos"]]

    def declared(self, kind: str, county: str, *days: date) -> bool:
        """All agencies of the kind's owners that serve the county said that this is everything."""
        name = kind, county, days
        if name not in self.said:
            self.said[name] = self._declared(kind, county, *days)
        return self.said[name]

    def _declared(self, kind: str, county: str, *days: date) -> bool:
        owner = OWNERS[kind]
        members = {agency.get("parent") for agency in self.agencies}
        serving = {
            agency["code"]
            for agency in self.agencies
            if agency["agency_type"] == owner
            and county + "000000" in agency["divisions"]
            and agency["code"] not in members
        }
        said = {row["agency"] for row in self.declarations if self._speaks(row, kind, county, days)}
        for push in self.pushes:
            if push["resource"] == kind and push.get("covers_division", "").startswith(county):
                begun, ended = push["covers"].split("/")
                if all(begun <= str(one) < ended for one in days):
                    said.add(push["agency"])
        return serving <= said

    def _speaks(self, row: Row, kind: str, county: str, days: Iterable[date]) -> bool:
        return (
            row["kind"] == kind
            and row.get("division", county).startswith(county)
            and all(row["valid_from"] <= str(one) < row["valid_to"] for one in days)
        )


def covers(records: Records) -> dict[str, list[tuple[str, str, str]]]:
    """By person: insurer's product, first day, day after the last."""
    found: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for _, row in records.rows("policies"):
        for count in range(1, 9):
            if number := row[f"covered.{count}.id_number"]:
                begun = row[f"covered.{count}.from"] or row["valid_from"]
                ended = row[f"covered.{count}.to"] or row["valid_to"]
                found[number].append((row["product_code"], begun, ended))
    return found


def liabilities(records: Records) -> dict[tuple[str, str], Row]:
    return {
        (row["product_code"], row[f"liabilities.{count}.kind"]): {
            name: row[f"liabilities.{count}.{name}"]
            for name in ("basis", "sum", "max_age", "shared_by_household")
        }
        for _, row in records.rows("products")
        for count in range(1, 5)
    }


def ndjson(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8") as file:
        yield from map(json.loads, file)


def table(path: Path) -> Iterator[Row]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        yield from csv.DictReader(file)


def export(path: Path) -> Iterator[Row]:
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    headings = [str(cell) for cell in rows[1]]
    return (dict(zip(headings, row, strict=True)) for row in rows[2:])


def day(iso: str) -> date:
    return date.fromisoformat(iso)


def between(start: str, end: str) -> set[date]:
    return {day(start) + timedelta(count) for count in range((day(end) - day(start)).days)}


def half_up(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def later(start: date, months: int) -> date:
    year, month = start.year + (start.month - 1 + months) // 12, (start.month - 1 + months) % 12 + 1
    return date(year, month, min(start.day, monthrange(year, month)[1]))


def ymd_days(start: date, end: date) -> int:
    months = 0
    while later(start, months + 1) <= end:
        months += 1
    return months * 30 + (end - later(start, months)).days


def age(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))
