"""What is kept of one requester: found, told, and what of it others' conversations hold."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, delete, or_, select, update
from sqlalchemy.orm import Session

from bot.model import (
    ArticleRating,
    Conversation,
    EarlierText,
    Feedback,
    KeptAttachment,
    Message,
    Ticket,
)
from bot.model_after import Satisfaction
from bot.model_tickets import Requester, RequesterIdentity, TicketText
from bot.store import erasure, requesters
from bot.store.rows import table

ERASED = "erased"


def found(session: Session, named: str) -> int | None:
    """The requester of that number, or of that identity (`slack:U0123`)."""
    if named.isascii() and named.isdigit():
        known = session.get(Requester, int(named[:18]))
        return known.id if known else None
    channel, _, sender = named.partition(":")
    return requesters.find(session, channel, sender)


def belongings(session: Session, requester: int) -> erasure.Reached:
    """All rows that are theirs: themselves, their conversations and tickets, and what hangs on those."""
    identities = requesters.identities(session, requester)
    talks = set(session.scalars(select(Conversation.id).where(_theirs(identities, Conversation))))
    tickets = set(session.scalars(select(Ticket.id).where(Ticket.requester_id == requester)))
    start = {table(Requester): [requester], table(Conversation): talks, table(Ticket): tickets}
    senders = [identity.sender for identity in identities]
    rated = select(ArticleRating.id).where(ArticleRating.sender.in_(senders))
    start[table(ArticleRating)] = set(session.scalars(rated))
    return erasure.reach(session, start)


def elsewhere(session: Session, requester: int, mine: erasure.Reached) -> list[int]:
    """What they wrote in the conversations of others."""
    identities = requesters.identities(session, requester)
    if not identities:
        return []
    wrote = or_(
        *(and_(Message.channel == i.channel, Message.sender == i.sender) for i in identities)
    )
    own = mine.get(table(Message), set())
    return [id for id in session.scalars(select(Message.id).where(wrote)) if id not in own]


def blank(session: Session, requester: int, messages: list[int]) -> None:
    """What they wrote in others' conversations says nothing any more, and not who wrote it, nor do
    the answers to it; their ratings there are gone."""
    identities = requesters.identities(session, requester)
    for message in messages:
        who = {"sender": ERASED, "sender_name": "", "choice": None, "reason": ""}
        session.execute(update(Message).where(Message.id == message).values(**who))
        either = or_(Message.id == message, Message.in_reply_to == message)
        nothing = {"text": f"({ERASED})", "evidence": None}
        session.execute(update(Message).where(either).values(**nothing))
        for kind in (EarlierText, KeptAttachment):
            session.execute(delete(kind).where(kind.message_id == message))
        pieces = (TicketText.kind == "message", TicketText.source_id == message)
        session.execute(delete(TicketText).where(*pieces))
    for identity in identities:
        there = select(Message.id).where(Message.channel == identity.channel)
        rated = (Feedback.sender == identity.sender, Feedback.message_id.in_(there))
        session.execute(delete(Feedback).where(*rated))


def told(session: Session, requester: int) -> dict[str, Any]:
    """All that they said to us and we to them, ready for JSON. Agents' notes are no part of it."""
    who = session.get_one(Requester, requester)
    identities = requesters.identities(session, requester)
    mine = belongings(session, requester)
    talks = sorted(mine.get(table(Conversation), ()))
    tickets = sorted(mine.get(table(Ticket), ()))
    return {
        "requester": who.id,
        "name": who.name,
        "email": who.email,
        "known_since": who.created_at.isoformat(),
        "identities": [f"{identity.channel}:{identity.sender}" for identity in identities],
        "conversations": [_talk(session, talk) for talk in talks],
        "tickets": [_ticket(session, number) for number in tickets],
    }


def _theirs(identities: list[RequesterIdentity], kind: type[Conversation]) -> Any:
    each = (and_(kind.channel == i.channel, kind.requester == i.sender) for i in identities)
    return or_(kind.id == 0, *each)


def _talk(session: Session, talk: int) -> dict[str, Any]:
    where = session.get_one(Conversation, talk)
    said = select(Message).where(Message.conversation_id == talk, Message.state != "withheld")
    lines = session.scalars(said.order_by(Message.id)).all()
    return {
        "channel": where.channel,
        "began": where.opened_at.isoformat(),
        "messages": [
            {
                "at": line.sent_at.isoformat(),
                "by": line.author,
                "name": line.sender_name,
                "text": line.text,
                "files": [
                    file.name
                    for file in session.scalars(
                        select(KeptAttachment).where(KeptAttachment.message_id == line.id)
                    )
                ],
            }
            for line in lines
        ],
    }


def _ticket(session: Session, number: int) -> dict[str, Any]:
    ticket = session.get_one(Ticket, number)
    said = select(Satisfaction).where(Satisfaction.ticket_id == number)
    return {
        "number": number,
        "subject": ticket.subject,
        "status": ticket.status,
        "opened": ticket.opened_at.isoformat(),
        "solved": ticket.solved_at.isoformat() if ticket.solved_at else None,
        "fields": ticket.fields,
        "satisfaction": [
            {"score": each.score, "comment": each.comment} for each in session.scalars(said)
        ],
    }
