"""Drafts of agents: one a person, ticket and kind."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bot.model import Ticket
from bot.model_tickets import TicketDraft


def keep(session: Session, agent: str, number: int, kind: str, text: str, now: datetime) -> None:
    """Keep a draft in place of the earlier one; an empty one is forgotten."""
    here = (
        TicketDraft.agent == agent,
        TicketDraft.ticket_id == number,
        TicketDraft.kind == kind,
    )
    if not text.strip():
        session.execute(delete(TicketDraft).where(*here))
        return
    found = session.scalar(select(TicketDraft).where(*here))
    if found is None:
        made = TicketDraft(ticket_id=number, agent=agent, kind=kind, text=text, at=now)
        session.add(made)
    else:
        found.text, found.at = text, now


def of(session: Session, agent: str, number: int) -> dict[str, str]:
    """The drafts of a person on a ticket, by kind."""
    mine = (TicketDraft.agent == agent, TicketDraft.ticket_id == number)
    return {each.kind: each.text for each in session.scalars(select(TicketDraft).where(*mine))}


def tier_of(session: Session, number: int) -> int | None:
    """The tier of a ticket; None when there is no such ticket."""
    return session.scalar(select(Ticket.tier).where(Ticket.id == number))
