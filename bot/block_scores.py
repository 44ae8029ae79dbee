"""How well each block of an article answers a question. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from bot.sentences import sends_elsewhere, speaks_of_itself
from bot.words import stems, words
from knowledge.quoting import Block, quote
from knowledge.search import PassageHit

OUT = float("-inf")
"""The score of a block that must not be said."""
_NEXT_TO_NOTHING = 8
"""Words under which a paragraph hardly says anything."""


def block_scores(
    asked: frozenset[str], passages: Sequence[PassageHit], body: Sequence[Block]
) -> list[float]:
    """How well each block answers: its passage's own score, and the question's words in it."""
    found = [(frozenset(words(p.passage.text)), p.score) for p in passages]
    floor = min((score for _, score in found), default=0.0) - 0.1
    return [_score(block, asked, found, floor) for block in body]


def _score(
    block: Block, asked: frozenset[str], found: list[tuple[frozenset[str], float]], floor: float
) -> float:
    own, stemmed, heading = _read(block)
    holding = (score for text, score in found if len(own & text) >= 0.9 * len(own))
    said = len(asked & stemmed) / max(len(asked), 1)
    named = len(asked & heading) / max(len(heading), 1)
    return max(holding, default=floor) + 0.3 * said + 0.1 * named - _emptiness(block)


@lru_cache(maxsize=8192)
def _read(block: Block) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """Its words, its content words, and those of its heading."""
    return frozenset(words(block.source)), stems(block.source), stems(" ".join(block.section[-1:]))


def new_first(
    scores: Sequence[float], asked: frozenset[str], body: Sequence[Block], told: str
) -> list[float]:
    """For a follow-up: blocks with its words lead; those told already, or without any of them, are out."""
    shares = [len(asked & stems(f"{b.section[-1:]} {b.source}")) / max(len(asked), 1) for b in body]
    known = " ".join(words(told))
    return [
        OUT
        if " ".join(words(" ".join(quote(block)))) in known or (asked and not share)
        else score + share
        for score, share, block in zip(scores, shares, body, strict=True)
    ]


def _emptiness(block: Block) -> float:
    """What is taken off a paragraph that speaks of its article, sends on, or says next to nothing."""
    if block.kind != "text":
        return 0.0
    if sends_elsewhere(block.source) or speaks_of_itself(block.source):
        return 0.2
    return 0.1 if len(words(block.source)) < _NEXT_TO_NOTHING else 0.0
