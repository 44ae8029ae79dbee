"""Which conversations wait for a turn and which are in one.

In memory, because on SQLite one process owns the file. Conversations come round in
turn, so that one which says a lot does not hold the others up.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable


class Claims:
    """Safe to be used by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready: dict[int, None] = {}
        self._taken: set[int] = set()
        self.suspects = threading.Lock()
        """Held while a message is tried again: of those that may kill the process, one at a time.
        So the innocent ones beside it are not counted down with it."""

    def add(self, conversation: int) -> None:
        """A message came in there."""
        with self._lock:
            self._ready.setdefault(conversation)

    def found(self, conversations: Iterable[int]) -> None:
        """Messages wait there, as the database says; those in a turn say so themselves."""
        with self._lock:
            self._ready.update(dict.fromkeys(c for c in conversations if c not in self._taken))

    def take(self) -> int | None:
        """The next conversation that nobody has; None when there is none."""
        with self._lock:
            free = next((c for c in self._ready if c not in self._taken), None)
            if free is not None:
                del self._ready[free]
                self._taken.add(free)
            return free

    def release(self, conversation: int, *, again: bool) -> None:
        """Its turn is over; `again` when more waits there."""
        with self._lock:
            self._taken.discard(conversation)
            if again:
                self._ready.setdefault(conversation)
