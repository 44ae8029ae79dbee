"""T1: what was heard is kept once. And the counting of attempts before a turn.

accept(session, taken, now)     a message, insert-or-ignore on (channel, external id)
rate(session, rating, …)        a rating, the latest one of a person and a message
waiting, head, count_attempt    the inbox as the turns see it
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.channel import Address, Incoming, Rating
from bot.limits import Taken
from bot.model import Conversation, Feedback, KeptAttachment, Message
from bot.views import Accepted


def accept(session: Session, taken: Taken, now: datetime) -> tuple[Accepted, int]:
    """Keep a message once; also gives its conversation's id. What was kept first stands."""
    incoming = taken.incoming
    conversation = find_conversation(session, incoming.address)
    known = session.scalars(
        select(Message).where(
            Message.channel == incoming.address.channel,
            Message.external_id == incoming.external_id,
        )
    ).first()
    if known is not None:
        found = conversation.id if conversation else None
        conflict = known.text != incoming.text or known.conversation_id != found
        return Accepted(known.id, new=False, conflict=conflict), known.conversation_id
    if conversation is None:
        conversation = _open(session, incoming, now)
    message = _message(session, conversation.id, taken, now)
    session.add(message)
    session.flush()
    session.add_all(_attachments(message.id, taken))
    return Accepted(message.id, new=True), conversation.id


def rate(session: Session, rating: Rating, sender: str, comment: str) -> Accepted:
    """Keep a rating of one of our messages in that conversation; a later one replaces an earlier."""
    conversation = find_conversation(session, rating.address)
    message = (
        conversation
        and session.scalars(
            select(Message).where(
                Message.conversation_id == conversation.id,
                Message.external_id == rating.key,
                Message.author != "user",
            )
        ).first()
    )
    if not message:
        return Accepted(None, new=False)
    feedback = session.scalars(
        select(Feedback).where(Feedback.message_id == message.id, Feedback.sender == sender)
    ).first()
    if feedback is None:
        feedback = Feedback(
            message_id=message.id,
            sender=sender,
            helpful=rating.helpful,
            at=rating.sent_at,
            comment=comment,
        )
        session.add(feedback)
        return Accepted(message.id, new=True)
    unchanged = (feedback.helpful, feedback.comment) == (rating.helpful, comment)
    if unchanged or rating.sent_at < feedback.at:
        return Accepted(message.id, new=False)
    feedback.helpful, feedback.comment, feedback.at = rating.helpful, comment, rating.sent_at
    return Accepted(message.id, new=True)


def waiting(session: Session, limit: int) -> list[int]:
    """Conversations with a message that no turn has dealt with."""
    found = select(Message.conversation_id).where(Message.state == "new").distinct().limit(limit)
    return list(session.scalars(found))


def head(session: Session, conversation_id: int) -> list[tuple[int, int]]:
    """The first waiting message and, if there is one, the next: (id, attempts) each."""
    found = (
        select(Message.id, Message.attempts)
        .where(Message.state == "new", Message.conversation_id == conversation_id)
        .order_by(Message.id)
        .limit(2)
    )
    return [(id_, attempts) for id_, attempts in session.execute(found)]


def count_attempt(session: Session, message_id: int, now: datetime) -> None:
    """Before the turn and in a transaction of its own: a turn that kills the process counts too."""
    session.execute(
        update(Message)
        .where(Message.id == message_id)
        .values(attempts=Message.attempts + 1, taken_at=now)
    )


def note_failure(session: Session, message_id: int, reason: str) -> None:
    """Why the last attempt failed, for the trace."""
    session.execute(update(Message).where(Message.id == message_id).values(reason=reason))


def find_conversation(session: Session, address: Address) -> Conversation | None:
    """The conversation that lives there."""
    return session.scalars(
        select(Conversation).where(
            Conversation.channel == address.channel, Conversation.thread == address.thread
        )
    ).first()


def _open(session: Session, incoming: Incoming, now: datetime) -> Conversation:
    conversation = Conversation(
        channel=incoming.address.channel,
        thread=incoming.address.thread,
        requester=incoming.sender.id,
        opened_at=now,
    )
    session.add(conversation)
    session.flush()
    return conversation


def _message(session: Session, conversation_id: int, taken: Taken, now: datetime) -> Message:
    incoming = taken.incoming
    return Message(
        conversation_id=conversation_id,
        channel=incoming.address.channel,
        external_id=incoming.external_id,
        author="user",
        sender=incoming.sender.id,
        sender_name=incoming.sender.name,
        text=incoming.text,
        sent_at=incoming.sent_at,
        received_at=now,
        choice=_offered(session, conversation_id, incoming.choice),
        state="new",
        left_out=taken.left_out,
    )


def _offered(session: Session, conversation_id: int, choice: str | None) -> str | None:
    """The choice if we offered it here; a made-up one is only its text."""
    if choice is None:
        return None
    offers = session.scalars(
        select(Message.choices).where(
            Message.conversation_id == conversation_id, Message.author == "bot"
        )
    )
    offered = {offer["id"] for offer_list in offers for offer in offer_list}
    return choice if choice in offered else None


def _attachments(message_id: int, taken: Taken) -> list[KeptAttachment]:
    pairs = zip(taken.incoming.attachments, taken.files_left_out, strict=True)
    return [
        KeptAttachment(
            message_id=message_id,
            name=file.name,
            media_type=file.media_type,
            url=file.url,
            content=file.content,
            left_out=size,
        )
        for file, size in pairs
    ]
