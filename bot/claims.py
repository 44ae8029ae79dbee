"""Which conversations wait for a turn and which are in one.

In memory, because on SQLite one process owns the file. Conversations come round in
turn, so that one which says a lot does not hold the others up.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable


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

    def first_time(self, message: int) -> bool:
        """Whether this process kept the message and now takes it for the first time."""
        with self._lock:
            fresh = message in self._fresh
            self._fresh.discard(message)
            return fresh
