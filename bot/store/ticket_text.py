"""The pieces of text by which tickets are found, kept as they come."""

from __future__ import annotations

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from bot.model import Message
from bot.model_tickets import TicketText
from bot.store import ticket_vectors
from bot.store.rows import add, table

_PIECES = table(TicketText)


def of_ticket(session: Session, number: int, words: str) -> None:
    """Its subject and summary, in place of those before; what they mean is worked out later."""
    here = (_PIECES.c.ticket_id == number, _PIECES.c.kind == "ticket")
    session.execute(delete(_PIECES).where(*here))
    add(session, TicketText(ticket_id=number, kind="ticket", source_id=number, text=words))
    ticket_vectors.expect(session, number)


def of_note(session: Session, number: int, note: int, words: str) -> None:
    """A note, which agents alone find."""
    add(session, TicketText(ticket_id=number, kind="note", source_id=note, text=words))


def of_conversation(session: Session, number: int, conversation: int) -> None:
    """Its messages that are not among the ticket's pieces yet."""
    known = (
        select(func.coalesce(func.max(TicketText.source_id), 0))
        .join(Message, Message.id == TicketText.source_id)
        .where(TicketText.ticket_id == number, TicketText.kind == "message")
        .where(Message.conversation_id == conversation)
        .scalar_subquery()
    )
    new = select(literal(number), literal("message"), Message.id, Message.text).where(
        Message.conversation_id == conversation,
        Message.id > known,
        Message.state != "withheld",
        Message.deleted_at.is_(None),
    )
    session.execute(insert(_PIECES).from_select(["ticket_id", "kind", "source_id", "text"], new))


def message_changed(session: Session, message: int, words: str) -> None:
    """A message says something else now; nothing when it was taken back."""
    here = (_PIECES.c.kind == "message", _PIECES.c.source_id == message)
    session.execute(update(_PIECES).where(*here).values(text=words))
