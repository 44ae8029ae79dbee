"""T1: what was heard is kept once. And the inbox as the turns see it.

    accept(session, taken, now)              a message, once for each (channel, external id)
    rate(session, rating, sender, comment)   the latest rating of a person and a message
    waiting, count_attempt, note_failure     what is to be done, and what was tried

Statements used with every message are built once, here at the top.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from bot.channel import Address, Incoming, Rating
from bot.limits import Taken
from bot.model import (
    FOR_PEOPLE,
    Conversation,
    EarlierText,
    Feedback,
    KeptAttachment,
    Message,
)
from bot.store.postgres import locked
from bot.store.rows import add, table
from bot.views import Accepted

_KEPT = table(Message).c
_TALKS = table(Conversation).c

_KNOWN = select(_KEPT.id, _KEPT.conversation_id, _KEPT.text).where(
    _KEPT.channel == bindparam("channel"), _KEPT.external_id == bindparam("external_id")
)
_TALK = select(_TALKS.id, _TALKS.holder, _TALKS.requester).where(
    _TALKS.channel == bindparam("channel"), _TALKS.thread == bindparam("thread")
)
_TALK_HELD = locked(_TALK)
_NEW = select(_KEPT.conversation_id).where(_KEPT.state == "new").distinct().limit(1000).subquery()
WAITING = select(_TALKS.id, _TALKS.channel, _TALKS.requester).join(
    _NEW, _NEW.c.conversation_id == _TALKS.id
)


def accept(session: Session, taken: Taken, now: datetime) -> tuple[Accepted, int]:
    """Keep a message once; also gives its conversation's id. What was kept first stands."""
    incoming = taken.incoming
    conversation, holder = _talk(session, incoming.address, _TALK_HELD)
    known = session.execute(
        _KNOWN, {"channel": incoming.address.channel, "external_id": incoming.external_id}
    ).first()
    if known is not None:
        same = known.text == incoming.text or _said_before(session, known.id, incoming.text)
        conflict = known.conversation_id != conversation or not same
        return Accepted(known.id, new=False, conflict=conflict), known.conversation_id
    if conversation is None:
        conversation = add(session, _conversation(incoming, now))
    message = add(session, _message(session, conversation, taken, now))
    for attachment in _attachments(message, taken):
        add(session, attachment)
    awaited = holder == "bot" and not incoming.only_if_sure
    return Accepted(message, new=True, awaited=awaited), conversation


def _said_before(session: Session, message: int, text: str) -> bool:
    """Whether it is what the message said before it was edited."""
    earlier = select(EarlierText.id).where(
        EarlierText.message_id == message, EarlierText.text == text
    )
    return session.scalars(earlier.limit(1)).first() is not None


def rate(session: Session, rating: Rating, sender: str, comment: str) -> Accepted:
    """Keep a rating of one of our messages in that conversation; a later one replaces an earlier."""
    message = session.scalars(
        select(Message.id).where(
            Message.conversation_id == conversation_id(session, rating.address),
            Message.external_id == rating.key,
            Message.author != "user",
        )
    ).first()
    if message is None:
        return Accepted(None, new=False)
    feedback = session.scalars(
        locked(select(Feedback).where(Feedback.message_id == message, Feedback.sender == sender))
    ).first()
    if feedback is None:
        add(session, _feedback(message, rating, sender, comment))
        return Accepted(message, new=True)
    if not comment and feedback.helpful == rating.helpful:
        comment = feedback.comment  # a press after the words takes nothing of them back
    unchanged = (feedback.helpful, feedback.comment) == (rating.helpful, comment)
    if unchanged or rating.sent_at < feedback.at:
        return Accepted(message, new=False)
    feedback.helpful, feedback.comment, feedback.at = rating.helpful, comment, rating.sent_at
    return Accepted(message, new=True)


def waiting(session: Session, statement: Select[Any] = WAITING) -> list[tuple[int, str]]:
    """Conversations with a message that no turn has dealt with, a thousand at most, each with who
    opened it."""
    return [(row.id, person(row.channel, row.requester)) for row in session.execute(statement)]


def person(channel: str, sender: str) -> str:
    """Who somebody is among all channels."""
    return f"{channel} {sender}"


def count_attempt(session: Session, message_id: int, now: datetime) -> None:
    """Before the turn and in a transaction of its own: a turn that kills the process counts too."""
    session.execute(
        update(Message)
        .where(Message.id == message_id)
        .values(attempts=Message.attempts + 1, taken_at=now)
    )


def note_failure(session: Session, message_id: int, reason: str) -> None:
    """Why the last attempt failed, for the trace; not if the message was dealt with meanwhile."""
    waits = (Message.id == message_id, Message.state == "new")
    session.execute(update(Message).where(*waits).values(reason=reason))


def asks_people(session: Session, address: Address, person: str) -> bool:
    """Whether an agent holds the conversation there, which the person opened."""
    where = {"channel": address.channel, "thread": address.thread}
    found = session.execute(_TALK, where).first()
    return found is not None and found.holder == "agent" and found.requester == person


def conversation_id(session: Session, address: Address) -> int | None:
    """The conversation that lives there."""
    return _talk(session, address)[0]


def _talk(
    session: Session, address: Address, statement: Select[Any] = _TALK
) -> tuple[int | None, str]:
    """The conversation there and who holds it: the bot, where there is none yet."""
    where = {"channel": address.channel, "thread": address.thread}
    found = session.execute(statement, where).first()
    return (found.id, found.holder) if found else (None, "bot")


def conversation_at(session: Session, address: Address, now: datetime) -> Conversation:
    """The conversation that lives there; a new one if we never talked there."""
    found, _ = _talk(session, address, _TALK_HELD)
    if found is None:
        found = add(
            session,
            Conversation(
                channel=address.channel, thread=address.thread, requester="", opened_at=now
            ),
        )
    return session.get_one(Conversation, found)


def _conversation(incoming: Incoming, now: datetime) -> Conversation:
    return Conversation(
        channel=incoming.address.channel,
        thread=incoming.address.thread,
        requester=incoming.sender.id,
        opened_at=now,
    )


def _message(session: Session, conversation: int, taken: Taken, now: datetime) -> Message:
    incoming = taken.incoming
    return Message(
        conversation_id=conversation,
        channel=incoming.address.channel,
        external_id=incoming.external_id,
        author="user",
        sender=incoming.sender.id,
        sender_name=incoming.sender.name,
        text=incoming.text,
        sent_at=incoming.sent_at,
        received_at=now,
        choice=FOR_PEOPLE
        if incoming.for_people
        else _offered(session, conversation, incoming.choice),
        state="new",
        attempts=1,
        left_out=taken.left_out,
        files=len(incoming.attachments),
        only_if_sure=incoming.only_if_sure,
    )


def _feedback(message: int, rating: Rating, sender: str, comment: str) -> Feedback:
    return Feedback(
        message_id=message,
        sender=sender,
        helpful=rating.helpful,
        at=rating.sent_at,
        comment=comment,
    )


def _offered(session: Session, conversation: int, choice: str | None) -> str | None:
    """The choice if we offered it here; a made-up one is only its text."""
    if choice is None:
        return None
    offers = session.scalars(
        select(Message.choices).where(
            Message.conversation_id == conversation, Message.author == "bot"
        )
    )
    offered = {offer["id"] for offer_list in offers for offer in offer_list}
    return choice if choice in offered else None


def _attachments(message: int, taken: Taken) -> list[KeptAttachment]:
    pairs = zip(taken.incoming.attachments, taken.files_left_out, strict=True)
    return [
        KeptAttachment(
            message_id=message,
            name=file.name,
            media_type=file.media_type,
            url=file.url,
            content=file.content,
            left_out=size,
        )
        for file, size in pairs
    ]
