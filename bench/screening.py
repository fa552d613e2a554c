"""Screening ten counties by every rule, and again on the same business date after a day's changes.

python -m bench.screening
"""

import json
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from jinqiao import screening
from jinqiao.counties import generate
from jinqiao.demonstration.handing_over import Progress, hand_over, lines, register
from jinqiao.partner import Partner
from jinqiao.throwaway import throwaway_exchange

BUSINESS_DATE, HOUSEHOLDS, CHANGES = "2019-05-28", 20_000, (0, 10, 100, 1_000)
BANK = "RCU231222"


def main() -> None:
    """Print how long a whole run takes, and runs that continue it, beside what had changed."""
    with tempfile.TemporaryDirectory() as folder, throwaway_exchange() as operator:
        files = Path(folder)
        generate(files, households=HOUSEHOLDS)
        silent = Progress(lambda *_: lambda _: None)
        partners = register(operator, files, silent)
        hand_over(partners, files, "", silent)
        supervisor, bank = partners["SV23"], partners[BANK]
        reported = list(lines(files / "banks" / BANK / "contracts-later.ndjson"))
        whole = _timed(lambda: _screen(supervisor))
        print(f"{'whole':>24}: {whole:6.2f} s, {HOUSEHOLDS:,} households")
        for count in CHANGES:
            changed = [
                row | {"source_version": 100 + count, "five_class": 2}
                for row in islice(reported, count)
            ]
            _push(bank, changed, files / "changed.ndjson")
            again = _timed(lambda: _screen(supervisor))
            print(
                f"{len(changed):>10,} loans changed: {again:6.2f} s, {again / whole:.2f} of whole"
            )


def _screen(supervisor: Partner) -> None:
    screening.judged(supervisor, screening.ask(supervisor, BUSINESS_DATE, []))


def _timed(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def _push(bank: Partner, rows: Sequence[dict[str, Any]], file: Path) -> None:
    if rows:
        file.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
        bank.push("loans", "contracts", file)


if __name__ == "__main__":
    main()
