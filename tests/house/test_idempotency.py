"""A POST that is not harmless twice asks for an Idempotency-Key, and the document says so."""

import tomllib
from fnmatch import fnmatch
from pathlib import Path

from jinqiao.exchange import document

_HARMLESS: dict[str, str] = tomllib.loads(
    (Path(__file__).parent / "posts_without_key.toml").read_text(encoding="utf-8")
)


def test_every_post_asks_for_a_key_or_says_why_not() -> None:
    posts = {
        item["post"]["operationId"]: item["post"].get("parameters", [])
        for item in document()["paths"].values()
        if "post" in item
    }

    keyed = {
        name
        for name, parameters in posts.items()
        if any(each["name"] == "Idempotency-Key" and each["required"] for each in parameters)
    }
    harmless = {name for name in posts if any(fnmatch(name, each) for each in _HARMLESS)}

    assert keyed == posts.keys() - harmless
    assert len(keyed) > 25
    assert all(any(fnmatch(name, each) for name in posts) for each in _HARMLESS)
    assert all(len(reason) > 10 for reason in _HARMLESS.values())
