"""A bulk push of 50,000 contracts, beside raw COPY + upsert of the same rows.

    python -m bench.bulk_contracts

The raw side writes a table of the same columns by COPY to a temporary table and one upsert, with
the records already in memory and encrypted: no HTTP, no validation, no versions, no events.
"""

import asyncio
import json
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg

from bench.province import contracts, partners
from jinqiao import postgres
from jinqiao.throwaway import throwaway_exchange

ROWS, RUNS = 50_000, 3


def main() -> None:
    """Interleave both, and print rows per second and the ratio of the medians."""
    rows = list(contracts(ROWS))
    with (
        tempfile.TemporaryDirectory() as folder,
        _bare_database() as database,
        throwaway_exchange() as operator,
    ):
        _, bank = partners(operator)
        pushed, raw = [], []
        for run in range(RUNS):
            file = Path(folder) / f"contracts-{run}.ndjson"
            with file.open("w") as out:
                for row in rows:
                    number = {"contract_no": f"{run}-{row['contract_no']}"}
                    out.write(json.dumps(row | number, ensure_ascii=False) + "\n")
            begun = time.perf_counter()
            done = bank.push("loans", "contracts", file)
            pushed.append(ROWS / (time.perf_counter() - begun))
            if done["accepted"] != ROWS:
                raise RuntimeError(f"only {done['accepted']} rows were accepted")
            raw.append(ROWS / asyncio.run(_copy_and_upsert(database, rows, run)))
    for name, rates in (("raw COPY + upsert", raw), ("bulk push", pushed)):
        each = ", ".join(f"{rate:,.0f}" for rate in rates)
        print(f"{name:>20}: {each} rows/s, median {statistics.median(rates):,.0f}")
    ratio = statistics.median(pushed) / statistics.median(raw)
    print(f"{'ratio':>20}: {ratio:.2f} of the limit, {ROWS:,} rows a run")


_MONEY = ("principal", "annual_rate", "balance", "overdue_principal")
_DAYS = ("applied_on", "signed_on", "disbursed_on", "matures_on", "as_at")
_KEY = "contract_no"


@contextmanager
def _bare_database() -> Iterator[str]:
    """A PostgreSQL of the same kind and settings, for the raw side alone."""
    folder = Path(tempfile.mkdtemp(prefix="jinqiao-bench-"))
    folder.chmod(0o711)  # as root, the server runs as another user who must pass through
    try:
        with postgres.running(folder / "postgresql") as server:
            yield server.url().replace("+asyncpg", "")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


async def _copy_and_upsert(url: str, rows: list[dict[str, Any]], run: int) -> float:
    """Seconds that the database alone needs for these rows."""
    names = list(rows[0])
    typed = [tuple(_typed(name, row[name], run) for name in names) for row in rows]
    listed = ", ".join(f"{name} {_type(name)}" for name in names)
    changed = ", ".join(f"{name} = excluded.{name}" for name in names if name != _KEY)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            f"create table if not exists contract ({listed}, primary key ({_KEY}))"
        )
        begun = time.perf_counter()
        async with connection.transaction():
            await connection.execute("create temp table pushed (like contract) on commit drop")
            await connection.copy_records_to_table("pushed", records=typed, columns=names)
            await connection.execute(
                f"insert into contract select * from pushed on conflict ({_KEY}) "
                f"do update set {changed}"
            )
        return time.perf_counter() - begun
    finally:
        await connection.close()


def _type(name: str) -> str:
    if name in _MONEY:
        return "numeric"
    return "date" if name in _DAYS else "int" if name == "five_class" else "text"


def _typed(name: str, value: Any, run: int) -> Any:
    if name in _MONEY:
        return Decimal(value)
    if name == _KEY:
        return f"{run}-{value}"
    return date.fromisoformat(value) if name in _DAYS else value


if __name__ == "__main__":
    main()
