"""What the desk promises to channels, pages and the worker. Runs on a real SQLite file."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channel import Address, Attachment, Rating, Sender, SendError
from bot.desk import Database, Desk, Limits, Refused
from bot.turn import Outcome, Reply, Response, Turn
from tests.desk_support import NOON, deliver_all, message, new_desk, opened, respond, texts

MAIN = Address("memory", "main")


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "desk.db") as database:
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


def test_d1_a_redelivered_message_has_one_effect(desk: Desk) -> None:
    first = desk.accept(message("hello", "same"))
    assert texts(deliver_all(desk)) == ["you said: hello [1]"]
    again = desk.accept(message("hello", "same"))
    assert (again.message_id, again.new, again.conflict) == (first.message_id, False, False)
    assert deliver_all(desk) == []


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


def test_d2_a_redelivery_after_a_week_is_absorbed(database: Database) -> None:
    clock = Clock()
    desk = new_desk(database, clock=clock)
    desk.accept(message("hello", "same"))
    deliver_all(desk)
    clock.now += timedelta(days=8)
    assert not desk.accept(message("hello", "same", sent_at=NOON)).new
    assert deliver_all(desk) == []


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


def test_replies_of_one_conversation_go_out_in_order(desk: Desk) -> None:
    for number, text in enumerate(["many", "second", "third"]):
        desk.accept(message(text, str(number)))
    parts = [f"part {n}" for n in range(1, 6)]
    said = [*parts, "you said: second [1]", "you said: third [1]"]
    assert texts(deliver_all(desk)) == said
    lines = desk.transcript(MAIN)
    assert [line.text for line in lines if line.author == "bot"] == said


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


def test_a_failing_delivery_waits_and_holds_only_its_own_conversation(database: Database) -> None:
    clock = Clock()
    desk = new_desk(database, clock=clock, chance=lambda: 0.5)
    desk.accept(message("many", "1", "slow"))
    desk.accept(message("hello", "2", "quick"))
    while desk.take_turn():
        pass
    slow = next(one for one in desk.due(10) if one.address.thread == "slow")
    desk.failed(slow.key, SendError("rate limited", retry_after=30))
    assert {one.address.thread for one in desk.due(10)} == {"quick"}
    clock.now += timedelta(seconds=29.9)
    assert {one.address.thread for one in desk.due(10)} == {"quick"}
    clock.now += timedelta(seconds=0.1)
    again = next(one for one in desk.due(10) if one.address.thread == "slow")
    assert (again.key, again.text) == (slow.key, "part 1")


def test_due_of_one_channel_is_not_that_of_another(desk: Desk) -> None:
    desk.accept(message("hello"))
    desk.take_turn()
    assert desk.due(10, "web") == ()
    assert len(desk.due(10, "memory")) == 1


def test_n5_a_permanent_failure_opens_a_ticket_and_lets_the_next_go(desk: Desk) -> None:
    desk.accept(message("many"))
    desk.take_turn()
    (first,) = desk.due(10)
    desk.failed(first.key, SendError("channel is archived", permanent=True))
    assert texts(desk.due(10)) == ["part 2"]
    (ticket,) = desk.tickets()
    page = desk.ticket(ticket.id)
    assert page is not None
    assert [event.what for event in page.events] == ["opened", "undelivered"]
    assert page.events[1].why == "channel is archived"
    assert desk.stats().outbox_dead == 1


def test_n2_a_reply_that_fails_for_hours_is_given_up(database: Database) -> None:
    clock = Clock()
    desk = new_desk(database, clock=clock, limits=Limits(delivery=timedelta(hours=2)))
    desk.accept(message("hello"))
    desk.take_turn()
    attempts = 0
    while due := desk.due(1):
        attempts += 1
        desk.failed(due[0].key, SendError("502"))
        clock.now += timedelta(minutes=11)
    assert attempts == 12
    assert [ticket.reason for ticket in desk.tickets()] == ["a reply could not be delivered"]


def test_sent_and_failed_told_late_change_nothing(desk: Desk) -> None:
    desk.accept(message("hello"))
    (outgoing,) = deliver_all(desk)
    desk.failed(outgoing.key, SendError("late", permanent=True))
    desk.sent(outgoing.key, "another")
    (line,) = (line for line in desk.transcript(MAIN) if line.author == "bot")
    assert line.state == "sent"
    assert desk.tickets() == ()


def test_a_hand_off_opens_a_ticket_and_says_its_number(desk: Desk) -> None:
    for number, text in enumerate(["my printer burns", "human"]):
        desk.accept(message(text, str(number)))
    said = texts(deliver_all(desk))
    (ticket,) = desk.tickets()
    assert said[-1] == f"People take over. Your ticket is #{ticket.id}."
    assert (ticket.subject, ticket.tier, ticket.status) == ("my printer burns", 1, "new")
    page = desk.ticket(ticket.id)
    assert page is not None
    assert "Problem: my printer burns" in page.summary
    assert "you said: my printer burns" in page.summary
    assert "asked for a human" in page.summary
    assert page.transcript[0].text == "my printer burns"


def test_a_conversation_with_an_open_ticket_gets_no_second_one(desk: Desk) -> None:
    desk.accept(message("human", "1"))
    desk.accept(message("human", "2"))
    first, second = texts(deliver_all(desk))
    assert first == second
    (ticket,) = desk.tickets()
    page = desk.ticket(ticket.id)
    assert page is not None
    assert [event.what for event in page.events] == ["opened", "asked_again"]


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
        "error",
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

    takeovers = iter([True, False])

    def slow(turn: Turn) -> Response:
        if next(takeovers):
            change = update(Conversation).values(version=Conversation.version + 1, holder="agent")
            database.write(lambda session: session.execute(change) and None)
        return Response(Outcome.ANSWERED, (Reply(f"held by {turn.conversation.holder}"),))

    desk = new_desk(database, respond=slow)
    desk.accept(message("hello"))
    assert texts(deliver_all(desk)) == ["held by agent"]


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


def test_waiting_tells_whether_the_bot_owes_something(desk: Desk) -> None:
    assert not desk.waiting(MAIN)
    desk.accept(message("hello"))
    assert desk.waiting(MAIN)
    desk.take_turn()
    assert desk.waiting(MAIN)
    deliver_all(desk)
    assert not desk.waiting(MAIN)
    desk.accept(message("quiet", "2"))
    deliver_all(desk)
    assert not desk.waiting(MAIN)


def test_the_transcript_is_given_from_any_line_on(desk: Desk) -> None:
    desk.accept(message("hello"))
    deliver_all(desk)
    question, answer = desk.transcript(MAIN)
    assert (question.author, question.name, question.state) == ("user", "Ann", "done")
    assert (answer.rateable, answer.sources[0].title) == (True, "Echo")
    assert desk.transcript(MAIN, after=question.id) == (answer,)
    assert desk.transcript(Address("memory", "nowhere")) == ()


def test_stats_tell_depth_and_age(database: Database) -> None:
    clock = Clock()
    desk = new_desk(database, clock=clock)
    desk.accept(message("hello", "1"))
    clock.now += timedelta(seconds=7)
    stats = desk.stats()
    assert (stats.inbox, stats.inbox_oldest, stats.outbox) == (1, 7.0, 0)
    desk.take_turn()
    clock.now += timedelta(seconds=5)
    stats = desk.stats()
    assert (stats.inbox, stats.outbox, stats.outbox_oldest) == (0, 1, 5.0)
    assert stats.counts == {"accepted": 1, "outcome_answered": 1}
    desk.note_error("somewhere", ValueError("secret"))
    assert desk.stats().last_error == "somewhere: ValueError"


def test_s19_no_text_is_in_the_log(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        desk.accept(message("canary-7f3a"))
        deliver_all(desk)
    handled = [record for record in caplog.records if record.msg == "message handled"]
    assert len(handled) == 1
    assert "canary" not in str([vars(record) for record in caplog.records])
