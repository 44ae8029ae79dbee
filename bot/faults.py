"""Where a crash would hurt most: named points that a test can die at. In use they do nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

FAULTS = (
    "accept before commit",
    "accept after commit",
    "turn counted",
    "turn responded",
    "turn before commit",
    "turn after commit",
    "send before",
    "send after",
    "sent before commit",
    "sent after commit",
)
"""In the order in which one message passes them."""

CHANGE_FAULTS = ("change before commit", "change after commit")
"""What an edit or a deletion passes."""

FLOW_FAULTS = ("job started", "job run", "job before commit", "clock before commit")
"""In the order in which an action of a flow passes them."""

TICKET_FAULTS = ("ticket clock before commit",)
"""What a promise that is due passes."""

WEBHOOK_FAULTS = ("webhook claimed", "webhook sent")
"""In the order in which a webhook's delivery passes them."""

Fault = Callable[[str], None]


def no_fault(point: str) -> None:
    """What a desk is given outside of tests."""


def die_at(name: str) -> Fault:
    """Kill this process at once (SIGKILL) at the named point, `name:3` at its third passing.

    Raises ValueError for a point that does not exist.
    """
    point, _, times = name.partition(":")
    known = FAULTS + CHANGE_FAULTS + FLOW_FAULTS + TICKET_FAULTS + WEBHOOK_FAULTS
    if point not in known:
        raise ValueError(f"no fault point {point!r}; there are: {', '.join(known)}")
    passings = iter(range(int(times or 1), 0, -1))

    def fault(at: str) -> None:
        if at == point and next(passings) == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    return fault
