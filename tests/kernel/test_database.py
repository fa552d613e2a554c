"""What the exchange asks of its database, and what it bears from it."""

from collections.abc import Callable

from anyio.from_thread import BlockingPortal
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.visitor import Visitor


def test_an_office_notices_nothing_of_a_database_that_hung_up(
    visit: Callable[..., Visitor], portal: BlockingPortal, database_url: str
) -> None:
    office = visit("poverty_office")
    assert office.get("/v1/registry/households").status_code == 200

    hung_up = portal.call(_hang_up, database_url)

    answers = [office.get("/v1/registry/households").status_code for _ in range(5)]
    assert hung_up > 0
    assert answers == [200] * 5


async def _hang_up(database_url: str) -> int:
    """End every connection of the services to a database; how many there were."""
    engine = create_async_engine(database_url)
    async with engine.connect() as connection:
        ended = await connection.execute(text(_END))
    await engine.dispose()
    return int(ended.scalar_one())


_END = """
    select count(pg_terminate_backend(pid)) from pg_stat_activity
    where datname = current_database() and usename <> current_user
"""
