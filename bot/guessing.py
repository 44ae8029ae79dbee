"""How guessing of passwords is slowed down: the more tries failed, the longer the wait."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

REMEMBERED = timedelta(hours=1)
LONGEST_WAIT = timedelta(minutes=5)
FREE_OF_LOGIN = 5
"""Tries at one login before waiting begins."""
FREE_OF_ADDRESS = 20
"""Tries from one network address before waiting begins: an office may share one."""


def wait(failures: Sequence[datetime], free: int, now: datetime) -> timedelta:
    """How long the next try must wait: from the `free`th failure of the last hour on, 2 s after
    the last one, then 4, 8, … up to five minutes. Never negative.
    """
    recent = [at for at in failures if now - at < REMEMBERED]
    over = len(recent) - free
    if over < 0:
        return timedelta()
    pause = min(LONGEST_WAIT, timedelta(seconds=2 ** min(over + 1, 20)))
    return max(timedelta(), max(recent) + pause - now)
