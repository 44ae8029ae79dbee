"""Who gets a ticket: in turn, by load, within capacity, only those who are there."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from bot.assignment import AgentLoad, Way, choose, present

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
TIMEOUT = timedelta(minutes=10)

times = st.none() | st.integers(0, 30).map(lambda m: NOW - timedelta(minutes=m))
loads = st.builds(
    AgentLoad,
    id=st.text("abcdef", min_size=1, max_size=3),
    open_tickets=st.integers(0, 5),
    capacity=st.none() | st.integers(0, 5),
    away=st.booleans(),
    seen_at=times,
    given_at=times,
)
teams = st.lists(loads, max_size=6, unique_by=lambda agent: agent.id)


def agent(id: str, **values: int) -> AgentLoad:
    return AgentLoad(id, seen_at=NOW, **values)


def give(way: Way, team: list[AgentLoad], tickets: int) -> list[str]:
    """Hand out so many tickets, one a minute."""
    given = []
    for number in range(tickets):
        found = choose(way, team, NOW, TIMEOUT)
        assert found is not None
        at = NOW + timedelta(minutes=number)
        after = replace(found, open_tickets=found.open_tickets + 1, given_at=at)
        team = [after if each.id == found.id else each for each in team]
        given.append(found.id)
    return given


@given(way=st.sampled_from(Way), team=teams)
def test_only_those_who_are_there_and_have_room_are_given_one(
    way: Way, team: list[AgentLoad]
) -> None:
    found = choose(way, team, NOW, TIMEOUT)
    able = [each for each in team if present(each, NOW, TIMEOUT) and each.room()]
    if found is None:
        assert way is Way.CLAIM or not able
    else:
        assert found in able
        if way is Way.LEAST_LOADED:
            assert found.open_tickets == min(each.open_tickets for each in able)


@given(way=st.sampled_from(Way), team=teams)
def test_the_order_in_which_agents_are_named_does_not_matter(
    way: Way, team: list[AgentLoad]
) -> None:
    assert choose(way, team, NOW, TIMEOUT) == choose(way, team[::-1], NOW, TIMEOUT)


def test_in_turn_everybody_gets_as_many_whatever_they_have() -> None:
    team = [agent("ada", open_tickets=4), agent("bob"), agent("cleo")]
    assert give(Way.ROUND_ROBIN, team, 6) == ["ada", "bob", "cleo"] * 2


def test_by_load_it_evens_out() -> None:
    team = [agent("ada", open_tickets=4), agent("bob"), agent("cleo", open_tickets=2)]
    assert Counter(give(Way.LEAST_LOADED, team, 6)) == {"bob": 4, "cleo": 2}


def test_the_full_are_passed_over_until_nobody_is_left() -> None:
    team = [agent("ada", capacity=1), agent("bob", capacity=2)]
    assert give(Way.ROUND_ROBIN, team, 3) == ["ada", "bob", "bob"]
    full = [agent("ada", open_tickets=1, capacity=1)]
    assert choose(Way.LEAST_LOADED, full, NOW, TIMEOUT) is None


def test_who_was_not_heard_of_for_too_long_is_away() -> None:
    here = AgentLoad("ada", seen_at=NOW - TIMEOUT)
    gone = AgentLoad("bob", seen_at=NOW - TIMEOUT - timedelta(seconds=1))
    assert present(here, NOW, TIMEOUT)
    assert not present(gone, NOW, TIMEOUT)
    assert not present(replace(here, away=True), NOW, TIMEOUT)
    assert not present(AgentLoad("cleo"), NOW, TIMEOUT)
