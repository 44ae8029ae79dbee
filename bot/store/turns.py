"""A turn is read, and what came of it is written: T2, all or nothing.

read(session, message_id, now)                   what a responder is given
apply(session, turn, response, replies, now)     message done, replies, ticket, outbox
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot.channel import Attachment
from bot.model import Conversation, KeptAttachment, Message, OutboxItem
from bot.store import tickets
from bot.turn import TICKET_NUMBER, Reply, Response, Turn


class Stale(Exception):
    """Something changed between reading the turn and writing its response; it must be taken again."""


def read(session: Session, message_id: int, history: int, now: datetime) -> Turn:
    """The message, its conversation, and what was said before it, each question with its replies."""
    message = session.get_one(Message, message_id)
    conversation = session.get_one(Conversation, message.conversation_id)
    before = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation.id,
            Message.id != message_id,
            Message.state != "new",
        )
        .order_by(Message.id.desc())
        .limit(history)
    ).all()
    asked = sorted(before, key=lambda said: (said.in_reply_to or said.id, said.id))
    files = session.scalars(
        select(KeptAttachment)
        .where(KeptAttachment.message_id == message_id)
        .order_by(KeptAttachment.id)
    )
    attachments = tuple(Attachment(f.name, f.media_type, f.content, f.url) for f in files)
    return Turn(conversation, message, tuple(asked), now, attachments)


def files_left_out(session: Session, message_id: int) -> list[str]:
    """Names of the attachments that were over the limits."""
    found = select(KeptAttachment.name).where(
        KeptAttachment.message_id == message_id, KeptAttachment.left_out > 0
    )
    return list(session.scalars(found))


def apply(
    session: Session,
    turn: Turn,
    response: Response,
    replies: Sequence[tuple[str, Reply]],
    *,
    state: str,
    now: datetime,
) -> int | None:
    """Write all that came of a turn; gives the ticket's number if it was handed over.

    `replies` are what is to be said, each with its key. Raises Stale when the
    conversation or the message is no longer as the turn saw it.
    """
    _take_version(session, turn)
    _finish(session, turn, response, state, now)
    ticket = tickets.hand_off(session, turn, response.hand_off, now) if response.hand_off else None
    said = [_said(turn, key, reply, ticket, now) for key, reply in replies]
    session.add_all(said)
    session.flush()
    session.add_all(_to_deliver(message, now) for message in said)
    return ticket


def _take_version(session: Session, turn: Turn) -> None:
    conversation = turn.conversation
    changed = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation.id, Conversation.version == conversation.version)
        .values(version=Conversation.version + 1)
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale("the conversation was changed meanwhile")


def _finish(session: Session, turn: Turn, response: Response, state: str, now: datetime) -> None:
    changed = session.execute(
        update(Message)
        .where(Message.id == turn.message.id, Message.state == "new")
        .values(
            state=state,
            outcome=response.outcome.value,
            reason=response.reason,
            resolved=response.resolved,
            done_at=now,
        )
        .execution_options(synchronize_session=False)
    )
    if changed.rowcount != 1:  # type: ignore[attr-defined]
        raise Stale("the message was dealt with meanwhile")


def _said(turn: Turn, key: str, reply: Reply, ticket: int | None, now: datetime) -> Message:
    number = "" if ticket is None else f"#{ticket}"
    return Message(
        conversation_id=turn.conversation.id,
        channel=turn.conversation.channel,
        external_id=key,
        author="bot",
        sender="bot",
        text=reply.text.replace(TICKET_NUMBER, number),
        sent_at=now,
        received_at=now,
        in_reply_to=turn.message.id,
        sort=reply.sort,
        choices=[asdict(choice) for choice in reply.choices],
        sources=[asdict(source) for source in reply.sources],
        rateable=reply.rateable,
        evidence=asdict(reply.evidence) if reply.evidence else None,
    )


def _to_deliver(message: Message, now: datetime) -> OutboxItem:
    return OutboxItem(
        key=message.external_id,
        conversation_id=message.conversation_id,
        message_id=message.id,
        created_at=now,
        not_before=now,
    )
