"""Turns as the desk takes them: once, in order, again when something changed, never in silence."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.channel import Address
from bot.desk import Database, Desk
from bot.turn import Outcome, Reply, Response, Turn
from tests.desk_support import deliver_all, message, new_desk, opened, respond, texts

MAIN = Address("memory", "main")


@pytest.fixture
def database(kept: str) -> Iterator[Database]:
    with opened(kept) as database:
        yield database


@pytest.fixture
def desk(database: Database) -> Desk:
    return new_desk(database)


def test_a_message_is_answered_once_and_traced(desk: Desk) -> None:
    accepted = desk.accept(message("hello"))
    assert accepted.new
    assert texts(deliver_all(desk)) == ["you said: hello [1]"]
    trace = desk.trace(accepted.message_id or 0)
    assert trace is not None
    assert (trace.state, trace.outcome, trace.reason, trace.attempts) == (
        "done",
        Outcome.ANSWERED,
        "sure",
        1,
    )
    assert trace.taken_at is not None
    assert trace.done_at is not None
    (delivery,) = trace.deliveries
    assert (delivery.state, delivery.external_id) == ("sent", f"platform-{delivery.key}")
    assert trace.evidence[0]["articles"] == ["echo"]


def test_a_turn_sees_what_was_said_before_it(desk: Desk) -> None:
    for number, text in enumerate(["one", "two", "count"]):
        desk.accept(message(text, str(number)))
    assert texts(deliver_all(desk))[-1] == "before: 4"


def test_history_puts_each_reply_after_its_question(database: Database) -> None:
    seen: list[list[str]] = []

    def remember(turn: Turn) -> Response:
        seen.append([said.text for said in turn.history])
        return Response(Outcome.ANSWERED, (Reply(f"re {turn.message.text}"),))

    desk = new_desk(database, respond=remember)
    for text in ("a", "b", "c"):
        desk.accept(message(text, text))
    deliver_all(desk)
    assert seen[-1] == ["a", "re a", "b", "re b"]


def test_k12_a_message_that_always_fails_goes_to_people_and_the_next_is_answered(
    desk: Desk,
) -> None:
    poison = desk.accept(message("fail", "1"))
    desk.accept(message("hello", "2"))
    first, second = texts(deliver_all(desk))
    assert first.startswith("People take over")
    assert second == "you said: hello [1]"
    trace = desk.trace(poison.message_id or 0)
    assert trace is not None
    assert (trace.state, trace.outcome, trace.reason, trace.attempts) == (
        "dead",
        Outcome.HUMAN,
        "error: attempt 3 failed: ValueError: this message cannot be handled",
        3,
    )
    assert desk.stats().inbox_dead == 1


def test_l3_a_deleted_article_is_never_cited(database: Database) -> None:
    answers = iter([False, True])
    turns: list[Turn] = []

    def counted(turn: Turn) -> Response:
        turns.append(turn)
        return respond(turn)

    desk = new_desk(database, respond=counted, articles_exist=lambda _cited: next(answers))
    desk.accept(message("hello"))
    assert texts(deliver_all(desk)) == ["you said: hello [1]"]
    assert len(turns) == 2


def test_an_article_that_stays_deleted_ends_with_people(database: Database) -> None:
    desk = new_desk(database, articles_exist=lambda _cited: False)
    desk.accept(message("hello"))
    (said,) = texts(deliver_all(desk))
    assert said.startswith("People take over")


def test_a_conversation_that_changed_meanwhile_is_taken_again(database: Database) -> None:
    from sqlalchemy import update

    from bot.model import Conversation

    changes = iter([True, False])

    def slow(turn: Turn) -> Response:
        if next(changes):
            change = update(Conversation).values(version=Conversation.version + 1)
            database.write(lambda session: session.execute(change) and None)
        return Response(Outcome.ANSWERED, (Reply(f"version {turn.conversation.version}"),))

    desk = new_desk(database, respond=slow)
    desk.accept(message("hello"))
    assert texts(deliver_all(desk)) == ["version 1"]
