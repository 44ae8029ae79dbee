"""The ids that buttons and selects carry: all that a press needs to be understood. Pure.

A press may come months later, to another process. So the id itself says what was
pressed, on which of our messages (`Outgoing.key`) and in which talk; nothing is
remembered. Discord allows 100 characters: a longer choice id is carried as a digest,
and the adapter keeps the digest's meaning.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from adapters.discord.places import Asked, Direct, InChannel, Place

LIMIT = 100
OURS = "fl"

Kind = Literal["choice", "select", "rate", "share", "why"]
LETTERS: dict[str, Kind] = {"c": "choice", "s": "select", "r": "rate", "h": "share", "w": "why"}
LETTER = {kind: letter for letter, kind in LETTERS.items()}


@dataclass(frozen=True, slots=True)
class Control:
    """A button or select of ours. `talk` tells talks in one channel apart: `d` or `a` and an id,
    or `c` alone for the channel itself."""

    kind: Kind
    key: str
    talk: str = ""
    value: str = ""

    def __str__(self) -> str:
        start = f"{OURS}|{LETTER[self.kind]}|{self.key}|{self.talk}|"
        return start + short(self.value, LIMIT - len(start))


def read_control(custom_id: str) -> Control | None:
    """The control that `str` wrote; None for another program's."""
    parts = custom_id.split("|", 4)
    if len(parts) != 5 or parts[0] != OURS or parts[1] not in LETTERS:
        return None
    return Control(LETTERS[parts[1]], *parts[2:])


def talk_of(place: Place) -> str:
    """What a control must say of its place; a thread says it by being one."""
    if isinstance(place, Direct):
        return f"d{place.start}"
    if isinstance(place, InChannel):
        return "c"
    return f"a{place.id}" if isinstance(place, Asked) else ""


def place_of(talk: str, channel: int, user: int) -> Place | None:
    """The place that a control names; None when it is a thread."""
    if talk == "c":
        return InChannel(channel)
    letter, number = talk[:1], talk[1:]
    if not number.isdecimal():
        return None
    return Asked(channel, user, int(number)) if letter == "a" else Direct(channel, int(number))


def short(value: str, room: int) -> str:
    """The value itself where it fits; else its digest, always the same for the same value."""
    return value if len(value) <= room and not is_digest(value) else digest(value)


def digest(value: str) -> str:
    """33 characters that stand for a value of any length."""
    return "~" + hashlib.blake2b(value.encode(), digest_size=16).hexdigest()


def is_digest(value: str) -> bool:
    """Whether it stands for a value that was too long."""
    return value.startswith("~")
