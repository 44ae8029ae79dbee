"""The threads that take turns. Threads of our own, so that a turn which hangs cannot hold the end up."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from bot.desk import Desk

log = logging.getLogger(__name__)


class TurnThreads:
    """Each takes turns while there are any, then waits for a ring; the first one also looks by itself."""

    def __init__(
        self, desk: Desk, count: int, poll: float, restart: float, taken: Callable[[], None]
    ) -> None:
        self._desk = desk
        self._poll = poll
        self._restart = restart
        self._taken = taken
        self._rings = threading.Semaphore(0)
        self._stopping = threading.Event()
        self._threads = [
            threading.Thread(
                target=self._run, args=(poll if n == 0 else None,), name=f"turns {n}", daemon=True
            )
            for n in range(count)
        ]

    def start(self) -> None:
        """All look once at what the last process left."""
        for thread in self._threads:
            thread.start()

    def ring(self) -> None:
        """There is something to do."""
        self._rings.release()

    def stop(self) -> None:
        """Take no further turn."""
        self._stopping.set()
        self._rings.release(len(self._threads))

    def join(self, grace: float) -> bool:
        """Wait for the turns under way; False when some outlasted `grace` seconds."""
        end = time.monotonic() + grace
        for thread in self._threads:
            if not thread.ident:
                continue  # it was never started
            thread.join(max(0.0, end - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _run(self, poll: float | None) -> None:
        while not self._stopping.is_set():
            try:
                while not self._stopping.is_set() and self._desk.take_turn():
                    self._taken()
            except Exception as error:
                log.exception("taking turns failed and starts again")
                self._desk.note_error("turns", error)
                self._stopping.wait(self._restart)
            self._rings.acquire(timeout=poll)
