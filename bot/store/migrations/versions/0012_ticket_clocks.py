"""When the clock has something to do with a ticket, and which agents are there"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ticket", sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index(op.f("ix_ticket_look_at_id"), "ticket", ["look_at", "id"])
    op.create_table(
        "agent_presence",
        sa.Column("agent", sa.String(length=255), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("given_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("agent", name=op.f("pk_agent_presence")),
    )
