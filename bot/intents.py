"""What people say besides questions, understood by meaning: greetings, thanks, "a human, please".

    understand(text) -> what is said in it, and the question that is left
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bot.words import words
from knowledge.embedder import Vectors

Embed = Callable[[Sequence[str]], Vectors]

QUESTION = "question"
"""The intent of what is to be looked up; its phrasings are near misses of the others."""

_CLAUSE = re.compile(r"(?<=[.!?;])\s+|\n+|(?<=\w)\s*,\s+")
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_LONGEST = 12

NEAR = 0.5
"""How near (mean cosine of its two nearest phrasings) an intent must be to be understood."""
AHEAD = 0.05
"""How much nearer than the phrasings of questions."""


@dataclass(frozen=True, slots=True)
class Understood:
    """The most weighty intent of a message (None: there is a question in it), and how sure.

    `question` is the message without greetings and thanks around it.
    """

    intent: str | None
    score: float
    question: str


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


class Intents:
    """Knows the intents by their phrasings. Embeds them once, and then each short clause."""

    def __init__(self, phrasings: Mapping[str, Sequence[str]], embed: Embed) -> None:
        known = [(intent, text) for intent, texts in phrasings.items() for text in texts]
        self._exact = {_plain(text): intent for intent, text in known}
        pairs = [(intent, text) for intent, text in known if words(text)]
        self._embed = embed
        self._rows = {
            intent: np.array([i for i, (other, _) in enumerate(pairs) if other == intent])
            for intent in phrasings
        }
        self._vectors = embed([text for _, text in pairs])

    def knows(self, text: str) -> bool:
        """Whether the text is one of the phrasings, word for word (or sign for sign)."""
        return _plain(text) in self._exact

    def understand(self, text: str) -> Understood:
        """What is said. A clause that is no small talk makes the whole message a question."""
        whole = self._clause(text)
        if whole[0] != QUESTION:
            return Understood(whole[0], whole[1], text)
        clauses = [c for c in _CLAUSE.split(text) if words(c)]
        found = [(clause, *self._clause(clause)) for clause in clauses]
        asked = [clause for clause, intent, _ in found if intent == QUESTION]
        said = [(intent, score) for _, intent, score in found if intent != QUESTION]
        if not said:
            return Understood(None, 0.0, text)
        if asked and ("human" not in dict(said)):
            return Understood(None, 0.0, _without(text, found))
        intent, score = min(said, key=lambda pair: WEIGHT.index(pair[0]))
        return Understood(intent, score, " ".join(asked))

    def _clause(self, text: str) -> tuple[str, float]:
        plain = _plain(text)
        if plain in self._exact:
            return self._exact[plain], 1.0
        if not words(text) or len(plain.split()) > _LONGEST:
            return QUESTION, 0.0
        near = self._vectors @ self._embed([_DRAWN_OUT.sub(r"\1", text.strip())])[0]
        scores = {i: float(np.sort(near[rows])[-2:].mean()) for i, rows in self._rows.items()}
        question = scores.pop(QUESTION, -1.0)
        intent = max(scores, key=scores.__getitem__)
        if scores[intent] < NEAR or scores[intent] < question + AHEAD:
            return QUESTION, question
        return intent, scores[intent]


def _plain(text: str) -> str:
    """The words alone; a text without any (an emoji) as it is."""
    return " ".join(words(text)) or "".join(text.split())


def _without(text: str, found: Sequence[tuple[str, str, float]]) -> str:
    """The text without small talk before and after the question."""
    clauses = [clause for clause, intent, _ in found]
    asked = [place for place, (_, intent, _) in enumerate(found) if intent == QUESTION]
    return " ".join(clauses[asked[0] : asked[-1] + 1])
