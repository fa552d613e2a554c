"""Deliveries: signed, thin, one for a push, tried on the schedule, and never lost."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.gateway.webhooks.receiving import Receiver
from tests.story import a_contract, a_household, a_person, push
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Drain = Callable[[], None]
Listening = Callable[..., dict[str, Any]]
Later = Callable[[timedelta], None]


def feed_head(sql: Callable[..., list[Any]], service: str) -> int:
    return int(sql(service, "select position from feed_head")[0]["position"])


@pytest.mark.parametrize("signing", ["v1", "v1a"])
def test_a_bank_is_told_that_there_is_news_and_nothing_more(
    visit: Visit, drain: Drain, listening: Listening, receiver: Receiver, signing: str
) -> None:
    bank, wang = visit("bank"), a_person()
    drain()
    endpoint = listening(bank, signing=signing)
    push(bank, "contracts", a_contract(wang))

    drain()

    [told] = receiver.received
    assert told.type == "contract.recorded"
    assert told.said["data"].keys() == {
        "service",
        "first_position",
        "last_position",
        "count",
        "types",
    }
    assert told.said["data"]["service"] == "loans"
    assert told.said["data"]["count"] == 1
    assert told.headers["content-type"] == "application/json"
    key = endpoint["secret"] if signing == "v1" else endpoint["public_keys"][0]
    assert told.fits(key)
    assert told.is_signed_with(endpoint["secret"]) if signing == "v1" else not endpoint["secret"]
    for personal in (wang.id_number, wang.name, "household_key", "person_key"):
        assert personal.encode() not in told.body
