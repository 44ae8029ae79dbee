"""Who looks at a ticket now, and who writes: known while their pages are open, and kept nowhere."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.people import Person

STILL_WRITING = timedelta(seconds=5)
"""So long after the last key somebody counts as writing."""
PAGES = 12
"""Open pages of one person that are told news."""


@dataclass(slots=True)
class _Open:
    number: int
    person: Person


@dataclass(slots=True)
class Readers:
    """Safe to be called from many threads. Times are the caller's."""

    _open: dict[int, _Open] = field(default_factory=dict)
    _wrote: dict[tuple[int, str], tuple[datetime, str]] = field(default_factory=dict)
    _last: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @contextmanager
    def reading(self, number: int, person: Person) -> Iterator[None]:
        """The person has a page of the ticket open while the block runs."""
        with self._lock:
            self._last += 1
            mine = self._last
            self._open[mine] = _Open(number, person)
        try:
            yield
        finally:
            with self._lock:
                del self._open[mine]
                if not self._reads(number, person):
                    self._wrote.pop((number, person.id), None)

    def has_room(self, person: Person) -> bool:
        """Whether one more page of theirs may be told news."""
        with self._lock:
            return sum(each.person.id == person.id for each in self._open.values()) < PAGES

    def writes(self, number: int, person: Person, kind: str, now: datetime) -> None:
        """They wrote something just now; nobody is told of who has no page of it open."""
        with self._lock:
            if self._reads(number, person):
                self._wrote[number, person.id] = (now, kind)

    def stops(self, number: int, person: Person) -> None:
        """They sent it, or emptied it."""
        with self._lock:
            self._wrote.pop((number, person.id), None)

    def others(self, number: int, me: Person, now: datetime) -> tuple[tuple[str, str], ...]:
        """Names of those who look at it too, each with what they write (empty: nothing)."""
        with self._lock:
            here = {o.person.id: o.person for o in self._open.values() if o.number == number}
            here.pop(me.id, None)
            found = [(each.name, self._writes(number, each, now)) for each in here.values()]
        return tuple(sorted(found))

    def _writes(self, number: int, person: Person, now: datetime) -> str:
        at, kind = self._wrote.get((number, person.id), (None, ""))
        return kind if at is not None and now - at < STILL_WRITING else ""

    def _reads(self, number: int, person: Person) -> bool:
        return any(
            each.number == number and each.person.id == person.id for each in self._open.values()
        )
