"""Whatever is written and however it is delivered: kept whole, answered once, in order."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.backoff import LONGEST_ASKED, LONGEST_WAIT, next_attempt
from bot.channel import Address, Outgoing, Sender
from bot.desk import Database, Desk, Limits
from bot.limits import identity, storable, take_in
from bot.model import Message
from bot.summary import SUBJECT, shortened, subject, summary
from tests.desk_support import NOON, deliver_all, message, new_desk, opened, texts

EXAMPLE = itertools.count()
ANY_TEXT = st.text(st.characters(), max_size=200)

TEXTS = {
    "nothing": "",
    "blank": " \n\t ",
    "emoji": "🙈" * 100_000,
    "one line of a megabyte": "x" * 1_000_000,
    "zalgo": "e" + "".join(chr(0x300 + n % 100) for n in range(5000)),
    "right to left": "كيف أعيد تعيين كلمة المرور؟ \u202eevil\u202c",
    "languages": "Grüße 你好 привет नमस्ते שלום ជំរាបសួរ สวัสดี こんにちは 안녕 γειά čau ola hej",
    "markup": "<script>alert(1)</script> {{7*7}} '; drop table message; --",
    "placeholder": "\ufffcticket number\ufffc {ticket}",
}


@pytest.fixture(scope="module")
def database(kept_by_module: str) -> Iterator[Database]:
    with opened(kept_by_module) as database:
        yield database


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS.keys())
def test_r1_any_text_is_kept_as_it_is(database: Database, text: str) -> None:
    thread = f"text {next(EXAMPLE)}"
    desk = new_desk(database)
    assert desk.accept(message(text, thread, thread)).new
    assert texts(deliver_all(desk)) == [f"you said: {text} [1]"]
    kept, answer = desk.transcript(Address("memory", thread))
    assert (kept.text, answer.text) == (text, f"you said: {text} [1]")


@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
@settings(deadline=None)
def test_r1_any_characters_are_stored_or_shown_as_unstorable(
    database: Database, text: str, name: str, external_id: str
) -> None:
    """NUL and lone surrogates become U+FFFD; all else comes back as it was."""
    thread = f"characters {next(EXAMPLE)}"
    desk = new_desk(database)
    desk.accept(message(text, thread + external_id, thread, sender=Sender(name, name)))
    line = desk.transcript(Address("memory", thread))[0]
    assert line.text == text.translate(
        {0: "\ufffd"} | dict.fromkeys(range(0xD800, 0xE000), "\ufffd")
    )
    assert line.name == storable(name)
    deliver_all(desk)


@given(st.text(st.characters(), max_size=600), st.text(st.characters(), max_size=600))
def test_identities_fit_and_stay_different(one: str, two: str) -> None:
    assert len(identity(one)) <= 255
    assert (identity(one) == identity(two)) == (storable(one) == storable(two))


@given(ANY_TEXT, st.integers(0, 100))
def test_what_is_left_out_is_counted(text: str, limit: int) -> None:
    taken = take_in(message(text), Limits(text=limit))
    assert len(taken.incoming.text) + taken.left_out == len(text)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("hear"), st.integers(0, 7)),
        st.tuples(st.sampled_from(["turn", "send", "restart"]), st.just(0)),
    ),
    max_size=40,
)


@given(STEPS)
@settings(deadline=None, max_examples=60)
def test_any_order_of_deliveries_turns_and_restarts_answers_each_once(
    database: Database, steps: list[tuple[str, int]]
) -> None:
    """Eight messages in two conversations, redelivered at will; a restart forgets all but the database."""
    prefix = f"order {next(EXAMPLE)}"
    desk, said, heard = new_desk(database), [], {}
    for what, number in steps:
        if what == "hear":
            thread = f"{prefix}/{number % 2}"
            heard.setdefault(number, thread)
            desk.accept(message(f"m{number}", f"{prefix}/{number}", thread))
        elif what == "turn":
            desk.take_turn()
        elif what == "send":
            said += send(desk, 1)
        else:
            desk = new_desk(database)
    while desk.take_turn():
        pass
    while sending := send(desk, 10):
        said += sending
    for thread in (f"{prefix}/0", f"{prefix}/1"):
        expected = [f"you said: m{n} [1]" for n, where in heard.items() if where == thread]
        assert texts(one for one in said if one.address.thread == thread) == expected
        assert rebuilt(desk, thread) == (expected, {"done", "sent"} if expected else set())
    stats = desk.stats()
    assert (stats.inbox, stats.outbox, stats.inbox_dead, stats.outbox_dead) == (0, 0, 0, 0)


def send(desk: Desk, limit: int) -> list[Outgoing]:
    due = list(desk.due(limit))
    for outgoing in due:
        desk.sent(outgoing.key, outgoing.key)
    return due


def rebuilt(desk: Desk, thread: str) -> tuple[list[str], set[str]]:
    """The replies that the kept questions call for, and the states that are stored."""
    lines = desk.transcript(Address("memory", thread))
    answers = [f"you said: {line.text} [1]" for line in lines if line.author == "user"]
    return answers, {line.state for line in lines}


@given(
    st.integers(1, 100),
    st.none() | st.floats(allow_nan=True),
    st.floats(0, 1, exclude_max=True),
)
def test_n1_the_next_attempt_is_later_and_bounded(
    attempts: int, retry_after: float | None, chance: float
) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    wait = (next_attempt(now, attempts, retry_after, chance) - now).total_seconds()
    if retry_after is not None and 0 <= retry_after <= LONGEST_ASKED:
        assert wait == pytest.approx(retry_after, abs=1e-6)
    else:
        assert 0.5 <= wait <= max(LONGEST_WAIT, LONGEST_ASKED)


def test_waits_double() -> None:
    waits = [(next_attempt(NOON, n, None, 0.0) - NOON).total_seconds() for n in range(1, 5)]
    assert waits == [0.5, 1, 2, 4]


def said(author: str, text: str, outcome: str | None = None) -> Message:
    return Message(
        conversation_id=1,
        channel="memory",
        external_id="x",
        author=author,
        sender=author,
        text=text,
        sent_at=NOON,
        received_at=NOON,
        outcome=outcome,
        sort="answer" if author == "bot" else "notice",
        sources=[{"title": "Printers"}] if author == "bot" else [],
    )


def test_a_summary_tells_problem_answers_and_last_messages() -> None:
    talk = [
        said("user", "hi", "ignored"),
        said("user", "my printer\nburns", "answered"),
        said("bot", "Pour water on it."),
        said("user", "a human please"),
    ]
    talk[1].id, talk[2].in_reply_to = 1, 1
    talk[2].evidence = {"question": "my printer burns"}
    assert subject(talk) == "my printer burns"
    assert summary(talk, "asked for a human") == (
        "Problem: my printer burns\n\n"
        "Handed over because: asked for a human\n\n"
        "The bot answered:\n- Pour water on it. (from: Printers)\n\n"
        "Last messages:\n- user: hi\n- user: my printer burns\n- bot: Pour water on it.\n"
        "- user: a human please"
    )
    assert subject([said("user", "  ")]) == "(no text)"


@given(st.lists(st.tuples(st.sampled_from(["user", "bot", "agent"]), ANY_TEXT), max_size=8))
def test_any_conversation_has_a_summary_of_bounded_size(talk: list[tuple[str, str]]) -> None:
    messages = [said(author, text) for author, text in talk]
    random.Random(1).shuffle(messages)
    assert 0 < len(subject(messages)) <= SUBJECT
    assert len(summary(messages, "why")) < 20_000


@given(st.text(max_size=300), st.integers(5, 100))
def test_shortened_says_that_it_is(text: str, limit: int) -> None:
    short = shortened(text, limit)
    assert len(short) <= limit
    assert "\n" not in short
    assert short == " ".join(text.split()) or short.endswith("…")
