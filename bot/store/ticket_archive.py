"""Whole tickets as plain values, and plain values as whole tickets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from bot.channel import Address
from bot.model import Conversation, Message, Ticket, TicketEvent
from bot.model_tickets import Requester, TicketLink, TicketNote, TicketTalk
from bot.store import inbox, requesters, takeover, ticket_text
from bot.store.rows import add

SAID = (
    "author", "sender", "sender_name", "text", "sent_at", "received_at", "choice", "outcome",
    "reason", "left_out", "files", "resolved", "sort", "choices", "sources", "rateable",
    "standing", "evidence", "edited_at", "deleted_at",
)  # fmt: skip
"""What is told of a message."""
NOTED = ("kind", "author", "author_name", "text", "at")
HAPPENED = ("at", "actor", "what", "why", "detail")


def following(session: Session, wanted: Select[Any], after: int, limit: int) -> Sequence[Ticket]:
    """The next tickets by number."""
    found = wanted.where(Ticket.id > after).order_by(Ticket.id).limit(limit)
    return session.scalars(found).all()


def exists(session: Session, number: int) -> int | None:
    """The number if there is such a ticket."""
    return session.scalar(select(Ticket.id).where(Ticket.id == number))


def place(session: Session, ticket: Ticket) -> dict[str, Any]:
    """Where it is talked about, or was before its import, and how its requester is called."""
    first = select(TicketEvent.detail).where(TicketEvent.ticket_id == ticket.id)
    before = session.scalars(first.order_by(TicketEvent.id).limit(1)).one().get("thread")
    talk = session.get_one(Conversation, ticket.conversation_id)
    who = session.get(Requester, ticket.requester_id)
    name = who.name if who else ""
    return {"channel": talk.channel, "thread": before or talk.thread, "requester_name": name}


def messages(session: Session, ticket: Ticket) -> list[dict[str, Any]]:
    """What was said in its conversations, oldest first."""
    talks = session.scalars(select(TicketTalk).where(TicketTalk.ticket_id == ticket.id)).all()
    found: list[Message] = []
    for talk in talks:
        here = select(Message).where(Message.conversation_id == talk.conversation_id)
        if talk.only_some:
            here = here.where(Message.ticket_id == ticket.id)
        found += session.scalars(here.where(Message.state != "withheld"))
    return [_values(each, SAID) for each in sorted(found, key=lambda each: each.id)]


def notes(session: Session, number: int) -> list[dict[str, Any]]:
    """What agents wrote to each other, oldest first."""
    found = select(TicketNote).where(TicketNote.ticket_id == number).order_by(TicketNote.id)
    return [_values(each, NOTED) for each in session.scalars(found)]


def events(session: Session, number: int) -> list[dict[str, Any]]:
    """What happened, oldest first: before its import too, and not the import itself."""
    found = select(TicketEvent).where(TicketEvent.ticket_id == number).order_by(TicketEvent.id)
    told: list[dict[str, Any]] = []
    for each in session.scalars(found):
        if "history" in each.detail:
            history = each.detail["history"]
            told += [{**past, "at": datetime.fromisoformat(past["at"])} for past in history]
        else:
            told.append(_values(each, HAPPENED))
    return told


def links(session: Session, number: int) -> list[tuple[str, int]]:
    """What it is linked to: the kind, and the other's number."""
    found = select(TicketLink).where(TicketLink.ticket_id == number).order_by(TicketLink.id)
    return [(each.kind, each.other_id) for each in session.scalars(found)]


def settle(session: Session, record: Mapping[str, Any], now: datetime) -> tuple[Conversation, int]:
    """A conversation for it, where it was if nobody talks there, and its requester."""
    there = Address(record["channel"], record["thread"])
    if inbox.conversation_id(session, there) is not None:
        there = Address(record["channel"], f"import:{record['external_id']}"[:255])
    talk = inbox.conversation_at(session, there, record["opened_at"])
    talk.requester = record["requester"]
    name = record.get("requester_name", "")
    return talk, requesters.known(session, talk.channel, talk.requester, now, name)


def fill(
    session: Session, number: int, talk: Conversation, record: Mapping[str, Any], now: datetime
) -> None:
    """Its messages and notes. None of them is waited for or delivered."""
    for place, said in enumerate(record.get("messages", ())):
        values = {"received_at": now, **said}
        message = Message(
            conversation_id=talk.id,
            channel=talk.channel,
            external_id=f"import:{record['external_id']}:{place}",
            state="done",
            **values,
        )
        add(session, message)
    ticket_text.of_conversation(session, number, talk.id)
    for note in record.get("notes", ()):
        takeover.add_note(session, number, TicketNote(ticket_id=number, **note))
    ticket = session.get_one(Ticket, number)
    takeover.hold(session, [talk.id], "agent" if ticket.active and ticket.assignee else "bot")


def merged(session: Session, number: int, into: int) -> None:
    """It goes on in the other."""
    session.get_one(Ticket, number).merged_into = into


def _values(row: Any, names: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}
