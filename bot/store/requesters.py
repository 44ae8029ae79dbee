"""Who asks for help: one person with all their identities on the channels."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from bot.model import Conversation, Message, Ticket
from bot.model_tickets import Requester, RequesterIdentity
from bot.store.rows import add

ACCOUNT = "account"
"""The channel under which our own accounts are identities."""


def find(session: Session, channel: str, sender: str) -> int | None:
    """The requester who is that sender."""
    return session.scalar(
        select(RequesterIdentity.requester_id).where(
            RequesterIdentity.channel == channel, RequesterIdentity.sender == sender
        )
    )


def known(session: Session, channel: str, sender: str, now: datetime, name: str = "") -> int:
    """The same; who was never heard of becomes a requester."""
    found = find(session, channel, sender)
    if found is not None:
        return found
    try:
        with session.begin_nested():
            called = name[:255] or _name(session, channel, sender)
            made = add(session, Requester(name=called, created_at=now))
            _identify(session, made, channel, sender, "", now)
    except IntegrityError:  # somebody else was faster
        found = find(session, channel, sender)
        if found is None:
            raise
        return found
    return made


def identities(session: Session, requester: int) -> list[RequesterIdentity]:
    """All that they are known as."""
    found = select(RequesterIdentity).where(RequesterIdentity.requester_id == requester)
    return list(session.scalars(found.order_by(RequesterIdentity.id)))


def link(
    session: Session, requester: int, channel: str, sender: str, by: str, now: datetime
) -> list[int]:
    """That sender is this requester too; the numbers of the tickets that become theirs."""
    other = find(session, channel, sender)
    if other is None:
        _identify(session, requester, channel, sender, by, now)
        return []
    return [] if other == requester else _join(session, other, requester, by, now)


def verified(session: Session, channel: str, sender: str, email: str, now: datetime) -> list[int]:
    """The sender showed that the address is theirs: whoever else showed it is the same person.

    Gives the numbers of the tickets that become another's by that.
    """
    mine = known(session, channel, sender, now)
    owner = session.scalar(select(Requester.id).where(Requester.email == email))
    if owner is None:
        session.execute(update(Requester).where(Requester.id == mine).values(email=email))
        return []
    return [] if owner == mine else _join(session, mine, owner, "email", now)


def _join(session: Session, other: int, into: int, by: str, now: datetime) -> list[int]:
    """All identities and tickets of the one become the other's; the one stays, empty."""
    theirs = RequesterIdentity.requester_id == other
    session.execute(
        update(RequesterIdentity)
        .where(theirs)
        .values(requester_id=into, linked_by=by, linked_at=now)
    )
    return list(session.scalars(select(Ticket.id).where(Ticket.requester_id == other)))


def names(session: Session, ids: Collection[int]) -> dict[int, str]:
    """How requesters are called."""
    found = session.execute(select(Requester.id, Requester.name).where(Requester.id.in_(ids)))
    return {row.id: row.name for row in found}


def latest_conversation(session: Session, requester: int) -> Conversation | None:
    """Where we last talked with them."""
    return session.scalars(
        select(Conversation)
        .join(
            RequesterIdentity,
            (RequesterIdentity.channel == Conversation.channel)
            & (RequesterIdentity.sender == Conversation.requester),
        )
        .where(RequesterIdentity.requester_id == requester)
        .order_by(Conversation.id.desc())
        .limit(1)
    ).first()


def _identify(
    session: Session, requester: int, channel: str, sender: str, by: str, now: datetime
) -> None:
    add(
        session,
        RequesterIdentity(
            requester_id=requester, channel=channel, sender=sender, linked_by=by, linked_at=now
        ),
    )


def _name(session: Session, channel: str, sender: str) -> str:
    """The last name that the sender wrote under."""
    found = session.scalar(
        select(Message.sender_name)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Conversation.channel == channel, Conversation.requester == sender)
        .where(Message.sender == sender, Message.sender_name != "")
        .order_by(Message.id.desc())
        .limit(1)
    )
    return found or ""
