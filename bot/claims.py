"""Which conversations wait for a turn, whose turn is next, and which are in one.

In memory: enough on SQLite, where one process owns the file; `shared_work` adds what many
processes need. People come round in turn, and the
conversations of each of them too. While others are being served as well, who writes faster
than anybody can read is answered at a pace that leaves them their time: so a flood of one
person's messages, in one conversation or in hundreds, delays nobody else.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from bot.store import inbox

BURST, A_SECOND, AT_ONCE = 5.0, 5.0, 1
"""Turns of one person that may come one upon the other, how many a second after that, and how
many at the same time. They bind only while somebody else is being served."""
LATELY = 1.0
"""For so many seconds after a message of theirs others count as being served."""
LOOK = 0.2
"""How often at most the database is looked through while somebody waits for their pace."""
REMEMBERED = 5_000


@dataclass(slots=True)
class _Person:
    """What waits of one person, and how many turns are left of the burst."""

    ready: Counter[int] = field(default_factory=Counter)
    taken: int = 0
    left: float = BURST
    counted: float = 0.0


class Lost(Exception):
    """Another process has taken this one's work over: nothing of it may be written any more."""


class Claims:
    """Safe to be used by many threads. A person is told by any text that is theirs alone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._people: dict[str, _Person] = {}
        self._line: dict[str, None] = {}
        self._taken: dict[int, tuple[str, int]] = {}
        self._fresh: set[int] = set()
        self._last = self._last_other = ("", float("-inf"))
        self._pausing, self._looked = False, float("-inf")
        self.suspects = threading.Lock()
        """Held while a message is tried again: of those that may kill the process, one at a time.
        So the innocent ones beside it are not counted down with it."""

    def add(self, conversation: int, message: int, person: str) -> bool:
        """This process has just kept a message of the person there; whether its turn comes soon:
        False behind many others of the same person."""
        with self._lock:
            self._kept(message)
            if self._last[0] != person:
                self._last_other = self._last
            self._last = (person, self._clock())
            self._wait(person, conversation, 1)
            return self._people[person].ready.total() <= BURST

    def found(self, waiting: Iterable[tuple[int, str]]) -> None:
        """Messages wait there, as the database says, each with its person; of those in a turn it
        cannot know."""
        with self._lock:
            known = {c for person in self._people.values() for c in person.ready}
            for conversation, person in waiting:
                if conversation not in self._taken and conversation not in known:
                    self._wait(person, conversation, 1)

    def look(self) -> bool:
        """Whether the database is to be asked what else waits."""
        with self._lock:
            now = self._clock()
            if self._pausing and now - self._looked < LOOK:
                return False
            self._looked = now
            return True

    def take(self) -> int | None:
        """The next conversation that nobody has; None when there is none, or only of people who
        have had their share for now."""
        with self._lock:
            now, self._pausing = self._clock(), False
            for name in self._line:
                person = self._people[name]
                free = next((c for c in person.ready if c not in self._taken), None)
                if free is None:
                    continue
                if self._may(name, person, now):
                    return self._claimed(name, person, free)
                self._pausing = True
            return None

    def release(self, conversation: int, *, done: bool) -> None:
        """Its turn is over; its message was dealt with, or (`done` is False) waits again."""
        with self._lock:
            name, count = self._taken.pop(conversation)
            self._people[name].taken -= 1
            if count > done:
                self._wait(name, conversation, count - done)

    def drop(self, conversation: int) -> None:
        """There is no turn to take there, or another process takes it."""
        with self._lock:
            name, _ = self._taken.pop(conversation)
            self._people[name].taken -= 1

    def waiting(self, session: Session) -> list[tuple[int, str]]:
        """Conversations that wait, as the database says, each with its person."""
        return inbox.waiting(session)

    def confirm(self, session: Session, conversation: int) -> None:
        """The turn is about to be written, in this transaction. Raises Lost."""

    def written(self, conversation: int) -> None:
        """The turn was written, and the claim on it ended in the same transaction."""

    def first_time(self, message: int) -> bool:
        """Whether the message, which this process has just taken, was never taken before."""
        with self._lock:
            fresh = message in self._fresh
            self._fresh.discard(message)
            return fresh

    def _kept(self, message: int) -> None:
        self._fresh.add(message)

    def _wait(self, name: str, conversation: int, count: int) -> None:
        if name not in self._people:
            self._forget()
        self._people.setdefault(name, _Person()).ready[conversation] += count
        self._line[name] = None

    def _may(self, name: str, person: _Person, now: float) -> bool:
        person.left = min(BURST, person.left + (now - person.counted) * A_SECOND)
        person.counted = now
        other = self._last_other if self._last[0] == name else self._last
        if now - other[1] > LATELY:
            return True
        return person.left >= 1 and person.taken < AT_ONCE

    def _claimed(self, name: str, person: _Person, conversation: int) -> int:
        self._taken[conversation] = (name, person.ready.pop(conversation))
        person.taken += 1
        person.left = max(0.0, person.left - 1)
        del self._line[name]
        if person.ready:
            self._line[name] = None
        return conversation

    def _forget(self) -> None:
        """People of whom nothing waits, when there are too many."""
        if len(self._people) < REMEMBERED:
            return
        idle = [n for n, p in self._people.items() if not p.ready and not p.taken]
        for name in idle:
            del self._people[name]
