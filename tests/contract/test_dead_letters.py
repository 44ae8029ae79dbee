"""What was given up is shown, put back once, or dropped, and never blocks what comes after it (K12)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channel import SendError
from bot.dead_letters import DeadLetters, NotAllowed
from bot.desk import Database, Desk, open_beside
from bot.people import Person, Role
from bot.turn import Outcome, Reply, Response, Turn
from tests.desk_support import NOON, deliver_all, message, new_desk, opened, texts

ADMIN = Person("1", "Root", Role.ADMIN)


class Mended:
    """A responder that fails on one text until it is mended."""

    def __init__(self) -> None:
        self.broken = True

    def __call__(self, turn: Turn) -> Response:
        if turn.message.text == "poison" and self.broken:
            raise ValueError("cannot be handled")
        return Response(Outcome.ANSWERED, (Reply(f"answer to {turn.message.text}"),), "sure")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "desk.db") as database:
        yield database


@pytest.fixture
def letters(tmp_path: Path, database: Database) -> Iterator[DeadLetters]:
    """Beside the process that owns the file, as the command line is."""
    beside = open_beside(f"sqlite:///{tmp_path}/desk.db")
    yield DeadLetters(beside, lambda: NOON, turn_attempts=3)
    beside.close()


@pytest.fixture
def talk() -> Mended:
    return Mended()


@pytest.fixture
def desk(database: Database, talk: Mended) -> Desk:
    return new_desk(database, respond=talk)


def test_a_poison_message_is_parked_and_those_beside_and_behind_it_are_answered(
    desk: Desk, letters: DeadLetters
) -> None:
    desk.accept(message("poison", "1"))
    desk.accept(message("behind it", "2"))
    desk.accept(message("beside it", "3", thread="other"))
    said = texts(deliver_all(desk))
    assert sorted(said) == [
        "People take over. Your ticket is #1.",
        "answer to behind it",
        "answer to beside it",
    ]
    (letter,) = letters.listed()
    assert (letter.id, letter.kind, letter.state, letter.attempts) == ("m1", "message", "dead", 3)
    assert letter.reason == "error: attempt 3 failed: ValueError: cannot be handled"


def test_a_message_is_put_back_once_and_gets_one_more_turn(
    desk: Desk, letters: DeadLetters, talk: Mended
) -> None:
    desk.accept(message("poison", "1"))
    deliver_all(desk)
    assert letters.retry("m1", ADMIN, "let us see")
    assert not letters.retry("m1", ADMIN)
    assert texts(deliver_all(desk)) == ["People take over. Your ticket is #1."]
    assert [letter.id for letter in letters.listed()] == ["m1"]
    talk.broken = False
    assert letters.retry("m1", ADMIN, "mended")
    assert texts(deliver_all(desk)) == ["answer to poison"]
    assert letters.listed() == ()
    shown = letters.letter("m1")
    assert shown is not None
    assert [(act.what, act.by, act.why) for act in shown.acts] == [
        ("retried", "Root", "let us see"),
        ("retried", "Root", "mended"),
    ]


def test_a_reply_that_was_given_up_is_sent_when_it_is_put_back(
    desk: Desk, letters: DeadLetters
) -> None:
    desk.accept(message("hello", "1"))
    desk.take_turn()
    (reply,) = desk.due(10)
    desk.failed(reply.key, SendError("channel_not_found", permanent=True))
    desk.accept(message("again", "2"))
    assert texts(deliver_all(desk)) == ["answer to again"]
    (letter,) = letters.listed()
    assert (letter.kind, letter.reason) == ("reply", "channel_not_found")
    assert letters.retry(letter.id, ADMIN)
    (put_back,) = desk.due(10)
    assert (put_back.key, put_back.attempt) == (reply.key, 2)
    desk.sent(put_back.key, "x")
    assert letters.listed() == ()


def test_what_is_dropped_is_kept_with_who_and_why(desk: Desk, letters: DeadLetters) -> None:
    desk.accept(message("poison", "1"))
    deliver_all(desk)
    assert letters.drop("m1", ADMIN, "spam")
    assert not letters.drop("m1", ADMIN, "spam")
    assert letters.listed() == ()
    assert desk.stats().inbox_dead == 0
    shown = letters.letter("m1")
    assert shown is not None
    assert (shown.state, shown.acts[0].why) == ("dropped", "spam")


def test_only_who_administers_the_desk_may(desk: Desk, letters: DeadLetters) -> None:
    desk.accept(message("poison", "1"))
    deliver_all(desk)
    agent = Person("2", "Ann", Role.AGENT, frozenset({1}))
    with pytest.raises(NotAllowed, match="Ann may not"):
        letters.retry("m1", agent)
    with pytest.raises(NotAllowed):
        letters.drop("m1", agent, "")
    assert [letter.id for letter in letters.listed()] == ["m1"]


@pytest.mark.parametrize("name", ["", "m", "x1", "m-1", "m1; drop table", "m" + "9" * 30, "r1"])
def test_a_name_that_names_nothing_does_nothing(letters: DeadLetters, name: str) -> None:
    assert letters.letter(name) is None
    assert not letters.retry(name, ADMIN)
    assert not letters.drop(name, ADMIN, "")
