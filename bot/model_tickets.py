"""What belongs to tickets: notes, links, the talks they are about, and who asks for help."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.model import Record


class Requester(Record, kw_only=True):
    """A person who asks for help, on one channel or many. `email` is verified, else None."""

    __tablename__ = "requester"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(255), default="")
    email: Mapped[str | None] = mapped_column(String(255), unique=True, default=None)
    created_at: Mapped[datetime]


class RequesterIdentity(Record, kw_only=True):
    """Who a requester is on a channel. The channel `account` stands for our own accounts.

    `linked_by` says why it is theirs: empty when they came by it, an account when an agent
    said so, `email` when the same verified address did.
    """

    __tablename__ = "requester_identity"
    __table_args__ = (UniqueConstraint("channel", "sender"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    requester_id: Mapped[int] = mapped_column(ForeignKey("requester.id"), index=True)
    channel: Mapped[str] = mapped_column(String(64))
    sender: Mapped[str] = mapped_column(String(255))
    linked_by: Mapped[str] = mapped_column(String(255), default="")
    linked_at: Mapped[datetime]


class TicketNote(Record, kw_only=True):
    """What agents write to each other about a ticket, or (`suggestion`) what the bot would have said.

    No message and no part of the outbox knows a note, so it cannot be sent to a requester.
    A note with a `key` is written once, however often a channel brings it.
    """

    __tablename__ = "ticket_note"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16), default="note")
    author: Mapped[str] = mapped_column(String(255))
    author_name: Mapped[str] = mapped_column(String(255), default="")
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
    key: Mapped[str | None] = mapped_column(String(25), index=True, unique=True, default=None)


class TicketLink(Record, kw_only=True):
    """Two tickets that belong together. `ticket_id` is `kind` of `other_id`: its duplicate,
    its child (`parent`: the other is the parent), merged into it, or only `related`."""

    __tablename__ = "ticket_link"
    __table_args__ = (UniqueConstraint("ticket_id", "other_id", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    other_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    by: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime]


class TicketTalk(Record, kw_only=True):
    """A conversation that a ticket is about: all of it, or (`only_some`) those messages alone
    that carry the ticket's number. What a requester writes there goes to the last such ticket
    that is about all of it."""

    __tablename__ = "ticket_talk"
    __table_args__ = (
        UniqueConstraint("ticket_id", "conversation_id"),
        Index(None, "conversation_id", "ticket_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    only_some: Mapped[bool] = mapped_column(default=False)


class TicketText(Record, kw_only=True):
    """A piece of text by which a ticket is found: `kind` is `ticket`, `message` or `note`, and
    `source_id` the row of that kind."""

    __tablename__ = "ticket_text"
    __table_args__ = (
        Index(None, "ticket_id", "kind", "source_id"),
        Index(None, "kind", "source_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[str] = mapped_column(String(16))
    source_id: Mapped[int]
    text: Mapped[str] = mapped_column(Text)


class AgentPresence(Record, kw_only=True):
    """When an agent gave the last sign of life, whether they said that they are away, and when
    a ticket was last handed out to them. `agent` is an account's id."""

    __tablename__ = "agent_presence"

    agent: Mapped[str] = mapped_column(String(255), primary_key=True)
    away: Mapped[bool] = mapped_column(default=False)
    seen_at: Mapped[datetime | None] = mapped_column(default=None)
    given_at: Mapped[datetime | None] = mapped_column(default=None)


class TicketKey(Record, kw_only=True):
    """By which order a ticket was opened, so that the same order again is the same ticket.

    `key` is unique for its `source`: an account or token that sent it, or an import.
    `fingerprint` is the SHA-256 of what was ordered.
    """

    __tablename__ = "ticket_key"
    __table_args__ = (UniqueConstraint("source", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    source: Mapped[str] = mapped_column(String(255))
    key: Mapped[str] = mapped_column(String(255))
    fingerprint: Mapped[str] = mapped_column(String(64))
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime]


class TicketDraft(Record, kw_only=True):
    """What an agent has begun to write on a ticket and not sent: `kind` is `reply` or `note`."""

    __tablename__ = "ticket_draft"
    __table_args__ = (UniqueConstraint("ticket_id", "agent", "kind"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    agent: Mapped[str] = mapped_column(String(255))
    kind: Mapped[str] = mapped_column(String(16))
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class KeptMacro(Record, kw_only=True):
    """A text that is written often, with variables; `then` and `tags` are what sending it does
    to the ticket besides (empty: nothing)."""

    __tablename__ = "macro"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    name: Mapped[str] = mapped_column(String(80), unique=True)
    text: Mapped[str] = mapped_column(Text)
    then: Mapped[str] = mapped_column(String(16), default="")
    tags: Mapped[list[Any]] = mapped_column(default_factory=list)
    changed_by: Mapped[str] = mapped_column(String(255))
    changed_at: Mapped[datetime]
