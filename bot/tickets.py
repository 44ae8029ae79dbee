"""How a request becomes a ticket. Pure: the numbers and the rows are the store's."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.model import Conversation, Message, Ticket, TicketEvent
from bot.summary import subject, summary

FIRST_TIER = 1
OVER = ("solved", "closed")
"""States in which a ticket is no longer worked on; a new request gets a new ticket."""


def open_ticket(
    conversation: Conversation,
    messages: Sequence[Message],
    *,
    tier: int,
    reason: str,
    told: str,
    now: datetime,
) -> Ticket:
    """A new ticket for the conversation; `told` replaces our own summary when it is not empty."""
    return Ticket(
        conversation_id=conversation.id,
        requester=conversation.requester,
        tier=tier,
        subject=subject(messages),
        summary=told or summary(messages, reason),
        reason=reason[:255],
        opened_at=now,
    )


def opened(ticket: Ticket, *, actor: str, now: datetime) -> TicketEvent:
    """The first event of a ticket."""
    return TicketEvent(
        ticket_id=ticket.id,
        at=now,
        actor=actor,
        what="opened",
        why=ticket.reason,
        detail={"tier": ticket.tier},
    )


def asked_again(ticket: Ticket, *, reason: str, now: datetime) -> TicketEvent:
    """The requester's conversation was handed over once more while the ticket is open."""
    return TicketEvent(ticket_id=ticket.id, at=now, actor="bot", what="asked_again", why=reason)


def undelivered(ticket: Ticket, *, key: str, error: str, now: datetime) -> TicketEvent:
    """A reply never reached the requester, so a person must see to it."""
    return TicketEvent(
        ticket_id=ticket.id, at=now, actor="bot", what="undelivered", why=error, detail={"key": key}
    )
