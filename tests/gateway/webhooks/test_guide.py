"""What the guide to webhooks shows is so: its calls, its body, its addresses."""

import json
import re
from collections.abc import Callable

from gateway.webhooks.schemas import News
from jinqiao.exchange import document
from tests.house.tree import ROOT
from tests.visitor import Visitor

GUIDE = (ROOT / "docs/guides/webhooks.md").read_text(encoding="utf-8")
CALL = re.compile(
    r"curl -s \$exchange(\S+) -H \"\$(\w+)\" -H 'Content-Type: application/json' -d '(\{.*?\})'",
    re.S,
)


def test_its_calls_do_what_it_says(visit: Callable[..., Visitor], operator: Visitor) -> None:
    who = {"operator": operator, "bank": visit("bank", agency="RCU-BAIQUAN")}
    calls = {name: (path, json.loads(body)) for path, name, body in CALL.findall(GUIDE)}
    assert calls.keys() == who.keys()

    for name in ("operator", "bank"):
        path, body = calls[name]
        answer = who[name].post(path, json=body)
        assert answer.status_code == 201, answer.text


def test_its_body_is_what_is_sent_and_its_addresses_are_there() -> None:
    [shown] = re.findall(r"```json\n(.*?)```", GUIDE, re.S)
    told = set(re.findall(r"`?(/v1/webhooks/[a-z]+(?:/\{id\}(?:/[a-z-]+)?)?)", GUIDE))
    known = {re.sub(r"\{\w+\}", "{id}", path) for path in document()["paths"]}

    assert json.loads(shown)["data"].keys() == News.model_fields.keys()
    assert told <= known
    assert len(told) >= 7
