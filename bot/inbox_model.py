"""What is kept for those who work on lists of tickets: filters, what was seen, what can be undone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.model import Record


class SavedFilter(Record, kw_only=True):
    """A list under a name of its own. `query` is the page's address after the `?`."""

    __tablename__ = "saved_filter"
    __table_args__ = (UniqueConstraint("account", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    account: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(64))
    query: Mapped[str] = mapped_column(Text)


class TicketSeen(Record, kw_only=True):
    """Up to which event an account has seen a ticket."""

    __tablename__ = "ticket_seen"
    __table_args__ = (UniqueConstraint("account", "ticket_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    account: Mapped[str] = mapped_column(String(255))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    event: Mapped[int]


class BulkAct(Record, kw_only=True):
    """An act on many tickets. `done` tells of each what it was before, and its version afterwards."""

    __tablename__ = "bulk_act"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    account: Mapped[str] = mapped_column(String(255), index=True)
    what: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
    done: Mapped[list[Any]]
    undone_at: Mapped[datetime | None] = mapped_column(default=None)


class TicketVector(Record, kw_only=True):
    """What a ticket is about, as a vector of half precision, made by the named embedder.

    An empty `embedder` says that it is still to be made, for the first time or again.
    """

    __tablename__ = "ticket_vector"
    __table_args__ = (Index(None, "embedder", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), unique=True)
    embedder: Mapped[str] = mapped_column(String(255), default="")
    vector: Mapped[bytes] = mapped_column(LargeBinary, default=b"", repr=False)
