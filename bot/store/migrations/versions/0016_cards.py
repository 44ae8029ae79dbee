"""The agents' side on platforms: cards of tickets, their threads, and notes that are written once"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("ticket_note", sa.Column("key", sa.String(length=25), nullable=True))
    op.create_index("ix_ticket_note_key", "ticket_note", ["key"], unique=True)
    op.create_table(
        "card_mark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event", sa.Integer(), nullable=False),
        sa.Column("message", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_mark")),
    )
    op.create_table(
        "ticket_card",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=255), nullable=False),
        sa.Column("key", sa.String(length=25), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("left", sa.Boolean(), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("after_message", sa.Integer(), nullable=False),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("not_before", TIME, nullable=False),
        sa.Column("busy_until", TIME, nullable=True),
        sa.Column("gone", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["ticket_id"], ["ticket.id"], name="fk_ticket_card_ticket_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ticket_card")),
        sa.UniqueConstraint("key", name=op.f("uq_ticket_card_key")),
    )
    op.create_index("ix_ticket_card_ticket_id_left", "ticket_card", ["ticket_id", "left"])
    columns = ["channel", "external_id"]
    op.create_index("ix_ticket_card_channel_external_id", "ticket_card", columns)
    columns = ["channel", "due", "not_before"]
    op.create_index("ix_ticket_card_channel_due_not_before", "ticket_card", columns)
    op.create_table(
        "card_line",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("card_id", sa.Integer(), nullable=False),
        sa.Column("what", sa.String(length=16), nullable=False),
        sa.Column("key", sa.String(length=25), nullable=False),
        sa.Column("source_id", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("external_id", sa.String(length=255), nullable=False),
        sa.Column("as_of", TIME, nullable=True),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("marked", sa.String(length=16), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["card_id"], ["ticket_card.id"], name="fk_card_line_card_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_card_line")),
        sa.UniqueConstraint(
            "card_id", "what", "source_id", name=op.f("uq_card_line_card_id_what_source_id")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_card_line_key")),
    )
    op.create_index("ix_card_line_card_id_state_id", "card_line", ["card_id", "state", "id"])
    op.create_index("ix_card_line_what_mark", "card_line", ["what", "mark"])
