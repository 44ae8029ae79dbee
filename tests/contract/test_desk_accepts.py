"""What the desk takes in: once for each identity, cleaned, no more than agreed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.channel import Address, Attachment, Rating, Sender
from bot.desk import Database, Desk, Limits, Refused
from bot.model import Feedback
from bot.turn import Response, Turn
from tests.desk_support import NOON, deliver_all, message, new_desk, opened, respond, texts

MAIN = Address("memory", "main")


@pytest.fixture
def database(kept: str) -> Iterator[Database]:
    with opened(kept) as database:
        yield database


@pytest.fixture
def desk(database: Database) -> Desk:
    return new_desk(database)


def test_d1_the_same_message_at_once_from_many_threads_has_one_effect(desk: Desk) -> None:
    found: list[bool] = []
    threads = [
        threading.Thread(target=lambda: found.append(desk.accept(message("hi", "same")).new))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == [False] * 11 + [True]
    assert len(deliver_all(desk)) == 1


def test_d3_the_same_identity_with_another_content_keeps_the_first(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    desk.accept(message("first", "same"))
    with caplog.at_level(logging.WARNING):
        again = desk.accept(message("second", "same"))
    assert again.conflict
    assert "the first stands" in caplog.text
    assert texts(deliver_all(desk)) == ["you said: first [1]"]


def test_the_same_identity_on_two_channels_are_two_messages(desk: Desk) -> None:
    desk.accept(message("one", "same"))
    other = message("two", "same")
    desk.accept(type(other)(Address("web", "main"), "same", other.sender, "two", NOON))
    assert sorted(texts(deliver_all(desk))) == ["you said: one [1]", "you said: two [1]"]


def test_a_choice_comes_back_as_that_choice(desk: Desk) -> None:
    desk.accept(message("choose", "1"))
    (asked,) = deliver_all(desk)
    assert [choice.id for choice in asked.choices] == ["mac", "win"]
    desk.accept(message("Windows", "2", choice="win"))
    assert texts(deliver_all(desk)) == ["chosen: win"]


@pytest.mark.parametrize("choice", ["linux", "", "win\x00"])
def test_a_choice_that_was_never_offered_is_its_text(desk: Desk, choice: str) -> None:
    desk.accept(message("choose", "1"))
    deliver_all(desk)
    desk.accept(message("Linux", "2", choice=choice))
    assert texts(deliver_all(desk)) == ["you said: Linux [1]"]


def test_a_choice_offered_elsewhere_is_its_text(desk: Desk) -> None:
    desk.accept(message("choose", "1", "one"))
    deliver_all(desk)
    desk.accept(message("Windows", "2", "two", choice="win"))
    assert texts(deliver_all(desk)) == ["you said: Windows [1]"]


def rating(key: str, helpful: bool, thread: str = "main", **more: Any) -> Rating:
    at = NOON + timedelta(seconds=more.pop("second", 0))
    return Rating(Address("memory", thread), key, Sender("ann"), helpful, at, **more)


def test_the_latest_rating_of_a_person_stands(desk: Desk) -> None:
    desk.accept(message("hello"))
    (answer,) = deliver_all(desk)
    assert desk.accept(rating(answer.key, True, second=1)).new
    assert desk.accept(rating(answer.key, False, second=3)).new
    assert not desk.accept(rating(answer.key, True, second=2)).new
    assert [line.rated for line in desk.transcript(MAIN, sender="ann")] == [None, False]
    assert [line.rated for line in desk.transcript(MAIN, sender="bob")] == [None, None]


def test_words_to_a_rating_stay_until_it_is_another(database: Database) -> None:
    desk = new_desk(database)
    desk.accept(message("hello"))
    (answer,) = deliver_all(desk)

    def kept() -> list[tuple[bool, str]]:
        found = database.read(lambda s: s.scalars(select(Feedback)).all())
        return [(each.helpful, each.comment) for each in found]

    desk.accept(rating(answer.key, False, second=1, comment="On Sundays?"))
    desk.accept(rating(answer.key, False, second=2))
    assert kept() == [(False, "On Sundays?")]
    desk.accept(rating(answer.key, True, second=3))
    assert kept() == [(True, "")]


def test_only_messages_of_that_conversation_can_be_rated(desk: Desk) -> None:
    desk.accept(message("hello", "1", "one"))
    desk.accept(message("hello", "2", "two"))
    answer = deliver_all(desk)[0]
    elsewhere = "two" if answer.address.thread == "one" else "one"
    for wrong in (rating(answer.key, True, elsewhere), rating("nothing", True, "one")):
        assert desk.accept(wrong).message_id is None


def test_r1_what_is_over_the_limit_is_said(database: Database) -> None:
    desk = new_desk(database, limits=Limits(text=10))
    accepted = desk.accept(message("0123456789abcdef"))
    notice, answer = texts(deliver_all(desk))
    assert notice == "I read 10 characters and left 6 out."
    assert answer == "you said: 0123456789 [1]"
    trace = desk.trace(accepted.message_id or 0)
    assert trace is not None
    assert trace.left_out == 6


def test_attachments_reach_the_turn_and_large_ones_are_named(database: Database) -> None:
    seen: list[tuple[Attachment, ...]] = []

    def look(turn: Turn) -> Response:
        seen.append(turn.attachments)
        return respond(turn)

    desk = new_desk(database, respond=look, limits=Limits(attachment=5, attachments=2))
    files = tuple(Attachment(f"{n}.log", "text/plain", b"x" * n) for n in (5, 6, 1))
    desk.accept(message("see", attachments=files))
    assert texts(deliver_all(desk))[0] == "I could not take: 6.log, 1.log"
    assert [(file.name, file.content) for file in seen[0]] == [
        ("5.log", b"xxxxx"),
        ("6.log", b""),
        ("1.log", b""),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        message("x", ""),
        message("x", thread=""),
        message("x", thread="t" * 256),
        message("x", thread="a\x00"),
        message("x", sent_at=datetime(2026, 1, 1)),  # noqa: DTZ001 - that is what is wrong
    ],
)
def test_what_has_no_identity_is_refused(desk: Desk, wrong: Any) -> None:
    with pytest.raises(Refused):
        desk.accept(wrong)
    assert desk.stats().inbox == 0


def test_long_identities_stay_apart(desk: Desk) -> None:
    for end in "ab":
        assert desk.accept(message(f"hello {end}", "x" * 400 + end)).new
    assert not desk.accept(message("hello a", "x" * 400 + "a")).new
