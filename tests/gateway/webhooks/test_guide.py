"""The guide to webhooks shows what is sent, and addresses that are there."""

import json
import re

import pytest

from gateway.webhooks.schemas import News
from jinqiao.exchange import document
from tests.house.tree import ROOT


@pytest.mark.parametrize("guide", ["webhooks.md", "webhooks.zh-CN.md"])
def test_its_body_is_what_is_sent_and_its_addresses_are_there(guide: str) -> None:
    page = (ROOT / "docs/guides" / guide).read_text(encoding="utf-8")
    [shown] = re.findall(r"```json\n(.*?)```", page, re.S)
    told = set(re.findall(r"`?(/v1/webhooks/[a-z]+(?:/\{id\}(?:/[a-z-]+)?)?)", page))
    known = {re.sub(r"\{\w+\}", "{id}", path) for path in document()["paths"]}

    assert json.loads(shown)["data"].keys() == News.model_fields.keys()
    assert told <= known
    assert len(told) >= 7
