"""Tickets as rows: opened once for a conversation, told of what happens to it, listed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import tickets as rules
from bot.model import Conversation, Message, Ticket, TicketEvent
from bot.store.postgres import locked
from bot.store.rows import add
from bot.summary import summary
from bot.turn import HandOff, Turn
from bot.views import TicketChange, TicketLine

SUMMED_UP = 50
"""Messages that a summary is made of."""


def hand_off(session: Session, turn: Turn, to: HandOff, now: datetime) -> int:
    """The ticket for this conversation: its open one, told again, or a new one. Gives the number."""
    return hand_off_from(session, turn.conversation, to, now)


def hand_off_from(session: Session, talk: Conversation, to: HandOff, now: datetime) -> int:
    """The same without a message that led to it: when a flow's time is over."""
    ticket = open_ticket_of(session, talk.id)
    if ticket is not None:
        add(session, rules.asked_again(ticket, reason=to.reason, now=now))
        return ticket.id
    ticket = rules.open_ticket(
        talk,
        _told(session, talk.id),
        tier=to.tier,
        reason=to.reason,
        told=to.summary,
        now=now,
    )
    if to.transcript and to.summary:
        ticket.summary = f"{to.summary}\n\n{summary(_told(session, talk.id), to.reason)}"
    return _opened(session, ticket, now).id


def undelivered(
    session: Session, conversation_id: int, *, key: str, error: str, now: datetime
) -> None:
    """A reply will never arrive: the open ticket is told, or one is opened for it."""
    held = locked(select(Conversation).where(Conversation.id == conversation_id))
    conversation = session.scalars(held).one()
    ticket = open_ticket_of(session, conversation_id)
    if ticket is None:
        ticket = rules.open_ticket(
            conversation,
            _told(session, conversation_id),
            tier=rules.FIRST_TIER,
            reason="a reply could not be delivered",
            told="",
            now=now,
        )
        _opened(session, ticket, now)
    add(session, rules.undelivered(ticket, key=key, error=error, now=now))


def open_ticket_of(session: Session, conversation_id: int) -> Ticket | None:
    """The conversation's ticket that is still worked on."""
    return session.scalars(
        select(Ticket)
        .where(Ticket.conversation_id == conversation_id, Ticket.status.not_in(rules.OVER))
        .order_by(Ticket.id)
    ).first()


def listed(session: Session) -> tuple[TicketLine, ...]:
    """All tickets, the newest first."""
    rows = session.execute(
        select(Ticket, Conversation.channel)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .order_by(Ticket.id.desc())
    )
    return tuple(line(ticket, channel) for ticket, channel in rows)


def open_of(session: Session, channel: str, requester: str) -> tuple[TicketLine, ...]:
    """A person's tickets on a channel that are still worked on, the newest first."""
    found = session.scalars(
        select(Ticket)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .where(Conversation.channel == channel, Ticket.requester == requester)
        .where(Ticket.status.not_in(rules.OVER))
        .order_by(Ticket.id.desc())
    )
    return tuple(line(ticket, channel) for ticket in found)


def line(ticket: Ticket, channel: str) -> TicketLine:
    """A ticket as it stands in a list."""
    return TicketLine(
        id=ticket.id,
        tier=ticket.tier,
        status=ticket.status,
        subject=ticket.subject,
        requester=ticket.requester,
        reason=ticket.reason,
        channel=channel,
        opened_at=ticket.opened_at,
    )


def events(session: Session, ticket_id: int) -> tuple[TicketChange, ...]:
    """What happened to a ticket, oldest first."""
    found = select(TicketEvent).where(TicketEvent.ticket_id == ticket_id).order_by(TicketEvent.id)
    return tuple(TicketChange(e.at, e.actor, e.what, e.why) for e in session.scalars(found))


def _told(session: Session, conversation_id: int) -> Sequence[Message]:
    """The last of what was said there; what still waits for its turn is not yet part of it."""
    found = select(Message).where(
        Message.conversation_id == conversation_id, Message.state != "new"
    )
    return session.scalars(found.order_by(Message.id.desc()).limit(SUMMED_UP)).all()[::-1]


def _opened(session: Session, ticket: Ticket, now: datetime) -> Ticket:
    ticket.id = add(session, ticket)
    add(session, rules.opened(ticket, actor="bot", now=now))
    return ticket
