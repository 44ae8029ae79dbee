"""Tickets that a requester has elsewhere, and a conversation that goes on in one of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.model import Conversation, Ticket
from bot.model_tickets import TicketTalk
from bot.store import requesters
from bot.store.rows import add
from bot.ticket_state import ACTIVE

MOST = 5


def elsewhere(session: Session, talk: Conversation, since: datetime) -> list[Ticket]:
    """What the requester of a conversation opened since then in others and is worked on, the
    newest first; nothing when this conversation has such a ticket itself."""
    who = requesters.find(session, talk.channel, talk.requester)
    wanted = select(Ticket).where(Ticket.requester_id == who, Ticket.active.is_(True))
    found = session.scalars(wanted.order_by(Ticket.id.desc())).all()
    here = select(TicketTalk.ticket_id).where(TicketTalk.conversation_id == talk.id)
    about_this = set(session.scalars(here))
    if any(ticket.id in about_this for ticket in found):
        return []
    return [ticket for ticket in found if ticket.opened_at >= since][:MOST]


def into(session: Session, talk: Conversation, number: int) -> Ticket | None:
    """The conversation is the ticket's too, if it is its requester's own and worked on; a
    number that somebody made up has no effect."""
    ticket = session.get(Ticket, number, with_for_update=True)
    who = requesters.find(session, talk.channel, talk.requester)
    if ticket is None or ticket.status not in ACTIVE or ticket.requester_id != who:
        return None
    known = select(TicketTalk.id).where(
        TicketTalk.ticket_id == number, TicketTalk.conversation_id == talk.id
    )
    if session.scalar(known) is None:
        add(session, TicketTalk(ticket_id=number, conversation_id=talk.id))
    return ticket
