"""Where a conversation lives in Slack, and how that is written in an `Address.thread`. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Place:
    """One of four: a thread (`thread_ts`), a direct talk that began with the message
    `begun` and has no thread, answers in a channel that only `user` sees, or (with none of
    these) the channel itself, where we speak first and hear only what is pressed."""

    channel: str
    thread_ts: str = ""
    begun: str = ""
    user: str = ""

    def __str__(self) -> str:
        """`C1:17.1` a thread, `D1~17.1` a direct talk, `C1!U1!id` for one person's eyes, `C1`."""
        if self.user:
            return f"{self.channel}!{self.user}!{self.begun}"
        if self.begun:
            return f"{self.channel}~{self.begun}"
        return f"{self.channel}:{self.thread_ts}" if self.thread_ts else self.channel


def parse_place(thread: str) -> Place:
    """The place that was written so. Raises ValueError."""
    if "!" in thread:
        channel, user, begun = thread.split("!", 2)
        place = Place(channel, user=user, begun=begun)
    elif "~" in thread:
        channel, begun = thread.split("~", 1)
        place = Place(channel, begun=begun)
    else:
        channel, _, thread_ts = thread.partition(":")
        place = Place(channel, thread_ts=thread_ts)
    if not place.channel or str(place) != thread or thread.endswith((":", "~", "!")):
        raise ValueError(f"{thread!r} is no place in Slack")
    return place


def moment(ts: str) -> datetime:
    """A Slack timestamp as an aware time. Raises ValueError."""
    return datetime.fromtimestamp(float(ts), tz=UTC)


def written_ts(at: datetime) -> str:
    """A time as a Slack timestamp."""
    return f"{at.timestamp():.6f}"


def just_before(ts: str) -> str:
    """The timestamp a microsecond earlier."""
    seconds, _, rest = ts.partition(".")
    number = int(seconds) * 1_000_000 + int((rest + "000000")[:6]) - 1
    return f"{number // 1_000_000}.{number % 1_000_000:06d}"


def order(ts: str) -> tuple[int, str]:
    """A key that sorts timestamps exactly (a float would lose the last digits)."""
    seconds, _, rest = ts.partition(".")
    return int(seconds) if seconds.isdigit() else 0, rest.ljust(6, "0")
