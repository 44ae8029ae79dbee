"""T2: a clock that was ahead, and is put right, keeps no reply from its reader."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.channel import SendError
from bot.desk import Database
from tests.desk_support import message, new_desk, opened
from tests.ticket_support import Clock


@pytest.fixture
def database(kept: str) -> Iterator[Database]:
    with opened(kept) as database:
        yield database


def test_t2_a_clock_that_was_a_day_ahead_holds_no_reply_back(database: Database) -> None:
    """Written, or to be tried again, by a clock that was put right since."""
    clock = Clock()
    desk = new_desk(database, clock=clock)
    clock.move(days=1)
    for number in ("1", "2"):
        desk.accept(message("hello", number, thread=number))
        desk.take_turn()
    failed, written = desk.due(2)
    desk.failed(failed.key, SendError("502"))
    clock.move(days=-1)
    assert sorted(each.key for each in desk.due(2)) == sorted((failed.key, written.key))


def test_t2_a_clock_that_jumps_a_day_makes_no_reply_given_up(database: Database) -> None:
    clock = Clock()
    desk = new_desk(database, clock=clock)
    desk.accept(message("hello"))
    desk.take_turn()
    clock.move(days=1, seconds=1)
    desk.failed(desk.due(1)[0].key, SendError("502"))
    clock.move(minutes=1)
    assert len(desk.due(1)) == 1
    assert desk.tickets() == ()
