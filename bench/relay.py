"""The relay and a sister service's reading of the feed, beside the same moving without encryption.

python -m bench.relay
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from sqlalchemy import text

from jinqiao import installation
from jinqiao.exchange import open_exchange
from jinqiao.migration import scratch_database
from kernel.service import Service
from kernel.settings import Settings
from kernel.sharing.relay import relay

EVENTS, ROUNDS, PAGE = 10_000, 3, 2_000

_FILL = text("""
    insert into outbox (type, household_key, agency, division, data)
    select 'contract.recorded', gen_random_uuid(), 'BANK', '230231100200', json_build_object(
        'household_key', gen_random_uuid(), 'loan_id', gen_random_uuid(), 'agency', 'BANK',
        'contract_no', 'C' || n, 'division', '230231100200', 'person_key', gen_random_uuid(),
        'name_key', gen_random_uuid(), 'publicity_name', repeat('x', 80), 'kind', 'NEW',
        'parent_contract_no', null, 'product', 'POVERTY_MICRO', 'principal', '50000.00',
        'annual_rate', '0.0435', 'rate_changes', null, 'settlement', 'YEARLY',
        'signed_on', '2018-03-05', 'disbursed_on', '2018-03-05', 'matures_on', '2019-03-05',
        'purpose', 'PLANTING', 'balance', '50000.00', 'overdue_principal', '0.00',
        'overdue_since', null, 'five_class', 1, 'as_at', '2018-03-05', 'source_version', 1)
    from generate_series(1, :events) as n
""")
_PLAINLY = [
    text("select position from feed_head for update"),
    text("""
        with moved as (
            delete from outbox where seq <= (
                select max(seq) from (select seq from outbox order by seq limit 10000) as first)
            returning *)
        insert into feed (position, month, event_id, type, household_key, agency, division,
                          places, data, recorded_at, ends_write)
        select (select position from feed_head) + row_number() over (order by seq),
               date_trunc('month', clock_timestamp())::date, event_id, type, household_key,
               agency, division, places, data, recorded_at, ends_write
        from moved
    """),
    text("update feed_head set position = (select max(position) from feed)"),
]


def main() -> None:
    """Interleave both, and print the medians of events a second."""
    settings = installation.settings()
    with installation.server_to_try_on(settings) as server, tempfile.TemporaryDirectory() as data:
        asyncio.run(_measure(server, Path(data)))


async def _measure(server: str, data: Path) -> None:
    settings = Settings.from_environment({"JINQIAO_DATA": str(data)})
    async with scratch_database(server) as url, open_exchange(settings, url) as exchange:
        loans = exchange.services["loans"]
        await _filled(loans)
        await _relayed(loans)  # opens the month
        rates: dict[str, list[float]] = {"moved plainly": [], "relayed, encrypted": [], "read": []}
        for _ in range(ROUNDS):
            await _filled(loans)
            rates["moved plainly"].append(await _plainly(loans))
            await _filled(loans)
            rates["relayed, encrypted"].append(await _relayed(loans))
            rates["read"].append(await _read(exchange.worker.feeds))
    for what, each in rates.items():
        print(f"{what:20} {statistics.median(each):9,.0f} events/s")


async def _filled(loans: Service) -> None:
    async with loans.database.begin() as session:
        await session.execute(_FILL, {"events": EVENTS})


async def _relayed(loans: Service) -> float:
    begun, moved = time.perf_counter(), 0
    while moved < EVENTS:
        async with loans.database.begin() as session:
            moved += await relay(session, loans.keys, loans.shares.events)
    return EVENTS / (time.perf_counter() - begun)


async def _plainly(loans: Service) -> float:
    begun = time.perf_counter()
    for _ in range(EVENTS // 10_000):
        async with loans.database.begin() as session:
            for statement in _PLAINLY:
                await session.execute(statement)
    return EVENTS / (time.perf_counter() - begun)


async def _read(feeds: object) -> float:
    begun, after = time.perf_counter(), EVENTS * 2
    for _ in range(EVENTS // PAGE):
        asked = {"after": after, "limit": PAGE}
        answer = await feeds.get("/v1/loans/feed", params=asked)  # type: ignore[attr-defined]
        after = answer.raise_for_status().json()["next_after"]
    return EVENTS / (time.perf_counter() - begun)


if __name__ == "__main__":
    main()
