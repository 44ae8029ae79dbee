"""What is kept of webhooks: where they go, and each delivery."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from bot.model import Record


class Webhook(Record, kw_only=True):
    """A program elsewhere that is told of tickets at `url`. `events` are those it wants, empty: all.

    Its secret is not kept: it is made from the desk's own and `salt`. `event` is the last one
    that was dealt with; `failures` in a row, and until when it is let rest for them.
    """

    __tablename__ = "webhook"

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    url: Mapped[str] = mapped_column(String(2000))
    salt: Mapped[str] = mapped_column(String(64))
    events: Mapped[list[Any]] = mapped_column(default_factory=list)
    event: Mapped[int] = mapped_column(default=0)
    enabled: Mapped[bool] = mapped_column(default=True)
    failures: Mapped[int] = mapped_column(default=0)
    rests_until: Mapped[datetime | None] = mapped_column(default=None)
    created_at: Mapped[datetime]
    created_by: Mapped[str] = mapped_column(String(255))


class WebhookDelivery(Record, kw_only=True):
    """One event on its way to one webhook: `state` is `due`, `sent`, `dead` or `dropped`.

    `body` is what is sent, the same at every attempt; `status` and `error` tell of the last.
    """

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        UniqueConstraint("webhook_id", "event_id"),
        Index(None, "state", "webhook_id", "ticket_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False)
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    event_id: Mapped[int]
    ticket_id: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(16), default="due")
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime]
    status: Mapped[int | None] = mapped_column(default=None)
    error: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    done_at: Mapped[datetime | None] = mapped_column(default=None)
