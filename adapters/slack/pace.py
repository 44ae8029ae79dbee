"""One post per second and channel, as Slack wants it; no channel waits for another."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bot.channel import SendError

LONGEST_SLEEP = 3.0


class Pace:
    """When a channel may be posted to. `clock` is monotonic, in seconds."""

    def __init__(self, interval: float, clock: Callable[[], float]) -> None:
        self._interval = interval
        self._clock = clock
        self._free_at: dict[str, float] = {}

    async def slot(self, channel: str) -> None:
        """Take the channel's next free moment and wait for it.

        Raises SendError with the time that is left when that is far: whoever sends may
        serve other channels meanwhile.
        """
        now = self._clock()
        at = max(now, self._free_at.get(channel, now))
        if at - now > LONGEST_SLEEP:
            raise SendError("this channel has posts waiting", retry_after=at - now)
        self._free_at[channel] = at + self._interval
        await asyncio.sleep(at - now)

    def hold(self, channel: str, seconds: float) -> None:
        """Slack asked to leave the channel alone for so long."""
        until = self._clock() + seconds
        self._free_at[channel] = max(until, self._free_at.get(channel, until))
