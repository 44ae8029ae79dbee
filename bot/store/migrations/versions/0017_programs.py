"""Programs: tokens that act for an account, keys by which tickets were opened"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column(
        "api_token",
        sa.Column("acts_for", sa.String(length=64), nullable=False, server_default=""),
    )
    _keys()


def _keys() -> None:
    op.create_table(
        "ticket_key",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["ticket_id"], ["ticket.id"], name=op.f("fk_ticket_key_ticket_id_ticket")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_key")),
        sa.UniqueConstraint("source", "key", name=op.f("uq_ticket_key_source_key")),
    )
    op.create_index("ix_ticket_key_ticket_id", "ticket_key", ["ticket_id"])
