"""Which part of an article answers the question, and how much of it to say in a chat.

    outline of the article -> the best block -> the part around it -> cut to the limit

Nothing is written here: an excerpt is made of the article's own blocks, cut only
where a reader can see that there is more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.block_scores import OUT, block_scores, new_first
from bot.sentences import sentences, speaks_of_itself
from bot.span import cut, span
from bot.words import stems
from knowledge.quoting import Block, outline, plain, quote
from knowledge.search import Hit

_ABOUT_AS_GOOD = 0.05
_DIRECTLY_ASKED = 0.15
"""The lead of the article's first block when the writer expected this question."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What to say of an article: Markdown, the section it stands in, and whether more is there."""

    text: str
    section: tuple[str, ...]
    more: bool


def excerpt(
    question: str, hit: Hit, *, limit: int = 120, follow_up: str = "", told: str = ""
) -> Excerpt | None:
    """The part of the hit's article that answers the question, in about `limit` words.

    For a follow-up, its own words count most, and what was `told` already is not said again.
    None when the article holds nothing (more) that can be quoted and speaks of what is asked.
    """
    body = _quotable(hit.article.body)
    if not body:
        return None
    asked = stems(follow_up or question)
    scores = block_scores(asked, hit.passages, body)
    if follow_up:
        scores = new_first(scores, asked, body, told)
        if max(scores) == OUT:
            return None
    elif hit.best.passage.kind == "question":
        scores[0] += _DIRECTLY_ASKED
    best = _best(scores, body)
    start, end = span(body, best, limit)
    text, whole = cut(asked, body[start:end], limit)
    return Excerpt(text, _section(hit, body[start]), not whole or end - start < len(body))


def _best(scores: Sequence[float], body: Sequence[Block]) -> int:
    """The best block; the one that opens its section when that is about as good."""
    best = max(range(len(body)), key=lambda place: (scores[place], -place))
    opening = next(i for i, block in enumerate(body) if block.section == body[best].section)
    return opening if scores[opening] >= scores[best] - _ABOUT_AS_GOOD else best


@lru_cache(maxsize=1024)
def _quotable(markdown: str) -> tuple[Block, ...]:
    """The blocks without links and pictures, and without the words that only lead to these."""
    kept: list[Block] = []
    found = outline(markdown)
    for block, following in zip(found, (*found[1:], None), strict=False):
        if block.kind == "links" or not quote(block) or _only_about_itself(block):
            continue
        leads = block.kind == "text" and block.source.rstrip().endswith(":")
        if leads and not _is_quotable(following, block.section):
            *others, _ = sentences(block.source)
            block = replace(block, source=" ".join(others))
        if block.source:
            kept.append(block)
    return tuple(kept)


def _only_about_itself(block: Block) -> bool:
    return block.kind == "text" and all(map(speaks_of_itself, sentences(block.source)))


def _is_quotable(block: Block | None, section: tuple[str, ...]) -> bool:
    if block is None or block.kind == "links" or not quote(block):
        return False
    return block.section[: len(section)] == section


def _section(hit: Hit, block: Block) -> tuple[str, ...]:
    """The block's headings, without one that only says the article's title again."""
    section = tuple(plain(heading) for heading in block.section)
    return section[1:] if section[:1] == (hit.article.title,) else section
