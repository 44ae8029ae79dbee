"""An agent takes a conversation, and the bot is silent in it until it is given back.

hold(session, conversations, holder)          whose turn it is to speak there
withhold(session, ticket, conversations, …)   nothing more of the bot's goes out
let_go(session, ticket)                       it may speak again where nobody else works
suggest(session, conversation, …)             what it would have said, for the agents

Whoever changes a conversation first wins: a turn under way finds another version.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import tickets as rules
from bot.model import Conversation, Message, OutboxItem, Ticket
from bot.model_tickets import TicketNote, TicketTalk
from bot.store import ticket_text, tickets
from bot.store.rows import add, table


def talks_of(session: Session, number: int) -> list[int]:
    """The conversations that a ticket is about, in the order in which they are locked."""
    found = select(TicketTalk.conversation_id).where(TicketTalk.ticket_id == number)
    return list(session.scalars(found.order_by(TicketTalk.conversation_id)))


def held(session: Session, conversations: Sequence[int]) -> bool:
    """Whether agents have one of the conversations."""
    there = (Conversation.id.in_(conversations), Conversation.holder == "agent")
    return session.scalar(select(Conversation.id).where(*there).limit(1)) is not None


def hold(session: Session, conversations: Sequence[int], holder: str) -> None:
    """It is the holder's turn to speak there, and a turn under way is thrown away."""
    talks = table(Conversation)
    for conversation in conversations:
        session.execute(
            update(talks)
            .where(talks.c.id == conversation)
            .values(holder=holder, version=talks.c.version + 1)
        )


def joined(session: Session, talk: Conversation, number: int) -> None:
    """A conversation was added to a ticket: where agents have that one, they have it too."""
    if held(session, talks_of(session, number)):
        hold(session, [talk.id], "agent")


def withhold(session: Session, ticket: Ticket, conversations: Sequence[int], now: datetime) -> None:
    """What the bot had to say there and did not becomes a suggestion on the ticket.

    Only the number of a ticket is still told.
    """
    unsent = session.execute(
        select(OutboxItem, Message)
        .join(Message, Message.id == OutboxItem.message_id)
        .where(OutboxItem.state == "due", OutboxItem.conversation_id.in_(conversations))
        .where(Message.author == "bot", OutboxItem.tells_number.is_(False))
        .order_by(OutboxItem.id)
    ).all()
    for item, message in unsent:
        item.state = message.state = "withheld"
        _note(session, ticket, message.text, now)


def let_go(session: Session, ticket: Ticket) -> None:
    """The bot may speak again where no other ticket is worked on."""
    talks = talks_of(session, ticket.id)
    busy = session.scalars(
        select(TicketTalk.conversation_id)
        .join(Ticket, Ticket.id == TicketTalk.ticket_id)
        .where(TicketTalk.conversation_id.in_(talks), Ticket.active, Ticket.id != ticket.id)
    ).all()
    hold(session, [talk for talk in talks if talk not in busy], "bot")


def suggest(session: Session, conversation: int, words: str, now: datetime) -> None:
    """What the bot would have said, had nobody taken over."""
    ticket = tickets.current_of(session, conversation) if words else None
    if ticket is not None:
        _note(session, ticket, words, now)


def sent(session: Session, key: str, external_id: str, now: datetime) -> bool:
    """It was being delivered when it was withheld: so it is a part of what was said after all."""
    found = session.execute(
        select(OutboxItem, Message)
        .join(Message, Message.id == OutboxItem.message_id)
        .where(OutboxItem.key == key, OutboxItem.state == "withheld")
    ).first()
    if found is None:
        return False
    item, message = found
    item.state, item.sent_at, item.external_id, message.state = "sent", now, external_id, "done"
    item.attempts += 1
    return True


def noted(session: Session, key: str) -> bool:
    """Whether there is a note of that key."""
    return session.scalar(select(TicketNote.id).where(TicketNote.key == key)) is not None


def add_note(session: Session, number: int, note: TicketNote) -> int:
    """Keep a note, and let it be found; gives its id."""
    made = add(session, note)
    ticket_text.of_note(session, number, made, note.text)
    return made


def _note(session: Session, ticket: Ticket, words: str, now: datetime) -> None:
    note = TicketNote(ticket_id=ticket.id, kind="suggestion", author="bot", text=words, at=now)
    made = add_note(session, ticket.id, note)
    tickets.record(session, ticket, rules.note(made, "suggestion"), "bot", now)
