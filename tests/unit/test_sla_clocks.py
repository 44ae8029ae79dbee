"""SLA clocks: against an oracle that looks at every minute by itself, and case by case."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.business_hours import BusinessHours, Opening
from bot.sla import Clock, Event, Facts, Name, Policy, What, choose, clocks, explain

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
STATES = ("new", "open", "pending", "on_hold", "solved", "closed")
DAY = (Opening(9 * HOUR, 12 * HOUR), Opening(13 * HOUR, 17 * HOUR))


def office(zone: str = "UTC", *holidays: date) -> BusinessHours:
    return BusinessHours(
        (*[DAY] * 5, (), ()), ZoneInfo(zone), lambda day: "off" if day in holidays else ""
    )


def opened(at: datetime = MONDAY) -> Event:
    return Event(at, What.OPENED, "new")


def state(name: str, minutes: int) -> Event:
    return Event(MONDAY + minutes * MINUTE, What.STATE, name)


def replied(minutes: int) -> Event:
    return Event(MONDAY + minutes * MINUTE, What.AGENT_REPLIED)


def wrote(minutes: int) -> Event:
    return Event(MONDAY + minutes * MINUTE, What.REQUESTER_WROTE)


def at(minutes: int) -> datetime:
    return MONDAY + minutes * MINUTE


# --- the oracle ---------------------------------------------------------------------------------


@dataclass
class Watch:
    """A clock as a person with a stop watch would keep it: minute by minute."""

    name: Name
    started: datetime
    counted: int = 0
    due: datetime | None = None
    warn_at: datetime | None = None
    met_at: datetime | None = None
    counted_when_met: int | None = None


def runs(policy: Policy, ticket_state: str, minute: datetime) -> bool:
    if ticket_state in policy.pauses or ticket_state in ("solved", "closed"):
        return False
    return policy.hours is None or policy.hours.open_at(minute)


def watched(policy: Policy, events: list[Event], now: datetime, minutes: int) -> list[Watch]:
    """Everything until `now`, and then, as if nothing more happened, until `minutes` are over."""
    watches: list[Watch] = []
    ticket_state, responded = "", False
    for number in range(minutes):
        minute = MONDAY + number * MINUTE
        for event in (e for e in events if e.at == minute and e.at <= now):
            if event.what is What.OPENED:
                watches += [Watch(Name.FIRST_RESPONSE, minute), Watch(Name.RESOLUTION, minute)]
            if event.what in (What.OPENED, What.STATE):
                ticket_state = event.state
            solved = ticket_state in ("solved", "closed") and event.what is What.STATE
            for watch in watches:
                if watch.name is Name.RESOLUTION:
                    if solved and watch.met_at is None:
                        watch.met_at, watch.counted_when_met = minute, watch.counted
                    elif event.what is What.STATE and not solved:
                        watch.met_at = watch.counted_when_met = None
                elif watch.met_at is None and (solved or event.what is What.AGENT_REPLIED):
                    watch.met_at, watch.counted_when_met = minute, watch.counted
            responded = responded or solved or event.what is What.AGENT_REPLIED
            waits = any(w.name is Name.NEXT_RESPONSE and w.met_at is None for w in watches)
            if event.what is What.REQUESTER_WROTE and responded and not waits:
                watches.append(Watch(Name.NEXT_RESPONSE, minute))
        if runs(policy, ticket_state, minute):
            for watch in watches:
                watch.counted += 1
                promised = getattr(policy, watch.name.value) // MINUTE
                if watch.counted == promised:
                    watch.due = minute + MINUTE
                if watch.counted == round(promised * policy.warn):
                    watch.warn_at = minute + MINUTE
    return watches


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    moments = sorted(draw(st.sets(st.integers(1, 3000), max_size=8)))
    kinds = st.one_of(
        st.sampled_from(STATES).map(lambda name: (What.STATE, name)),
        st.sampled_from(((What.AGENT_REPLIED, ""), (What.REQUESTER_WROTE, ""))),
    )
    return [opened(), *(Event(at(m), *draw(kinds)) for m in moments)]


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    fives = st.integers(1, 200).map(lambda n: 5 * n * MINUTE)
    off = draw(st.sets(st.integers(23, 27).map(lambda n: date(2026, 11, n)), max_size=2))
    zone = draw(st.sampled_from(("UTC", "America/New_York", "Asia/Kathmandu")))
    return Policy(
        "any",
        first_response=draw(fives),
        next_response=draw(fives),
        resolution=draw(fives),
        hours=draw(st.sampled_from((None, office(zone, *off)))),
        pauses=draw(st.frozensets(st.sampled_from(("pending", "on_hold")))),
        warn=draw(st.sampled_from((0.6, 0.8, 1.0))),
    )


@settings(max_examples=120)
@given(policy=policies(), events=histories(), seen=st.integers(0, 3200))
def test_clocks_show_what_a_count_of_every_minute_shows(
    policy: Policy, events: list[Event], seen: int
) -> None:
    now, looked_at = at(seen), 6000
    found = clocks(policy, events, now)
    expected = watched(policy, events, now, looked_at)
    expected.sort(key=lambda watch: watch.started)
    assert [c.name for c in found.every] == [w.name for w in expected]
    for clock, watch in zip(found.every, expected, strict=True):
        assert (clock.started, clock.met_at) == (watch.started, watch.met_at)
        for mine, theirs in ((clock.due, watch.due), (clock.warn_at, watch.warn_at)):
            if theirs is not None or mine is None:
                assert mine == theirs
            else:
                assert mine >= at(looked_at)
        until = clock.met_at or now
        assert clock.breached == (watch.due is not None and until > watch.due)
        if watch.counted_when_met is not None:
            assert clock.counted == watch.counted_when_met * MINUTE


@settings(max_examples=100)
@given(policy=policies(), events=histories(), seen=st.integers(0, 3200))
def test_the_explanation_adds_up_to_the_due_time(
    policy: Policy, events: list[Event], seen: int
) -> None:
    now = at(seen)
    for clock in clocks(policy, events, now).every:
        book = explain(policy, clock, now)
        joined = [clock.started, *(entry.end for entry in book)]
        assert [entry.start for entry in book] == joined[:-1]
        total = timedelta(0)
        for entry in book:
            total += entry.length if not entry.why else timedelta(0)
            assert entry.total == total
            assert entry.start < entry.end
        if clock.running and clock.due and clock.due >= now:
            assert book[-1].end == clock.due
            assert total == clock.promised


# --- case by case -------------------------------------------------------------------------------

PAUSING = Policy(
    "standard",
    first_response=HOUR,
    next_response=2 * HOUR,
    resolution=8 * HOUR,
    pauses=frozenset({"pending"}),
)


def the(name: Name, events: list[Event], now: int, policy: Policy = PAUSING) -> Clock:
    found = clocks(policy, events, at(now)).last(name)
    assert found is not None
    return found


def test_a_first_response_at_the_due_minute_is_in_time_and_a_second_later_is_not() -> None:
    assert not the(Name.FIRST_RESPONSE, [opened(), replied(60)], 90).breached
    late = Event(at(60) + timedelta(seconds=1), What.AGENT_REPLIED)
    assert the(Name.FIRST_RESPONSE, [opened(), late], 90).breached
    assert not the(Name.FIRST_RESPONSE, [opened()], 60).breached
    assert the(Name.FIRST_RESPONSE, [opened()], 61).breached


def test_waiting_for_the_requester_moves_the_resolution() -> None:
    events = [opened(), replied(10), state("pending", 10), state("open", 70)]
    assert the(Name.RESOLUTION, events, 80).due == at(8 * 60 + 60)


def test_a_paused_clock_is_not_due_until_it_runs_again() -> None:
    clock = the(Name.RESOLUTION, [opened(), state("pending", 10)], 5000)
    assert (clock.due, clock.warn_at, clock.paused, clock.breached) == (None, None, True, False)
    assert clock.counted == 10 * MINUTE


def test_a_breach_is_not_undone_by_a_pause_afterwards() -> None:
    clock = the(Name.FIRST_RESPONSE, [opened(), state("pending", 61)], 100)
    assert (clock.due, clock.breached) == (at(60), True)


def test_reopening_takes_up_the_resolution_where_it_was() -> None:
    events = [opened(), state("solved", 60), wrote(600), state("open", 600)]
    clock = the(Name.RESOLUTION, events, 610)
    assert (clock.met_at, clock.counted, clock.due) == (None, 70 * MINUTE, at(600 + 7 * 60))


def test_next_response_runs_from_the_first_message_that_waits() -> None:
    events = [opened(), wrote(5), replied(10), wrote(20), wrote(30), replied(50), wrote(70)]
    found = [c for c in clocks(PAUSING, events, at(80)).every if c.name is Name.NEXT_RESPONSE]
    assert [(c.started, c.met_at) for c in found] == [(at(20), at(50)), (at(70), None)]


def test_the_lunch_break_and_the_night_do_not_count() -> None:
    policy = Policy("office", resolution=8 * HOUR, hours=office())
    assert the(Name.RESOLUTION, [opened()], 0, policy).due == MONDAY + timedelta(days=1, hours=1)


def test_an_answer_on_monday_to_what_was_due_on_friday_evening_is_late() -> None:
    friday = datetime(2026, 11, 27, 16, tzinfo=UTC)
    monday = datetime(2026, 11, 30, 9, tzinfo=UTC)
    policy = Policy("office", first_response=HOUR, hours=office())
    events = [opened(friday), Event(monday, What.AGENT_REPLIED)]
    clock = clocks(policy, events, monday).every[0]
    assert (clock.due, clock.breached) == (friday + HOUR, True)
    assert clock.counted == HOUR


def test_the_explanation_names_what_did_not_count() -> None:
    policy = Policy(
        "office",
        resolution=8 * HOUR,
        hours=office("UTC", date(2026, 11, 24)),
        pauses=frozenset({"pending"}),
    )
    events = [opened(), state("pending", 60), state("open", 120)]
    clock = the(Name.RESOLUTION, events, 130, policy)
    assert [(e.why, e.total / HOUR) for e in explain(policy, clock, at(130))] == [
        ("", 1),
        ("paused: pending", 1),
        ("", 2),
        ("outside business hours", 2),
        ("", 6),
        ("outside business hours", 6),
        ("holiday: off", 6),
        ("outside business hours", 6),
        ("", 8),
    ]


def test_the_first_policy_that_fits_is_taken() -> None:
    urgent = Policy("urgent", priorities=frozenset({"urgent"}))
    vip = Policy("vip", requesters=frozenset({"ada"}))
    tagged = Policy("billing", tags=frozenset({"billing", "invoice"}))
    rest = Policy("rest")
    of = [urgent, vip, tagged, rest]
    assert choose(of, Facts(priority="urgent", requester="ada")) is urgent
    assert choose(of, Facts(requester="ada", tags=frozenset({"billing"}))) is vip
    assert choose(of, Facts(tags=frozenset({"invoice", "x"}))) is tagged
    assert choose(of, Facts()) is rest
    assert choose(of[:3], Facts()) is None


def test_what_was_not_promised_has_no_clock() -> None:
    assert clocks(Policy("nothing"), [opened()], at(5)).every == ()


@pytest.mark.parametrize("events", [[], [replied(1)], [opened(at(10))]])
def test_a_ticket_begins_with_its_opening(events: list[Event]) -> None:
    with pytest.raises(ValueError, match="opening"):
        clocks(PAUSING, events, at(5))


def test_impossible_promises_are_refused() -> None:
    with pytest.raises(ValueError, match="longer than nothing"):
        Policy("none", resolution=timedelta(0))
    with pytest.raises(ValueError, match="share"):
        Policy("late", warn=1.5)
