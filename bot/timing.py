"""How long the steps of a message's way take: told after each step, added up for metrics.

accept -> turn -> search (inside the turn) -> delivery, linked by the message's number
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
"""Upper bounds of the classes that durations are counted in, in seconds."""


Facts = Mapping[str, str | int | bool]


@dataclass(frozen=True, slots=True)
class Step:
    """One step, when it is over. `started` is in seconds since 1970, `seconds` how long it took.

    `message` is the number of the user's message that it belongs to, if any. `facts` hold
    outcomes and numbers, never what people wrote.
    """

    name: str
    channel: str
    message: int | None
    started: float
    seconds: float
    facts: Facts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Spread:
    """The durations of a step on a channel: how many were up to each of BOUNDS, and in all."""

    step: str
    channel: str
    up_to: tuple[int, ...]
    count: int
    seconds: float


Tell = Callable[[Step], None]

_about: ContextVar[tuple[int, str, int] | None] = ContextVar("about", default=None)


@contextmanager
def about(message: int, channel: str, attempt: int) -> Iterator[None]:
    """What is timed inside the block belongs to that attempt at that message."""
    before = _about.set((message, channel, attempt))
    try:
        yield
    finally:
        _about.reset(before)


class Timings:
    """Told of every step; adds them up and passes them on. Safe to be called from many threads.

    `traced` is told of each step as well; it must be quick and not raise.
    """

    def __init__(self, traced: Tell | None = None) -> None:
        self.traced = traced
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], list[int]] = {}
        self._seconds: dict[tuple[str, str], float] = {}

    def __call__(self, step: Step) -> None:
        key = (step.name, step.channel)
        place = next((n for n, most in enumerate(BOUNDS) if step.seconds <= most), len(BOUNDS))
        with self._lock:
            self._counts.setdefault(key, [0] * (len(BOUNDS) + 1))[place] += 1
            self._seconds[key] = self._seconds.get(key, 0.0) + step.seconds
        if self.traced is not None:
            self.traced(step)

    @contextmanager
    def searching(self) -> Iterator[None]:
        """A search, for the message that is being responded to, or for nobody's."""
        message, channel, attempt = _about.get() or (None, "none", 0)
        started, began = time.time(), time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - began
            self(Step("search", channel, message, started, seconds, {"attempt": attempt}))

    def spreads(self) -> tuple[Spread, ...]:
        """The durations until now."""
        with self._lock:
            counts = {key: tuple(classes) for key, classes in self._counts.items()}
            seconds = dict(self._seconds)
        return tuple(
            Spread(*key, _running(classes), sum(classes), seconds[key])
            for key, classes in sorted(counts.items())
        )


def _running(classes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sum(classes[: n + 1]) for n in range(len(BOUNDS)))
