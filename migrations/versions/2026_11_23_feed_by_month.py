"""feed by month.

Written by hand: Alembic does not see that a table is partitioned. What the feed holds is kept,
each event in the month in which it was recorded; it stays as readable as it was, and what comes
from now on is encrypted.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "feed_by_month"
down_revision = "the_whole_law"
branch_labels = None
depends_on = None

_SCHEMAS = ("gateway", "registry", "loans", "subsidy", "insurance", "rectification")
_EVENT = "position, event_id, type, household_key, agency, division, data, recorded_at, ends_write"


def upgrade() -> None:
    for schema in _SCHEMAS:
        op.add_column("outbox", _places(), schema=schema)
        op.execute(f"create temp table feed_before on commit drop as select * from {schema}.feed")
        op.drop_table("feed", schema=schema)
        _make_feed(schema)
        op.execute(f"""
            do $$
            declare month date;
            begin
                for month in select distinct date_trunc('month', recorded_at) from feed_before loop
                    execute format(
                        'create table {schema}.%I partition of {schema}.feed '
                        'for values from (%L) to (%L)',
                        'feed_' || to_char(month, 'YYYY_MM'), month,
                        (month + interval '1 month')::date);
                end loop;
            end $$
        """)
        op.execute(f"""
            insert into {schema}.feed (month, {_EVENT})
            select date_trunc('month', recorded_at)::date, {_EVENT} from feed_before
        """)
        op.execute(f"""
            insert into {schema}.feed_day (day, until)
            select day, max(max(position)) over (order by day) from (
                select position, (recorded_at at time zone 'Asia/Shanghai')::date as day
                from feed_before) taken_in
            group by day
        """)
        op.execute("drop table feed_before")


def downgrade() -> None:
    raise NotImplementedError("What is encrypted under a month's key has no place in one table.")


def _make_feed(schema: str) -> None:
    op.create_table(
        "feed",
        sa.Column("position", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column(
            "month",
            sa.Date(),
            server_default=sa.text("date_trunc('month', clock_timestamp())::date"),
            nullable=False,
        ),
        sa.Column(
            "event_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("household_key", sa.Uuid(), nullable=True),
        sa.Column("agency", sa.Text(), nullable=True),
        sa.Column("division", sa.Text(), nullable=True),
        _places(),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("clock_timestamp()"),
            nullable=False,
        ),
        sa.Column(
            "ends_write",
            sa.Boolean(),
            nullable=True,
            comment="the last event of a write, which its writer knows",
        ),
        sa.Column(
            "sealed",
            sa.LargeBinary(),
            nullable=True,
            comment="what data says of people, under the month's key",
        ),
        sa.PrimaryKeyConstraint("position", "month", name=op.f("feed_pkey")),
        schema=schema,
        comment="Append-only, positions dense: a reader's cursor can pass nothing by.",
        postgresql_partition_by="RANGE (month)",
    )
    for column in ("event_id", "position"):
        op.create_index(
            f"feed_{column}_idx",
            "feed",
            [column],
            schema=schema,
            postgresql_where=sa.text("ends_write"),
        )
    op.create_table(
        "feed_month",
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("sealed_key", sa.LargeBinary(), nullable=True, comment="none: destroyed"),
        sa.Column(
            "until", sa.BigInteger(), nullable=True, comment="of a closed month: its last position"
        ),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("month", name=op.f("feed_month_pkey")),
        schema=schema,
        comment="Partitions of the feed and their keys (kernel/sharing/months.py).",
    )
    op.create_table(
        "feed_day",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("until", sa.BigInteger(), nullable=False, comment="the last position it took in"),
        sa.PrimaryKeyConstraint("day", name=op.f("feed_day_pkey")),
        schema=schema,
        comment="Which positions belong to which day, for manifests.",
    )


def _places() -> sa.Column[list[str]]:
    return sa.Column(
        "places",
        postgresql.ARRAY(sa.Text()),
        nullable=True,
        comment="further divisions that it concerns",
    )
