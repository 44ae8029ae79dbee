"""What figures are worked out from: the tickets opened and the conversations begun in a period."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime

from sqlalchemy import Integer, func, select
from sqlalchemy.orm import Session

from bot.account_model import Account
from bot.figures import Past, Talked
from bot.model import Conversation, Message, Ticket, TicketEvent
from bot.model_after import Satisfaction
from bot.model_tickets import TicketTalk
from bot.ticket_state import ACTIVE, OVER

TOLD = ("replied", "reopened", "sla_breached")


def past(session: Session, start: datetime, end: datetime, tier: int = 0) -> list[Past]:
    """The tickets opened from `start` to before `end`; those that were merged into others are
    left out. Tier 0 means all."""
    here = [Ticket.opened_at >= start, Ticket.opened_at < end, Ticket.merged_into.is_(None)]
    here += [Ticket.tier == tier] if tier else []
    names = {str(row.id): row.name for row in session.execute(select(Account.id, Account.name))}
    columns = (Ticket.id, Ticket.opened_at, Ticket.tier, Ticket.assignee, Ticket.reason)
    rows = session.execute(select(*columns, Ticket.status, Ticket.solved_at).where(*here)).all()
    replied: dict[int, datetime] = {}
    reopened: Counter[int] = Counter()
    breaches: dict[int, Counter[str]] = defaultdict(Counter)
    told = select(TicketEvent.ticket_id, TicketEvent.at, TicketEvent.what, TicketEvent.detail)
    told = told.join(Ticket, Ticket.id == TicketEvent.ticket_id).where(*here)
    for event in session.execute(told.where(TicketEvent.what.in_(TOLD)).order_by(TicketEvent.id)):
        if event.what == "replied":
            replied.setdefault(event.ticket_id, event.at)
        elif event.what == "reopened":
            reopened[event.ticket_id] += 1
        else:
            breaches[event.ticket_id][str(event.detail.get("clock", "promise"))] += 1
    asked: dict[int, list[int | None]] = defaultdict(list)
    said = select(Satisfaction.ticket_id, Satisfaction.score)
    for row in session.execute(said.join(Ticket, Ticket.id == Satisfaction.ticket_id).where(*here)):
        asked[row.ticket_id].append(row.score)
    return [
        Past(
            opened_at=row.opened_at,
            tier=row.tier,
            agent=names.get(row.assignee or "", row.assignee or ""),
            reason=row.reason.partition(":")[0],
            active=row.status in ACTIVE,
            replied_at=replied.get(row.id),
            solved_at=row.solved_at if row.status in OVER else None,
            reopened=reopened[row.id],
            breaches=dict(breaches[row.id]),
            scores=tuple(score for score in asked[row.id] if score),
            asked=len(asked[row.id]),
        )
        for row in rows
    ]


def waiting(session: Session, tier: int = 0) -> list[datetime]:
    """When each ticket was opened that is worked on now."""
    here = [Ticket.active.is_(True)] + ([Ticket.tier == tier] if tier else [])
    return list(session.scalars(select(Ticket.opened_at).where(*here)))


def talks(session: Session, start: datetime, end: datetime) -> list[Talked]:
    """The conversations that began from `start` to before `end` in which somebody asked something."""
    known = (Conversation.opened_at >= start, Conversation.opened_at < end)
    people = set(session.scalars(select(TicketTalk.conversation_id).distinct()))
    confirmed = func.max(func.coalesce(Message.resolved.cast(Integer), 0))
    found = (
        select(Conversation.id, Conversation.opened_at, confirmed.label("confirmed"))
        .join(Message, Message.conversation_id == Conversation.id)
        .where(*known, Message.author == "user", Message.outcome.is_not(None))
        .group_by(Conversation.id, Conversation.opened_at)
    )
    return [
        Talked(row.opened_at, row.id in people, bool(row.confirmed))
        for row in session.execute(found)
    ]


def articles(session: Session, start: datetime, end: datetime) -> dict[str, int]:
    """How many solved tickets of the period each article solved, as agents said; the most first."""
    found = (
        select(TicketEvent.ticket_id, TicketEvent.detail)
        .join(Ticket, Ticket.id == TicketEvent.ticket_id)
        .where(Ticket.opened_at >= start, Ticket.opened_at < end, Ticket.status.in_(OVER))
        .where(TicketEvent.what.in_(("solved", "replied")))
        .order_by(TicketEvent.id)
    )
    last: dict[int, str] = {}
    for event in session.execute(found):
        if event.detail.get("set", {}).get("status") == "solved":
            last[event.ticket_id] = str(event.detail.get("article", ""))
    return dict(Counter(article for article in last.values() if article).most_common())
