"""How much one person, and one channel, may ask in a minute. Counted in memory; time comes in."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a question is within the limits, and if not, why.

    `tell` says that the person is to be told: once a minute at most.
    """

    why: str = ""
    tell: bool = False

    @property
    def refused(self) -> bool:
        return bool(self.why)


@dataclass(slots=True)
class _Asked:
    times: deque[datetime] = field(default_factory=deque)
    told: datetime | None = None


class Budget:
    """Lets a person ask `person` questions in any minute, and all on a channel `channel`.

    None is no limit. What is refused does not count, so that who goes on asking is heard
    again a minute after the first of the questions that were let through. The `keys` used
    last are remembered. Safe to be called from many threads.
    """

    def __init__(
        self, person: int | None = None, channel: int | None = None, *, keys: int = 20_000
    ) -> None:
        self._person = person
        self._channel = channel
        self._keys = keys
        self._lock = threading.Lock()
        self._asked: OrderedDict[tuple[str, str], _Asked] = OrderedDict()

    def take(self, channel: str, person: str, now: datetime) -> Verdict:
        """Ask for one question. What is let through counts, for both."""
        if self._person is None and self._channel is None:
            return Verdict()
        with self._lock:
            mine, all_there = self._of(channel, person, now), self._of(channel, "", now)
            why = self._why(mine, all_there)
            if why:
                tell = mine.told is None or not timedelta(0) <= now - mine.told < MINUTE
                mine.told = now if tell else mine.told
                return Verdict(why, tell)
            mine.times.append(now)
            all_there.times.append(now)
            return Verdict()

    def give_back(self, channel: str, person: str, now: datetime) -> None:
        """The question that was let through at that moment was known already."""
        with self._lock:
            for who in (person, ""):
                asked = self._asked.get((channel, who))
                if asked is not None and now in asked.times:
                    asked.times.remove(now)

    def _why(self, mine: _Asked, all_there: _Asked) -> str:
        if self._person is not None and len(mine.times) >= self._person:
            return f"more than {self._person} questions a minute of one person"
        if self._channel is not None and len(all_there.times) >= self._channel:
            return f"more than {self._channel} questions a minute on the channel"
        return ""

    def _of(self, channel: str, person: str, now: datetime) -> _Asked:
        key = (channel, person)
        asked = self._asked.setdefault(key, _Asked())
        self._asked.move_to_end(key)
        while asked.times and now - asked.times[0] >= MINUTE:
            asked.times.popleft()
        while asked.times and asked.times[-1] > now:  # the clock was set back
            asked.times.pop()
        while len(self._asked) > self._keys:
            self._asked.popitem(last=False)
        return asked
