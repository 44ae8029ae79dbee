"""Channels that cannot send at all, and when each is tried again. Times are the caller's, in seconds.

broken(channel, key, now)    its queue is parked
room(channel, free, now)     how many may be sent now: one now and then, to see whether it works
mended(channel)              a delivery went through
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Pause:
    probe_at: float
    tried: set[str] = field(default_factory=set)


class ChannelPauses:
    """Which channels are parked. A broken channel is probed every `probe` seconds."""

    def __init__(self, probe: float) -> None:
        self._probe = probe
        self._pauses: dict[str, _Pause] = {}

    def broken(self, channel: str, key: str, now: float) -> None:
        """The delivery of that key showed that the channel cannot send."""
        pause = self._pauses.setdefault(channel, _Pause(now + self._probe))
        pause.probe_at = max(pause.probe_at, now + self._probe)
        pause.tried.add(key)

    def mended(self, channel: str) -> bool:
        """A delivery went through; whether the channel was parked."""
        return self._pauses.pop(channel, None) is not None

    def room(self, channel: str, flying: int, limit: int, now: float) -> int:
        """How many more may be sent now, with so many under way and so many at most."""
        pause = self._pauses.get(channel)
        if pause is None:
            return limit - flying
        return 1 if now >= pause.probe_at and not flying else 0

    def tried(self, channel: str) -> Collection[str]:
        """The keys that were probed: another is tried first, lest one of them holds all up."""
        pause = self._pauses.get(channel)
        return frozenset(pause.tried) if pause else frozenset()

    def probed(self, channel: str, now: float, *, found: bool) -> None:
        """A probe is on its way now, or (`found` is False) there is none that was not tried."""
        if pause := self._pauses.get(channel):
            if found:
                pause.probe_at = now + self._probe
            elif now >= pause.probe_at:
                pause.tried.clear()
