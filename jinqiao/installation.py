"""This machine's installation: its settings, where its data lie, and its database."""

import asyncio
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
from sqlalchemy import make_url
from sqlalchemy.exc import ArgumentError

from jinqiao import postgres
from kernel.settings import Settings

_VERSIONS = range(15, 19)

_UNUSABLE = (OSError, ValueError, ArgumentError, asyncpg.PostgresError, asyncpg.InterfaceError)


class Failed(Exception):
    """What went wrong and what to do, in one sentence for stderr; the command ends with 1."""


def settings(*, sandbox: bool = False) -> Settings:
    """The settings of the environment. A data folder nobody chose may have to lie elsewhere.

    A sandbox has a data folder of its own beside the installation's.
    """
    found = _settings()
    if sandbox:
        found = replace(found, data=found.data.with_name(f"{found.data.name}-sandbox"))
    return found


def _settings() -> Settings:
    try:
        found = Settings.from_environment()
    except ValueError as problem:
        raise Failed(str(problem)) from None
    if found.database_url is None and found.data == Path("var").resolve():
        # The server runs as another user if we are root, and cannot pass through /root.
        elsewhere = postgres.folder_for(found.data / "postgresql")
        if elsewhere.parent != found.data:
            return replace(found, data=elsewhere.with_name(elsewhere.name + "-data"))
    return found


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The address of the installation's database, which answers for as long as the block lasts.

    Without JINQIAO_DATABASE_URL it is the embedded one, started here unless it runs already.
    """
    if settings.database_url:
        asyncio.run(_look_at(settings.database_url))
        yield settings.database_url
    else:
        with postgres.running(settings.data / "postgresql") as server:
            yield server.url()


@contextmanager
def server_to_try_on(settings: Settings) -> Iterator[str]:
    """A server on which databases may be made and dropped: JINQIAO_DATABASE_URL's, or a new one."""
    if settings.database_url:
        asyncio.run(_look_at(settings.database_url))
        yield settings.database_url
        return
    folder = Path(tempfile.mkdtemp(prefix="jinqiao-", dir="/tmp"))
    folder.chmod(0o755)  # as root, the server runs as another user who must pass through
    try:
        with postgres.running(folder / "postgresql", {"fsync": "off"}) as server:
            yield server.url()
    finally:
        shutil.rmtree(folder)


async def _look_at(address: str) -> None:
    """Raises Failed unless a PostgreSQL that we can use answers at this address."""
    try:
        url = make_url(address).set(drivername="postgresql")
        connection = await asyncpg.connect(url.render_as_string(hide_password=False), timeout=10)
    except _UNUSABLE as problem:
        # SQLAlchemy and asyncpg quote a useless address with its password: not repeated here.
        told = isinstance(problem, OSError | asyncpg.PostgresError) and str(problem)
        reason = told or type(problem).__name__
        raise Failed(f"The database of JINQIAO_DATABASE_URL cannot be used: {reason}.") from None
    version = connection.get_server_version().major
    await connection.close()
    if version not in _VERSIONS:
        raise Failed(f"The database is PostgreSQL {version}; Jinqiao runs on 15 to 18.")
