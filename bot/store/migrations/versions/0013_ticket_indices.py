"""Tickets that are over by their last change, and counts of the lists from an index alone"""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_ticket_status_updated_at_id", "ticket", ["status", "updated_at", "id"])
    counted = ["active", "assignee", "tier", "due_at", "snoozed_until"]
    op.create_index("ix_ticket_counted", "ticket", counted)
