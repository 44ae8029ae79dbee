"""From the best block to a text: which blocks around it belong to the answer, and where it is cut."""

from __future__ import annotations

from collections.abc import Sequence

from bot.sentences import dangles, introduces, sentences, speaks_of_itself
from bot.words import stems
from knowledge.quoting import Block, plain, quote

_SHORT = 40
"""Words under which a section is too short to be all of an answer, if more belongs to it."""
_NO_ROOM = 15
"""Words of room that are not worth another block."""


def span(body: Sequence[Block], best: int, limit: int) -> tuple[int, int]:
    """From where to where to quote: the best block's section if it fits, else around the block."""
    first, last = _section_of(body, best)
    fits = _size(body[first : best + 1]) <= limit
    start = _opening(body, first if fits else best)
    end = best + 1
    while end < last and _size(body[start : end + 1]) <= limit:
        end += 1
    if end == last and _size(body[start:end]) < _SHORT:
        end = _into_the_next(body, start, end, limit)
    while start > first and _can_open(body, start - 1) and _size(body[start - 1 : end]) <= limit:
        start -= 1
    if end < len(body) and introduces(body[end - 1].source):
        end = end - 1 if end - 1 > start else end + 1
    return start, end


def _section_of(body: Sequence[Block], place: int) -> tuple[int, int]:
    first = last = place
    while first > 0 and body[first - 1].section == body[place].section:
        first -= 1
    while last < len(body) and body[last].section == body[place].section:
        last += 1
    return first, last


def _opening(body: Sequence[Block], start: int) -> int:
    """Back to a block that can open an answer: not "Then…", not a list without its lead-in."""
    while start > 0 and not _can_open(body, start):
        start -= 1
    return start


def _can_open(body: Sequence[Block], place: int) -> bool:
    block, before = body[place], body[place - 1]
    if block.kind != "text":
        return before.kind != "text" or before.section != block.section
    return not dangles(block.source)


def _into_the_next(body: Sequence[Block], start: int, end: int, limit: int) -> int:
    """A short section that only leads to its own subsections, or introduces the next, goes on."""
    section = body[end - 1].section
    while end < len(body) and _size(body[start:end]) < limit:
        below = section and body[end].section[: len(section)] == section
        if not below and not introduces(body[end - 1].source):
            break
        end += 1
    return end


def cut(asked: frozenset[str], part: Sequence[Block], limit: int) -> tuple[str, bool]:
    """The blocks as one text of about `limit` words, and whether it is all of them."""
    said: list[str] = []
    section = None if part[0].kind != "text" else part[0].section
    for block in part:
        room = limit - len(" ".join(said).split())
        if said and room < _NO_ROOM and not introduces(said[-1]):
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
        return [_nearest(asked, parts[0], room)]
    kept: list[str] = []
    for part in parts:
        if kept and len(" ".join([*kept, part]).split()) > room:
            break
        kept.append(part)
    return [*kept, parts[-1]] if block.kind == "code" else kept


def _without_self(parts: Sequence[str]) -> tuple[str, ...]:
    """A paragraph without sentences about its own article, which is not what was opened."""
    kept = [each for each in sentences(parts[0]) if not speaks_of_itself(each)]
    return (" ".join(kept),) if kept else tuple(parts)


def _nearest(asked: frozenset[str], text: str, room: int) -> str:
    """The run of whole sentences nearest to the question that fits, one at least."""
    found = sentences(text)
    start = max(range(len(found)), key=lambda i: (len(asked & stems(found[i])), -i))
    while start > 0 and dangles(found[start]):
        start -= 1
    end = start + 1
    while end < len(found) and len(" ".join(found[start : end + 1]).split()) <= room:
        end += 1
    return " ".join(found[start:end])


def _size(part: Sequence[Block]) -> int:
    return sum(len(" ".join(quote(block)).split()) for block in part)
