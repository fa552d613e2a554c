"""The feed is kept a year, by months; what it says of people is readable for as long as its key."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from jinqiao.exchange import Exchange
from kernel import clock
from kernel.sharing import months
from tests.sharing.conftest import read_all
from tests.story import a_household, a_person, push
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Drain = Callable[[], None]
Sql = Callable[..., list[Any]]
Told = Callable[..., list[Any]]

THIS = months.month_of(clock.today())


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Callable[[date], None]:
    """`on(day)`: let it be another day for the exchange."""
    return lambda day: monkeypatch.setattr(clock, "today", lambda: day)


def test_what_an_event_says_of_people_is_kept_encrypted_and_told_whole(
    office: Visitor, drain: Drain, sql: Sql, announced: Told
) -> None:
    wang = a_person()
    household = a_household(wang)
    push(office, "households", household)
    drain()

    [kept] = sql("registry", "select * from feed where type = 'household.recorded'")
    [whole] = announced("registry", "household.recorded")

    assert set(kept["data"]) == {"household_key", "agency"}
    person = whole["data"]["members"][0]["person_key"]
    assert person.encode() not in bytes(kept["sealed"])
    assert whole["data"]["household_no"] == household["household_no"]
    assert kept["month"] == THIS


def test_months_are_opened_ahead_and_closed_with_their_keys_after_a_year(
    visit: Visit, office: Visitor, drain: Drain, sql: Sql, on: Callable[[date], None]
) -> None:
    bank = visit("bank")
    long_ago = months.months_before(THIS, 13)
    on(long_ago + timedelta(days=14))
    push(office, "households", a_household(a_person()))
    drain()
    on(THIS)
    push(office, "households", a_household(a_person()))

    drain()
    parts = sql("registry", _PARTS)
    kept = sql("registry", "select month, position from feed where type = 'household.recorded'")
    keys = sql("registry", "select month, sealed_key is null as gone, until from feed_month")
    of_month = {row["month"]: row for row in keys}
    floor = of_month[long_ago]["until"]

    assert {"feed_" + f"{each:%Y_%m}" for each in (THIS, months.months_before(THIS, -1))} <= {
        row["name"] for row in parts
    }
    assert f"feed_{long_ago:%Y_%m}" not in {row["name"] for row in parts}
    assert [row["month"] for row in kept] == [THIS]
    assert of_month[long_ago]["gone"]
    assert not of_month[THIS]["gone"]
    for after, status in ((0, 410), (floor - 1, 410), (floor, 200)):
        answer = bank.get("/v1/registry/feed", params={"after": after})
        assert answer.status_code == status, answer.text
    assert len(read_all(bank, "registry", floor)) == 1
    gone = bank.get(f"/v1/registry/manifests/{long_ago + timedelta(days=14)}")
    assert (gone.status_code, gone.json()["code"]) == (410, "snapshot-required")


_PARTS = """
    select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'feed'::regclass
"""


def test_without_its_key_a_month_cannot_be_read(
    visit: Visit,
    office: Visitor,
    drain: Drain,
    sql: Sql,
    portal: BlockingPortal,
    exchange: Exchange,
) -> None:
    push(office, "households", a_household(a_person()))
    drain()
    bank = visit("bank")
    assert len(read_all(bank, "registry")) == 1
    sql("registry", "update feed_month set sealed_key = null")

    by_bank = bank.get("/v1/registry/feed")
    by_sister = portal.call(exchange.worker.feeds.get, "/v1/registry/feed")

    for refused in (by_bank, by_sister):
        assert (refused.status_code, refused.json()["code"]) == (410, "snapshot-required")


def test_a_service_can_open_and_close_months_and_nothing_else(sql: Sql) -> None:
    for statement in (
        "select open_feed_month('2030-01-15')",
        f"select open_feed_month('{months.months_before(THIS, -5)}')",
        f"select close_feed_month('{THIS}')",
        f"select close_feed_month('{months.months_before(THIS, 11)}')",
        "select loans.open_feed_month('2020-01-01')",
        f"drop table feed_{THIS:%Y_%m}",
    ):
        with pytest.raises(Exception, match=r"no month to|permission denied|must be owner"):
            sql("registry", statement)
