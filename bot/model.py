"""The nouns that are kept. They are plain dataclasses as well: a test builds them with no database."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import (
    JSON,
    DateTime,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedAsDataclass, mapped_column
from sqlalchemy.types import TypeDecorator

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept in UTC on every database (SQLite forgets time zones)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Record(MappedAsDataclass, DeclarativeBase):
    """What every kept noun is."""

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant,
        dict[str, Any]: JSON,
        list[Any]: JSON,
    }


class Conversation(Record, kw_only=True):
    """Where one requester and we talk. `holder` says whose turn it is to speak: `bot` or `agent`."""

    __tablename__ = "conversation"
    __table_args__ = (UniqueConstraint("channel", "thread"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    channel: Mapped[str] = mapped_column(String(64))
    thread: Mapped[str] = mapped_column(String(255))
    requester: Mapped[str] = mapped_column(String(255))
    opened_at: Mapped[datetime]
    holder: Mapped[str] = mapped_column(String(16), default="bot")
    version: Mapped[int] = mapped_column(default=0)


FOR_PEOPLE = "for_people"
"""The `Message.choice` of what was sent to people by a form or a menu. No offered choice has it."""


class Message(Record, kw_only=True):
    """One message of a conversation, by `user`, `bot` or `agent`.

    A user's message is also its own inbox entry: `state` is `new` until its turn is
    applied, then `done` (or `dead` after too many failures, when it went to people).
    `choice` is what was pressed, or FOR_PEOPLE. `outcome` and `reason` say what became of it. `left_out` counts the characters that
    were over the limit and not kept, `files` the attachments. `attempts` counts its first
    attempt from the moment it is kept, every other one before it is made. A bot's message carries the Outgoing
    it was sent as: `sort`, `choices`, `sources`, `rateable`, `standing`, and its `evidence`. `text` is
    what it says now; what it said before its edits is kept as `EarlierText`. What was
    written for a ticket has its number, `ticket_id`; what the bot had to say when people
    took over, and did not, has the state `withheld`.
    """

    __tablename__ = "message"
    __table_args__ = (
        UniqueConstraint("channel", "external_id"),
        Index(None, "state", "conversation_id", "id"),
        Index(None, "conversation_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    channel: Mapped[str] = mapped_column(String(64))
    external_id: Mapped[str] = mapped_column(String(255))
    author: Mapped[str] = mapped_column(String(16))
    sender: Mapped[str] = mapped_column(String(255))
    sender_name: Mapped[str] = mapped_column(String(255), default="")
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]
    received_at: Mapped[datetime]
    choice: Mapped[str | None] = mapped_column(String(255), default=None)
    state: Mapped[str] = mapped_column(String(16), default="done")
    attempts: Mapped[int] = mapped_column(default=0)
    outcome: Mapped[str | None] = mapped_column(String(16), default=None)
    reason: Mapped[str] = mapped_column(Text, default="")
    left_out: Mapped[int] = mapped_column(default=0)
    files: Mapped[int] = mapped_column(default=0)
    resolved: Mapped[bool] = mapped_column(default=False)
    taken_at: Mapped[datetime | None] = mapped_column(default=None)
    done_at: Mapped[datetime | None] = mapped_column(default=None)
    in_reply_to: Mapped[int | None] = mapped_column(ForeignKey("message.id"), default=None)
    sort: Mapped[str] = mapped_column(String(16), default="notice")
    choices: Mapped[list[Any]] = mapped_column(default_factory=list)
    sources: Mapped[list[Any]] = mapped_column(default_factory=list)
    rateable: Mapped[bool] = mapped_column(default=False)
    standing: Mapped[str] = mapped_column(String(16), default="open")
    evidence: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    only_if_sure: Mapped[bool] = mapped_column(default=False)
    ticket_id: Mapped[int | None] = mapped_column(default=None, index=True)
    edited_at: Mapped[datetime | None] = mapped_column(default=None)
    deleted_at: Mapped[datetime | None] = mapped_column(default=None)


class EarlierText(Record, kw_only=True):
    """What a message said until its writer changed it. Never changed afterwards."""

    __tablename__ = "earlier_text"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    text: Mapped[str] = mapped_column(Text)
    until: Mapped[datetime]


class KeptAttachment(Record, kw_only=True):
    """A file that came with a message. Over the limit its `content` is empty and `left_out` its size."""

    __tablename__ = "attachment"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    name: Mapped[str] = mapped_column(String(255))
    media_type: Mapped[str] = mapped_column(String(255))
    url: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[bytes] = mapped_column(LargeBinary, default=b"", repr=False)
    left_out: Mapped[int] = mapped_column(default=0)


class OutboxItem(Record, kw_only=True):
    """One message to deliver. `state`: `due`, `sent`, `dead` (never again; people are told), or
    `withheld`: people took over before it was sent. That never happens to what `tells_number`.

    `given_at`: when a process last took it to deliver it; only kept where many share the work.
    """

    __tablename__ = "outbox"
    __table_args__ = (Index(None, "state", "conversation_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    key: Mapped[str] = mapped_column(String(25), unique=True)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    created_at: Mapped[datetime]
    not_before: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(16), default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    given_at: Mapped[datetime | None] = mapped_column(default=None)
    external_id: Mapped[str | None] = mapped_column(String(255), default=None)
    error: Mapped[str] = mapped_column(Text, default="")
    tells_number: Mapped[bool] = mapped_column(default=False)


class Ticket(Record, kw_only=True):
    """A tracked request that people work on. Its `id` is the number people say.

    All of it can be rebuilt from its events (`bot.ticket_state.rebuild`), except what others
    work out from it: `active` (not solved or closed), `updated_at` (its last event), `due_at`,
    the next time a promise runs out, and `look_at`, when the clock has something to do with it. `requester` is the sender in its conversation,
    `requester_id` the person with all their channels, `assignee` an account. `version` goes
    up with every act that others should know of before they act themselves.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        Index(None, "active", "updated_at", "id"),
        Index(None, "active", "assignee", "updated_at", "id"),
        Index(None, "active", "tier", "updated_at", "id"),
        Index(None, "active", "due_at", "id"),
        Index(None, "look_at", "id"),
        Index(None, "status", "solved_at"),
        Index(None, "status", "updated_at", "id"),
        Index("ix_ticket_counted", "active", "assignee", "tier", "due_at", "snoozed_until"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    conversation_id: Mapped[int] = mapped_column(ForeignKey("conversation.id"), index=True)
    # No foreign key: SQLite cannot add one to a table that is there already.
    requester_id: Mapped[int] = mapped_column(index=True)
    requester: Mapped[str] = mapped_column(String(255))
    tier: Mapped[int]
    subject: Mapped[str] = mapped_column(String(255))
    summary: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(String(255))
    opened_at: Mapped[datetime]
    status: Mapped[str] = mapped_column(String(16), default="new")
    type: Mapped[str] = mapped_column(String(16), default="question")
    priority: Mapped[str] = mapped_column(String(16), default="normal")
    queue: Mapped[str] = mapped_column(String(64), default="support")
    assignee: Mapped[str | None] = mapped_column(String(255), default=None)
    tags: Mapped[list[Any]] = mapped_column(default_factory=list)
    fields: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)
    followers: Mapped[list[Any]] = mapped_column(default_factory=list)
    snoozed_until: Mapped[datetime | None] = mapped_column(default=None)
    solved_at: Mapped[datetime | None] = mapped_column(default=None)
    closed_at: Mapped[datetime | None] = mapped_column(default=None)
    merged_into: Mapped[int | None] = mapped_column(default=None, index=True)
    version: Mapped[int] = mapped_column(default=1)
    active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column(default=None)
    look_at: Mapped[datetime | None] = mapped_column(default=None)


class TicketEvent(Record, kw_only=True):
    """One change of a ticket: by whom, when, what and why. Never changed afterwards.

    `actor` is an account, or `bot`, `clock`, `requester`. `detail["set"]` are the new values.
    """

    __tablename__ = "ticket_event"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime]
    actor: Mapped[str] = mapped_column(String(255))
    what: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(Text, default="")
    detail: Mapped[dict[str, Any]] = mapped_column(default_factory=dict)


class Feedback(Record, kw_only=True):
    """👍 or 👎 by one person on one of our messages (its evidence is with the message)."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("message_id", "sender"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    sender: Mapped[str] = mapped_column(String(255))
    helpful: Mapped[bool]
    at: Mapped[datetime]
    comment: Mapped[str] = mapped_column(Text, default="")


class ArticleRating(Record, kw_only=True):
    """Whether an article of the help centre helped one reader."""

    __tablename__ = "article_rating"
    __table_args__ = (UniqueConstraint("article", "sender"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    article: Mapped[str] = mapped_column(String(255))
    sender: Mapped[str] = mapped_column(String(255))
    helpful: Mapped[bool]
    at: Mapped[datetime]


class Bookmark(Record, kw_only=True):
    """How far a channel has heard in one of its places; the mark is the channel's own."""

    __tablename__ = "bookmark"
    __table_args__ = (UniqueConstraint("channel", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    channel: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(255))
    mark: Mapped[str] = mapped_column(Text)
