"""What people say besides questions, understood by meaning: greetings, thanks, "a human, please".

understand(text) -> the most weighty thing that is said, or the question that is left
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.words import words
from knowledge.embedder import Embedder
from knowledge.phrasings import Phrasings

QUESTION = "question"
"""The meaning of what is to be looked up; its phrasings are near misses of the others."""

NEAR = 0.5
"""How near the two nearest phrasings of an intent must be, on the mean, to be understood."""
AHEAD = 0.05
"""How much nearer than those of questions."""

WEIGHT = (
    "human",
    "not_helped",
    "restart",
    "solved",
    "upset",
    "bot",
    "help",
    "how_are_you",
    "deny",
    "affirm",
    "praise",
    "bye",
    "thanks",
    "greet",
)
"""Which intent is answered when a message holds several: the first of these."""

_CLAUSE = re.compile(r"(?<=[.!?;])\s+|\n+|(?<=\w)\s*,\s+")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_ASKS = re.compile(
    r"\A(?:\W*(?:\w+ )?(?:how|why|when|where|what|which|who)\b|.*\?\W*$)", re.IGNORECASE
)
_NEVER_ASKED = ("restart", "solved", "bye", "thanks", "praise", "affirm", "deny", "greet")
"""What nobody says as a question: "how do I start over?" wants to know, not to start over."""
_LONGEST = 12
"""Words of the longest clause that is compared with phrasings; small talk is short."""
_LONGEST_MESSAGE = 400
"""Characters of the longest message that is looked at: what is longer is a question."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The intent of a message and how sure that is (0..1); None: there is a question in it."""

    intent: str | None
    score: float


A_QUESTION = Understood(None, 0.0)


class Intents:
    """Knows the intents by their phrasings: word for word, else by meaning."""

    def __init__(self, phrasings: Mapping[str, Sequence[str]], embedder: Embedder) -> None:
        self._exact = {_plain(said): i for i, texts in phrasings.items() for said in texts}
        spoken = {i: [said for said in texts if words(said)] for i, texts in phrasings.items()}
        self._phrasings = Phrasings(spoken, embedder)

    def knows(self, text: str) -> bool:
        """Whether the text is one of the phrasings, word for word (or sign for sign)."""
        return _plain(text) in self._exact

    def affirms(self, text: str) -> bool:
        """Whether it is a yes."""
        return self.understand(text).intent == "affirm"

    def understand(self, text: str) -> Understood:
        """What is said. A clause that is no small talk makes the whole message a question,
        unless a person is asked for."""
        if len(text) > _LONGEST_MESSAGE:
            return A_QUESTION
        intent, score = self._meaning(text)
        if intent != QUESTION:
            return Understood(intent, score)
        found = [self._meaning(clause) for clause in _CLAUSE.split(text) if words(clause)]
        said = [(intent, score) for intent, score in found if intent != QUESTION]
        asks = len(said) < len(found)
        if not said or (asks and "human" not in dict(said)):
            return A_QUESTION
        return Understood(*min(said, key=lambda pair: WEIGHT.index(pair[0])))

    def _meaning(self, text: str) -> tuple[str, float]:
        if (plain := _plain(text)) in self._exact:
            return self._exact[plain], 1.0
        if not words(text) or len(plain.split()) > _LONGEST:
            return QUESTION, 0.0
        near = self._phrasings.nearness(_DRAWN_OUT.sub(r"\1", text.strip()))
        question = near.pop(QUESTION, -1.0)
        intent = max(near, key=near.__getitem__)
        asked = intent in _NEVER_ASKED and _ASKS.match(text)
        if asked or near[intent] < max(NEAR, question + AHEAD):
            return QUESTION, question
        return intent, near[intent]


def _plain(text: str) -> str:
    """The words alone; a text without any (an emoji) as it is."""
    return " ".join(words(text)) or "".join(text.split())
