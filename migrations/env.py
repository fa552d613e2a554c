"""Runs migrations: one history for all schemas, over the one driver we have.

`jinqiao.migration` hands over the address and the tables; see README.md here.
"""

import asyncio
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import CreateTableOp, ExecuteSQLOp, MigrationScript
from sqlalchemy import Connection, make_url, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool
from sqlmodel.sql.sqltypes import AutoString

from jinqiao.migration import SCHEMAS, SERVICES


async def run() -> None:
    """Open one connection, without a pool that would outlive it, and migrate through it."""
    url = make_url(context.config.attributes["url"]).set(drivername="postgresql+asyncpg")
    engine = create_async_engine(url, poolclass=NullPool)
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()


def _migrate(connection: Connection) -> None:
    # Two processes that start at once must not migrate at once; the lock goes with the connection.
    connection.execute(text("select pg_advisory_lock(hashtextextended('jinqiao/migrate', 0))"))
    # A change that waits for a long reader makes everybody wait behind it: give up instead.
    connection.execute(text("set lock_timeout = '5s'"))
    for name in SERVICES:
        connection.execute(text(f"create schema if not exists {name}"))
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=SCHEMAS,
        version_table_schema="public",
        include_schemas=True,
        include_name=_is_ours,
        render_item=_rendered,
        process_revision_directives=_finish,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _is_ours(name: str | None, kind: str, _: Any) -> bool:
    return kind != "schema" or name in SERVICES


def _rendered(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """SQLModel's text type is plain text; a migration need not know SQLModel."""
    return "sa.String()" if kind == "type" and isinstance(item, AutoString) else False


def _finish(_: Any, heads: Any, directives: list[MigrationScript]) -> None:
    """A new schema's `feed_head` gets its only row: the relay locks it and counts on from it."""
    for script in directives:
        # Named by what it changes, so that it keeps its name when it is written anew.
        script.rev_id = "_".join((script.message or "").split())[:32] or script.rev_id
        made = script.upgrade_ops.ops if script.upgrade_ops else []
        for index, operation in reversed(list(enumerate(made))):
            if isinstance(operation, CreateTableOp) and operation.table_name == "feed_head":
                head = f"insert into {operation.schema}.feed_head (position) values (0)"
                made.insert(index + 1, ExecuteSQLOp(head))


asyncio.run(run())
