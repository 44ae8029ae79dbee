"""How likely the first article of a search is the right one: measured, not guessed.

Two logistic models over the signs of one search. Their coefficients are fitted by
`tests/bench/fit_confidence.py` over real questions of several knowledge bases; one set
serves all. See bot/README.md for what they were measured to be worth.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

from bot.words import stems
from knowledge.search import Hit, Hits


@dataclass(frozen=True, slots=True)
class Signs:
    """What a search shows of its own worth.

    `cosine` and `words` are the best of the first article's entries, `score` its whole
    evidence, `margin` its lead over the second, `agree` 1 when the words find it first
    too, `covered` the share of the question's words that its text has, `unknown` the
    share that no text has, `length` the logarithm of how many there are.
    """

    score: float
    cosine: float
    margin: float
    words: float
    agree: float
    covered: float
    unknown: float
    length: float


@dataclass(frozen=True, slots=True)
class Weights:
    """A logistic model: one coefficient for each of the signs, and the constant."""

    signs: tuple[float, ...]
    constant: float

    def probability(self, signs: Signs) -> float:
        """Between 0 and 1."""
        total = sum(w * x for w, x in zip(self.signs, astuple(signs), strict=True)) + self.constant
        return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


RIGHT = Weights((0.865, 5.406, 7.676, -0.861, 0.547, 2.199, -0.327, -0.024), -5.897)
"""That the first article is the one that answers."""
IN_SCOPE = Weights((9.816, 9.877, -0.953, -1.869, 0.542, 2.145, 1.061, 1.051), -11.17)
"""That the knowledge base is about what is asked at all."""


def signs(hits: Hits) -> Signs:
    """The signs of one search with at least one hit."""
    first = hits.hits[0]
    second = hits.hits[1].score if len(hits.hits) > 1 else 0.0
    asked = stems(hits.question)
    best_words = [_best_words(hit) for hit in hits.hits]
    return Signs(
        score=first.score,
        cosine=max(p.cosine for p in (first.best, *first.passages)),
        margin=first.score - second,
        words=best_words[0],
        agree=float(best_words[0] >= max(best_words)),
        covered=len(asked & _said(first)) / max(len(asked), 1),
        unknown=hits.unknown_words,
        length=math.log1p(len(asked)),
    )


def in_scope(hits: Hits) -> float:
    """The probability that the knowledge base is about the question at all; 0 without hits."""
    return IN_SCOPE.probability(signs(hits)) if hits.hits else 0.0


def _best_words(hit: Hit) -> float:
    return max(p.words for p in (hit.best, *hit.passages))


def _said(hit: Hit) -> frozenset[str]:
    texts = (hit.article.title, hit.best.passage.text, *(p.passage.text for p in hit.passages[:3]))
    return stems("\n".join(texts))
