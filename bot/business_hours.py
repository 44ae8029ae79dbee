"""Business hours: when time counts, and when it does not, with the reason. Pure.

    stretches(hours, start)              -> Stretch, Stretch, …       open or closed, without gaps
    open_time_between(hours, a, b)       -> how much of it was open
    due(hours, start, span)              -> the first moment at which so much open time has passed

An instant is open when the clock on the wall there shows an opening time of that weekday
and the date there is no holiday. All else follows from this sentence: an hour that the
clocks show twice counts twice, one that they skip does not count.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

DAY_NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_LOOKED_AT = timedelta(hours=6)
"""No time zone has changed its offset twice within so short a time."""
SEARCHED = timedelta(days=3660)
"""Hours that open nowhere in so long a time are taken to be closed for ever."""

NOTHING = timedelta(0)
CLOSED = "outside business hours"


def no_holidays(_day: date) -> str:
    """A calendar without holidays."""
    return ""


@dataclass(frozen=True, slots=True)
class Opening:
    """From one moment of a day to another, each as time since midnight by the clock; at most 24 h.

    Raises ValueError when it does not end after its beginning, on the same day.
    """

    opens: timedelta
    closes: timedelta

    def __post_init__(self) -> None:
        if not NOTHING <= self.opens < self.closes <= _DAY:
            raise ValueError("opening hours begin before they end, on the same day")


@dataclass(frozen=True, slots=True)
class BusinessHours:
    """A week's opening hours (Monday first) by the clock of `zone`, except on holidays.

    `holiday` gives the name of the holiday that a date is, or "". Raises ValueError when
    there are not seven days, or nothing is ever open, or openings of a day overlap.
    """

    week: tuple[tuple[Opening, ...], ...]
    zone: ZoneInfo
    holiday: Callable[[date], str] = no_holidays

    def __post_init__(self) -> None:
        if len(self.week) != len(DAY_NAMES) or not any(self.week):
            raise ValueError("business hours have seven days, and are open on one of them at least")
        for day in self.week:
            if any(a.closes > b.opens for a, b in pairwise(day)):
                raise ValueError("the opening hours of a day come in order and do not overlap")

    def open_at(self, moment: datetime) -> bool:
        """Whether that moment counts; it is aware."""
        there = moment.astimezone(self.zone)
        since = _since_midnight(there.time())
        opened = any(each.opens <= since < each.closes for each in self.week[there.weekday()])
        return opened and not self.holiday(there.date())


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time (UTC, `end` not included) that is all open, or all closed for one reason."""

    start: datetime
    end: datetime
    closed: str = ""

    @property
    def length(self) -> timedelta:
        """How long it is."""
        return self.end - self.start


def stretches(hours: BusinessHours | None, start: datetime) -> Iterator[Stretch]:
    """Time from `start` on, without gaps, for SEARCHED; None is always open.

    It is cut at every midnight and change of the clocks, so two neighbours may be alike.
    """
    moment = start.astimezone(UTC)
    end = moment + SEARCHED
    if hours is None:
        yield Stretch(moment, end)
        return
    while moment < end:
        for begin, over, offset in _offsets(hours.zone, moment.date()):
            if over > moment:
                yield from _under_offset(hours, max(begin, moment), over, offset)
        moment = datetime.combine(moment.date() + _DAY, time(), UTC)


def open_time_between(hours: BusinessHours | None, a: datetime, b: datetime) -> timedelta:
    """How much of the time from `a` to `b` is open; nothing when `b` is not after `a`."""
    end, total = b.astimezone(UTC), NOTHING
    for each in stretches(hours, a):
        if each.start >= end:
            break
        if not each.closed:
            total += min(each.end, end) - each.start
    return total


def due(hours: BusinessHours | None, start: datetime, span: timedelta) -> datetime | None:
    """The first moment (UTC) at which `span` of open time has passed since `start`.

    `start` itself for nothing; None when it would be later than SEARCHED.
    """
    left = span
    if left <= NOTHING:
        return start.astimezone(UTC)
    for each in stretches(hours, start):
        if each.closed:
            continue
        if left <= each.length:
            return each.start + left
        left -= each.length
    return None


def _under_offset(
    hours: BusinessHours, begin: datetime, over: datetime, offset: timedelta
) -> Iterator[Stretch]:
    """While the offset stays the same, the clock on the wall is the instant plus it."""
    wall = begin + offset
    while wall < over + offset:
        midnight = datetime.combine(wall.date(), time(), UTC)
        until = min(midnight + _DAY, over + offset)
        for a, b, closed in _of_day(hours, wall.date()):
            at, to = max(wall, midnight + a), min(until, midnight + b)
            if at < to:
                yield Stretch(at - offset, to - offset, closed)
        wall = until


def _of_day(hours: BusinessHours, day: date) -> Iterator[tuple[timedelta, timedelta, str]]:
    """The whole of a date in parts, from midnight to midnight, each with why it is closed."""
    if name := hours.holiday(day):
        yield NOTHING, _DAY, f"holiday: {name}"
        return
    at = NOTHING
    for each in hours.week[day.weekday()]:
        if at < each.opens:
            yield at, each.opens, CLOSED
        yield each.opens, each.closes, ""
        at = each.closes
    if at < _DAY:
        yield at, _DAY, CLOSED


@lru_cache(4096)
def _offsets(zone: ZoneInfo, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """A day of UTC in parts (from, to, offset of the zone)."""
    first = datetime.combine(day, time(), UTC)
    steps = [first + n * _LOOKED_AT for n in range(_DAY // _LOOKED_AT + 1)]
    cuts = [first]
    for a, b in pairwise(steps):
        if _offset(zone, a) != _offset(zone, b):
            cuts.append(_change(zone, a, b))
    cuts.append(first + _DAY)
    return tuple((a, b, _offset(zone, a)) for a, b in pairwise(cuts) if a < b)


def _change(zone: ZoneInfo, a: datetime, b: datetime) -> datetime:
    """The first second after `a`, up to `b`, with the offset of `b`."""
    seconds: Sequence[int] = range(1, (b - a) // _SECOND + 1)
    old = _offset(zone, a)
    place = bisect_right(seconds, 0, key=lambda n: int(_offset(zone, a + n * _SECOND) != old))
    return a + seconds[place] * _SECOND


def _offset(zone: ZoneInfo, moment: datetime) -> timedelta:
    found = moment.astimezone(zone).utcoffset()
    assert found is not None  # noqa: S101  (an aware time always has one)
    return found


def _since_midnight(at: time) -> timedelta:
    return timedelta(
        hours=at.hour, minutes=at.minute, seconds=at.second, microseconds=at.microsecond
    )
