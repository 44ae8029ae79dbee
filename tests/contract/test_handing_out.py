"""Tickets are given to agents who are there, in turn or by load, within their capacity."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.assignment import Way
from bot.desk import Database
from bot.presence import Presence
from bot.team import Team, TeamQueue
from tests.clock_support import clock_of, settle, ticket
from tests.desk_support import opened
from tests.ticket_support import BOB, LEA, MIA, House


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "desk.db") as database:
        yield database


@pytest.fixture
def house(database: Database) -> House:
    return House(database)


def hands_out(way: Way, capacity: int | None = None) -> Team:
    return Team(queues=(TeamQueue("support", 1, way=way, capacity=capacity),))


def test_tickets_are_handed_out_in_turn_to_those_who_are_there(house: House) -> None:
    presence = Presence(house.database, now=lambda: house.clock.now)
    numbers = [house.handed_over(f"t{n}") for n in range(5)]
    clock = clock_of(house, hands_out(Way.ROUND_ROBIN))
    settle(clock)
    assert {ticket(house.database, n).assignee for n in numbers} == {None}
    presence.seen(MIA.id)
    presence.seen(BOB.id)
    presence.seen("stranger")
    presence.away(LEA.id, away=True)
    house.clock.move(minutes=1)
    settle(clock)
    given = Counter(ticket(house.database, n).assignee for n in numbers)
    assert sorted(given.values()) == [2, 3]
    assert set(given) == {MIA.id, BOB.id}


def test_capacity_holds_back_until_something_is_solved(house: House) -> None:
    presence = Presence(house.database, now=lambda: house.clock.now)
    presence.seen(MIA.id)
    one, two = house.handed_over("a"), house.handed_over("b")
    clock = clock_of(house, hands_out(Way.LEAST_LOADED, capacity=1))
    settle(clock)
    assert [ticket(house.database, n).assignee for n in (one, two)] == [MIA.id, None]
    house.console.solve(MIA, one)
    house.clock.move(minutes=1)
    presence.seen(MIA.id)
    settle(clock)
    assert ticket(house.database, two).assignee == MIA.id


def test_away_is_away_and_silence_too(house: House) -> None:
    presence = Presence(house.database, now=lambda: house.clock.now)
    presence.seen(MIA.id)
    presence.seen(BOB.id)
    presence.away(BOB.id, away=True)
    assert presence.there() == {MIA.id}
    presence.away(BOB.id, away=False)
    house.clock.move(minutes=16)
    presence.seen(BOB.id)
    assert presence.there() == {BOB.id}


def test_a_queue_that_names_agents_is_for_them_alone(house: House) -> None:
    presence = Presence(house.database, now=lambda: house.clock.now)
    presence.seen(MIA.id)
    presence.seen(BOB.id)
    named = TeamQueue("support", 1, way=Way.ROUND_ROBIN, agents=frozenset({"bob@desk"}))
    numbers = [house.handed_over(f"t{n}") for n in range(3)]
    settle(clock_of(house, Team(queues=(named,))))
    assert {ticket(house.database, n).assignee for n in numbers} == {BOB.id}


def test_who_may_not_work_in_the_tier_is_given_nothing_there(house: House) -> None:
    Presence(house.database, now=lambda: house.clock.now).seen(BOB.id)
    number = house.handed_over()
    house.console.escalate(MIA, number)
    settle(clock_of(house, hands_out(Way.LEAST_LOADED)))
    assert ticket(house.database, number).tier == 2
    assert ticket(house.database, number).assignee is None
