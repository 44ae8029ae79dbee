"""Many processes on one database: who is at work, and who does what"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
BUSY = ("message", "outbox", "claim", "member")


def upgrade() -> None:
    op.create_table(
        "member",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
    )
    op.create_table(
        "claim",
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("item", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("member", sa.String(length=32), nullable=False),
        sa.Column("token", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_claim_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kind", "item", name=op.f("pk_claim")),
    )
    op.create_index(op.f("ix_claim_member"), "claim", ["member"])
    op.create_table(
        "lease",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("member", sa.String(length=32), nullable=False),
        sa.Column("taken_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["member"], ["member.id"], name=op.f("fk_lease_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_lease")),
    )
    op.create_index(op.f("ix_lease_member"), "lease", ["member"])
    op.add_column("outbox", sa.Column("given_at", MOMENT, nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        for table in BUSY:  # rows are changed and gone within a moment; their remains slow claims
            op.execute(f"alter table {table} set (autovacuum_vacuum_scale_factor = 0.01)")
