"""Edits and deletions: before the answer, after it, while it is being made; and what is unknown."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from bot.channel import Address, Deletion, Edit
from bot.desk import Database, Desk, Limits, Line, Refused, Trace
from bot.edits import DELETED
from bot.turn import Outcome, Response, Turn
from tests.desk_support import NOON, deliver_all, message, new_desk, opened, respond, texts

MAIN = Address("memory", "main")
OFFER = "You changed it."


def edit(text: str, external_id: str = "1", second: float = 1) -> Edit:
    return Edit(MAIN, external_id, text, NOON + timedelta(seconds=second))


def deletion(external_id: str = "1") -> Deletion:
    return Deletion(MAIN, external_id, NOON + timedelta(seconds=5))


@pytest.fixture
def database(kept: str) -> Iterator[Database]:
    with opened(kept) as database:
        yield database


@pytest.fixture
def desk(database: Database) -> Desk:
    return new_desk(database)


def line_of(desk: Desk, text: str) -> Line:
    (found,) = (line for line in desk.transcript(MAIN) if line.text == text)
    return found


def traced(desk: Desk, message_id: int | None) -> Trace:
    found = desk.trace(message_id or 0)
    assert found is not None
    return found


def test_an_unanswered_message_is_answered_as_edited(desk: Desk) -> None:
    first = desk.accept(message("helo"))
    edited = desk.accept(edit("hello"))
    assert (edited.message_id, edited.new) == (first.message_id, True)
    assert texts(deliver_all(desk)) == ["you said: hello [1]"]
    assert line_of(desk, "hello").earlier == ("helo",)


def test_after_the_answer_both_texts_are_kept_and_a_new_answer_is_offered(desk: Desk) -> None:
    first = desk.accept(message("helo"))
    deliver_all(desk)
    assert desk.accept(edit("hello there")).new
    (offer,) = deliver_all(desk)
    assert offer.text == OFFER
    assert [choice.id for choice in offer.choices] == [f"again:{first.message_id}"]
    line = line_of(desk, "hello there")
    assert line.earlier == ("helo",)
    assert line.edited_at == NOON + timedelta(seconds=1)
    assert traced(desk, first.message_id).outcome == Outcome.ANSWERED


def test_the_same_edit_again_has_no_second_effect(desk: Desk) -> None:
    desk.accept(message("one"))
    deliver_all(desk)
    assert desk.accept(edit("two")).new
    assert not desk.accept(edit("two")).new
    assert texts(deliver_all(desk)) == [OFFER]
    assert line_of(desk, "two").earlier == ("one",)


def test_an_older_edit_that_comes_late_does_not_undo_a_newer(desk: Desk) -> None:
    desk.accept(message("one"))
    desk.accept(edit("three", second=3))
    assert not desk.accept(edit("two", second=2)).new
    assert texts(deliver_all(desk)) == ["you said: three [1]"]


def test_many_edits_bring_one_offer_until_something_else_is_said(desk: Desk) -> None:
    desk.accept(message("one"))
    deliver_all(desk)
    for second, text in enumerate(["two", "three", "four"], 1):
        assert desk.accept(edit(text, second=second)).new
    assert texts(deliver_all(desk)) == [OFFER]
    assert line_of(desk, "four").earlier == ("one", "two", "three")


@pytest.mark.parametrize(
    ("said", "edited"),
    [("quiet", "hello"), ("human", "please a human"), ("hello", "Hello!"), ("hello", " ")],
)
def test_no_new_answer_is_offered_where_none_is_due(desk: Desk, said: str, edited: str) -> None:
    desk.accept(message(said))
    deliver_all(desk)
    assert desk.accept(edit(edited)).new
    assert deliver_all(desk) == []
    assert line_of(desk, edited).earlier == (said,)


def test_a_redelivery_with_the_text_before_the_edit_is_no_conflict(desk: Desk) -> None:
    desk.accept(message("one"))
    desk.accept(edit("two"))
    again = desk.accept(message("one"))
    assert (again.new, again.conflict) == (False, False)
    assert desk.accept(message("another")).conflict


def test_a_message_deleted_in_time_is_not_answered(desk: Desk) -> None:
    kept = desk.accept(message("hello", "1"))
    desk.accept(message("again", "2"))
    assert desk.accept(deletion()).new
    assert texts(deliver_all(desk)) == ["you said: again [1]"]
    trace = traced(desk, kept.message_id)
    assert (trace.state, trace.outcome, trace.reason) == ("done", Outcome.IGNORED, DELETED)
    assert line_of(desk, "hello").deleted_at == NOON + timedelta(seconds=5)
    assert desk.stats().counts["outcome_ignored"] == 1


def test_a_message_deleted_after_its_answer_is_kept_and_marked(desk: Desk) -> None:
    kept = desk.accept(message("hello"))
    deliver_all(desk)
    assert desk.accept(deletion()).new
    assert not desk.accept(deletion()).new
    assert deliver_all(desk) == []
    assert line_of(desk, "hello").deleted_at
    assert traced(desk, kept.message_id).outcome == Outcome.ANSWERED


def test_what_was_deleted_is_not_edited(desk: Desk) -> None:
    desk.accept(message("hello"))
    desk.accept(deletion())
    assert not desk.accept(edit("changed")).new
    assert line_of(desk, "hello").earlier == ()


@pytest.mark.parametrize("change", [edit("x", "unknown"), deletion("unknown")])
def test_a_change_of_an_unknown_message_is_ignored_with_a_line(
    desk: Desk, caplog: pytest.LogCaptureFixture, change: Edit | Deletion
) -> None:
    desk.accept(message("hello"))
    with caplog.at_level(logging.INFO):
        accepted = desk.accept(change)
    assert (accepted.message_id, accepted.new) == (None, False)
    assert "unknown message" in caplog.text
    assert texts(deliver_all(desk)) == ["you said: hello [1]"]


def test_the_bots_own_messages_cannot_be_edited(desk: Desk) -> None:
    desk.accept(message("hello"))
    (answer,) = deliver_all(desk)
    assert desk.accept(edit("forged", answer.key)).message_id is None


def during(database: Database, change: Callable[[Desk], object]) -> Desk:
    """A desk on which the change comes in while the first turn is being responded to."""
    changes = [change]

    def slow(turn: Turn) -> Response:
        if changes:
            changes.pop()(desk)
        return respond(turn)

    desk = new_desk(database, respond=slow)
    return desk


def test_an_edit_while_the_answer_is_made_is_answered_as_edited(database: Database) -> None:
    desk = during(database, lambda desk: desk.accept(edit("new")))
    desk.accept(message("old"))
    assert texts(deliver_all(desk)) == ["you said: new [1]"]


def test_a_deletion_while_the_answer_is_made_keeps_it_from_being_said(database: Database) -> None:
    desk = during(database, lambda desk: desk.accept(deletion()))
    desk.accept(message("human"))
    desk.accept(message("next", "2"))
    assert texts(deliver_all(desk)) == ["you said: next [1]"]
    assert desk.tickets() == ()


def test_a_failure_does_not_overwrite_why_a_deleted_message_was_ignored(
    database: Database,
) -> None:
    desk = during(database, lambda desk: desk.accept(deletion()))
    kept = desk.accept(message("fail"))
    assert deliver_all(desk) == []
    assert traced(desk, kept.message_id).reason == DELETED


def test_an_edit_is_held_to_the_limits(database: Database) -> None:
    desk = new_desk(database, limits=Limits(text=5))
    desk.accept(message("hello"))
    desk.accept(edit("abc\x00efgh"))
    notice, answer = texts(deliver_all(desk))
    assert notice == "I read 5 characters and left 3 out."
    assert answer == "you said: abc\ufffde [1]"


@pytest.mark.parametrize(
    "wrong",
    [
        Edit(MAIN, "1", "x", NOON.replace(tzinfo=None)),
        Deletion(MAIN, "1", NOON.replace(tzinfo=None)),
    ],
)
def test_a_change_without_time_zone_is_refused(desk: Desk, wrong: Edit | Deletion) -> None:
    desk.accept(message("hello"))
    with pytest.raises(Refused, match="time zone"):
        desk.accept(wrong)


def test_the_edited_message_reaches_the_turn_however_old(database: Database) -> None:
    seen: list[list[str]] = []

    def look(turn: Turn) -> Response:
        seen.append([said.text for said in turn.history])
        return respond(turn)

    desk = new_desk(database, respond=look, limits=Limits(history=2))
    first = desk.accept(message("first", "1"))
    deliver_all(desk)
    desk.accept(edit("first, edited"))
    for number in range(2, 5):
        desk.accept(message(f"more {number}", str(number)))
    deliver_all(desk)
    desk.accept(message("Answer again", "9", choice=f"again:{first.message_id}"))
    deliver_all(desk)
    assert seen[-1][0] == "first, edited"
    assert len(seen[-1]) == 3
