"""Each solution is told to its requester once, by a message in the ticket's conversation.

solutions_to_tell(session, …)   solved tickets whose requesters were not told yet
ask(session, solution, …)       tell one
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.model import Conversation, Ticket, TicketEvent
from bot.model_after import Satisfaction
from bot.store import after, tickets, turns
from bot.store.rows import add
from bot.ticket_state import Change
from bot.turn import Reply

Solution = tuple[int, datetime]
"""A ticket's number, and when it was solved."""
FRESH = timedelta(hours=6)
"""Older solutions are told no more: a desk that was off for a day would otherwise flood its requesters."""
APART = timedelta(minutes=1)
"""Two solutions in one conversation are told at least so far apart."""
AT_ONCE = 20


def solutions_to_tell(session: Session, now: datetime) -> Sequence[Solution]:
    """Tickets that somebody solved here not long ago and of which nobody was told, the oldest
    first; at most one of a conversation. A ticket that came in solved, by an import, is none."""
    told = exists().where(
        Satisfaction.ticket_id == Ticket.id, Satisfaction.solved_at == Ticket.solved_at
    )
    busy = exists().where(
        Satisfaction.conversation_id == Ticket.conversation_id, Satisfaction.asked_at > now - APART
    )
    here = exists().where(
        TicketEvent.ticket_id == Ticket.id,
        TicketEvent.at == Ticket.solved_at,
        TicketEvent.what.in_(("solved", "replied")),
    )
    found = (
        select(Ticket.id, Ticket.solved_at, Ticket.conversation_id)
        .where(Ticket.status == "solved", Ticket.solved_at > now - FRESH)
        .where(~told, ~busy, here)
        .order_by(Ticket.solved_at)
        .limit(AT_ONCE)
    )
    rows = session.execute(found).all()
    first = {row.conversation_id: row for row in reversed(rows)}
    return [(row.id, row.solved_at) for row in rows if first[row.conversation_id] is row]


def ask(session: Session, solution: Solution, key: str, reply: Reply, now: datetime) -> bool:
    """Tell the requester, in the ticket's conversation; False when it is not so any more."""
    number, solved_at = solution
    ticket = session.get(Ticket, number, with_for_update=True)
    if ticket is None or ticket.status != "solved" or ticket.solved_at != solved_at:
        return False
    if after.asked(session, ticket) is not None:
        return False
    row = Satisfaction(
        ticket_id=number, conversation_id=ticket.conversation_id, solved_at=solved_at, asked_at=now
    )
    add(session, row)
    talk = session.get_one(Conversation, ticket.conversation_id)
    turns.tell(session, talk, [(key, reply)], number, now, "solved")
    tickets.record(session, ticket, Change("asked_how_it_was"), "bot", now)
    return True
