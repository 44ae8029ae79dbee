"""Who asks too much is refused politely; nothing is lost, and nobody else waits (R10)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channel import Address, Sender
from bot.desk import Database, Desk, Limits
from tests.desk_support import NOON, deliver_all, message, new_desk, opened, texts


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "desk.db") as database:
        yield database


@pytest.fixture
def desk(database: Database) -> Desk:
    return new_desk(database, limits=Limits(person_per_minute=3), clock=lambda: NOON)


def test_one_who_floods_is_told_once_and_others_are_answered(desk: Desk) -> None:
    for n in range(100):
        desk.accept(message(f"flood {n}", f"f{n}", thread=f"t{n % 4}"))
    desk.accept(message("hello", "b1", thread="ben", sender=Sender("ben", "Ben")))
    said = texts(deliver_all(desk))
    assert sorted(said) == [
        "You are too fast.",
        "you said: flood 0 [1]",
        "you said: flood 1 [1]",
        "you said: flood 2 [1]",
        "you said: hello [1]",
    ]
    assert desk.stats().counts["limited"] == 97


def test_what_was_refused_is_kept_with_its_reason(desk: Desk) -> None:
    kept = [desk.accept(message(f"n{n}", str(n))).message_id for n in range(4)]
    trace = desk.trace(kept[-1] or 0)
    assert trace is not None
    assert (trace.state, trace.outcome) == ("done", "ignored")
    assert trace.reason == "more than 3 questions a minute of one person"
    lines = desk.transcript(Address("memory", "main"))
    assert [line.text for line in lines if line.author == "user"] == ["n0", "n1", "n2", "n3"]
    assert trace.deliveries[0].state == "due"


def test_redeliveries_do_not_count(desk: Desk) -> None:
    for _ in range(20):
        desk.accept(message("hello", "1"))
    assert desk.accept(message("again", "2")).awaited
    assert texts(deliver_all(desk)) == ["you said: hello [1]", "you said: again [1]"]


def test_what_is_pressed_or_meant_for_people_is_never_refused(desk: Desk) -> None:
    desk.accept(message("choose", "0"))
    deliver_all(desk)
    for n in range(5):
        desk.accept(message(f"n{n}", f"n{n}"))
    desk.accept(message("made up", "m", choice="everything"))
    desk.accept(message("macOS", "p", choice="mac"))
    desk.accept(message("help me", "form", for_people=True))
    assert sorted(texts(deliver_all(desk))) == [
        "You are too fast.",
        "chosen: for_people",
        "chosen: mac",
        "you said: n0 [1]",
        "you said: n1 [1]",
    ]


def test_who_did_not_speak_to_the_bot_is_told_nothing(desk: Desk) -> None:
    for n in range(10):
        desk.accept(message(f"n{n}", str(n), only_if_sure=True))
    assert "You are too fast." not in texts(deliver_all(desk))


def test_a_channel_can_have_a_limit_as_well(database: Database) -> None:
    desk = new_desk(database, limits=Limits(channel_per_minute=2), clock=lambda: NOON)
    for n in range(4):
        person = Sender(f"u{n}", "")
        desk.accept(message(f"n{n}", str(n), thread=f"t{n}", sender=person))
    assert sorted(texts(deliver_all(desk))) == [
        "You are too fast.",
        "You are too fast.",
        "you said: n0 [1]",
        "you said: n1 [1]",
    ]
