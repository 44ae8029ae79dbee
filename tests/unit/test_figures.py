"""Figures from what happened: hand-worked cases, and what holds of any."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.figure_pages import NoPeriod, in_csv, period
from bot.figures import Deflection, Past, Talked, ages, by_day, deflection, figures, group

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
TODAY = NOON.date()


def past(hours_ago: float = 0, **more: object) -> Past:
    return Past(NOON - timedelta(hours=hours_ago), 1, **more)  # type: ignore[arg-type]


def replied(after: float, solved: float | None = None, **more: object) -> Past:
    start = NOON - timedelta(days=1)
    then = start + timedelta(minutes=solved) if solved is not None else None
    times = {"replied_at": start + timedelta(minutes=after), "solved_at": then}
    return Past(start, 1, active=then is None, **times, **more)  # type: ignore[arg-type]


def test_times_are_of_those_that_have_them() -> None:
    found = group([replied(n, 10 * n) for n in range(1, 11)] + [past(), replied(100)])
    assert (found.opened, found.solved, found.active, found.unanswered) == (12, 10, 2, 1)
    assert found.first_response_median == 6
    assert found.first_response_p90 == 10
    assert (found.resolution_median, found.resolution_p90) == (55, 90)
    assert group([]).resolution_p90 is None


def test_satisfaction_breaches_and_reopened_count_tickets() -> None:
    told = [
        replied(1, 2, scores=(5, 2), asked=2, reopened=3),
        replied(1, 2, asked=1, breaches={"resolution": 1, "first_response": 1}),
    ]
    found = figures(told, [], TODAY, TODAY, NOON, UTC)
    assert (found.total.asked, found.total.rated, found.total.satisfaction) == (3, 2, 3.5)
    assert (found.total.reopened, found.total.breached) == (1, 1)
    assert found.breaches == {"resolution": 1, "first_response": 1}
    assert found.scores == {"1": 0, "2": 1, "3": 0, "4": 0, "5": 1}


def test_needed_no_person_and_confirmed_are_apart() -> None:
    talks = [Talked(NOON, *each) for each in ((False, True), (False, False), (True, True))]
    assert deflection(talks) == Deflection(conversations=3, no_person=2, confirmed=1)


def test_days_are_those_of_the_desk_over_the_end_of_summer_time() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    times = [datetime(2026, 10, 24, 22, 30, tzinfo=UTC), datetime(2026, 10, 25, 22, 59, tzinfo=UTC)]
    counts = by_day(times, date(2026, 10, 24), date(2026, 10, 26), berlin)
    assert counts == {"2026-10-24": 0, "2026-10-25": 2, "2026-10-26": 0}


def test_periods() -> None:
    assert period("", "", TODAY) == (TODAY - timedelta(days=29), TODAY)
    for start, end in (
        ("2026-11-25", ""),
        ("yesterday", ""),
        ("", "2026-02-30"),
        ("1900-01-01", ""),
    ):
        with pytest.raises(NoPeriod):
            period(start, end, TODAY)


def test_a_spreadsheet_is_given_no_formula() -> None:
    found = figures([past(reason='=cmd("x")')], [], TODAY, TODAY, NOON, UTC)
    assert 'reasons,"\'=cmd(""x"")",1' in in_csv(found)


@given(st.lists(st.tuples(st.floats(0, 2000), st.integers(1, 3), st.booleans()), max_size=40))
def test_groups_and_ages_add_up(told: list[tuple[float, int, bool]]) -> None:
    tickets = [Past(NOON - timedelta(hours=h), t, active=a) for h, t, a in told]
    waiting = [ticket.opened_at for ticket in tickets if ticket.active]
    found = figures(tickets, [], TODAY - timedelta(days=90), TODAY, NOON, UTC, waiting)
    assert sum(each.opened for each in found.by_tier.values()) == len(tickets)
    assert sum(found.by_day.values()) == len(tickets)
    assert sum(found.reasons.values()) == len(tickets)
    assert sum(found.backlog.values()) == found.total.active
    assert list(ages([], NOON)) == list(found.backlog)
