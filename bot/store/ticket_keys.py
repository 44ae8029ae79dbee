"""Orders to open a ticket that were carried out: the same key again is the same ticket."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.model_tickets import TicketKey
from bot.store.rows import add


def find(session: Session, source: str, key: str) -> TicketKey | None:
    """What was opened by that key."""
    same = (TicketKey.source == source, TicketKey.key == key)
    return session.scalar(select(TicketKey).where(*same))


def keep(
    session: Session, source: str, key: str, fingerprint: str, number: int, now: datetime
) -> None:
    """That key opened this ticket."""
    kept = TicketKey(source=source, key=key, fingerprint=fingerprint, ticket_id=number, at=now)
    add(session, kept)


def key_of(session: Session, source: str, number: int) -> str | None:
    """By which key of that source the ticket was opened."""
    mine = (TicketKey.source == source, TicketKey.ticket_id == number)
    return session.scalar(select(TicketKey.key).where(*mine).limit(1))
