"""Business hours against a brute-force count of minutes, over zones, clock changes and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.business_hours import BusinessHours, Opening, due, open_time_between, stretches

MINUTE = timedelta(minutes=1)
ZONES = (
    "UTC",
    "Europe/Berlin",
    "America/New_York",
    "Australia/Lord_Howe",  # half an hour of daylight saving
    "Asia/Kathmandu",
    "Africa/Casablanca",  # two changes a year around Ramadan
    "America/Sao_Paulo",  # changed at midnight
    "Pacific/Apia",  # left out a whole day in 2011
    "Antarctica/Troll",  # two hours of daylight saving
)
# Moments near which the clocks of one of the zones change.
NEAR = (
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2018, 11, 4, 3, tzinfo=UTC),
    datetime(2011, 12, 30, 10, tzinfo=UTC),
    datetime(2026, 2, 15, 2, tzinfo=UTC),
    datetime(2028, 2, 28, 20, tzinfo=UTC),
)
OFFICE_DAY = (9 * 60, 17 * 60)


def openings(*minutes: tuple[int, int]) -> tuple[Opening, ...]:
    return tuple(Opening(timedelta(minutes=a), timedelta(minutes=b)) for a, b in minutes)


def office(zone: str = "Europe/Berlin", *holidays: date) -> BusinessHours:
    week = (*[openings(OFFICE_DAY)] * 5, (), ())
    return BusinessHours(week, ZoneInfo(zone), lambda day: "a holiday" if day in holidays else "")


@st.composite
def days(draw: st.DrawFn) -> tuple[Opening, ...]:
    cuts = draw(st.lists(st.integers(0, 1440), max_size=6, unique=True))
    cuts = sorted(cuts)[: len(cuts) // 2 * 2]
    return openings(*zip(cuts[::2], cuts[1::2], strict=True))


@st.composite
def any_hours(draw: st.DrawFn) -> BusinessHours:
    week = draw(st.tuples(*[days()] * 7).filter(any))
    near = draw(st.sampled_from(NEAR)).date()
    off = draw(st.sets(st.integers(-2, 3).map(lambda n: near + timedelta(days=n)), max_size=3))
    return BusinessHours(
        week, ZoneInfo(draw(st.sampled_from(ZONES))), lambda day: "off" if day in off else ""
    )


moments = st.builds(
    lambda near, minutes: near + minutes * MINUTE, st.sampled_from(NEAR), st.integers(-2000, 2000)
)


def counted(hours: BusinessHours, start: datetime, minutes: int) -> list[bool]:
    """The oracle: looks at every minute by itself."""
    return [_open(hours, start + n * MINUTE) for n in range(minutes)]


def _open(hours: BusinessHours, moment: datetime) -> bool:
    there = moment.astimezone(hours.zone)
    if hours.holiday(there.date()):
        return False
    minute = timedelta(minutes=there.hour * 60 + there.minute)
    return any(each.opens <= minute < each.closes for each in hours.week[there.weekday()])


@settings(max_examples=150)
@given(hours=any_hours(), start=moments, minutes=st.integers(0, 4000))
def test_open_time_is_what_a_count_of_every_minute_gives(
    hours: BusinessHours, start: datetime, minutes: int
) -> None:
    expected = sum(counted(hours, start, minutes)) * MINUTE
    assert open_time_between(hours, start, start + minutes * MINUTE) == expected


@settings(max_examples=150)
@given(hours=any_hours(), start=moments, span=st.integers(1, 2000))
def test_due_is_the_minute_at_which_a_count_reaches_the_span(
    hours: BusinessHours, start: datetime, span: int
) -> None:
    found, looked_at = due(hours, start, span * MINUTE), 6000
    so_far = 0
    for number, is_open in enumerate(counted(hours, start, looked_at), start=1):
        so_far += is_open
        if so_far == span:
            assert found == start + number * MINUTE
            return
    assert found is None or found > start + looked_at * MINUTE


@settings(max_examples=100)
@given(hours=any_hours(), start=moments, seconds=st.integers(0, 200_000))
def test_open_time_until_due_is_the_span_to_the_second(
    hours: BusinessHours, start: datetime, seconds: int
) -> None:
    start, span = start + timedelta(seconds=17), timedelta(seconds=seconds)
    found = due(hours, start, span)
    if found is not None:
        assert open_time_between(hours, start, found) == span


@given(hours=any_hours(), start=moments)
def test_stretches_leave_no_gap_and_are_alike_from_end_to_end(
    hours: BusinessHours, start: datetime
) -> None:
    some = [each for each, _ in zip(stretches(hours, start), range(20), strict=False)]
    assert some[0].start == start
    assert all(a.end == b.start for a, b in pairwise(some))
    for each in some:
        assert hours.open_at(each.start) == (not each.closed)
        assert hours.open_at(each.end - MINUTE / 60) == (not each.closed)


@pytest.mark.parametrize(
    ("start", "expected"),
    [  # eight hours on the day of the change; Berlin's night is an hour shorter, or longer
        (datetime(2026, 3, 27, 15, tzinfo=UTC), datetime(2026, 3, 30, 14, tzinfo=UTC)),
        (datetime(2026, 10, 23, 14, tzinfo=UTC), datetime(2026, 10, 26, 15, tzinfo=UTC)),
    ],
)
def test_eight_hours_over_a_change_of_the_clocks(start: datetime, expected: datetime) -> None:
    assert due(office(), start, timedelta(hours=8)) == expected


def test_a_night_shift_counts_the_hour_that_comes_twice() -> None:
    always = BusinessHours((openings((0, 1440)),) * 7, ZoneInfo("Europe/Berlin"))
    midnight = datetime(2026, 10, 24, 22, tzinfo=UTC)
    assert due(always, midnight, timedelta(hours=25)) == datetime(2026, 10, 25, 23, tzinfo=UTC)


def test_holidays_say_their_name() -> None:
    friday = datetime(2026, 12, 24, 17, tzinfo=ZoneInfo("Europe/Berlin"))
    found = stretches(office("Europe/Berlin", date(2026, 12, 25)), friday)
    reasons = [each.closed for each, _ in zip(found, range(2), strict=False)]
    assert reasons == ["outside business hours", "holiday: a holiday"]


def test_hours_that_never_open_again_are_never_due() -> None:
    closed = BusinessHours(office().week, ZoneInfo("UTC"), lambda _day: "closed for good")
    start = datetime(2026, 11, 24, tzinfo=UTC)
    assert due(closed, start, MINUTE) is None
    assert due(closed, start, timedelta(0)) == start


@example([])
@example([()] * 7)
@example([openings((0, 600), (500, 700)), *[()] * 6])
@given(st.lists(st.just(()), max_size=9))
def test_impossible_hours_are_refused(week: list[tuple[Opening, ...]]) -> None:
    with pytest.raises(ValueError):
        BusinessHours(tuple(week), ZoneInfo("UTC"))


@pytest.mark.parametrize("pair", [(600, 600), (600, 500), (-1, 5), (1380, 1500)])
def test_an_opening_is_within_one_day(pair: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="begin before they end"):
        openings(pair)
