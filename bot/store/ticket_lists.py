"""Tickets for those who look: lists page by page, counts, one ticket's events."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, or_, select, true
from sqlalchemy.orm import Session

from bot.model import Conversation, Ticket, TicketEvent
from bot.model_tickets import Requester, RequesterIdentity
from bot.ticket_state import OVER
from bot.ticket_views import Filters, InboxPage, Sort, View
from bot.views import TicketChange, TicketLine

SOON = timedelta(hours=1)
"""So long before a promise runs out a ticket is among the breaching ones."""

Wanted = Select[Any]
Mark = tuple[datetime | None, int]


def page(session: Session, wanted: Wanted, *, sort: Sort, after: str, limit: int) -> InboxPage:
    """`limit` tickets after the mark, in that order. Raises ValueError for a mark of no such page."""
    begin = mark(after) if after else None
    if sort is Sort.DUE:
        found = _by_due(session, wanted, begin, limit + 1)
    else:
        found = list(session.scalars(_ordered(wanted, sort, begin).limit(limit + 1)))
    shown = found[:limit]
    further = _mark(shown[-1], sort) if len(found) > limit else ""
    return InboxPage(lines(session, shown), further)


def _ordered(wanted: Wanted, sort: Sort, begin: Mark | None) -> Wanted:
    key, number = Ticket.updated_at, Ticket.id
    if sort is Sort.OLDEST:
        return wanted.where(number > begin[1] if begin else true()).order_by(number)
    if sort is Sort.NEWEST:
        return wanted.where(number < begin[1] if begin else true()).order_by(number.desc())
    if begin is not None:
        at, last = begin
        if at is None:
            raise ValueError("this mark is of another order")
        wanted = wanted.where(or_(key < at, and_(key == at, number < last)))
    return wanted.order_by(key.desc(), number.desc())


def _by_due(session: Session, wanted: Wanted, begin: Mark | None, limit: int) -> list[Ticket]:
    """Two walks over an index: those with a due time, then those without."""
    key, number = Ticket.due_at, Ticket.id
    at, last = begin or (None, 0)
    found: list[Ticket] = []
    if begin is None or at is not None:
        timed = wanted.where(key.is_not(None))
        if at is not None:
            timed = timed.where(or_(key > at, and_(key == at, number > last)))
        found += session.scalars(timed.order_by(key, number).limit(limit))
    if len(found) < limit:
        rest = wanted.where(key.is_(None), number > (0 if at else last))
        found += session.scalars(rest.order_by(number).limit(limit - len(found)))
    return found


def wanted(
    view: View, me: str, tiers: Collection[int] | None, filters: Filters, now: datetime
) -> Wanted:
    """What a list shows; `tiers` are those of who looks, None for all."""
    return select(Ticket).where(*_in_view(view, me, tiers, now, filters), *_filtered(filters))


def counts(
    session: Session, me: str, tiers: Collection[int] | None, now: datetime
) -> dict[View, int]:
    """How many tickets each list has: one walk over an index that holds all that is asked for."""
    sums = [func.sum(case((and_(*_in_view(view, me, tiers, now)), 1), else_=0)) for view in View]
    row = session.execute(select(*sums).where(Ticket.active.is_(True))).one()
    return {view: number or 0 for view, number in zip(View, row, strict=True)}


def _in_view(
    view: View,
    me: str,
    tiers: Collection[int] | None,
    now: datetime,
    filters: Filters = Filters(),  # noqa: B008 - it is frozen
) -> list[ColumnElement[bool]]:
    narrowed: list[ColumnElement[bool]] = []
    if not filters.statuses and filters.among is None:
        narrowed.append(Ticket.active.is_(True))
    if view is View.ALL:
        return narrowed
    narrowed.append(or_(Ticket.snoozed_until.is_(None), Ticket.snoozed_until <= now))
    if view is View.MINE:
        narrowed.append(Ticket.assignee == me)
    if view is View.UNASSIGNED:
        narrowed.append(Ticket.assignee.is_(None))
    if view in (View.UNASSIGNED, View.MY_TIERS) and tiers is not None:
        narrowed.append(Ticket.tier.in_(tiers))
    if view is View.BREACHING:
        narrowed.append(Ticket.due_at <= now + SOON)
    return narrowed


def _filtered(filters: Filters) -> list[ColumnElement[bool]]:
    columns: list[tuple[Any, Sequence[Any]]] = [
        (Ticket.status, filters.statuses),
        (Ticket.tier, filters.tiers),
        (Ticket.queue, filters.queues),
        (Ticket.priority, filters.priorities),
        (Ticket.type, filters.types),
    ]
    found: list[ColumnElement[bool]] = [c.in_(values) for c, values in columns if values]
    found += [_tagged(tag) for tag in filters.tags]
    if filters.assignee:
        found.append(Ticket.assignee == filters.assignee)
    if filters.requester:
        found.append(Ticket.requester_id == filters.requester)
    if filters.among is not None:
        found.append(Ticket.id.in_(filters.among))
    if filters.channels:
        here = select(Conversation.id).where(Conversation.channel.in_(filters.channels))
        found.append(Ticket.conversation_id.in_(here))
    return found


def _tagged(tag: str) -> ColumnElement[bool]:
    """Tags are kept as JSON, in which this one stands as it is written here."""
    return cast(Ticket.tags, String).contains(json.dumps(tag), autoescape=True)


def lines(session: Session, tickets: Sequence[Ticket]) -> tuple[TicketLine, ...]:
    """Tickets as they stand in a list, in the same order."""
    talks = {ticket.conversation_id for ticket in tickets}
    people = {ticket.requester_id for ticket in tickets}
    there = select(Conversation.id, Conversation.channel).where(Conversation.id.in_(talks))
    channels = {row.id: row.channel for row in session.execute(there)}
    called = select(Requester.id, Requester.name).where(Requester.id.in_(people))
    names = {row.id: row.name for row in session.execute(called)}
    return tuple(
        line(t, channels[t.conversation_id], names.get(t.requester_id, "")) for t in tickets
    )


def line(ticket: Ticket, channel: str, requester_name: str) -> TicketLine:
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
        queue=ticket.queue,
        priority=ticket.priority,
        type=ticket.type,
        assignee=ticket.assignee,
        tags=tuple(ticket.tags),
        requester_id=ticket.requester_id,
        requester_name=requester_name,
        updated_at=ticket.updated_at,
        due_at=ticket.due_at,
        snoozed_until=ticket.snoozed_until,
        version=ticket.version,
    )


def listed(session: Session) -> tuple[TicketLine, ...]:
    """All tickets, the newest first."""
    return lines(session, session.scalars(select(Ticket).order_by(Ticket.id.desc())).all())


def numbered(session: Session, numbers: Sequence[int]) -> tuple[TicketLine, ...]:
    """The tickets of these numbers, in that order."""
    if not numbers:
        return ()
    found = {t.id: t for t in session.scalars(select(Ticket).where(Ticket.id.in_(numbers)))}
    return lines(session, [found[number] for number in numbers if number in found])


def open_of(session: Session, channel: str, sender: str) -> tuple[TicketLine, ...]:
    """The tickets of a person on a channel, and of all that they are elsewhere, that are worked
    on, the newest first."""
    who = select(RequesterIdentity.requester_id).where(
        RequesterIdentity.channel == channel, RequesterIdentity.sender == sender
    )
    found = select(Ticket).where(Ticket.requester_id.in_(who), Ticket.status.not_in(OVER))
    return lines(session, session.scalars(found.order_by(Ticket.id.desc())).all())


def of_requester(session: Session, requester: int, limit: int) -> tuple[TicketLine, ...]:
    """All tickets of a person, the newest first."""
    found = (
        select(Ticket, Conversation.channel, Requester.name)
        .join(Conversation, Conversation.id == Ticket.conversation_id)
        .outerjoin(Requester, Requester.id == Ticket.requester_id)
        .where(Ticket.requester_id == requester)
        .order_by(Ticket.id.desc())
        .limit(limit)
    )
    return tuple(line(t, channel, name or "") for t, channel, name in session.execute(found))


def events(session: Session, number: int) -> tuple[TicketChange, ...]:
    """What happened to a ticket, oldest first."""
    found = select(TicketEvent).where(TicketEvent.ticket_id == number).order_by(TicketEvent.id)
    return tuple(map(change, session.scalars(found)))


def events_after(session: Session, event: int, limit: int) -> tuple[TicketChange, ...]:
    """What happened to all tickets after that event, in order."""
    found = select(TicketEvent).where(TicketEvent.id > event).order_by(TicketEvent.id)
    return tuple(map(change, session.scalars(found.limit(limit))))


def last_event(session: Session) -> int:
    """The number of the last event of all."""
    return session.scalar(select(func.max(TicketEvent.id))) or 0


def change(event: TicketEvent) -> TicketChange:
    """An event as it is told."""
    name = str(event.detail.get("name", ""))
    return TicketChange(
        event.at,
        event.actor,
        event.what,
        event.why,
        event.id,
        event.ticket_id,
        name,
        event.detail,
    )


def mark(text: str) -> Mark:
    """Where a page begins. Raises ValueError for what no page ended with."""
    at, _, number = text.rpartition("|")
    moment = datetime.fromisoformat(at) if at else None
    if moment is not None and moment.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone")
    return moment, int(number)


def _mark(ticket: Ticket, sort: Sort) -> str:
    at = {Sort.CHANGED: ticket.updated_at, Sort.DUE: ticket.due_at}.get(sort)
    return f"{at.isoformat() if at else ''}|{ticket.id}"
