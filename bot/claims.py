"""Which conversations wait for a turn and which are in one.

In memory: enough on SQLite, where one process owns the file; `shared_work` adds what many
processes need. Conversations come round in
turn, so that one which says a lot does not hold the others up.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable

from sqlalchemy.orm import Session

from bot.store import inbox


class Lost(Exception):
    """Another process has taken this one's work over: nothing of it may be written any more."""


class Claims:
    """Safe to be used by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready: Counter[int] = Counter()
        self._taken: dict[int, int] = {}
        self._fresh: set[int] = set()
        self.suspects = threading.Lock()
        """Held while a message is tried again: of those that may kill the process, one at a time.
        So the innocent ones beside it are not counted down with it."""

    def add(self, conversation: int, message: int) -> None:
        """This process has just kept a message there."""
        with self._lock:
            self._fresh.add(message)
            self._ready[conversation] += 1

    def found(self, conversations: Iterable[int]) -> None:
        """Messages wait there, as the database says; of those in a turn it cannot know."""
        with self._lock:
            for conversation in conversations:
                if conversation not in self._taken:
                    self._ready.setdefault(conversation, 1)

    def take(self) -> int | None:
        """The next conversation that nobody has; None when there is none."""
        with self._lock:
            free = next((c for c in self._ready if c not in self._taken), None)
            if free is not None:
                self._taken[free] = self._ready.pop(free)
            return free

    def release(self, conversation: int, *, done: bool) -> None:
        """Its turn is over; its message was dealt with, or (`done` is False) waits again."""
        with self._lock:
            left = self._taken.pop(conversation) - done
            if left:
                self._ready[conversation] += left

    def drop(self, conversation: int) -> None:
        """There is no turn to take there, or another process takes it."""
        with self._lock:
            self._taken.pop(conversation)

    def waiting(self, session: Session) -> list[int]:
        """Conversations that wait, as the database says."""
        return inbox.waiting(session)

    def confirm(self, session: Session, conversation: int) -> None:
        """The turn is about to be written, in this transaction. Raises Lost."""

    def first_time(self, message: int) -> bool:
        """Whether the message, which this process has just taken, was never taken before."""
        with self._lock:
            fresh = message in self._fresh
            self._fresh.discard(message)
            return fresh
