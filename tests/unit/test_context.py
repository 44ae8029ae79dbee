"""Which messages lean on what was said before."""

import pytest

from bot.context import FORGET, answered_articles, current_topic, in_context
from bot.model import Message
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
    asked = in_context(turn(text, answered()), text)
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
    asked = in_context(turn(text, answered()), text)
    assert (asked.joined, asked.leans) == ("", False)


def test_without_a_topic_nothing_follows() -> None:
    assert in_context(turn("and on Windows?"), "and on Windows?").joined == ""


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
