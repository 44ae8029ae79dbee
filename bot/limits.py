"""What is taken in: texts that every database can hold, no longer than agreed. Pure."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, replace
from datetime import timedelta

from bot.channel import Attachment, Edit, Incoming, Sender

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
IDENTITY = 255


class Refused(ValueError):
    """Something that no channel may hand in; says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is taken in, and how often something is tried.

    `text` in characters, `attachment` in bytes for each file, `attachments` files of a
    message, `history` messages that a turn sees. After `turn_attempts` a message goes
    to people; an undelivered reply is given up after `delivery`. `person_per_minute` and
    `channel_per_minute` questions are answered of one person and of all there; None is no limit.
    """

    text: int = 1_000_000
    attachment: int = 10_000_000
    attachments: int = 10
    history: int = 10
    turn_attempts: int = 3
    person_per_minute: int | None = None
    channel_per_minute: int | None = None
    delivery: timedelta = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Taken:
    """A message as it will be kept, and what of it was over the limits.

    `left_out` counts characters of the text; `files_left_out` gives the size of each
    attachment that is kept by name only.
    """

    incoming: Incoming
    left_out: int
    files_left_out: tuple[int, ...]


def storable(text: str) -> str:
    """The text with NUL and lone surrogates, which no database holds, shown as U+FFFD."""
    return UNSTORABLE.sub("\ufffd", text)


def identity(value: str) -> str:
    """An id of any length in at most 255 characters; different ids stay different."""
    value = storable(value)
    if len(value) <= IDENTITY:
        return value
    return value[:190] + hashlib.sha256(value.encode()).hexdigest()


def take_in(incoming: Incoming, limits: Limits) -> Taken:
    """Clean a message and hold it to the limits. Raises Refused when it has no usable identity."""
    address = incoming.address
    if not incoming.external_id or not address.channel or not address.thread:
        raise Refused("a message needs a channel, a thread and an external id")
    if len(address.thread) > IDENTITY or UNSTORABLE.search(address.thread):
        raise Refused(f"a thread is at most {IDENTITY} characters without NUL and surrogates")
    if incoming.sent_at.tzinfo is None:
        raise Refused("`sent_at` must carry its time zone")
    files = [_file(file, limits.attachment) for file in incoming.attachments[: limits.attachments]]
    dropped = incoming.attachments[limits.attachments :]
    files += [(_named(file, b""), len(file.content)) for file in dropped]
    cleaned = replace(
        incoming,
        external_id=identity(incoming.external_id),
        sender=Sender(identity(incoming.sender.id), storable(incoming.sender.name)[:IDENTITY]),
        text=storable(incoming.text[: limits.text]),
        choice=None if incoming.choice is None else identity(incoming.choice),
        attachments=tuple(file for file, _ in files),
    )
    left_out = max(0, len(incoming.text) - limits.text)
    return Taken(cleaned, left_out, tuple(size for _, size in files))


def edited_text(edit: Edit, limits: Limits) -> tuple[str, int]:
    """The new text as it will be kept, and how many characters are over the limit. Raises Refused."""
    if edit.edited_at.tzinfo is None:
        raise Refused("`edited_at` must carry its time zone")
    return storable(edit.text[: limits.text]), max(0, len(edit.text) - limits.text)


def _file(file: Attachment, limit: int) -> tuple[Attachment, int]:
    if len(file.content) > limit:
        return _named(file, b""), len(file.content)
    return _named(file, file.content), 0


def _named(file: Attachment, content: bytes) -> Attachment:
    return Attachment(
        name=storable(file.name)[:IDENTITY],
        media_type=storable(file.media_type)[:IDENTITY],
        content=content,
        url=storable(file.url),
    )
