"""What the demonstration leaves behind: the ledger, the stage report and the charts."""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from jinqiao.demonstration.charts import page
from jinqiao.demonstration.comparing import Line
from jinqiao.demonstration.handing_over import Progress
from jinqiao.partner import Partner

Row = dict[str, Any]

STAGE = "2019-11-30"
"""The last day of the plan, when every item has been looked at."""

FILES = {"xlsx": "台账.xlsx", "docx": "阶段报告.docx"}
CHARTS = "charts.html"


def write_results(supervisor: Partner, out: Path, items: Sequence[Row], progress: Progress) -> Line:
    """Write them into the folder `out`, which is made if need be; and whether they add up."""
    out.mkdir(parents=True, exist_ok=True)
    advance = progress.stage("writing ledger, report and charts", len(FILES) + 2)
    path = f"/v1/rectification/reports/{STAGE}"
    for form, name in FILES.items():
        (out / name).write_bytes(supervisor.download(path, format=form))
        advance(1)
    (out / CHARTS).write_text(page(items), encoding="utf-8")
    advance(1)
    line = _adds_up(supervisor.get(path, format="json"), items)
    advance(1)
    return line


def _adds_up(report: Row, items: Sequence[Row]) -> Line:
    """Whether the report's totals are those of the items."""
    money = [item["money"] for item in items if item["money"]]
    expected = {
        "items": len(items),
        "found": sum(item["findings"] for item in items),
        "rectified": sum(item["findings"] for item in items if item["state"] == "closed"),
        "owed": sum((Decimal(one["owed"]) for one in money), Decimal(0)),
        "returned": sum((Decimal(one["returned"]) for one in money), Decimal(0)),
    }
    total = report["total"]
    differences = [
        f"{name}: the report says {total[name]}, the items come to {value}"
        for name, value in expected.items()
        if Decimal(total[name]) != value
    ]
    return Line(
        "整改",
        "阶段报告 the stage report",
        "",
        "every total equals its rows",
        ", ".join(f"{name} {total[name]}" for name in expected),
        differences,
    )
