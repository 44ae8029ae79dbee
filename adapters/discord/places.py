"""Where a conversation lives on Discord, written as an `Address.thread` and read back. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

DISCORD_EPOCH = 1_420_070_400_000
"""Milliseconds: what the time in Discord's ids is counted from."""


@dataclass(frozen=True, slots=True)
class InThread:
    """A thread or forum post. One made from a question has the question's message id,
    so its address is known before it exists."""

    parent: int
    id: int

    def __str__(self) -> str:
        return f"thread/{self.parent}/{self.id}"


@dataclass(frozen=True, slots=True)
class Direct:
    """A talk in a direct-message channel, from the message `start` to the next long silence."""

    channel: int
    start: int

    def __str__(self) -> str:
        return f"direct/{self.channel}/{self.start}"


@dataclass(frozen=True, slots=True)
class Asked:
    """One `/ask` of a user: only they see what is said there."""

    channel: int
    user: int
    id: int

    def __str__(self) -> str:
        return f"ask/{self.channel}/{self.user}/{self.id}"


@dataclass(frozen=True, slots=True)
class InChannel:
    """The channel itself: there we speak first, and hear only what is pressed."""

    id: int

    def __str__(self) -> str:
        return f"channel/{self.id}"


Place = InThread | Direct | Asked | InChannel

KINDS: dict[str, Callable[..., Place]] = {
    "thread": InThread,
    "direct": Direct,
    "ask": Asked,
    "channel": InChannel,
}


def read_place(thread: str) -> Place:
    """The place that `str` wrote. Raises ValueError for anything else."""
    kind, *numbers = thread.split("/")
    try:
        return KINDS[kind](*(int(number) for number in numbers))
    except (KeyError, TypeError, ValueError):
        raise ValueError(f"{thread!r} is no place on Discord") from None


def instant(snowflake: int) -> datetime:
    """When the thing with this id was made."""
    return datetime.fromtimestamp(((snowflake >> 22) + DISCORD_EPOCH) / 1000, UTC)


def first_id(at: datetime) -> int:
    """The lowest id that something made at that time can have."""
    return max(0, int(at.timestamp() * 1000) - DISCORD_EPOCH) << 22
