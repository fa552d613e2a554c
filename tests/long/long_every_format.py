"""The counting identity: NDJSON, CSV and XLSX of contracts and of households, at every size.

`received` is always the sum of what became of the rows. `make test-long` runs it, and prints how
long each file took and what the gateway, its reader of workbooks and the worker held at most. A
million rows of NDJSON are `long_a_million_rows`.
"""

import csv
import json
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
import xlsxwriter

from bench.province import contracts, household, id_number, partners
from jinqiao.partner import Partner
from jinqiao.throwaway import throwaway_exchange
from tests.long.long_a_million_rows import MEGABYTES, adds_up, peak, processes
from tests.registry.households import EXPORT, exported

SIZES = [1, 199, 1_000, 1_001, 50_000]


@pytest.mark.parametrize("kind", ["ndjson", "csv", "xlsx"])
def test_rows_of_every_format_add_up_at_every_size(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with throwaway_exchange() as operator:
        office, bank = partners(operator)
        for resource, whose in (("loans/contracts", bank), ("registry/households", office)):
            for rows in SIZES:
                file = tmp_path / f"{resource.partition('/')[2]}-{rows}.{kind}"
                write(file, list(told(resource, rows, kind)))
                begun, held = time.monotonic(), Held()
                with held:
                    done = pushed(whose, resource, file)
                with capsys.disabled():
                    print(
                        f"\n{rows:,} {resource} as {kind}: {time.monotonic() - begun:,.0f} s,"
                        f" {held}",
                        end="",
                    )
                wrong = 1 if rows > 1 else 0
                assert adds_up(done)
                assert (done["received"], done["rejected"]) == (rows, wrong), done
                assert done["accepted"] + done["unchanged"] == rows - wrong
                assert max(held.most.values()) < MEGABYTES


def told(resource: str, rows: int, kind: str) -> Iterator[dict[str, Any]]:
    """Rows, the last of which is wrong unless it is the only one."""
    last = rows - 1 if rows > 1 else rows
    if resource == "loans/contracts":
        for n, row in enumerate(contracts(rows)):
            yield {**row, "five_class": 9} if n == last else row
    elif kind == "xlsx":
        for n in range(rows):
            attribute = "？" if n == last else "一般贫困户"
            yield exported(n, 证件号码=id_number(n), 贫困户属性=attribute)
    else:
        for n in range(rows):
            row = {**household(n), "source_version": 1}
            yield {**row, "attribute": "?"} if n == last else row


def pushed(partner: Partner, resource: str, file: Path) -> dict[str, Any]:
    service, _, things = resource.partition("/")
    return partner.push(service, things, file)


def write(file: Path, rows: list[dict[str, Any]]) -> None:
    if file.suffix == ".ndjson":
        lines = (json.dumps(row, ensure_ascii=False) for row in rows)
        file.write_text("\n".join(lines))
        return
    lines = [dict(cells_of(row)) for row in rows]
    names = [name for name in EXPORT if name in lines[0]] or list(lines[0])
    table = [names, *([line[name] for name in names] for line in lines)]
    if file.suffix == ".csv":
        with file.open("w", newline="") as out:
            csv.writer(out).writerows(table)
        return
    with xlsxwriter.Workbook(file, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, cells in enumerate(table):
            sheet.write_row(place, 0, cells)


def cells_of(value: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """The cells of a row, nested ones under dotted headings, lists numbered from 1."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from cells_of(part, f"{name}.{key}" if name else key)
    elif isinstance(value, list):
        for number, part in enumerate(value, start=1):
            yield from cells_of(part, f"{name}.{number}")
    else:
        yield name, value


class Held:
    """What processes have held at most, looked at while a block runs."""

    def __init__(self) -> None:
        self.most: dict[str, float] = {}
        self._over = Event()
        self._looking = Thread(target=self._look)

    def __enter__(self) -> "Held":
        self._looking.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._looking.join()

    def __str__(self) -> str:
        held = ", ".join(f"{name} {height:,.0f} MB" for name, height in self.most.items())
        return f"at most {held}"

    def _look(self) -> None:
        while not self._over.wait(0.1):
            for name, pid in (*processes().items(), *readers()):
                try:
                    self.most[name] = max(self.most.get(name, 0.0), peak(pid))
                except (OSError, StopIteration):
                    continue  # it has just ended


def readers() -> Iterator[tuple[str, int]]:
    """The processes in which the gateway reads workbooks."""
    gateway = processes().get("gateway")
    children = Path(f"/proc/{gateway}/task").glob("*/children") if gateway else ()
    for pid in (word for each in children for word in each.read_text().split()):
        try:
            words = Path(f"/proc/{pid}/cmdline").read_bytes()
        except OSError:
            continue
        if b"workbook.py" in words:
            yield "reader of workbooks", int(pid)
