"""When a failed delivery is tried again. Pure; chance comes in as an argument."""

from __future__ import annotations

from datetime import datetime, timedelta

FIRST_WAIT = 1.0
LONGEST_WAIT = 600.0
LONGEST_ASKED = 6 * 3600.0


def next_attempt(
    now: datetime, attempts: int, retry_after: float | None, chance: float
) -> datetime:
    """Not before this time: what the channel asked for, else twice as long each time.

    `attempts` counts the failed ones (from 1), `chance` is in [0, 1) and spreads the
    waits over half to the whole of their length, so that many do not come back at once.
    A `retry_after` is kept exactly, up to six hours.
    """
    if retry_after is not None and retry_after >= 0:
        return now + timedelta(seconds=min(retry_after, LONGEST_ASKED))
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(attempts - 1, 20))
    return now + timedelta(seconds=wait * (0.5 + chance / 2))
