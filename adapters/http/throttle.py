"""How fast one may write: a bucket of tokens for each, filled at a steady rate."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass


class TooFast(Exception):
    """Somebody writes too fast; may write again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too fast, again in {seconds:.0f} s")
        self.seconds = seconds


@dataclass(slots=True)
class _Bucket:
    tokens: float
    at: float


class Throttle:
    """Lets each key act `per_minute` times a minute, and a third of that at once.

    The `keys` used last are remembered; one that is forgotten starts afresh. `clock`
    gives seconds that never go back.
    """

    def __init__(self, per_minute: int, clock: Callable[[], float], *, keys: int = 20_000) -> None:
        self._rate = per_minute / 60
        self._burst = max(3.0, per_minute / 3)
        self._clock = clock
        self._keys = keys
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def take(self, key: str) -> float:
        """Seconds to wait before trying again; 0 means go (and counts)."""
        bucket = self._filled(key)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / self._rate
        bucket.tokens -= 1
        return 0.0

    def _filled(self, key: str) -> _Bucket:
        now = self._clock()
        bucket = self._buckets.setdefault(key, _Bucket(self._burst, now))
        self._buckets.move_to_end(key)
        bucket.tokens = min(self._burst, bucket.tokens + (now - bucket.at) * self._rate)
        bucket.at = now
        if len(self._buckets) > self._keys:
            self._buckets.popitem(last=False)
        return bucket
