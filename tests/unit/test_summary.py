"""What a ticket is about: the question, never the greeting before it."""

from __future__ import annotations

import itertools

import pytest

from bot.context import FORGET
from bot.model import Message
from bot.summary import problem, subject, summary
from tests.answers_support import NOW, message

NUMBERS = itertools.count(1)


def user(text: str, outcome: str = "answered", **values: object) -> Message:
    said = message(text, outcome=outcome, **values)
    said.id = next(NUMBERS)
    return said


def small_talk(text: str, reply: str = "Hello!") -> tuple[Message, Message]:
    asked = user(text, reason="small talk: greet")
    return asked, message(reply, "bot", in_reply_to=asked.id)


def answered(text: str, question: str = "", sort: str = "answer") -> tuple[Message, Message]:
    asked = user(text, {"answer": "answered", "abstain": "abstained"}[sort])
    evidence = {"question": question or text, "articles": []}
    return asked, message("So.", "bot", sort=sort, in_reply_to=asked.id, evidence=evidence)


def human(text: str = "a human please") -> Message:
    return user(text, "human", reason="asked for a person")


def test_a_greeting_is_not_the_problem() -> None:
    talk = [*small_talk("hi there"), *answered("the printer burns"), human()]
    assert subject(talk) == "the printer burns"
    assert "Problem: the printer burns" in summary(talk, "asked for a person")


def test_two_questions_that_were_not_found_are_called_by_the_first() -> None:
    talk = [*small_talk("hi"), *answered("pizza?", sort="abstain"), user("I mean pizza", "human")]
    assert subject(talk) == "pizza?"


def test_the_current_topic_counts_not_one_that_was_answered_before() -> None:
    talk = [*answered("change the port"), *answered("make a backup"), human()]
    assert subject(talk) == "make a backup"


def test_a_follow_up_belongs_to_the_question_it_follows() -> None:
    joined = "change the port\nChange the port\nand on Windows?"
    talk = [*answered("change the port"), *answered("and on Windows?", joined), human()]
    assert subject(talk) == "change the port"


@pytest.mark.parametrize(
    "end",
    [
        user("start over", reason=FORGET),
        user("that solved it", resolved=True),
        user("a human", "human", reason="asked for a person"),
    ],
)
def test_what_ended_before_is_not_the_problem(end: Message) -> None:
    talk = [*answered("change the port"), end, *small_talk("hi"), human("give me a person")]
    assert subject(talk) == "give me a person"


def test_who_asks_for_a_person_at_once_has_said_only_that() -> None:
    assert subject([*small_talk("hello"), human()]) == "a human please"


def test_a_message_that_could_not_be_handled_is_the_problem_itself() -> None:
    talk = [*answered("change the port"), user("it crashes", "human", state="dead")]
    assert subject(talk) == "it crashes"


def test_what_was_taken_back_is_not_quoted_as_the_problem() -> None:
    talk = [*answered("my password is x"), human()]
    talk[0].deleted_at = NOW
    assert subject(talk) == "a human please"


def test_without_any_text_there_is_none() -> None:
    assert problem([user("  ", "human")]) is None
    assert subject([]) == "(no text)"


def test_in_a_flow_the_problem_is_what_began_it_also_after_a_question_in_between() -> None:
    began = user("the bot is silent in Slack", "flow")
    between = user("what is a passage?", "flow")
    messages = (*answered("how do I back up?"), began, user("yes", "flow"), between, human())
    assert problem(messages) is began


def test_a_flow_that_is_over_is_not_the_problem_of_what_came_after() -> None:
    later = answered("how do I change the port?")
    messages = (user("the bot is silent", "flow"), user("cancel", "answered"), *later, human())
    assert problem(messages) is later[0]
