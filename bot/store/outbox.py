"""T3: what is to be delivered, and what became of it.

due(session, limit, channel, now)        the first waiting item of each conversation
sent(session, key, external_id, now)     done
failed(session, key, …)                  later, or dead: then a ticket knows of it
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from bot.backoff import next_attempt
from bot.channel import Address, Attachment, Choice, Outgoing, SendError, Source
from bot.model import Conversation, KeptAttachment, Message, OutboxItem
from bot.store import takeover, tickets
from bot.store.due import is_time, moments
from bot.store.postgres import locked
from bot.store.rows import changed, table

FEWEST_TRIES = 5
"""So often a delivery is tried before it is given up for its age, which a clock that jumps may
make up."""

_FIRST = (
    select(func.min(OutboxItem.id))
    .where(OutboxItem.state == "due")
    .group_by(OutboxItem.conversation_id)
)
_DUE = (
    select(OutboxItem.key, OutboxItem.message_id, OutboxItem.attempts)
    .join(Conversation, Conversation.id == OutboxItem.conversation_id)
    .where(OutboxItem.id.in_(_FIRST), is_time(OutboxItem))
    .order_by(OutboxItem.id)
    .limit(bindparam("limit"))
)
_DUE_THERE = _DUE.where(Conversation.channel == bindparam("channel"))
_SAID = (
    select(Message, Conversation.thread)
    .join(Conversation, Conversation.id == Message.conversation_id)
    .where(Message.id.in_(bindparam("ids", expanding=True)))
    .order_by(Message.id)
)
_ITEMS = table(OutboxItem)
_SENT = (
    update(_ITEMS)
    .where(_ITEMS.c.key == bindparam("sent"), _ITEMS.c.state == "due")
    .values(
        state="sent",
        sent_at=bindparam("sent_at"),
        external_id=bindparam("external_id"),
        attempts=_ITEMS.c.attempts + 1,
    )
)


def due(
    session: Session, limit: int, channel: str | None, flying: Collection[str], now: datetime
) -> tuple[Outgoing, ...]:
    """At most `limit` messages, oldest first, none before an earlier one of its conversation."""
    values = {"limit": limit + len(flying), "channel": channel, **moments(now)}
    found = session.execute(_DUE if channel is None else _DUE_THERE, values)
    failed = {message: tries for key, message, tries in found if key not in flying}
    ids = list(failed)[:limit]
    said = session.execute(_SAID, {"ids": ids}).all() if ids else ()
    busy = _still_flying(session, flying) if flying and said else set()
    files = _files(session, [message.id for message, _ in said if message.files])
    return tuple(
        _outgoing(message, thread, failed[message.id] + 1, files.get(message.id, ()))
        for message, thread in said
        if message.conversation_id not in busy
    )


def _still_flying(session: Session, keys: Collection[str]) -> set[int]:
    """Conversations where something of the bot's, withheld too late, is being delivered: what
    people say comes after it, not before."""
    withheld = (OutboxItem.key.in_(keys), OutboxItem.state == "withheld")
    return set(session.scalars(select(OutboxItem.conversation_id).where(*withheld)))


def _files(session: Session, messages: Collection[int]) -> dict[int, tuple[Attachment, ...]]:
    """What goes with each of the messages."""
    if not messages:
        return {}
    found: dict[int, tuple[Attachment, ...]] = {}
    kept = select(KeptAttachment).where(KeptAttachment.message_id.in_(messages))
    for file in session.scalars(kept.order_by(KeptAttachment.id)):
        sent = Attachment(file.name, file.media_type, file.content, file.url)
        found[file.message_id] = (*found.get(file.message_id, ()), sent)
    return found


def outgoing(session: Session, messages: Sequence[int]) -> tuple[Outgoing, ...]:
    """These messages of ours, to be delivered, in order."""
    if not messages:
        return ()
    said = session.execute(_SAID, {"ids": list(messages)})
    return tuple(_outgoing(message, thread, 1) for message, thread in said)


def sent(session: Session, key: str, external_id: str, now: datetime) -> bool:
    """Delivered; False when that was known already."""
    values = {"sent": key, "sent_at": now, "external_id": external_id}
    return changed(session, _SENT, values) == 1 or takeover.sent(session, key, external_id, now)


def failed(
    session: Session,
    key: str,
    error: SendError,
    *,
    give_up_after: timedelta,
    chance: float,
    now: datetime,
) -> bool:
    """Not delivered: tried again later, or dead (True) when it never can be or is too old."""
    item = session.scalars(
        locked(select(OutboxItem).where(OutboxItem.key == key, OutboxItem.state == "due"))
    ).first()
    if item is None:
        return False
    item.attempts += 1
    item.error = str(error)
    tried = error.broken or item.attempts >= FEWEST_TRIES
    if error.permanent or (tried and now - item.created_at >= give_up_after):
        item.state = "dead"
        tickets.undelivered(session, item.conversation_id, key=key, error=item.error, now=now)
        return True
    if error.broken:  # nothing is wrong with the item: it is due as soon as the channel is mended
        item.not_before = now
    else:
        item.not_before = next_attempt(now, item.attempts, error.retry_after, chance)
    return False


def said(session: Session, address: Address, key: str) -> Outgoing | None:
    """What the bot said there under that key."""
    message = session.scalars(
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.channel == address.channel, Conversation.thread == address.thread)
        .where(Message.external_id == key, Message.author == "bot")
    ).first()
    return _outgoing(message, address.thread, 1) if message else None


def _outgoing(
    message: Message, thread: str, attempt: int, files: tuple[Attachment, ...] = ()
) -> Outgoing:
    return Outgoing(
        key=message.external_id,
        address=Address(message.channel, thread),
        text=message.text,
        sort=message.sort,  # type: ignore[arg-type]
        choices=choices(message),
        sources=sources(message),
        rateable=message.rateable,
        attempt=attempt,
        standing=message.standing,  # type: ignore[arg-type]
        author=message.sender_name if message.author == "agent" else "",
        attachments=files,
    )


def choices(message: Message) -> tuple[Choice, ...]:
    """What was offered with the message."""
    return tuple(Choice(**choice) for choice in message.choices)


def sources(message: Message) -> tuple[Source, ...]:
    """What the message cites."""
    return tuple(Source(**source) for source in message.sources)
