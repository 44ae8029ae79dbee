"""T1 for what is changed afterwards: edits and deletions of messages that were kept.

find(session, channel, external_id)     the user's message of that identity
edit(session, message_id, edited, …)    its new text; the old one is kept
delete(session, message_id, at, now)    marked, and no longer waiting

Both raise the conversation's version, so that a turn which is just being responded to
is thrown away and taken again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.edits import DELETED, asks_anew, choice_of
from bot.model import Conversation, EarlierText, Message
from bot.store import ticket_text
from bot.store.postgres import locked
from bot.store.rows import add
from bot.store.turns import say
from bot.turn import Outcome, Reply


@dataclass(frozen=True, slots=True)
class Edited:
    """A message's new text, as it will be kept; `left_out` counts characters over the limit."""

    text: str
    left_out: int
    at: datetime


def find(session: Session, channel: str, external_id: str) -> int | None:
    """The id of the user's message of that identity."""
    return session.scalar(
        select(Message.id).where(
            Message.channel == channel,
            Message.external_id == external_id,
            Message.author == "user",
        )
    )


def edit(
    session: Session, message_id: int, edited: Edited, offer: tuple[str, Reply], now: datetime
) -> bool:
    """Give a message its new text; False when that is known, or older than what is kept.

    `offer` is said, with its key, when the old text was answered already.
    """
    conversation, message = _held(session, message_id)
    older = message.edited_at is not None and edited.at < message.edited_at
    if message.deleted_at or older or edited.text == message.text:
        return False
    add(session, EarlierText(message_id=message_id, text=message.text, until=edited.at))
    offering = message.state != "new" and asks_anew(message, edited.text)
    message.text, message.left_out, message.edited_at = edited.text, edited.left_out, edited.at
    ticket_text.message_changed(session, message_id, edited.text)
    conversation.version += 1
    if offering and conversation.holder == "bot" and not _just_offered(session, message):
        key, reply = offer
        say(session, message, key, reply, None, now)
    return True


def delete(
    session: Session, message_id: int, at: datetime, now: datetime
) -> tuple[bool, Outcome | None]:
    """Mark a message as taken back; whether that is new, and its outcome when this decided it."""
    conversation, message = _held(session, message_id)
    if message.deleted_at:
        return False, None
    message.deleted_at = at
    ticket_text.message_changed(session, message_id, "")
    conversation.version += 1
    if message.state != "new":
        return True, None
    message.state, message.done_at = "done", now
    message.outcome, message.reason = Outcome.IGNORED.value, DELETED
    return True, Outcome.IGNORED


def _held(session: Session, message_id: int) -> tuple[Conversation, Message]:
    """The message and its conversation, which nobody else changes meanwhile."""
    talk = (
        select(Conversation)
        .join(Message, Message.conversation_id == Conversation.id)
        .where(Message.id == message_id)
    )
    conversation = session.scalars(locked(talk, of=Conversation)).one()
    return conversation, session.get_one(Message, message_id)


def _just_offered(session: Session, message: Message) -> bool:
    """Whether the last thing the bot said is the offer for this message, which holds for any text."""
    last = session.scalar(
        select(Message)
        .where(Message.conversation_id == message.conversation_id, Message.author == "bot")
        .order_by(Message.id.desc())
        .limit(1)
    )
    return last is not None and any(c["id"] == choice_of(message.id) for c in last.choices)
