"""What requesters say of a solution, kept.

look(session, number, …)   the ticket as a press on the closing message finds it
keep(session, said, …)     what they said
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import tickets as rules
from bot.model import Ticket
from bot.model_after import Satisfaction
from bot.model_tickets import TicketTalk
from bot.opening import TicketRules
from bot.store import tickets
from bot.ticket_state import Change, state_of
from bot.turn import AfterWord, SolvedTicket


def asked(session: Session, ticket: Ticket) -> Satisfaction | None:
    """What is kept of the ticket's last solution."""
    mine = select(Satisfaction).where(Satisfaction.ticket_id == ticket.id)
    if ticket.solved_at is not None:
        mine = mine.where(Satisfaction.solved_at == ticket.solved_at)
    return session.scalars(mine.order_by(Satisfaction.id.desc()).limit(1)).first()


def look(
    session: Session, number: int, conversation: int, agreed: TicketRules, now: datetime
) -> SolvedTicket | None:
    """The ticket as a press finds it; None when it is not about that conversation."""
    here = (TicketTalk.ticket_id == number, TicketTalk.conversation_id == conversation)
    ticket = session.get(Ticket, number)
    if ticket is None or session.scalar(select(TicketTalk.id).where(*here)) is None:
        return None
    return SolvedTicket(
        number=ticket.id,
        version=ticket.version,
        requester=ticket.requester,
        solved=ticket.status in rules.OVER,
        may_reopen=rules.may_reopen(state_of(ticket), agreed, now),
        asked=asked(session, ticket) is not None,
    )


def keep(session: Session, said: AfterWord, message: int, now: datetime) -> bool:
    """Keep it; False when the ticket is no longer as it was looked at. The same again changes
    nothing, another score takes the place of the first."""
    if not said.ticket:
        return True
    ticket = session.get(Ticket, said.ticket, with_for_update=True)
    if ticket is None or ticket.version != said.version:
        return False
    if said.reopen:
        change = rules.reopen(state_of(ticket), "the requester pressed Reopen")
        tickets.record(session, ticket, _of(change, message), "requester", now)
        return True
    row = asked(session, ticket)
    if row is None:
        return False
    if said.score and row.score != said.score:
        row.score, row.at = said.score, now
        change = Change("scored", more={"score": said.score})
        tickets.record(session, ticket, _of(change, message), "requester", now)
    if said.word and row.comment != said.word:
        row.comment = said.word
        tickets.record(session, ticket, _of(Change("word"), message), "requester", now)
    return True


def _of(change: Change, message: int) -> Change:
    return Change(change.what, change.why, change.new, {**change.more, "message": message})
