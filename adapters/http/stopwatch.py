"""How long people wait for an answer on the channels that are served over HTTP."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable

from prometheus_client import CollectorRegistry, Histogram

_FORGET = 60.0
_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Stopwatch:
    """From a message that was kept to the first reply that was ready to be shown."""

    def __init__(self, clock: Callable[[], float], *, most: int = 10_000) -> None:
        self.registry = CollectorRegistry()
        self._clock = clock
        self._most = most
        self._started: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._histogram = Histogram(
            "firstline_answer_seconds",
            "From a message kept to its reply ready, as the channel saw it",
            labelnames=("channel",),
            buckets=_SECONDS,
            registry=self.registry,
        )

    def start(self, channel: str, thread: str) -> None:
        """A message of the thread was kept. An earlier one that waits keeps its time, but not
        for ever: a person may answer it days later.
        """
        now = self._clock()
        if now - self._started.get((channel, thread), -math.inf) >= _FORGET:
            self._started[channel, thread] = now
        if len(self._started) > self._most:
            self._started.popitem(last=False)

    def stop(self, channel: str, thread: str) -> None:
        """A reply is ready."""
        started = self._started.pop((channel, thread), None)
        if started is not None:
            self._histogram.labels(channel).observe(self._clock() - started)
