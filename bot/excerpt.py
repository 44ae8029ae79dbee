"""Which part of an article answers the question, and how much of it to say in a chat.

    outline of the article -> the best block -> the part around it -> cut to the limit

Nothing is written here: an excerpt is made of the article's own blocks, cut only
where a reader can see that there is more.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.words import stems, words
from knowledge.quoting import Block, outline, plain, quote
from knowledge.search import Hit, PassageHit

_DANGLING = frozenset(
    [
        "after",
        "afterwards",
        "alternatively",
        "also",
        "and",
        "another",
        "because",
        "both",
        "but",
        "consequently",
        "either",
        "finally",
        "furthermore",
        "hence",
        "however",
        "instead",
        "it",
        "likewise",
        "moreover",
        "next",
        "nor",
        "note",
        "now",
        "once",
        "or",
        "otherwise",
        "similarly",
        "since",
        "so",
        "such",
        "that",
        "then",
        "there",
        "therefore",
        "these",
        "they",
        "this",
        "those",
        "thus",
        "which",
    ]
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[\"“(\[*`A-Z0-9])")
_ABOUT_ITSELF = re.compile(
    r"(?:(?:this|the following) (?:article|page|topic|guide|section|document|tutorial)s? "
    r"(?:will |also |just )?(?:explain|describe|show|give|go|contain|list|cover|tell|help|provide|"
    r"introduce|discuss|outline|walk|is about|has been)"
    r"|(?:here is|see) the table of contents)",
    re.IGNORECASE,
)
_ELSEWHERE = re.compile(r"\W*(?:for more information|see also|learn more)\b", re.IGNORECASE)
_INTRODUCES = re.compile(
    r"(?::|\b(?:here(?:'|’)?s how(?: to)?[^.]*|below|(?:the )?following[^.]*)\.)\W*$", re.IGNORECASE
)
_SHORT = 40
"""Words under which a section is too short to be all of an answer, if more belongs to it."""
_NEXT_TO_NOTHING = 8
_NO_ROOM = 15
_DIRECTLY_ASKED = 0.15
"""The lead of the article's first block when the writer expected this question."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """What to say of an article: Markdown, the section it stands in, and whether more is there."""

    text: str
    section: tuple[str, ...]
    more: bool


def excerpt(question: str, hit: Hit, *, limit: int = 120) -> Excerpt | None:
    """The part of the hit's article that answers the question, in about `limit` words.

    None when the article holds nothing that can be quoted (only pictures or links).
    """
    body = tuple(b for b in outline(hit.article.body) if b.kind != "links" and quote(b))
    if not body:
        return None
    asked = stems(question)
    scores = _scores(asked, hit.passages, body)
    if hit.best.passage.kind == "question":
        scores[0] += _DIRECTLY_ASKED
    best = max(range(len(body)), key=lambda place: (scores[place], -place))
    start, end = _span(body, best, limit)
    text, whole = _cut(asked, body[start:end], limit)
    return Excerpt(text, _section(hit, body[start]), not whole or end - start < len(body))


def _section(hit: Hit, block: Block) -> tuple[str, ...]:
    """The block's headings, without one that only says the article's title again."""
    section = tuple(plain(heading) for heading in block.section)
    return section[1:] if section[:1] == (hit.article.title,) else section


def _scores(
    asked: frozenset[str], passages: Sequence[PassageHit], body: Sequence[Block]
) -> list[float]:
    """How well each block answers: its passage's own score, and the question's words in it."""
    found = [(frozenset(words(p.passage.text)), p.score) for p in passages]
    floor = min((score for _, score in found), default=0.0) - 0.1
    return [_score(block, asked, found, floor) for block in body]


def _score(
    block: Block, asked: frozenset[str], found: list[tuple[frozenset[str], float]], floor: float
) -> float:
    own = frozenset(words(block.source))
    holding = (score for text, score in found if len(own & text) >= 0.9 * len(own))
    heading = stems(" ".join(block.section[-1:]))
    said = len(asked & stems(block.source)) / max(len(asked), 1)
    named = len(asked & heading) / max(len(heading), 1)
    return max(holding, default=floor) + 0.3 * said + 0.1 * named - _emptiness(block)


def _emptiness(block: Block) -> float:
    """What is taken off a paragraph that speaks of its article, sends on, or says next to nothing."""
    if block.kind != "text":
        return 0.0
    if _ELSEWHERE.match(block.source) or _ABOUT_ITSELF.search(block.source):
        return 0.2
    return 0.1 if len(words(block.source)) < _NEXT_TO_NOTHING else 0.0


def _span(body: Sequence[Block], best: int, limit: int) -> tuple[int, int]:
    """From where to where to quote: the best block's section if it fits, else around the block."""
    first, last = _section_of(body, best)
    start = first if _size(body[first : best + 1]) <= limit else _opening(body, first, best)
    end = best + 1
    while end < last and _size(body[start : end + 1]) <= limit:
        end += 1
    if end == last and _size(body[start:end]) < _SHORT:
        end = _into_the_next(body, start, end, limit)
    while start > first and _size(body[start - 1 : end]) <= limit:
        start -= 1
    if end < len(body) and _INTRODUCES.search(body[end - 1].source):
        end = end - 1 if end - 1 > start else end + 1
    return start, end


def _section_of(body: Sequence[Block], place: int) -> tuple[int, int]:
    first = last = place
    while first > 0 and body[first - 1].section == body[place].section:
        first -= 1
    while last < len(body) and body[last].section == body[place].section:
        last += 1
    return first, last


def _opening(body: Sequence[Block], first: int, best: int) -> int:
    """Back to a block that can open an answer: not "Then…", not a list without its lead-in."""
    start = best
    while start > first and not _can_open(body, start):
        start -= 1
    return start


def _can_open(body: Sequence[Block], place: int) -> bool:
    block = body[place]
    if block.kind != "text":
        return body[place - 1].kind != "text"
    return not words(block.source[:40])[:1] or words(block.source[:40])[0] not in _DANGLING


def _into_the_next(body: Sequence[Block], start: int, end: int, limit: int) -> int:
    """A short section that only leads to its own subsections, or introduces the next, goes on."""
    section = body[end - 1].section
    while end < len(body) and _size(body[start:end]) < limit:
        below = section and body[end].section[: len(section)] == section
        if not below and not _INTRODUCES.search(body[end - 1].source):
            break
        end += 1
    return end


def _cut(asked: frozenset[str], part: Sequence[Block], limit: int) -> tuple[str, bool]:
    """The blocks as one text of about `limit` words, and whether it is all of them."""
    said: list[str] = []
    section = None if part[0].kind != "text" else part[0].section
    for block in part:
        room = limit - len(" ".join(said).split())
        if said and room < _NO_ROOM and not _INTRODUCES.search(said[-1]):
            return "\n\n".join(said), False
        if block.section != section and block.section:
            said.append(f"**{plain(block.section[-1])}**")
        section = block.section
        kept = _fitting(asked, block, room)
        said.append("\n".join(kept))
        if _cut_short(block, kept):
            return "\n\n".join(said), False
    return "\n\n".join(said), True


def _cut_short(block: Block, kept: Sequence[str]) -> bool:
    """Whether a block was said only in part, so that what follows would stand in the wrong place."""
    whole = quote(block)
    return kept[-1] != _without_self(whole)[-1] if block.kind == "text" else len(kept) < len(whole)


def _fitting(asked: frozenset[str], block: Block, room: int) -> list[str]:
    """As many of the block's parts as there is room for, one at least."""
    parts = _without_self(quote(block)) if block.kind == "text" else quote(block)
    if len(" ".join(parts).split()) <= room:
        return list(parts)
    if block.kind == "text":
        return [_sentences(asked, parts[0], room)]
    kept: list[str] = []
    for part in parts:
        if kept and len(" ".join([*kept, part]).split()) > room:
            break
        kept.append(part)
    return [*kept, parts[-1]] if block.kind == "code" else kept


def _without_self(parts: Sequence[str]) -> tuple[str, ...]:
    """A paragraph without sentences about its own article, which is not what was opened."""
    sentences = _SENTENCE.split(parts[0])
    kept = [sentence for sentence in sentences if not _ABOUT_ITSELF.search(sentence)]
    return (" ".join(kept),) if kept else tuple(parts)


def _sentences(asked: frozenset[str], text: str, room: int) -> str:
    """The run of whole sentences nearest to the question that fits, one at least."""
    sentences = _SENTENCE.split(text)
    start = max(range(len(sentences)), key=lambda i: (len(asked & stems(sentences[i])), -i))
    while start > 0 and words(sentences[start])[:1] and words(sentences[start])[0] in _DANGLING:
        start -= 1
    end = start + 1
    while end < len(sentences) and len(" ".join(sentences[start : end + 1]).split()) <= room:
        end += 1
    return " ".join(sentences[start:end])


def _size(part: Sequence[Block]) -> int:
    return sum(len(" ".join(quote(block)).split()) for block in part)
