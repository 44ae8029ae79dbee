"""What a request to the chat means, as data: forms in, Heard out. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import FormData

from bot.channel import Address, Incoming, Rating, Sender

_MESSAGE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

NOTICES = {
    "empty": "Please write something first.",
    "slow": "You are writing faster than we can answer. Please wait a moment, then send it again.",
    "long": "That is too long to be taken. Please shorten it, or send it in parts.",
    "down": "Your message could not be kept. Please send it again in a moment.",
    "unclear": "That could not be understood. Please load the page again and repeat it.",
}


class Unsayable(Exception):
    """A form that makes no message; `notice` is a key of NOTICES."""

    def __init__(self, notice: str) -> None:
        super().__init__(NOTICES[notice])
        self.notice = notice


@dataclass(frozen=True, slots=True)
class Speaker:
    """Where a form was sent, and by whom."""

    address: Address
    sender: Sender


def parse_message(form: FormData, speaker: Speaker, now: datetime, longest: int) -> Incoming:
    """The message of a form: its `text`, or a pressed `choice` (`id=label`).

    `message` is the browser's own id: the same whenever it sends the message again.
    Raises Unsayable.
    """
    choice_id, _, label = _field(form, "choice").partition("=")
    text = (label if choice_id else _field(form, "text")).strip()
    message_id = _field(form, "message")
    if not text:
        raise Unsayable("empty")
    if len(text) > longest:
        raise Unsayable("long")
    if not _MESSAGE_ID.fullmatch(message_id):
        raise Unsayable("unclear")
    return Incoming(
        address=speaker.address,
        external_id=f"{speaker.address.thread}:{message_id}",
        sender=speaker.sender,
        text=text,
        choice=choice_id or None,
        sent_at=now,
    )


def parse_rating(form: FormData, key: str, speaker: Speaker, now: datetime) -> Rating:
    """👍 (`helpful=yes`) or 👎 (`helpful=no`). Raises Unsayable."""
    helpful = _field(form, "helpful")
    if helpful not in ("yes", "no"):
        raise Unsayable("unclear")
    comment = _field(form, "comment")[:2_000]
    return Rating(speaker.address, key, speaker.sender, helpful == "yes", now, comment)


def _field(form: FormData, name: str) -> str:
    value = form.get(name, "")
    return value.replace("\r\n", "\n") if isinstance(value, str) else ""
