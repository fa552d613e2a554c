"""What feeds announce is written down from the code that announces it."""

import json
import re

from jinqiao.exchange import events
from jinqiao.migration import SERVICES
from tests.house.tree import ROOT, modules, texts_in

DOCUMENT = events()
PAYLOADS = {name: each for name, each in DOCUMENT["components"]["schemas"].items()}


def test_the_document_that_is_published_is_the_codes() -> None:
    published = json.loads((ROOT / "docs/asyncapi/jinqiao.json").read_text(encoding="utf-8"))

    assert published == DOCUMENT, "make docs"


def test_every_feed_is_a_channel_and_every_reference_leads_somewhere() -> None:
    assert set(DOCUMENT["channels"]) == set(SERVICES)
    for pointer in set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(DOCUMENT))):
        found = DOCUMENT
        for step in pointer.split("/"):
            found = found[step]
        assert found


def test_every_type_that_is_announced_is_described() -> None:
    """Types stand in the statements and acts that announce them, as `thing.happened`."""
    described = json.dumps(DOCUMENT["channels"])
    said = re.compile(
        r"\b[a-z_-]+\.(?:recorded|changed|filed|rejected|raised|judged|acted|read"
        r"|requested|dismissed|ended|disabled)\b"
    )

    announced = {
        found
        for path in modules("kernel", "services", "gateway")
        for found in said.findall(texts_in(path))
    }
    assert len(announced) > 15
    assert {each for each in announced if each not in described} == set()


def test_no_payload_has_room_for_who_a_person_is() -> None:
    fields = {name for schema in PAYLOADS.values() for name in schema.get("properties", {})}

    assert fields.isdisjoint(
        {
            "person_key",
            "household_key",
            "name_key",
            "household_no",
            "id_number",
            "members",
            "publicity_name",
            "labour_skill",
            "health",
            "figures",
            "account",
        }
    )
