"""The tables that every service's schema has besides its own.

None of them leads its key with `household_key`: they belong to the service and not to a household
(design, decision 9; `tests/house` holds the full list with reasons).
"""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Numeric,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

NOW = text("clock_timestamp()")


def add_shared_tables(metadata: MetaData) -> None:
    """Give a service's schema its outbox, feed, cursors, readers, idempotency keys, access records,
    declarations, pending rows and jobs."""
    outbox = Table(
        "outbox",
        metadata,
        Column("seq", BigInteger, Identity(), primary_key=True),
        *_event_columns(),
        Column(
            "written_in",
            BigInteger,
            nullable=False,
            server_default=text("pg_current_xact_id()::text::bigint"),
            comment="transaction",
        ),
        comment="Events written in the transaction that caused them, until the relay moves them.",
    )
    feed = Table(
        "feed",
        metadata,
        Column("position", BigInteger, primary_key=True, autoincrement=False),
        Column(
            "month",
            Date,
            primary_key=True,
            server_default=text("date_trunc('month', clock_timestamp())::date"),
        ),
        *_event_columns(),
        Column("sealed", LargeBinary, comment="what data says of people, under the month's key"),
        comment="Append-only, positions dense: a reader's cursor can pass nothing by.",
        postgresql_partition_by="RANGE (month)",
    )
    for column in (outbox.c.event_id, feed.c.event_id, feed.c.position):
        name = f"{column.table.name}_{column.name}_idx"
        Index(name, column, postgresql_where=text("ends_write"))
    Table(
        "feed_head",
        metadata,
        Column("only", Boolean, primary_key=True, server_default=text("true")),
        Column("position", BigInteger, nullable=False),
    )
    Table(
        "feed_month",
        metadata,
        Column("month", Date, primary_key=True),
        Column("sealed_key", LargeBinary, comment="none: destroyed"),
        Column("until", BigInteger, comment="of a closed month: its last position"),
        Column("closed_at", DateTime(timezone=True)),
        comment="Partitions of the feed and their keys (kernel/sharing/months.py).",
    )
    Table(
        "feed_day",
        metadata,
        Column("day", Date, primary_key=True),
        Column("until", BigInteger, nullable=False, comment="the last position it took in"),
        comment="Which positions belong to which day, for manifests.",
    )
    Table(
        "snapshot",
        metadata,
        Column("snapshot_id", Uuid, primary_key=True),
        Column("client_id", Text, nullable=False),
        Column("agency", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("divisions", JSONB, nullable=False),
        Column("scopes", JSONB, nullable=False),
        Column("grants", JSONB, nullable=False, comment="what it may show"),
        Column("types", ARRAY(Text), comment="none: all"),
        Column("state", Text, nullable=False, comment="queued or done"),
        Column("position", BigInteger, comment="where the feed was when it was begun"),
        Column("as_at", DateTime(timezone=True)),
        Column("source_no", Integer, nullable=False, server_default="0"),
        Column("beyond", Uuid, comment="the last thing of that source it has looked at"),
        Column("chunk_no", Integer, nullable=False, server_default="0"),
        Column("rows", Integer, nullable=False),
        Column("asked_at", DateTime(timezone=True), nullable=False),
        Column("made_at", DateTime(timezone=True)),
        comment="Copies of what a reader may see (kernel/sharing/snapshots.py).",
    )
    Table(
        "snapshot_chunk",
        metadata,
        Column("snapshot_id", Uuid, primary_key=True),
        Column("chunk_no", Integer, primary_key=True),
        Column("sealed", LargeBinary, nullable=False, comment="the lines, packed and encrypted"),
    )
    Table(
        "reader_cursor",
        metadata,
        Column("source", Text, primary_key=True),
        Column("position", BigInteger, nullable=False),
        Column("as_at", DateTime(timezone=True), nullable=False),
        comment="How far this service has read each neighbour's feed.",
    )
    Table(
        "feed_reader",
        metadata,
        Column("service", Text, primary_key=True),
        Column("agency", Text, primary_key=True),
        Column("day", Date, primary_key=True),
        Column("position", BigInteger, comment="how far; none: a shared list was read"),
        comment="Which bank or insurer read on which day: own, and copies (column service).",
    )
    Table(
        "reader_grant",
        metadata,
        Column("client_id", Text, primary_key=True),
        Column("types", Text, primary_key=True, comment="those asked for, in order; '': all"),
        Column("agency", Text, nullable=False),
        Column("held", JSONB, nullable=False, comment="the grants it last read under"),
        Column("reached", BigInteger, comment="who began anew has had everything up to here"),
        Column("must_reach", BigInteger, comment="the head when it began anew"),
        comment="What each reader could see when it read last (kernel/sharing/standing.py).",
    )
    Table(
        "event_applied",
        metadata,
        Column("event_id", Uuid, primary_key=True),
        Column("applied_at", DateTime(timezone=True), nullable=False, server_default=NOW),
        comment="Neighbours' writes that this service's copies hold (kernel/written.py).",
    )
    kept = Table(
        "idempotency_key",
        metadata,
        Column("client_id", Text, primary_key=True),
        Column("key", Uuid, primary_key=True, comment="keyed digest of what the client sent"),
        Column("request", Uuid, nullable=False, comment="keyed digest of path, query and body"),
        Column("sealed", LargeBinary, nullable=False, comment="the first answer, encrypted"),
        Column("kept_at", DateTime(timezone=True), nullable=False, server_default=NOW),
        comment="What was done under an Idempotency-Key, and answered (kernel/idempotency.py).",
    )
    Index("idempotency_key_kept_at_idx", kept.c.kept_at)
    access = Table(
        "access_record",
        metadata,
        Column("record_id", Uuid, primary_key=True),
        Column("service", Text, nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False),
        Column("request_id", Uuid, nullable=False),
        Column("operation", Text, nullable=False),
        Column("purpose", Text, nullable=False),
        Column("fields", ARRAY(Text), nullable=False, comment="shown in clear; never their values"),
        Column("sub", Text, nullable=False),
        Column("client_id", Text, nullable=False),
        Column("agency", Text, nullable=False),
        Column("agency_type", Text, nullable=False),
        Column("division", Text, nullable=False),
        Column("household_key", Uuid),
        Column("person_keys", ARRAY(Uuid), nullable=False),
        comment="Who saw whom in clear, only ever added to: own ones, and copies (column service).",
    )
    Index("access_record_person_keys_idx", access.c.person_keys, postgresql_using="gin")
    Index("access_record_household_key_idx", access.c.household_key, access.c.record_id)
    declaration = Table(
        "declaration",
        metadata,
        Column("declaration_id", Uuid, primary_key=True),
        Column("service", Text, nullable=False),
        Column("kind", Text, nullable=False),
        Column("agency", Text, nullable=False),
        Column("division", Text, comment="none: all of the agency's"),
        Column("division_lo", Text, primary_key=True),
        Column("division_hi", Text, nullable=False),
        Column("valid_from", Date, nullable=False),
        Column("valid_to", Date, nullable=False),
        Column("rows", Integer, nullable=False),
        Column("control_total", Numeric(16, 2)),
        Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=NOW),
        comment="'This is everything': own ones, and copies of neighbours' (column service).",
    )
    Index("declaration_lookup_idx", declaration.c.kind, declaration.c.agency)
    pending = Table(
        "pending",
        metadata,
        Column("agency", Text, primary_key=True),
        Column("resource", Text, primary_key=True),
        Column("row_key", Uuid, primary_key=True, comment="keyed digest of the row"),
        Column("waits_for", Text, nullable=False, comment="contract:…, policy:… or person:…"),
        Column("client_id", Text, nullable=False),
        Column("divisions", JSONB, nullable=False),
        Column("places", JSONB, nullable=False, comment="the divisions as [lo, hi) pairs"),
        Column("sealed", LargeBinary, nullable=False),
        Column("received_at", DateTime(timezone=True), nullable=False),
        comment="Rows whose person, contract or policy is not known yet: encrypted, unseen.",
    )
    Index("pending_waits_for_idx", pending.c.waits_for)
    job = Table(
        "job",
        metadata,
        Column("job_id", Uuid, primary_key=True),
        Column("agency", Text, nullable=False),
        Column("client_id", Text, nullable=False),
        Column("role", Text, nullable=False),
        Column("divisions", JSONB, nullable=False),
        Column("resource", Text, nullable=False),
        Column("mode", Text, nullable=False),
        Column("dry_run", Boolean, nullable=False),
        Column("covers", JSONB),
        Column("state", Text, nullable=False, comment="arriving, queued, done or failed"),
        Column("counts", JSONB, nullable=False),
        Column("declaration_id", Uuid),
        Column("detail", Text),
        Column("created_at", DateTime(timezone=True), nullable=False),
        Column("finished_at", DateTime(timezone=True)),
        Column("digest", Uuid, comment="keyed digest of the file, by which its push is found"),
        Column("worked_at", DateTime(timezone=True), comment="agencies take turns"),
        Column("collected_at", DateTime(timezone=True), comment="its end was first read"),
        Column("kept_until", DateTime(timezone=True), comment="its refused rows, then forgotten"),
    )
    Index("job_agency_idx", job.c.agency, job.c.job_id)
    Index(
        "job_state_idx",
        job.c.state,
        job.c.created_at,
        postgresql_where=text("state in ('arriving', 'queued')"),
    )
    Index("job_kept_until_idx", job.c.kept_until, postgresql_where=text("kept_until is not null"))
    Table(
        "job_chunk",
        metadata,
        Column("job_id", Uuid, primary_key=True),
        Column("chunk_no", Integer, primary_key=True),
        Column("sealed", LargeBinary, comment="the lines, encrypted; emptied when done"),
        Column("counts", JSONB),
        Column("total", Numeric(16, 2)),
        Column("results", JSONB, comment="one entry per row that was not simply accepted"),
        Column("last_line", Integer, comment="the last line among the results"),
        Column("refused", LargeBinary, comment="rejected rows for their pusher, encrypted"),
    )


def _event_columns() -> list[Column[object]]:
    return [
        Column("event_id", Uuid, nullable=False, server_default=text("gen_random_uuid()")),
        Column("type", Text, nullable=False),
        Column("household_key", Uuid),
        Column("agency", Text),
        Column("division", Text),
        Column("places", ARRAY(Text), comment="further divisions that it concerns"),
        Column("data", JSON, nullable=False),
        Column("recorded_at", DateTime(timezone=True), nullable=False, server_default=NOW),
        Column("ends_write", Boolean, comment="the last event of a write, which its writer knows"),
    ]
