"""How a conversation stands after a message of ours: for channels that show it"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "message",
        sa.Column("standing", sa.String(length=16), nullable=False, server_default="open"),
    )
