"""What people did with messages and replies that had been given up, kept for whoever asks later."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from bot.model import Record


class DeadLetterAct(Record, kw_only=True):
    """Somebody `retried` or `dropped` a dead letter: who, when and why. Never changed afterwards.

    `letter` names it as the commands do: `m` and the number of a user's message, or `r` and
    that of a reply.
    """

    __tablename__ = "dead_letter_act"
    __table_args__ = (Index(None, "letter"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    letter: Mapped[str] = mapped_column(String(24))
    what: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime]
    why: Mapped[str] = mapped_column(Text, default="")
