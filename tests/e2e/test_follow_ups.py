"""Conversations over our own help centre with the real model: follow-ups, and topics that change."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bot.ask import Asking
from bot.intents import Intents
from bot.model import Message
from bot.responders import respond
from bot.responders.command import command
from bot.responders.hand_off import hand_off
from bot.responders.search import search
from bot.turn import Responder, Response
from bot.wording import load_wording
from tests.answers_support import remembered, turn
from tests.real_model import own_help_centre, real_embedder

CONVERSATIONS = Path(__file__).parents[1] / "bench" / "follow_ups.jsonl"
SAY = load_wording()
AT_LEAST = 0.8
"""Of the follow-ups, the share that is answered from the right article (or rightly not)."""


@pytest.fixture(scope="module")
def responders() -> tuple[Responder, ...]:
    asking = Asking(own_help_centre(), SAY)
    intents = Intents(SAY.phrasings(), real_embedder())
    return (command(asking, intents), search(asking), hand_off(SAY))


def article_of(response: Response) -> str | None:
    """The article that was answered from; None when the bot did not answer."""
    reply = response.replies[-1]
    answered = reply.sort == "answer" and reply.evidence
    return reply.evidence.articles[0] if answered and reply.evidence else None


def test_follow_ups_continue_their_topic_and_new_topics_do_not(
    responders: tuple[Responder, ...],
) -> None:
    outcomes = []
    for line in CONVERSATIONS.read_text(encoding="utf-8").splitlines():
        conversation = json.loads(line)
        history: tuple[Message, ...] = ()
        for place, (said, wanted) in enumerate([conversation["first"], *conversation["then"]]):
            asked = turn(said, history)
            response = respond(asked, responders)
            history = remembered(asked, response)
            outcomes.append((place, said, wanted, article_of(response), response.reason))
    follow_ups = [outcome for outcome in outcomes if outcome[0]]
    wrong = [outcome for outcome in follow_ups if outcome[2] != outcome[3]]
    share = 1 - len(wrong) / len(follow_ups)
    print(f"{share:.3f} of {len(follow_ups)} right; first questions wrong:")
    print("\n".join(map(str, [o for o in outcomes if not o[0] and o[2] != o[3]])))
    assert share >= AT_LEAST, "\n".join(map(str, wrong))


@pytest.mark.parametrize(
    "said",
    [
        "Wie ändere ich den Port?",
        "¿Cómo cambio el idioma?",
        "كيف أغيره؟",
        "言語を変更するには",
        "คำถาม",
    ],
)
def test_other_languages_get_a_sensible_response(
    responders: tuple[Responder, ...], said: str
) -> None:
    response = respond(turn(said), responders)
    assert response.replies
    assert response.hand_off is None


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("could you please put a real person on the line", "human"),
        ("I'd like to speak with one of your staff", "human"),
        ("hello there, bot!", "answered"),
        ("thanks so much for that!", "answered"),
        ("great, it is running again", "answered"),
        ("heyyyyyy", "answered"),
    ],
)
def test_small_talk_is_understood_in_words_of_its_own(
    responders: tuple[Responder, ...], said: str, outcome: str
) -> None:
    response = respond(turn(said), responders)
    assert response.outcome == outcome
    assert response.replies[-1].sort == "notice"


@pytest.mark.parametrize(
    "said",
    [
        "Hi, how do I change the port of the web page? Thanks!",
        "how does the hand-off to a person work and what is my ticket number for?",
        "How do I restart the server?",
        "can I see what people rated as not helpful?",
    ],
)
def test_questions_that_sound_alike_are_searched_for(
    responders: tuple[Responder, ...], said: str
) -> None:
    assert respond(turn(said), responders).replies[-1].sort in ("answer", "ask_back")
