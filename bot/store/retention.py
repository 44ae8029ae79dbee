"""What is older than it may be kept."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from bot.account_model import AuditLine
from bot.model import Conversation, Message, Ticket
from bot.model_tickets import TicketTalk


def old_tickets(session: Session, before: datetime, limit: int) -> list[int]:
    """Tickets closed before that, the oldest first."""
    old = (Ticket.status == "closed", Ticket.closed_at < before)
    return list(session.scalars(select(Ticket.id).where(*old).order_by(Ticket.id).limit(limit)))


def old_conversations(session: Session, before: datetime, limit: int) -> list[int]:
    """Conversations in which nothing was said since, and that no ticket is about."""
    ticket = exists().where(TicketTalk.conversation_id == Conversation.id)
    first = exists().where(Ticket.conversation_id == Conversation.id)
    since = exists().where(
        Message.conversation_id == Conversation.id, Message.received_at >= before
    )
    found = select(Conversation.id).where(Conversation.opened_at < before, ~ticket, ~first, ~since)
    return list(session.scalars(found.order_by(Conversation.id).limit(limit)))


def old_audit(session: Session, before: datetime) -> int:
    """How many lines of the audit log are older."""
    return session.scalar(select(func.count()).where(AuditLine.at < before)) or 0


def drop_audit(session: Session, before: datetime) -> None:
    """Delete them."""
    session.execute(delete(AuditLine).where(AuditLine.at < before))
