"""What is put around all ways to respond: once more, only when sure, why it comes late."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from bot.answers import Thresholds
from bot.ask import Asking
from bot.channel import Choice
from bot.edits import choice_of
from bot.model import Message
from bot.responders import respond
from bot.responders.again import again
from bot.responders.command import command
from bot.responders.hand_off import failed, hand_off
from bot.responders.late import Late, late
from bot.responders.only_if_sure import only_if_sure
from bot.responders.search import search
from bot.turn import TICKET_NUMBER, Evidence, Outcome, Reply, Respond, Response, Turn
from bot.wording import load_wording
from tests.answers_support import NOW, SmallKnowledge, message, turn
from tests.unit.test_responders import ARTICLES, INTENTS

SAY = load_wording()
HOUR = timedelta(hours=1)


def everything() -> Respond:
    asking = Asking(SmallKnowledge(ARTICLES), SAY, Thresholds(in_scope=0.4, answer=0.0, sure=0.0))
    responders = (command(asking, INTENTS), search(asking), hand_off(SAY))
    return again(partial(respond, responders=responders), INTENTS.affirms)


def unaddressed(text: str, history: tuple[Message, ...] = ()) -> Turn:
    asked = turn(text, history)
    return replace(asked, message=replace(asked.message, only_if_sure=True))


def confident(confidence: float, outcome: Outcome = Outcome.ANSWERED) -> Respond:
    evidence = Evidence("q", confidence, "v1")
    reply = Reply("it is so [1]", "answer", evidence=evidence)
    return lambda _turn: Response(outcome, (reply,), "found")


# --- only if sure ------------------------------------------------------------------------------


@pytest.mark.parametrize(("confidence", "said"), [(0.5, 1), (0.9, 1), (0.49, 0)])
def test_a_message_to_nobody_is_answered_from_the_threshold_on(
    confidence: float, said: int
) -> None:
    response = only_if_sure(confident(confidence), 0.5)(unaddressed("q"))
    assert len(response.replies) == said
    assert response.outcome is (Outcome.ANSWERED if said else Outcome.IGNORED)


def test_a_message_to_the_bot_is_responded_to_however_sure() -> None:
    assert only_if_sure(confident(0.1), 0.5)(turn("q")).replies


@pytest.mark.parametrize(
    "said", ["hi", "thanks!", "what does a pizza cost in Rome?", "a human please"]
)
def test_what_is_no_sure_answer_is_met_with_silence(said: str) -> None:
    response = only_if_sure(everything(), 0.5)(unaddressed(said))
    assert (response.outcome, response.replies, response.hand_off) == (Outcome.IGNORED, (), None)
    assert response.reason.startswith("not addressed to the bot")


def test_a_message_to_nobody_that_cannot_be_handled_opens_no_ticket() -> None:
    response = only_if_sure(failed(SAY), 0.5)(unaddressed("boom"))
    assert (response.outcome, response.hand_off) == (Outcome.IGNORED, None)


# --- late --------------------------------------------------------------------------------------


def aged(age: timedelta, **values: object) -> Turn:
    asked = turn("how do I make a backup of the database?")
    return replace(asked, message=replace(asked.message, sent_at=NOW - age, **values))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        (aged(HOUR), True),
        (aged(HOUR - timedelta(seconds=1)), False),
        (aged(timedelta(days=2)), True),
        (aged(-HOUR), False),
        (aged(HOUR, choice="solved"), False),
    ],
)
def test_what_came_in_late_is_answered_with_a_word_of_that(asked: Turn, leads: bool) -> None:
    response = late(everything(), Late(HOUR), SAY)(asked)
    assert response.replies[0].text.startswith(SAY("away")) == leads
    assert SAY("away") not in "".join(reply.text for reply in response.replies[1:])


def test_silence_about_a_late_message_stays_silence() -> None:
    quiet = Response(Outcome.IGNORED, reason="nothing to say")
    assert late(lambda _turn: quiet, Late(HOUR), SAY)(aged(HOUR)) == quiet


def test_only_the_first_of_several_replies_says_why() -> None:
    two = Response(Outcome.ANSWERED, (Reply("one"), Reply("two")))
    response = late(lambda _turn: two, Late(HOUR), SAY)(aged(HOUR))
    assert [reply.text for reply in response.replies] == [f"{SAY('away')}\n\none", "two"]


DAY = timedelta(days=1)
EVIDENCE = Evidence("how?", 0.9, "v1")


@pytest.mark.parametrize(
    ("asked", "to_people"),
    [
        (aged(DAY), True),
        (aged(DAY - timedelta(seconds=1)), False),
        (aged(DAY, choice="solved"), False),
        (aged(DAY, only_if_sure=True), False),
    ],
)
def test_an_old_question_goes_to_people_when_that_is_set(asked: Turn, to_people: bool) -> None:
    found = Response(Outcome.ANSWERED, (Reply("So.", "answer", evidence=EVIDENCE),))
    response = late(lambda _turn: found, Late(HOUR, DAY, tier=2), SAY)(asked)
    assert (response.hand_off is not None) == to_people
    if response.hand_off:
        assert response.hand_off.tier == 2
        assert response.replies[0].text == SAY("hand_off_late", ticket=TICKET_NUMBER)


def test_an_old_greeting_needs_no_people() -> None:
    hello = Response(Outcome.ANSWERED, (Reply("Hello."),))
    response = late(lambda _turn: hello, Late(HOUR, DAY), SAY)(aged(DAY))
    assert response.hand_off is None
    assert response.replies[0].text.startswith(SAY("away"))


# --- once more ---------------------------------------------------------------------------------


def edited_history(text: str = "How do I make a backup of the database?") -> tuple[Message, ...]:
    """A question that was edited after its answer, the offer, and talk after it."""
    question = message(text, outcome="answered", reason="sure")
    question.id = 1
    offer = Choice(choice_of(1), SAY("label_again"))
    said = message(
        SAY("edited"), "bot", in_reply_to=1, choices=[{"id": offer.id, "label": offer.label}]
    )
    said.id = 3
    return question, said


@pytest.mark.parametrize(
    ("text", "choice"),
    [(SAY("label_again"), choice_of(1)), ("answer the new text", None), ("yes please", None)],
)
def test_the_edited_message_is_answered_on_demand(text: str, choice: str | None) -> None:
    response = everything()(turn(text, edited_history(), choice=choice))
    assert response.replies[0].sources[0].title == "Make a backup"
    assert response.replies[0].evidence is not None
    assert response.replies[0].evidence.question == "How do I make a backup of the database?"


def test_it_is_answered_in_the_context_in_which_it_was_written() -> None:
    seen: list[Turn] = []

    def look(asked: Turn) -> Response:
        seen.append(asked)
        return Response(Outcome.ANSWERED, (Reply("x"),))

    before = message("before")
    before.id = 0
    history = (before, *edited_history())
    again(look, INTENTS.affirms)(turn("again", history, choice=choice_of(1)))
    assert [said.text for said in seen[0].history] == ["before"]
    assert seen[0].message.choice is None


def test_another_text_after_the_offer_is_answered_for_itself() -> None:
    response = everything()(turn("How do I change the port?", edited_history()))
    assert response.replies[0].sources[0].title == "Change the port"


@pytest.mark.parametrize("choice", [choice_of(99), "again:", "again:x", "again:²"])
def test_a_choice_of_no_known_message_is_its_text(choice: str) -> None:
    response = everything()(turn("How do I change the port?", edited_history(), choice=choice))
    assert response.replies[0].sources[0].title == "Change the port"
