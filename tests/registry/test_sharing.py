"""SHARE-01 and 02: who pushed the registry, who read it, and how long ago."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from anyio.from_thread import BlockingPortal

from jinqiao.exchange import Exchange
from kernel import clock
from kernel.access import Caller
from kernel.readers import note_reader
from kernel.roles import Kind, Role
from tests.story import Found, a_household, a_person, push, screened
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
Ask = Callable[..., Found]


@pytest.fixture
def screen(visit: Visit, drain: Callable[[], None]) -> Ask:
    """`screen(days, *rules, **scope)`: what a supervisor finds some days after today."""
    supervisor = visit("supervisor", divisions=["230200"])

    def ask(days: int, *rules: str, **scope: Any) -> Found:
        day = clock.today() + timedelta(days=days)
        return screened(supervisor, drain, day.isoformat(), *rules, **scope)

    return ask


def verdicts(found: Found) -> list[tuple[str, str | None, str]]:
    """Division, agency and verdict of each finding."""
    return sorted((f["division"], f["agency"], f["verdict"]) for f in found.findings)


def test_a_county_office_shares_a_change_within_the_days_allowed(
    visit: Visit, office: Visitor, screen: Ask
) -> None:
    visit("poverty_office", divisions=["230230"])
    household = a_household(a_person())
    push(office, "households", household)

    in_time = screen(35, "SHARE-01")
    late = screen(36, "SHARE-01")
    before = screen(-1, "SHARE-01")
    push(office, "households", household)
    unchanged = screen(36, "SHARE-01")

    silent = "230230000000"
    assert verdicts(in_time) == [(silent, None, "undetermined")]
    assert verdicts(late) == [(silent, None, "not_met"), ("230231000000", None, "not_met")]
    finding = next(each for each in late.findings if each["division"] != silent)
    assert finding["figures"] == {
        "share_days": 35,
        "last_on": clock.today().isoformat(),
        "days": 36,
        "on_record_since": clock.today().isoformat(),
    }
    assert (finding["subject_kind"], finding["certainty"]) == ("county", "assumed")
    assert {each["verdict"] for each in before.findings} == {"undetermined"}
    assert [each["missing"] for each in before.findings if each["division"] == silent] == [
        [f"sharing:{silent}"]
    ]
    assert verdicts(unchanged) == verdicts(late), "what changes nothing shares nothing"


def test_a_bank_or_insurer_that_read_no_list_is_found(
    visit: Visit, office: Visitor, screen: Ask
) -> None:
    push(office, "households", a_household(a_person()))
    reads, looks_at_needs = visit("bank"), visit("bank")
    insurer, silent = visit("insurer"), visit("bank")
    union = visit("bank", agency="RCU23", divisions=["230000"])
    member = visit("bank", parent="RCU23")
    visit("bank", divisions=["231283"])
    for reader in (reads, insurer, union):
        assert reader.get("/v1/registry/households").status_code == 200
    looks_at_needs.get("/v1/registry/needs")
    office.get("/v1/registry/households")

    at_once = screen(0, "SHARE-02")
    in_time = screen(35, "SHARE-02")
    late = screen(36, "SHARE-02")
    of_silent = screen(36, "SHARE-02", agency=silent.agency)

    county = "230231000000"
    assert verdicts(at_once) == [(county, silent.agency, "undetermined")]
    assert verdicts(in_time) == [(county, silent.agency, "undetermined")]
    everybody = sorted(v.agency for v in (reads, looks_at_needs, insurer, silent, member))
    assert verdicts(late) == [(county, agency, "not_met") for agency in everybody]
    assert verdicts(of_silent) == [(county, silent.agency, "not_met")]
    own = silent.get("/v1/rectification/findings", params={"rule_id": "SHARE-02"}).json()["items"]
    assert {each["agency"] for each in own} == {silent.agency}


def test_a_bank_that_reads_another_services_feed_reads(
    visit: Visit,
    office: Visitor,
    screen: Ask,
    portal: BlockingPortal,
    exchange: Exchange,
    sql: Callable[..., list[Any]],
) -> None:
    """Outside readers have no feed yet, so what the feed notes of them is told it directly."""
    push(office, "households", a_household(a_person()))
    bank = visit("bank")
    caller = Caller("c", "c", bank.agency, Role.BANK, Kind.SYSTEM, ("230231000000",), frozenset())

    async def read(*positions: int) -> None:
        for position in positions:
            async with exchange.services["loans"].database.begin() as session:
                await note_reader(session, caller, position)

    portal.call(read, 3, 8, 5)

    assert screen(35, "SHARE-02").findings == []
    assert verdicts(screen(36, "SHARE-02")) == [("230231000000", bank.agency, "not_met")]
    [noted] = sql("loans", "select position, day from feed_reader where service = 'loans'")
    assert (noted["position"], noted["day"]) == (8, clock.today())
    told = sql("loans", "select data from feed where type = 'feed.read'")
    assert [each["data"]["position"] for each in told] == [3], "the first of a day is announced"


def test_a_supervisors_sample_of_contracts_asks_nothing_of_counties(
    visit: Visit, office: Visitor, screen: Ask
) -> None:
    push(office, "households", a_household(a_person()))
    supervisor = visit("supervisor")
    drawn = {"name": "抽查", "source": "审计", "contract_nos": [{"bank": "B1", "contract_no": "1"}]}
    assert supervisor.post("/v1/rectification/samples", json=drawn).status_code == 201

    assert screen(36, "SHARE-01", "SHARE-02", sample="抽查").findings == []
    assert len(screen(36, "SHARE-01").findings) == 1
