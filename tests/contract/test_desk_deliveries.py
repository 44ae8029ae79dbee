"""What the desk gives out: replies in order, tickets, transcripts, figures."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bot.channel import Address, SendError
from bot.desk import Database, Desk, Limits
from bot.turn import Outcome, Reply, Response, Turn
from tests.desk_support import NOON, deliver_all, message, new_desk, opened, respond, texts

MAIN = Address("memory", "main")


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def database(kept: str) -> Iterator[Database]:
    with opened(kept) as database:
        yield database


@pytest.fixture
def desk(database: Database) -> Desk:
    return new_desk(database)


def test_d1_a_redelivered_message_has_one_effect(desk: Desk) -> None:
    first = desk.accept(message("hello", "same"))
    assert texts(deliver_all(desk)) == ["you said: hello [1]"]
    again = desk.accept(message("hello", "same"))
    assert (again.message_id, again.new, again.conflict) == (first.message_id, False, False)
    assert deliver_all(desk) == []


def test_d2_a_redelivery_after_a_week_is_absorbed(database: Database) -> None:
    clock = Clock()
    desk = new_desk(database, clock=clock)
    desk.accept(message("hello", "same"))
    deliver_all(desk)
    clock.now += timedelta(days=8)
    assert not desk.accept(message("hello", "same", sent_at=NOON)).new
    assert deliver_all(desk) == []


def test_replies_of_one_conversation_go_out_in_order(desk: Desk) -> None:
    for number, text in enumerate(["many", "second", "third"]):
        desk.accept(message(text, str(number)))
    parts = [f"part {n}" for n in range(1, 6)]
    said = [*parts, "you said: second [1]", "you said: third [1]"]
    assert texts(deliver_all(desk)) == said
    lines = desk.transcript(MAIN)
    assert [line.text for line in lines if line.author == "bot"] == said


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


def test_an_attempt_is_the_first_only_when_that_is_certain(database: Database) -> None:
    """A crash after a post, before it was recorded, must make the channel look for its copy."""
    clock = Clock()
    desk = new_desk(database, clock=clock, chance=lambda: 0.0)
    desk.accept(message("hello"))
    desk.take_turn()
    (first,) = desk.due(1)
    assert first.attempt == 1
    desk = new_desk(database, clock=clock, chance=lambda: 0.0)
    (restarted,) = desk.due(1)
    assert restarted.attempt == 2
    desk.failed(first.key, SendError("502", retry_after=0))
    assert [one.attempt for one in desk.due(1)] == [2]
    desk.failed(first.key, SendError("502", retry_after=0))
    assert [one.attempt for one in desk.due(1)] == [3]


def test_a_reply_to_a_broken_channel_stays_due_and_is_given_up_in_the_end(
    database: Database,
) -> None:
    clock = Clock()
    desk = new_desk(database, clock=clock, limits=Limits(delivery=timedelta(hours=2)))
    desk.accept(message("hello"))
    desk.take_turn()
    (outgoing,) = desk.due(1)
    desk.failed(outgoing.key, SendError("revoked", broken=True))
    assert len(desk.due(1)) == 1
    clock.now += timedelta(hours=2)
    desk.failed(outgoing.key, SendError("revoked", broken=True))
    assert desk.due(1) == ()
    assert [ticket.reason for ticket in desk.tickets()] == ["a reply could not be delivered"]


def test_a_broken_channel_is_told_until_it_is_mended(desk: Desk) -> None:
    desk.channel_broken("slack", "revoked")
    desk.channel_broken("discord", "no intent")
    desk.channel_mended("web")
    assert desk.stats().broken == {"slack": "revoked", "discord": "no intent"}
    desk.channel_mended("slack")
    assert desk.stats().broken == {"discord": "no intent"}


def test_nothing_is_said_to_a_message_met_with_silence_however_long(database: Database) -> None:
    desk = new_desk(database, limits=Limits(text=5))
    desk.accept(message("quiet and more", only_if_sure=True))
    desk.accept(message("quiet and more", "2"))
    notices = texts(deliver_all(desk))
    assert notices == ["I read 5 characters and left 9 out."]


def test_a_reply_is_awaited_where_one_will_come(desk: Desk) -> None:
    assert desk.accept(message("hello", "1")).awaited
    assert not desk.accept(message("hello", "1")).awaited
    assert not desk.accept(message("hello", "2", only_if_sure=True)).awaited


def resolve(turn: Turn) -> Response:
    """`two` and `solved` resolve it; else as ever."""
    if turn.message.text not in ("two", "solved"):
        return respond(turn)
    replies = (Reply("First."), Reply("Glad.")) if turn.message.text == "two" else (Reply("Glad."),)
    return Response(Outcome.ANSWERED, replies, resolved=True)


def test_the_last_reply_tells_the_channel_how_the_conversation_stands(database: Database) -> None:
    desk = new_desk(database, respond=resolve)
    for number, text in enumerate(["hello", "human", "two", "solved"]):
        desk.accept(message(text, str(number)))
    told = [(one.text[:5], one.standing) for one in deliver_all(desk)]
    assert told == [
        ("you s", "open"),
        ("Peopl", "with_people"),
        ("First", "open"),
        ("Glad.", "solved"),
        ("Glad.", "solved"),
    ]


def test_how_it_stands_is_told_again_with_a_delivery_that_failed(database: Database) -> None:
    clock = Clock()
    desk = new_desk(database, respond=resolve, clock=clock)
    desk.accept(message("solved"))
    desk.take_turn()
    (first,) = desk.due(10)
    desk.failed(first.key, SendError("down", retry_after=1))
    clock.now += timedelta(minutes=1)
    (again,) = new_desk(database, respond=resolve, clock=clock).due(10)
    assert (again.key, again.standing) == (first.key, "solved")
