"""What the demonstration leaves behind: the ledger, the stage report and the charts."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jinqiao.demonstration.charts import page
from jinqiao.demonstration.handing_over import Progress
from jinqiao.partner import Partner

LEDGER, REPORT, CHARTS = "台账.xlsx", "阶段报告.docx", "charts.html"


def write_results(
    supervisor: Partner, out: Path, items: Sequence[dict[str, Any]], progress: Progress
) -> None:
    """Write them into the folder `out`, which is made if need be."""
    out.mkdir(parents=True, exist_ok=True)
    advance = progress.stage("writing ledger, report and charts", 1)
    (out / CHARTS).write_text(page(items), encoding="utf-8")
    advance(1)
