"""`make examples`: tell the story to an exchange of its own, and keep it for the document."""

import json
import sys
import tempfile
from functools import partial
from pathlib import Path

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal

from gateway.first_operator import FILE as CREDENTIALS
from gateway.first_operator import first_operator
from gateway.openapi.examples import FILE
from jinqiao import postgres
from jinqiao.exchange import Exchange, document, open_exchange
from jinqiao.migration import scratch_database
from kernel.settings import Settings
from tests.examples.chapters import tell
from tests.examples.chapters.refusals import be_kept_waiting
from tests.examples.recording import recorded
from tests.examples.teller import Teller, teller_for

ADDRESS = "http://exchange"


def main() -> None:
    """Ends with 1, and keeps nothing, if the document has operations that the story leaves out."""
    with (
        tempfile.TemporaryDirectory(prefix="jinqiao-") as folder,
        start_blocking_portal() as portal,
    ):
        data = Path(folder)
        data.chmod(0o755)  # as root, the database runs as another user who must pass through
        server = postgres.start(data / "postgresql")
        try:
            teller = _told(portal, data, server.url())
        finally:
            postgres.stop(server)
    if left_out := teller.left_out():
        sys.exit(f"The story (tests/examples/chapters) leaves out: {', '.join(left_out)}")
    FILE.write_text(_written(recorded(teller.asked)), encoding="utf-8")


def _told(portal: BlockingPortal, data: Path, server_url: str) -> Teller:
    settings = Settings(
        data=data, database_url=None, host="exchange", port=80, issuer=ADDRESS, pool_size=4
    )
    with (
        portal.wrap_async_context_manager(scratch_database(server_url)) as url,
        portal.wrap_async_context_manager(open_exchange(settings, url)) as exchange,
        portal.wrap_async_context_manager(_client(exchange)) as client,
    ):
        database = exchange.services["gateway"].database
        portal.call(partial(first_operator, database, data, address=ADDRESS))
        operator = json.loads((data / CREDENTIALS).read_text())
        teller = teller_for(
            exchange,
            lambda method, path, **more: portal.call(partial(client.request, method, path, **more)),
            lambda: portal.call(exchange.worker.drain),
            (operator["client_id"], operator["client_secret"]),
            document(),
        )
        tell(teller)
        be_kept_waiting(teller)
        return teller


def _client(exchange: Exchange) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(exchange.app), base_url=ADDRESS)


def _written(kept: dict[str, dict[str, object]]) -> str:
    """JSON with a line for each operation, so that a change shows where it is."""
    parts = [
        f"{json.dumps(part)}: {{\n"
        + ",\n".join(
            f"{json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}"
            for name, value in each.items()
        )
        + "\n}"
        for part, each in kept.items()
    ]
    return "{" + ",\n".join(parts) + "}\n"


if __name__ == "__main__":
    main()
