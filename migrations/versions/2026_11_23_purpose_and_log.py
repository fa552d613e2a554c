"""purpose and log.

A record of who saw whom in clear in every schema, tokens that were given back, and the purposes
that a client was registered with.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "purpose_and_log"
down_revision = "places_of_before"
branch_labels = None
depends_on = None

_SCHEMAS = ("gateway", "registry", "loans", "subsidy", "insurance", "rectification")


def upgrade() -> None:
    for schema in _SCHEMAS:
        _add_access_record(schema)
    op.create_table(
        "revoked_token",
        sa.Column("jti", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("revoked_by", sa.Text(), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("jti", name=op.f("revoked_token_pkey")),
        schema="gateway",
    )
    op.create_index("revoked_token_until_idx", "revoked_token", ["until"], schema="gateway")
    op.add_column("client", sa.Column("purposes", sa.ARRAY(sa.Text())), schema="gateway")


def downgrade() -> None:
    op.drop_column("client", "purposes", schema="gateway")
    op.drop_table("revoked_token", schema="gateway")
    for schema in _SCHEMAS:
        op.drop_table("access_record", schema=schema)


def _add_access_record(schema: str) -> None:
    op.create_table(
        "access_record",
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("operation", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column(
            "fields",
            postgresql.ARRAY(sa.Text()),
            nullable=False,
            comment="shown in clear; never their values",
        ),
        sa.Column("sub", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("agency_type", sa.Text(), nullable=False),
        sa.Column("division", sa.Text(), nullable=False),
        sa.Column("household_key", sa.Uuid(), nullable=True),
        sa.Column("person_keys", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.PrimaryKeyConstraint("record_id", name=op.f("access_record_pkey")),
        schema=schema,
        comment="Who saw whom in clear, only ever added to: own ones, and copies (column service).",
    )
    op.create_index(
        "access_record_household_key_idx",
        "access_record",
        ["household_key", "record_id"],
        schema=schema,
    )
    op.create_index(
        "access_record_person_keys_idx",
        "access_record",
        ["person_keys"],
        schema=schema,
        postgresql_using="gin",
    )
