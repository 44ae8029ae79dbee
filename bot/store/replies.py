"""What people write to requesters: a message, and due to be delivered."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.channel import Attachment, Standing
from bot.limits import storable
from bot.model import Conversation, KeptAttachment, Message, OutboxItem
from bot.model_tickets import TicketTalk, TicketText
from bot.store import takeover
from bot.store.rows import add
from bot.ticket_values import ActRefused

NAME = 255


def say(
    session: Session,
    talk: Conversation,
    ticket: int,
    author: tuple[str, str],
    key: str,
    text: str,
    files: Sequence[Attachment],
    now: datetime,
    standing: Standing = "with_people",
) -> int:
    """A person (account, and name that is shown) says something there; gives the message's id."""
    account, name = author
    said = Message(
        conversation_id=talk.id,
        channel=talk.channel,
        external_id=key,
        author="agent",
        sender=account,
        sender_name=name[:NAME],
        text=text,
        sent_at=now,
        received_at=now,
        files=len(files),
        ticket_id=ticket,
        standing=standing,
    )
    made = add(session, said)
    for file in files:
        add(
            session,
            KeptAttachment(
                message_id=made,
                name=storable(file.name)[:NAME],
                media_type=storable(file.media_type)[:NAME],
                url=storable(file.url),
                content=file.content,
            ),
        )
    due = OutboxItem(
        key=key, conversation_id=talk.id, message_id=made, created_at=now, not_before=now
    )
    add(session, due)
    return made


def known(session: Session, conversation: int, key: str) -> Message | None:
    """What was said on its channel under that key."""
    channel = session.get_one(Conversation, conversation).channel
    same = (Message.channel == channel, Message.external_id == key)
    return session.scalars(select(Message).where(*same)).first()


def chosen(session: Session, number: int, messages: Sequence[int]) -> Sequence[Message]:
    """Messages of the ticket, in order. Raises ActRefused when one is not of its conversations."""
    talks = takeover.talks_of(session, number)
    here = (Message.id.in_(messages), Message.conversation_id.in_(talks))
    found = session.scalars(select(Message).where(*here).order_by(Message.id)).all()
    if len(found) != len(set(messages)):
        raise ActRefused(f"Choose messages of #{number} only.")
    return found


def share_talks(session: Session, number: int, into: int) -> None:
    """What the one ticket is about, the other is about too."""
    there = set(takeover.talks_of(session, into))
    mine = session.scalars(select(TicketTalk).where(TicketTalk.ticket_id == number)).all()
    for talk in mine:
        if talk.conversation_id not in there:
            add(session, TicketTalk(ticket_id=into, conversation_id=talk.conversation_id))


def find_by_words(session: Session, number: int, messages: Sequence[Message]) -> None:
    """The ticket is found by what these messages say."""
    for message in messages:
        piece = TicketText(
            ticket_id=number, kind="message", source_id=message.id, text=message.text
        )
        add(session, piece)
