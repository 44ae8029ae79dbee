"""Which replies were certainly never posted before. In memory: after a restart, none is certain.

A delivery is recorded only after it was made, so that the usual one costs no extra
commit. A crash between the two leaves an item that looks as if nothing was tried. So
only what this process made itself, and never gave out, counts as a first attempt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

from bot.channel import Outgoing


class FirstAttempts:
    """Safe to be used by many threads: each step is one operation on a set."""

    def __init__(self) -> None:
        self._untried: set[str] = set()

    @contextmanager
    def of(self, keys: Sequence[str]) -> Iterator[None]:
        """The keys are new; unless the block fails, then nothing was kept of them."""
        self._untried.update(keys)
        try:
            yield
        except BaseException:
            self._untried.difference_update(keys)
            raise

    def counted(self, outgoing: Outgoing) -> Outgoing:
        """Given out now: with `attempt` above 1 unless this is certainly the first time."""
        try:
            self._untried.remove(outgoing.key)
        except KeyError:
            return replace(outgoing, attempt=max(2, outgoing.attempt))
        return outgoing
