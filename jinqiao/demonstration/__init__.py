"""The main job: ten counties, raw records in, the plan's own findings out, and put right again.

It does what the agencies would do, over HTTP against an exchange that runs as it always runs:
registers them, takes tokens, pushes their files, asks for screenings, works the ledger. Only what
compares reads the answer key, and holds what was found against it.
"""

from collections.abc import Iterator
from pathlib import Path

from jinqiao.counties import CURE
from jinqiao.demonstration.comparing import Line, compare, key_rows, screen
from jinqiao.demonstration.curing import Ledger, officers_of, runs_compared, unchanged
from jinqiao.demonstration.handing_over import Progress, hand_over, register
from jinqiao.demonstration.results import write_results
from jinqiao.partner import Partner

__all__ = ["Line", "Progress", "demonstrate"]


def demonstrate(operator: Partner, folder: Path, out: Path, progress: Progress) -> Iterator[Line]:
    """Run the main job on a folder's files, and leave ledger, report and charts in `out`.

    Yields each line as soon as it is known. Raises Refused if the exchange refuses what must pass.
    """
    partners = register(operator, folder, progress)
    hand_over(partners, folder, "pushing the agencies' files", progress)
    supervisor = partners["SV23"]
    rows = key_rows(folder)
    plan = [row for row in rows if row["row"] <= _LAST_OF_THE_PLAN]
    cured = [row for row in rows if row["row"] > _LAST_OF_THE_PLAN]
    before = screen(supervisor, plan, "screening", progress)
    yield from compare(plan, before)

    plan_day = before[_PLAN_DAY]
    ledger = Ledger(supervisor, officers_of(operator, folder), plan_day)
    ledger.open(progress)
    hand_over(partners, folder / CURE, "pushing what puts it right", progress)
    ledger.complete(progress)
    after = screen(supervisor, cured, "screening again", progress)
    yield from compare(cured, after)
    [again] = after.values()
    ledger.close(progress)
    yield unchanged(supervisor, before)
    yield runs_compared(supervisor, plan_day, again)
    yield from ledger.lines()
    yield write_results(supervisor, out, ledger.items(), progress)


_LAST_OF_THE_PLAN = 8
_PLAN_DAY = "2019-05-28 all"
