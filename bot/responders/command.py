"""What is no question: a pressed choice, "thanks", "that did not help", "a human, please"."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.answers import ARTICLE
from bot.ask import Asking
from bot.channel import Choice
from bot.context import FORGET, answered_articles, current_topic, question_of
from bot.intents import Intents, Understood
from bot.model import Message
from bot.responders.hand_off import ASKED_FOR, to_people
from bot.responders.search import HUMAN, NONE, SOLVED, answered
from bot.turn import TICKET_NUMBER, Outcome, Reply, Responder, Response, Turn
from bot.wording import Wording
from bot.words import words

_NUMBER = re.compile(
    r"^\W*(?:the |number |no\.? |option )*(\d|first|second|third|last)(?: one| option)?\W*$",
    re.IGNORECASE,
)
_ORDINALS = {"first": 0, "second": 1, "third": 2, "last": -1}
NOTHING_NEAR = "did not help, and nothing else is near"
_INTENTS = {"human": HUMAN, "solved": SOLVED, "not_helped": NONE}


def command(asking: Asking, intents: Intents, *, tier: int = 1) -> Responder:
    """Responds to choices and small talk; leaves questions to the next."""

    def respond(turn: Turn) -> Response | None:
        if (choice := pressed(turn)) is not None and (response := chosen(turn, choice)):
            return response
        if not words(question_of(turn)) and not intents.knows(turn.message.text):
            return said(asking.say, "abstain_empty", Outcome.ABSTAINED)
        understood = intents.understand(turn.message.text)
        return small_talk(turn, understood) if understood.intent else None

    def chosen(turn: Turn, choice: str) -> Response | None:
        if choice.startswith(ARTICLE):
            return from_article(asking, turn, choice.removeprefix(ARTICLE))
        if choice == HUMAN:
            text = asking.say("hand_off", ticket=TICKET_NUMBER)
            return to_people(text, ASKED_FOR, tier)
        if choice == SOLVED:
            return replace(said(asking.say, "solved"), resolved=True)
        return not_helped(asking, turn, tier) if choice == NONE else None

    def small_talk(turn: Turn, understood: Understood) -> Response | None:
        intent = in_answer_to_offer(turn, str(understood.intent))
        if intent in _INTENTS:
            return chosen(turn, _INTENTS[intent])
        if intent == "restart":
            return replace(said(asking.say, intent), reason=FORGET)
        return said(asking.say, intent)

    return respond


def said(say: Wording, text: str, outcome: Outcome = Outcome.ANSWERED) -> Response:
    """A short notice of our own wording."""
    return Response(outcome, (Reply(say(text)),), reason=f"small talk: {text}")


def pressed(turn: Turn) -> str | None:
    """The id of the choice that was pressed, or typed by its label or number."""
    if turn.message.choice:
        return turn.message.choice
    offered = offered_last(turn)
    text = " ".join(words(turn.message.text))
    for choice in offered:
        if text and text == " ".join(words(choice.label)):
            return choice.id
    topics = [choice for choice in offered if choice.id.startswith(ARTICLE)]
    number = _NUMBER.match(turn.message.text)
    if not topics or number is None:
        return None
    word = number[1].lower()
    place = int(word) - 1 if word.isdigit() else _ORDINALS[word]
    return topics[place].id if -1 <= place < len(topics) else None


def offered_last(turn: Turn) -> list[Choice]:
    """What could be pressed under the last thing the bot said."""
    last = _last(turn)
    return [Choice(**choice) for choice in last.choices] if last else []


def in_answer_to_offer(turn: Turn, intent: str) -> str:
    """ "Yes" to the offer of a person means the person."""
    last = _last(turn)
    if last is None or last.sort == "answer" or intent != "affirm":
        return intent
    return "human" if any(choice["id"] == HUMAN for choice in last.choices) else intent


def from_article(asking: Asking, turn: Turn, article: str) -> Response:
    """The answer to what was asked before, from the article that was chosen."""
    question = next(
        (str(m.evidence["question"]) for m in reversed(turn.history) if m.evidence),
        turn.message.text,
    )
    answer = asking.about(article, question)
    if answer is None:
        return said(asking.say, "withdrawn", Outcome.ABSTAINED)
    return answered(question, answer, asking.say)


def not_helped(asking: Asking, turn: Turn, tier: int) -> Response:
    """The next best articles, different from those shown; else the offer of a person, and
    when that was offered already, the person."""
    if _last_reason(turn) == NOTHING_NEAR:
        text = asking.say("hand_off", ticket=TICKET_NUMBER)
        return to_people(text, "did not help, twice", tier)
    shown = {*answered_articles(turn.history), *_offered(turn)}
    topic = current_topic(turn.history)
    question = topic.question if topic else _last_question(turn)
    if question and len(shown) < 4:
        hits = asking.search(question)
        left = replace(hits, hits=tuple(h for h in hits.hits if h.article.id not in shown))
        answer = asking.answer(left)
        if answer.outcome != "abstain":
            lead = asking.say("next_best") if answer.outcome == "answer" else ""
            return answered(question, answer, asking.say, lead=lead)
    human = Choice(HUMAN, asking.say("label_human"))
    reply = Reply(asking.say("not_helped"), choices=(human,))
    return Response(Outcome.ABSTAINED, (reply,), reason=NOTHING_NEAR)


def _last_reason(turn: Turn) -> str:
    return next((m.reason for m in reversed(turn.history) if m.author == "user"), "")


def _last(turn: Turn) -> Message | None:
    return next((m for m in reversed(turn.history) if m.author == "bot"), None)


def _offered(turn: Turn) -> list[str]:
    last = _last(turn)
    ids = [str(choice["id"]) for choice in last.choices] if last else []
    return [id.removeprefix(ARTICLE) for id in ids if id.startswith(ARTICLE)]


def _last_question(turn: Turn) -> str:
    last = _last(turn)
    return str(last.evidence["question"]) if last and last.evidence else ""
