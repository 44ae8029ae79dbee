"""Which messages lean on what was said before."""

from dataclasses import replace

import pytest

from bot.channel import Attachment
from bot.context import FORGET, answered_articles, current_topic, in_context, question_of
from bot.model import Message
from bot.turn import Turn
from tests.answers_support import message, turn


def answered(question: str = "How do I change the port?", article: str = "port") -> list[Message]:
    return [
        message(question, outcome="answered"),
        message(
            "Set the port.",
            "bot",
            sort="answer",
            evidence={"question": question, "articles": [article]},
            sources=[{"title": "Change the port"}],
        ),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "and on Windows?",
        "And for Docker containers?",
        "what about https?",
        "what if that fails?",
        "how do I undo it",
        "why?",
        "on Linux",
        "is there another way to do this",
        "how long does that take?",
        "or by an environment variable?",
    ],
)
def test_these_may_follow(text: str) -> None:
    asked = in_context(turn(text, answered()))
    assert asked.joined.splitlines() == ["How do I change the port?", "Change the port", text]
    assert asked.alone == text


@pytest.mark.parametrize(
    "text",
    [
        "How do I back up the database of my desk?",
        "Where are conversations stored and who can read them?",
        "The server does not start after the update, it says permission denied",
        "Can people rate answers?",
    ],
)
def test_these_stand_on_their_own(text: str) -> None:
    asked = in_context(turn(text, answered()))
    assert not asked.leans


def test_without_a_topic_nothing_follows() -> None:
    assert in_context(turn("and on Windows?")).joined == ""


@pytest.mark.parametrize(
    "between",
    [message("start over", reason=FORGET), message("a human please", outcome="human")],
)
def test_a_topic_ends_with_a_fresh_start_or_a_hand_off(between: Message) -> None:
    assert current_topic([*answered(), between]) is None


def test_the_topic_stays_the_question_that_opened_it() -> None:
    joined = "How do I change the port?\nChange the port\nand on Windows?"
    history = [*answered(), *answered(joined)]
    topic = current_topic(history)
    assert topic is not None
    assert topic.question == "How do I change the port?"


def test_a_long_first_question_is_kept_short() -> None:
    topic = current_topic(answered("word " * 5000))
    assert topic is not None
    assert len(topic.question.split()) == 60


def test_answered_articles_are_those_since_the_fresh_start() -> None:
    history = [*answered(article="a"), message("start over", reason=FORGET), *answered(article="b")]
    assert answered_articles(history) == ("b",)


def with_files(text: str, *files: Attachment) -> Turn:
    return replace(turn(text), attachments=files)


def test_text_files_are_read_as_part_of_the_question() -> None:
    log = Attachment("app.log", "application/octet-stream", b"E42: no such port\n")
    note = Attachment("note", "text/plain; charset=utf-8", b"on Windows")
    assert question_of(with_files("It fails", log, note)) == (
        "It fails\n\nE42: no such port\n\n\non Windows"
    )
    assert question_of(with_files("", note)) == "on Windows"


@pytest.mark.parametrize(
    "file",
    [
        Attachment("photo.png", "image/png", b"\x89PNG"),
        Attachment("lies.txt", "text/plain", b"MZ\0\0"),
        Attachment("empty.txt", "text/plain", b""),
    ],
)
def test_other_files_are_no_part_of_it(file: Attachment) -> None:
    assert question_of(with_files("Help", file)) == "Help"


def test_a_long_or_broken_file_is_read_as_far_as_it_goes() -> None:
    file = Attachment("a.log", "text/plain", b"\xff" + b"x" * 1_000_000)
    assert len(question_of(with_files("", file))) == 100_000
