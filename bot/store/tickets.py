"""Tickets as rows: opened once for a matter, changed by events, told of what happens to them.

record(session, ticket, change, …)   the change as values and as an event
open_new(session, state, …)          a new ticket with its first event
hand_off(session, talk, to, …)       the ticket of a conversation: told, reopened, or a new one
requester_wrote(session, talk, …)    what a message means for the ticket of its conversation
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot import tickets as rules
from bot.model import Conversation, Message, Ticket, TicketEvent
from bot.model_tickets import TicketLink, TicketTalk
from bot.opening import FIRST_TIER, Route, TicketRules, directed
from bot.store import requesters, same_ask, ticket_text
from bot.store.postgres import locked
from bot.store.rows import add
from bot.summary import subject, summary
from bot.ticket_state import (
    ACTIVE,
    QUIET,
    Change,
    TicketState,
    detail_of,
    opening,
    state_of,
)
from bot.turn import HandOff

SUMMED_UP = 50
"""Messages that a summary is made of."""
_ORDER_OF_EVENTS = 7_310_006
"""The lock under which PostgreSQL numbers events, so that who reads on from a number misses none."""


def record(
    session: Session, ticket: Ticket, change: Change, actor: str, now: datetime, name: str = ""
) -> int:
    """Make the change, and keep it as an event of which the number is given."""
    for key, value in change.new.items():
        setattr(ticket, key, list(value) if isinstance(value, tuple) else value)
    ticket.active = ticket.status in ACTIVE
    ticket.version += change.what not in QUIET
    ticket.updated_at = ticket.look_at = now
    return _event(session, ticket.id, change, actor, now, name)


def open_new(
    session: Session,
    state: TicketState,
    actor: str,
    now: datetime,
    *,
    name: str = "",
    only_some: bool = False,
    **more: Any,
) -> Ticket:
    """A new ticket about its conversation."""
    values = {each.name: plain_list(getattr(state, each.name)) for each in fields(state)}
    number = add(session, Ticket(**values, updated_at=now, look_at=now))
    _event(session, number, opening(state, state.reason, **more), actor, now, name)
    talk = TicketTalk(ticket_id=number, conversation_id=state.conversation_id, only_some=only_some)
    add(session, talk)
    ticket_text.of_ticket(session, number, f"{state.subject} {state.summary}")
    return session.get_one(Ticket, number)


def hand_off(
    session: Session, talk: Conversation, to: HandOff, rules_: TicketRules, now: datetime
) -> int:
    """The number of the conversation's ticket: one that is worked on is told, one that was solved
    not long ago is reopened; else it is a new one, linked to the one before."""
    before = current_of(session, talk.id)
    if before is None or before.status not in ACTIVE:
        before = (same_ask.into(session, talk, to.into) if to.into else None) or before
    if before is not None and before.status in ACTIVE:
        record(session, before, rules.asked_again(to.reason), "bot", now)
    elif before is not None and rules.may_reopen(state_of(before), rules_, now):
        record(session, before, rules.reopen(state_of(before), to.reason), "requester", now)
    else:
        told = to_date(session, talk.id)
        before = _follow_up(session, before, _new(session, talk, to, told, now), now, to.routed)
    ticket_text.of_conversation(session, before.id, talk.id)
    return before.id


def requester_wrote(
    session: Session, talk: Conversation, message: int, rules_: TicketRules, now: datetime
) -> None:
    """People have the conversation: what its requester writes is for its ticket."""
    ticket = current_of(session, talk.id)
    if ticket is None:
        return
    state = state_of(ticket)
    if state.status in ACTIVE:
        record(session, ticket, rules.requester_wrote(state, message), "requester", now)
    elif rules.may_reopen(state, rules_, now):
        change = replace(rules.reopen(state, "the requester wrote"), more={"message": message})
        record(session, ticket, change, "requester", now)
    else:
        to = directed(
            HandOff(FIRST_TIER, f"wrote again after ticket #{ticket.id}"),
            Route(ticket.tier, ticket.queue, ticket.priority),
        )
        told = to_date(session, talk.id)
        ticket = _follow_up(session, ticket, _new(session, talk, to, told, now), now)
    ticket_text.of_conversation(session, ticket.id, talk.id)


def undelivered(
    session: Session, conversation_id: int, *, key: str, error: str, now: datetime
) -> None:
    """A reply will never arrive: the open ticket is told, or one is opened for it."""
    held = locked(select(Conversation).where(Conversation.id == conversation_id))
    talk = session.scalars(held).one()
    ticket = current_of(session, conversation_id)
    if ticket is None or ticket.status not in ACTIVE:
        to = directed(HandOff(FIRST_TIER, "a reply could not be delivered"), Route())
        told = to_date(session, conversation_id)
        ticket = _follow_up(session, ticket, _new(session, talk, to, told, now), now)
    record(session, ticket, rules.undelivered(key, error), "bot", now)


def current_of(session: Session, conversation_id: int) -> Ticket | None:
    """The conversation's ticket: the last one that is worked on, else the last one."""
    return session.scalars(
        select(Ticket)
        .join(TicketTalk, TicketTalk.ticket_id == Ticket.id)
        .where(TicketTalk.conversation_id == conversation_id, TicketTalk.only_some.is_(False))
        .order_by(Ticket.active.desc(), Ticket.id.desc())
        .limit(1)
        .with_for_update(of=Ticket)
    ).first()


def open_ticket_of(session: Session, conversation_id: int) -> Ticket | None:
    """The conversation's ticket that is still worked on."""
    found = current_of(session, conversation_id)
    return found if found is not None and found.status in ACTIVE else None


def add_link(session: Session, number: int, other: int, kind: str, by: str, now: datetime) -> bool:
    """The two belong together; False when that is known."""
    same = (TicketLink.ticket_id == number, TicketLink.other_id == other, TicketLink.kind == kind)
    if session.scalar(select(TicketLink.id).where(*same)):
        return False
    add(session, TicketLink(ticket_id=number, other_id=other, kind=kind, by=by, at=now))
    return True


def last_event_of(session: Session, number: int) -> int:
    """The number of the ticket's last event."""
    found = select(func.max(TicketEvent.id)).where(TicketEvent.ticket_id == number)
    return session.scalar(found) or 0


def plain_list(value: Any) -> Any:
    """As the column holds it."""
    return list(value) if isinstance(value, tuple) else value


def to_date(session: Session, conversation_id: int) -> Sequence[Message]:
    """The last of what was said there; what waits for its turn or was withheld is no part of it."""
    found = select(Message).where(
        Message.conversation_id == conversation_id, Message.state.not_in(("new", "withheld"))
    )
    return session.scalars(found.order_by(Message.id.desc()).limit(SUMMED_UP)).all()[::-1]


def _new(
    session: Session, talk: Conversation, to: HandOff, told: Sequence[Message], now: datetime
) -> TicketState:
    words = to.summary or summary(told, to.reason)
    if to.transcript and to.summary:
        words = f"{to.summary}\n\n{summary(told, to.reason)}"
    wished = Route()
    return TicketState(
        conversation_id=talk.id,
        requester_id=requesters.known(session, talk.channel, talk.requester, now),
        requester=talk.requester,
        subject=subject(told),
        summary=words,
        reason=to.reason[:255],
        opened_at=now,
        tier=to.tier,
        queue=to.queue or wished.queue,
        priority=to.priority or wished.priority,
        type=to.type or wished.type,
        tags=to.tags,
        assignee=to.assignee or None,
    )


def _follow_up(
    session: Session, before: Ticket | None, state: TicketState, now: datetime, routed: str = ""
) -> Ticket:
    more: dict[str, Any] = {"routed": routed} if routed else {}
    ticket = open_new(session, state, "bot", now, **more)
    if before is not None:
        earlier = before.merged_into or before.id
        add_link(session, ticket.id, earlier, "related", "bot", now)
        record(session, ticket, rules.link("related", ticket.id, earlier), "bot", now)
    return ticket


def _event(
    session: Session, number: int, change: Change, actor: str, now: datetime, name: str
) -> int:
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"select pg_advisory_xact_lock({_ORDER_OF_EVENTS})"))
    event = TicketEvent(
        ticket_id=number,
        at=now,
        actor=actor,
        what=change.what,
        why=change.why,
        detail=detail_of(change, name),
    )
    return add(session, event)
