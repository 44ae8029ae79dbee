"""Tickets that time does something to, and the agents they may be given to, as rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from bot.assignment import AgentLoad
from bot.model import Ticket, TicketEvent
from bot.model_tickets import AgentPresence
from bot.store import tickets
from bot.store.rows import changed, table
from bot.ticket_plan import Plan

Found = tuple[Ticket, tuple[TicketEvent, ...]]


def look_again(session: Session, now: datetime) -> None:
    """All tickets that are worked on are looked at: the settings may have changed meanwhile."""
    later = or_(Ticket.look_at.is_(None), Ticket.look_at > now)
    session.execute(update(Ticket).where(Ticket.active, later).values(look_at=now))


def due(session: Session, now: datetime, limit: int) -> list[Found]:
    """Tickets that are to be looked at, with all their events."""
    wanted = select(Ticket).where(Ticket.look_at <= now).order_by(Ticket.look_at, Ticket.id)
    found = session.scalars(wanted.limit(limit)).all()
    events = _events(session, [ticket.id for ticket in found])
    return [(ticket, tuple(events[ticket.id])) for ticket in found]


def one(session: Session, number: int) -> Found | None:
    """A ticket with all its events."""
    ticket = session.get(Ticket, number)
    return None if ticket is None else (ticket, tuple(_events(session, [number])[number]))


def carry_out(session: Session, number: int, seen: int, plan: Plan, now: datetime) -> bool:
    """Make the changes that were planned when `seen` was the ticket's last event; False when
    something happened since: then it is to be looked at again."""
    ticket = session.get(Ticket, number, with_for_update=True)
    last = select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == number)
    if ticket is None or session.scalar(last) != seen:
        return False
    for change in plan.changes:
        tickets.record(session, ticket, change, "clock", now)
        if change.what == "assigned":
            _put(session, str(change.new["assignee"]), given_at=now)
    ticket.due_at, ticket.look_at = plan.due_at, plan.look_at
    return True


def loads(session: Session, agents: Collection[str] | None = None) -> dict[str, AgentLoad]:
    """What agents have to do, and whether they are there; only those who ever gave a sign."""
    wanted = select(AgentPresence).order_by(AgentPresence.agent)
    if agents is not None:
        wanted = wanted.where(AgentPresence.agent.in_(agents))
    rows = session.scalars(wanted).all()
    counted = (
        select(Ticket.assignee, func.count())
        .where(Ticket.active, Ticket.assignee.in_([row.agent for row in rows]))
        .group_by(Ticket.assignee)
    )
    open_tickets = {row[0]: row[1] for row in session.execute(counted)}
    return {
        row.agent: AgentLoad(
            row.agent,
            open_tickets.get(row.agent, 0),
            away=row.away,
            seen_at=row.seen_at,
            given_at=row.given_at,
        )
        for row in rows
    }


def seen(session: Session, agent: str, now: datetime) -> None:
    """A sign of life."""
    _put(session, agent, seen_at=now)


def set_away(session: Session, agent: str, away: bool, now: datetime) -> None:
    """They said that they are away, or back."""
    _put(session, agent, away=away, seen_at=now)


def _put(session: Session, agent: str, **values: datetime | bool) -> None:
    rows = table(AgentPresence)
    if not changed(session, update(rows).where(rows.c.agent == agent).values(**values), {}):
        session.execute(insert(rows).values(agent=agent, **{"away": False, **values}))


def _events(session: Session, numbers: Sequence[int]) -> dict[int, list[TicketEvent]]:
    found: dict[int, list[TicketEvent]] = defaultdict(list)
    wanted = select(TicketEvent).where(TicketEvent.ticket_id.in_(numbers))
    for event in session.scalars(wanted.order_by(TicketEvent.id)):
        found[event.ticket_id].append(event)
    return found
