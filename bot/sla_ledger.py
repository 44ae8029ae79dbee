"""The book of a clock: which time counts, which does not, and why. Pure.

reaches(hours, phases, span)         -> the moment at which so much time has counted
counted_until(hours, phases, end)    -> how much has counted by then
ledger(hours, phases, end)           -> Entry, Entry, …    for people to read
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from bot.business_hours import NOTHING, SEARCHED, BusinessHours, Stretch, stretches


@dataclass(frozen=True, slots=True)
class Phase:
    """A time in which a ticket is in one state; `end` None: until further notice.

    `stopped` says why clocks stand still in it, "" when they run.
    """

    start: datetime
    end: datetime | None
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A stretch of a clock's time (UTC, `end` not included): `why` it does not count, or "".

    `total` is what has counted from the clock's start to the end of this stretch.
    """

    start: datetime
    end: datetime
    why: str
    total: timedelta

    @property
    def length(self) -> timedelta:
        """How long the stretch is, whether it counts or not."""
        return self.end - self.start


def reaches(
    hours: BusinessHours | None, phases: Iterable[Phase], span: timedelta
) -> datetime | None:
    """The first moment (UTC) at which `span` has counted; None when that is not to be seen yet."""
    left = span
    for each in _stretches(hours, phases):
        if each.closed:
            continue
        if left <= each.length:
            return each.start + left
        left -= each.length
    return None


def counted_until(hours: BusinessHours | None, phases: Iterable[Phase], end: datetime) -> timedelta:
    """How much has counted by `end`."""
    cut = _until(_stretches(hours, phases), end)
    return sum((each.length for each in cut if not each.closed), NOTHING)


def ledger(hours: BusinessHours | None, phases: Iterable[Phase], end: datetime) -> Iterator[Entry]:
    """Every stretch until `end`, with what has counted by its end; neighbours differ in `why`."""
    total, open_entry = NOTHING, None
    for each in _until(_stretches(hours, phases), end):
        total += NOTHING if each.closed else each.length
        if open_entry is not None and open_entry.why == each.closed:
            open_entry = replace(open_entry, end=each.end, total=total)
            continue
        if open_entry is not None:
            yield open_entry
        open_entry = Entry(each.start, each.end, each.closed, total)
    if open_entry is not None:
        yield open_entry


def _stretches(hours: BusinessHours | None, phases: Iterable[Phase]) -> Iterator[Stretch]:
    """The phases with business hours laid over those in which clocks run."""
    for phase in phases:
        start = phase.start.astimezone(UTC)
        end = phase.end.astimezone(UTC) if phase.end else start + SEARCHED
        if phase.stopped:
            yield Stretch(start, end, phase.stopped)
        else:
            yield from _until(stretches(hours, start), end)


def _until(found: Iterable[Stretch], end: datetime) -> Iterator[Stretch]:
    """What lies before `end`; the last stretch is cut there."""
    for each in found:
        if each.start >= end:
            return
        yield each if each.end <= end else replace(each, end=end.astimezone(UTC))
