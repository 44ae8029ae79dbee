"""What a look at the desk costs is paid once in a while, however often somebody looks."""

from __future__ import annotations

import threading
from collections.abc import Callable

from bot.desk import DatabaseFailed, Desk

SECONDS = 5.0


class WriteProbe:
    """Whether the database can be written: tried at most every five seconds, by one at a time."""

    def __init__(self, desk: Desk, clock: Callable[[], float]) -> None:
        self._desk = desk
        self._clock = clock
        self._lock = threading.Lock()
        self._last: tuple[float, str] | None = None

    def __call__(self) -> str:
        """Why it cannot be written; empty when it can."""
        with self._lock:
            if self._last is None or self._clock() - self._last[0] >= SECONDS:
                why = self._why()
                self._last = (self._clock(), why)
            return self._last[1]

    def _why(self) -> str:
        try:
            self._desk.prove_writable()
        except DatabaseFailed as error:
            return str(error)
        return ""
