"""The rules of a ticket: whatever is done in whatever order, none is broken, and the events tell all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import tickets as rules
from bot.model import TicketEvent
from bot.opening import NewTicket, TicketRules, as_wished
from bot.ticket_state import (
    ACTIVE,
    OVER,
    PRIORITIES,
    STATUSES,
    TYPES,
    Change,
    TicketState,
    after,
    detail_of,
    opening,
    rebuild,
)
from bot.ticket_values import ActRefused
from tests.desk_support import NOON

AGREED = TicketRules()
AGENTS = ("mia", "bob", "lea")


def new_ticket(**values: Any) -> TicketState:
    values.setdefault("opened_at", NOON)
    values.setdefault("tier", 1)
    return TicketState(1, 1, "ann", "Printer", "It jams.", "asked for a person", **values)


Act = Callable[[TicketState, datetime], Change]


@st.composite
def acts(draw: st.DrawFn) -> Act:
    """Any act by anybody, sensible or not."""
    who, why = draw(st.sampled_from(AGENTS)), draw(st.sampled_from(["", "because"]))
    tier = draw(st.sampled_from([None, 0, 1, 2, 3, 9]))
    then = draw(st.sampled_from([*rules.AFTER_REPLY, "closed", "new", "?"]))
    hours = draw(st.integers(-5, 50))
    value: dict[str, Any] = draw(
        st.one_of(
            st.fixed_dictionaries({"priority": st.sampled_from([*PRIORITIES, "huge"])}),
            st.fixed_dictionaries({"type": st.sampled_from([*TYPES, "x"])}),
            st.fixed_dictionaries({"tags": st.lists(st.text(max_size=70), max_size=3)}),
            st.fixed_dictionaries({"queue": st.text(max_size=70)}),
            st.fixed_dictionaries({"fields": st.dictionaries(st.text(max_size=3), st.booleans())}),
            st.fixed_dictionaries({"status": st.just("closed")}),
        )
    )
    other = new_ticket(followers=(who,), tags=("x",), status=draw(st.sampled_from(STATUSES)))
    found: list[Act] = [
        lambda s, _: rules.claim(s, who),
        lambda s, _: rules.assign(s, draw_to, why),
        lambda s, now: rules.reply(s, who, then, 7, now),
        lambda *_: rules.note(3, "note"),
        lambda s, _: rules.escalate(s, AGREED, tier, why),
        lambda s, _: rules.de_escalate(s, AGREED, why, tier),
        lambda s, _: rules.hold(s, why),
        lambda s, _: rules.resume(s, why),
        lambda s, now: rules.solve(s, now, why),
        lambda s, _: rules.reopen(s, why),
        lambda s, _: rules.requester_wrote(s, 8),
        lambda s, now: rules.close(s, AGREED, now),
        lambda s, now: rules.snooze(s, now + timedelta(hours=hours), now),
        lambda s, _: rules.wake(s),
        lambda s, _: rules.change(s, value, why),
        lambda s, _: rules.follow(s, who, following=hours > 20),
        lambda s, now: rules.merge(s, 5, 6, other, now)[0],
        lambda s, now: rules.merge(other, 6, 5, s, now)[1],
    ]
    draw_to = draw(st.sampled_from([None, *AGENTS]))
    return draw(st.sampled_from(found))


def kept(change: Change) -> TicketEvent:
    return TicketEvent(
        ticket_id=5,
        at=NOON,
        actor="mia",
        what=change.what,
        why=change.why,
        detail=detail_of(change),
    )


@settings(max_examples=300)
@given(st.lists(st.tuples(acts(), st.integers(0, 100)), max_size=25))
def test_no_rule_is_broken_and_the_events_tell_all(done: list[tuple[Act, int]]) -> None:
    state, now = new_ticket(), NOON
    events = [kept(opening(state, "asked"))]
    for act, hours in done:
        now += timedelta(hours=hours)
        try:
            change = act(state, now)
        except ActRefused:
            continue
        before, state = state, after(state, change)
        events.append(kept(change))
        holds(before, state, change)
        assert rebuild(events) == state


def holds(before: TicketState, state: TicketState, change: Change) -> None:
    """What is true of every ticket after every act."""
    assert state.status in STATUSES
    assert (state.solved_at is not None) >= (state.status == "solved")
    assert (state.closed_at is not None) == (state.status == "closed")
    assert state.tier in AGREED.tiers
    assert state.priority in PRIORITIES
    assert state.type in TYPES
    assert state.version in (before.version, before.version + 1)
    if before.status == "closed":  # a closed ticket is history
        assert (state.status, state.assignee, state.tier) == (
            "closed",
            before.assignee,
            before.tier,
        )
    if state.status in OVER:
        assert state.snoozed_until is None
    if state.tier != before.tier:
        assert state.assignee is None
    if before.status == "solved" and state.status in ACTIVE:
        assert change.what in ("reopened", "replied")
        assert state.solved_at is None
    if state.tier < before.tier:
        assert change.why
    if change.what == "merged":
        assert (state.status, state.merged_into) == ("closed", 6)


@pytest.mark.parametrize(
    ("state", "act", "says"),
    [
        ({"assignee": "bob"}, lambda s: rules.claim(s, "mia"), "bob has this"),
        ({"assignee": "mia"}, lambda s: rules.claim(s, "mia"), "yours already"),
        (
            {"status": "solved", "solved_at": NOON},
            lambda s: rules.claim(s, "mia"),
            "Reopen it first",
        ),
        ({"status": "closed", "closed_at": NOON}, lambda s: rules.reopen(s), "linked"),
        ({"tier": 3}, lambda s: rules.escalate(s, AGREED), "the last one"),
        ({"tier": 1}, lambda s: rules.escalate(s, AGREED, 7), "2, 3"),
        ({"tier": 2}, lambda s: rules.de_escalate(s, AGREED, " "), "Say why"),
        ({}, lambda s: rules.merge(s, 5, 5, s, NOON), "itself"),
        ({}, lambda _: rules.link("twin", 1, 2), "duplicate, related, parent"),
        ({}, lambda s: rules.change(s, {"tier": 3}), "cannot be changed so"),
        ({}, lambda s: rules.change(s, {"priority": "normal"}), "already"),
        ({}, lambda s: rules.snooze(s, NOON, NOON), "yet to come"),
        ({}, lambda s: rules.reply(s, "mia", "closed", 1, NOON), "pending, open, on_hold, solved"),
    ],
)
def test_what_cannot_be_says_what_can(
    state: dict[str, Any], act: Callable[[TicketState], Any], says: str
) -> None:
    with pytest.raises(ActRefused, match=says):
        act(new_ticket(**state))


def test_events_without_an_opening_make_no_ticket() -> None:
    with pytest.raises(ValueError, match="no opening"):
        rebuild([kept(Change("claimed", new={"assignee": "mia"}))])


def test_a_wish_is_kept_where_there_are_no_rules() -> None:
    route = as_wished(NewTicket("x", "y", "web", "ann", tier=2, priority="high", tags=("a", "a")))
    assert (route.tier, route.queue, route.priority, route.tags) == (2, "support", "high", ("a",))


def test_times_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="stays closed"):
        TicketRules(reopen_within=timedelta(days=9), close_after=timedelta(days=1))
