"""Saved filters, what was seen, acts on many that can be undone, and what tickets are about"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_EXPECTED = {
    "sqlite": "insert into ticket_vector (ticket_id, embedder, vector)"
    " select id, '', x'' from ticket order by id",
    "postgresql": "insert into ticket_vector (ticket_id, embedder, vector)"
    " select id, '', ''::bytea from ticket order by id",
}


def upgrade() -> None:
    op.create_table(
        "saved_filter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_filter")),
        sa.UniqueConstraint("account", "name", name=op.f("uq_saved_filter_account_name")),
    )
    op.create_table(
        "ticket_seen",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_seen_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_seen")),
        sa.UniqueConstraint("account", "ticket_id", name=op.f("uq_ticket_seen_account_ticket_id")),
    )
    op.create_table(
        "bulk_act",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("what", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done", sa.JSON(), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bulk_act")),
    )
    op.create_index(op.f("ix_bulk_act_account"), "bulk_act", ["account"])
    op.create_table(
        "ticket_vector",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("embedder", sa.String(length=255), nullable=False),
        sa.Column("vector", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_vector_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_vector")),
        sa.UniqueConstraint("ticket_id", name=op.f("uq_ticket_vector_ticket_id")),
    )
    op.create_index(op.f("ix_ticket_vector_embedder_id"), "ticket_vector", ["embedder", "id"])
    op.execute(_EXPECTED[op.get_bind().dialect.name])
