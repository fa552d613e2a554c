"""The journey through real processes: all in one, and each service in its own."""

from functools import partial
from pathlib import Path

from anyio.from_thread import BlockingPortal

from jinqiao.exchange import Exchange
from jinqiao.migration import scratch_database
from tests.journeys.spring import spring
from tests.journeys.telling import Telling
from tests.long.processes import processes, settle


def told(
    portal: BlockingPortal, server_url: str, folder: Path, exchange: Exchange, *, apart: bool
) -> Telling:
    """The journey, lived through on a database of its own."""
    with (
        portal.wrap_async_context_manager(scratch_database(server_url)) as url,
        processes(url, folder, apart=apart) as running,
    ):
        operator = running.operator
        telling = Telling(running.send)
        settled = partial(settle, portal, url, exchange)
        spring(telling.send, (operator.client_id, operator.secret), settled)
        telling.send("GET", "/openapi.json")
        return telling


def test_processes_together_and_apart_answer_alike(
    portal: BlockingPortal, server_url: str, opened_exchange: Exchange, tmp_path: Path
) -> None:
    together = told(portal, server_url, tmp_path / "together", opened_exchange, apart=False)
    separate = told(portal, server_url, tmp_path / "apart", opened_exchange, apart=True)

    assert len(together.answers) > 90
    for one, other in zip(together.answers, separate.answers, strict=True):
        assert one == other
