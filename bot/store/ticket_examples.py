"""What past tickets were about, to learn from."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.model import Message, Ticket
from bot.store.tickets import SUMMED_UP
from bot.summary import problem
from bot.ticket_state import OVER


def solved(session: Session) -> Iterator[tuple[str, str, str]]:
    """Subject, problem in the requester's words and queue of each solved ticket, oldest first."""
    wanted = select(Ticket).where(Ticket.status.in_(OVER), Ticket.merged_into.is_(None))
    for ticket in session.scalars(wanted.order_by(Ticket.id)).all():
        found = problem(_before(session, ticket))
        yield ticket.subject, found.text if found else "", ticket.queue


def _before(session: Session, ticket: Ticket) -> list[Message]:
    """The last of what was said until the ticket was opened."""
    told = select(Message).where(
        Message.conversation_id == ticket.conversation_id, Message.received_at <= ticket.opened_at
    )
    return list(session.scalars(told.order_by(Message.id.desc()).limit(SUMMED_UP)))[::-1]
