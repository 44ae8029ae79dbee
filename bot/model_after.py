"""What is kept of a ticket's end: what its requester thought of it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.model import Record


class Satisfaction(Record, kw_only=True):
    """That a requester was told of a solution and asked how it was, once, and what they said.

    `solved_at` is the solution's; a ticket that is reopened and solved again has another row.
    `score` is from 1 (bad) to 5; both it and `comment` may never come.
    """

    __tablename__ = "satisfaction"
    __table_args__ = (
        UniqueConstraint("ticket_id", "solved_at"),
        Index(None, "conversation_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    solved_at: Mapped[datetime]
    asked_at: Mapped[datetime]
    score: Mapped[int | None] = mapped_column(default=None)
    comment: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime | None] = mapped_column(default=None)
