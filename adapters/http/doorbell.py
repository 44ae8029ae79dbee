"""Wakes those who wait for news of a conversation.

It holds no news: who is woken reads the database. So nothing can pile up for a slow
reader, and a ring that nobody hears is no loss.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


class TooManyWaiting(Exception):
    """No place left for another reader; one that reconnects later may find one."""


class Waiter:
    """One reader of one conversation."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()
        self.closed = False

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, seconds: float) -> bool:
        """Until the next ring, which may have been already; False when it did not come in time."""
        try:
            async with asyncio.timeout(seconds):
                await self._rung.wait()
        except TimeoutError:
            return False
        self._rung.clear()
        return True


class Doorbell:
    """The bells of all conversations of one channel. Used from one event loop."""

    def __init__(self, *, total: int = 1_000, per_thread: int = 12) -> None:
        self._waiters: defaultdict[str, set[Waiter]] = defaultdict(set)
        self._total = total
        self._per_thread = per_thread
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many readers there are now."""
        return sum(len(waiters) for waiters in self._waiters.values())

    def has_room(self, thread: str) -> bool:
        """Whether one more reader of the thread may listen."""
        of_thread = len(self._waiters.get(thread, ()))
        return self.waiting < self._total and of_thread < self._per_thread

    def ring(self, thread: str) -> None:
        """Wake all readers of the thread."""
        for waiter in self._waiters.get(thread, ()):
            waiter.ring()

    def open(self) -> None:
        """Let readers in (again)."""
        self._closed = False

    def close(self) -> None:
        """Wake everybody for the last time: each sees `closed` and leaves."""
        self._closed = True
        for waiters in self._waiters.values():
            for waiter in waiters:
                waiter.closed = True
                waiter.ring()

    @contextmanager
    def listen(self, thread: str) -> Iterator[Waiter]:
        """Be woken for the thread while the block runs. Raises TooManyWaiting."""
        if not self.has_room(thread):
            raise TooManyWaiting
        waiter = Waiter()
        waiter.closed = self._closed
        self._waiters[thread].add(waiter)
        try:
            yield waiter
        finally:
            self._waiters[thread].discard(waiter)
            if not self._waiters[thread]:
                del self._waiters[thread]
