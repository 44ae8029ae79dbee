"""Rows of those who work on lists: saved filters, what was seen, acts that can be undone."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from bot.inbox_model import BulkAct, SavedFilter, TicketSeen
from bot.model import Ticket, TicketEvent
from bot.store.rows import changed, table
from bot.ticket_state import TicketState, state_of


def filters(session: Session, account: str) -> Sequence[SavedFilter]:
    """The account's saved filters, by name."""
    found = select(SavedFilter).where(SavedFilter.account == account)
    return session.scalars(found.order_by(SavedFilter.name)).all()


def save_filter(session: Session, account: str, name: str, query: str) -> None:
    """Keep a filter, in place of one of that name."""
    rows = table(SavedFilter)
    mine = (rows.c.account == account, rows.c.name == name)
    if not changed(session, update(rows).where(*mine).values(query=query), {}):
        session.execute(insert(rows).values(account=account, name=name, query=query))


def delete_filter(session: Session, account: str, number: int) -> bool:
    """False when the account has none of that number."""
    rows = table(SavedFilter)
    mine = (rows.c.account == account, rows.c.id == number)
    return bool(changed(session, delete(rows).where(*mine), {}))


def last_events(session: Session, numbers: Collection[int], but: str) -> dict[int, int]:
    """The last event of each ticket that was not the account's own."""
    found = (
        select(TicketEvent.ticket_id, func.max(TicketEvent.id))
        .where(TicketEvent.ticket_id.in_(numbers), TicketEvent.actor != but)
        .group_by(TicketEvent.ticket_id)
    )
    return {row[0]: row[1] for row in session.execute(found)}


def seen(session: Session, account: str, numbers: Collection[int]) -> dict[int, int]:
    """Up to which event the account has seen each of the tickets."""
    found = select(TicketSeen).where(
        TicketSeen.account == account, TicketSeen.ticket_id.in_(numbers)
    )
    return {row.ticket_id: row.event for row in session.scalars(found)}


def see(session: Session, account: str, number: int, event: int) -> None:
    """The account has seen the ticket up to that event."""
    rows = table(TicketSeen)
    mine = (rows.c.account == account, rows.c.ticket_id == number)
    if not changed(session, update(rows).where(*mine).values(event=event), {}):
        session.execute(insert(rows).values(account=account, ticket_id=number, event=event))


def states(session: Session, numbers: Collection[int]) -> dict[int, TicketState]:
    """The tickets as they are now."""
    found = session.scalars(select(Ticket).where(Ticket.id.in_(numbers)))
    return {ticket.id: state_of(ticket) for ticket in found}


def changes(session: Session, events: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """What each of the events changed."""
    found = session.scalars(select(TicketEvent).where(TicketEvent.id.in_(events)))
    return {event.id: event.detail.get("set", {}) for event in found}


def keep_bulk(
    session: Session,
    account: str,
    what: str,
    done: Iterable[Mapping[str, Any]],
    now: datetime,
    old: datetime,
) -> int:
    """Keep what undoing takes, and forget what is too old to be undone."""
    session.execute(delete(BulkAct).where(BulkAct.at < old))
    act = BulkAct(account=account, what=what, at=now, done=[dict(each) for each in done])
    session.add(act)
    session.flush()
    return act.id


def bulk(session: Session, account: str, number: int, since: datetime) -> BulkAct | None:
    """An act of the account that was not undone, if it is new enough."""
    found = session.get(BulkAct, number, with_for_update=True)
    if found is None or found.account != account or found.undone_at or found.at < since:
        return None
    return found
