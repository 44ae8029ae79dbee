"""When something in the outbox may go out, whatever the clock did since it was written."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, bindparam, or_

from bot.backoff import LONGEST_ASKED


def is_time(items: Any) -> ColumnElement[bool]:
    """The condition on columns `attempts` and `not_before`; `moments` gives its parameters.

    What was never tried does not wait. Nothing waits longer than the longest wait: what seems to
    was written by a clock that was ahead and has been put right.
    """
    return or_(
        items.attempts == 0,
        items.not_before <= bindparam("now"),
        items.not_before > bindparam("longest"),
    )


def moments(now: datetime) -> dict[str, datetime]:
    """The parameters of `is_time`."""
    return {"now": now, "longest": now + timedelta(seconds=LONGEST_ASKED)}
