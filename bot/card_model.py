"""What is kept of the agents' side on platforms: a ticket's card, and what stands in its thread."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.model import Record


class CardMark(Record, kw_only=True):
    """How far the one who follows tickets for the cards has come: the last event and message.

    Its row is locked while it follows, so that of many workers one does.
    """

    __tablename__ = "card_mark"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    event: Mapped[int] = mapped_column(default=0)
    message: Mapped[int] = mapped_column(default=0)


class TicketCard(Record, kw_only=True):
    """A ticket's card in a triage channel: `channel` is the platform, `place` its channel there,
    `external_id` the card's message once it is posted.

    `wanted` is the last event that changes it, `shown` the one that it shows. A card that was
    `left` belongs to another place now. `after_message`: what was said up to there is in the
    summary. `busy_until`: a worker posts there until then. `gone` says why it cannot be posted.
    """

    __tablename__ = "ticket_card"
    __table_args__ = (
        Index(None, "ticket_id", "left"),
        Index(None, "channel", "external_id"),
        Index(None, "channel", "due", "not_before"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("ticket.id"))
    channel: Mapped[str] = mapped_column(String(64))
    place: Mapped[str] = mapped_column(String(255))
    key: Mapped[str] = mapped_column(String(25), unique=True)
    external_id: Mapped[str] = mapped_column(String(255), default="")
    left: Mapped[bool] = mapped_column(default=False)
    wanted: Mapped[int] = mapped_column(default=0)
    shown: Mapped[int] = mapped_column(default=0)
    after_message: Mapped[int] = mapped_column(default=0)
    due: Mapped[bool] = mapped_column(default=True)
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime]
    busy_until: Mapped[datetime | None] = mapped_column(default=None)
    gone: Mapped[str] = mapped_column(Text, default="")


class CardLine(Record, kw_only=True):
    """Something in a card's thread: `what` is `requester`, `agent`, `note` or `suggestion`, and
    `source_id` the message or note that it shows; None for what an agent wrote there and that is
    no message or note yet.

    `state`: `due`, `sent` or `dead`. `as_of` is when what it shows was last changed, as far as
    it shows that. `mark`: `` (none), `delivered` or `failed`; `marked` is the one that is shown.
    """

    __tablename__ = "card_line"
    __table_args__ = (
        UniqueConstraint("card_id", "what", "source_id"),
        Index(None, "card_id", "state", "id"),
        Index(None, "what", "mark"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    card_id: Mapped[int] = mapped_column(ForeignKey("ticket_card.id"))
    what: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(25), unique=True)
    source_id: Mapped[int | None] = mapped_column(default=None)
    state: Mapped[str] = mapped_column(String(16), default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    external_id: Mapped[str] = mapped_column(String(255), default="")
    as_of: Mapped[datetime | None] = mapped_column(default=None)
    mark: Mapped[str] = mapped_column(String(16), default="")
    marked: Mapped[str] = mapped_column(String(16), default="")
    error: Mapped[str] = mapped_column(Text, default="")
