"""A page of charts that a supervisor would show: plain SVG, no script, nothing from elsewhere."""

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from html import escape
from typing import Any

import pygal  # type: ignore[import-untyped]
from pygal.style import Style  # type: ignore[import-untyped]

from kernel import divisions

# pygal leaves an importer behind of which Python warns at every import; no map is drawn here.
sys.meta_path[:] = [one for one in sys.meta_path if not isinstance(one, pygal.PluginImportFixer)]

Row = dict[str, Any]
Series = Mapping[str, Sequence[Any]]

CATEGORIES = {
    1: "一 户贷企用等",
    2: "二 计息",
    3: "三 利率",
    4: "四 贴息",
    5: "五 保险",
    6: "六 风险",
    7: "七 缺资金",
}
CAUSES = {
    "LOAN-30": "按日计息多收",
    "LOAN-31": "执行普通利率多收",
    "SUB-10": "未申请贴息",
    "SUB-11": "贴息未返还",
    "SUB-12": "财政多付贴息",
    "INS-02": "应赔未赔",
    "INS-04": "少赔",
}
STRUCK_OFF, KEPT_UP = ("closed", "dismissed"), ("long_term",)

_STYLE = Style(
    font_family="'Noto Sans CJK SC','Microsoft YaHei','PingFang SC',sans-serif",
    background="transparent",
    plot_background="transparent",
    colors=("#b33a2b", "#2f6f4f", "#c9a227", "#2b5c8a", "#7a4b8c", "#5f6b6d"),
    label_font_size=13,
    major_label_font_size=13,
    legend_font_size=14,
    title_font_size=17,
    value_font_size=12,
    value_colors=("#222",) * 6,
)


def page(items: Sequence[Row]) -> str:
    """The whole page of the items of a ledger, as HTML."""
    charts = [
        _by_category(items),
        _by_county(items),
        _money_by_county(items),
        _money_by_cause(items),
        _timeline(items),
    ]
    found = sum(item["findings"] for item in items)
    struck_off, kept_up = _findings(items, STRUCK_OFF), _findings(items, KEPT_UP)
    owed, back = _sum(items, "owed"), _sum(items, "returned")
    summary = (
        f"{len(items)} 项台账，{found} 个问题，已销号 {struck_off} 个，长期坚持 {kept_up} 个；"
        f"应返还 {owed:,} 元，已返还 {back:,} 元。"
        f"<br>{len(items)} items, {found} findings, {struck_off} struck off, {kept_up} kept up; "
        f"{owed:,} yuan owed, {back:,} yuan returned."
    )
    figures = "\n".join(f"<figure>{chart}</figure>" for chart in charts)
    return _PAGE.format(title=escape("十县整改进展 Ten counties put right"), summary=summary) + (
        f"{figures}\n</body>\n</html>\n"
    )


def _by_category(items: Sequence[Row]) -> str:
    names = [CATEGORIES[number] for number in CATEGORIES]
    groups = [[one for one in items if one["category"] == number] for number in CATEGORIES]
    return _bars(
        "发现与销号，按问题类别 Found and struck off, by category", names, _progress(groups)
    )


def _by_county(items: Sequence[Row]) -> str:
    places = _places(items)
    groups = [[one for one in items if _place(one) == name] for name in places]
    return _bars("发现与销号，按县 Found and struck off, by county", places, _progress(groups))


def _money_by_county(items: Sequence[Row]) -> str:
    places = _places(one for one in items if one["money"])
    groups = [[one for one in items if _place(one) == name] for name in places]
    return _bars(
        "应返还与已返还（元），按县 Owed and returned (yuan), by county",
        places,
        {
            "应返还 owed": [_sum(group, "owed") for group in groups],
            "已返还 returned": [_sum(group, "returned") for group in groups],
        },
        pygal.HorizontalBar,
    )


def _money_by_cause(items: Sequence[Row]) -> str:
    rules = [rule for rule in CAUSES if any(one["rule_id"] == rule for one in items)]
    groups = [[one for one in items if one["rule_id"] == rule] for rule in rules]
    return _bars(
        "应返还金额（元），按原因 Money owed (yuan), by cause",
        [CAUSES[rule] for rule in rules],
        {
            "应返还 owed": [_sum(group, "owed") for group in groups],
            "已返还 returned": [_sum(group, "returned") for group in groups],
        },
        pygal.HorizontalBar,
    )


def _timeline(items: Sequence[Row]) -> str:
    days = sorted({item[name] for item in items for name in _STEPS if item.get(name) is not None})
    chart = _chart(pygal.Line, "台账进度 The ledger over time", days)
    chart.x_label_rotation = 30
    for name, label in _STEPS.items():
        reached = sorted(item[name] for item in items if item.get(name) is not None)
        chart.add(label, [sum(day <= until for day in reached) for until in days])
    return _svg(chart)


_STEPS = {
    "opened_on": "列入 listed",
    "completed_on": "完成 completed",
    "closed_on": "销号 closed",
}


def _progress(groups: Sequence[Sequence[Row]]) -> Series:
    return {
        "发现 found": [sum(one["findings"] for one in group) for group in groups],
        "已销号 struck off": [_findings(group, STRUCK_OFF) for group in groups],
        "长期坚持 kept up": [_findings(group, KEPT_UP) for group in groups],
    }


def _findings(items: Iterable[Row], states: Sequence[str]) -> int:
    return sum(one["findings"] for one in items if one["state"] in states)


def _bars(title: str, names: Sequence[str], series: Series, kind: Any = pygal.Bar) -> str:
    chart = _chart(kind, title, names)
    for name, values in series.items():
        chart.add(name, list(values))
    return _svg(chart)


def _chart(kind: Any, title: str, names: Sequence[str]) -> Any:
    chart = kind(
        title=title,
        js=[],
        style=_STYLE,
        width=960,
        height=420,
        print_values=kind is not pygal.Line,
        print_values_position="top",
        legend_at_bottom=True,
        disable_xml_declaration=True,
        value_formatter=_told,
        show_dots=False,
    )
    chart.x_labels = list(names)
    return chart


def _told(value: Any) -> str:
    """Counts without a point, yuan to the fen."""
    return f"{value:,.2f}" if value != int(value) else f"{int(value):,}"


def _svg(chart: Any) -> str:
    """The picture alone: what moves it needs a script, which the page does without."""
    return _MOVING.sub("", chart.render(is_unicode=True))


_MOVING = re.compile(r"<script.*?</script>|<!--.*?-->", re.DOTALL)


def _places(items: Iterable[Row]) -> list[str]:
    return list(dict.fromkeys(map(_place, sorted(items, key=lambda one: str(one["division"])))))


def _place(item: Row) -> str:
    county = item["division"][:6] + "000000"
    return divisions.names().get(county) or "全省"


def _sum(items: Iterable[Row], name: str) -> Decimal:
    return sum((Decimal(one["money"][name]) for one in items if one["money"]), Decimal(0))


_PAGE = """<!doctype html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<title>{title}</title>
<style>
body {{ max-width: 1000px; margin: 2rem auto; padding: 0 1rem; color: #222;
  font-family: "Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC", sans-serif; }}
h1 {{ font-size: 1.5rem; }}
figure {{ margin: 2rem 0; }}
</style>
</head>
<body>
<h1>{title}</h1>
<p>{summary}</p>
"""
