"""The smallest pieces of a passage: how large text is, sentences, and packing them to passages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_LETTERS = "\u0e00-\u0eff\u1000-\u109f\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af"
"""Scripts that are written without spaces: each letter counts as a word."""
_WORD = re.compile(rf"[{_LETTERS}]|[^\W{_LETTERS}]+(?:[^\w\s]+[^\W{_LETTERS}]+)*")
_LONGEST_WORD = 12
"""Letters after which a string without a space counts as one word more: logs, keys, addresses."""
_LONGEST_OPEN = 1000
"""Letters after which an open bracket is taken for a slip of the pen, not for a link."""
_SENTENCE_END = re.compile(r"(?<=[.!?…])(\s+)|(?<=[。！？])()|(\n)")


@dataclass(frozen=True, slots=True)
class Unit:
    """What is not cut any more: its Markdown, its size in words, and what parts it from the one before."""

    text: str
    size: int
    gap: str = "\n\n"


def size(text: str) -> int:
    """Words, as a model would feel them: scripts without spaces count by letter, huge strings by length."""
    words = len(_WORD.findall(text))
    return max(words, -(-len(text) // _LONGEST_WORD))


def unit(text: str, gap: str = "\n\n") -> Unit:
    """The text as one unit of its own size."""
    return Unit(text, size(text), gap)


def join(units: Sequence[Unit]) -> str:
    """The Markdown of units that stand in one passage."""
    return "".join(
        part.text if place == 0 else part.gap + part.text for place, part in enumerate(units)
    )


def packed(units: Iterable[Unit], words: int, limit: int) -> list[list[Unit]]:
    """Neighbours gathered to groups as near to `words` as they go, none above `limit`."""
    groups: list[list[Unit]] = []
    total = 0
    for part in units:
        nearer = total + part.size / 2 <= words and total + part.size <= limit
        if groups and nearer:
            groups[-1].append(part)
            total += part.size
        else:
            groups.append([part])
            total = part.size
    return groups


def sentences(text: str, limit: int) -> list[Unit]:
    """Sentences, each ending where no link, code or emphasis is left open, as far as that fits."""
    units: list[Unit] = []
    for sentence in _whole_sentences(text):
        if sentence.size <= limit:
            units.append(sentence)
        else:
            pieces = hard_cut(sentence.text, limit)
            units.extend(unit(piece, " ") for piece in pieces)
    return units


def _whole_sentences(text: str) -> list[Unit]:
    sentences: list[Unit] = []
    start = 0
    gap = " "
    for border in _SENTENCE_END.finditer(text):
        sentence = text[start : border.start()]
        if len(sentence) > _LONGEST_OPEN or _balanced(sentence):
            sentences.append(unit(sentence, gap))
            start, gap = border.end(), "\n" if "\n" in border.group() else " "
    return [part for part in [*sentences, unit(text[start:], gap)] if part.text.strip()]


def _balanced(text: str) -> bool:
    return (
        text.count("[") == text.count("]")
        and text.count("`") % 2 == 0
        and text.count("**") % 2 == 0
    )


def hard_cut(text: str, limit: int) -> list[str]:
    """Any text in pieces of at most `limit` words: between words where there are any."""
    pieces: list[list[str]] = [[]]
    total = 0
    for word in re.findall(r"\S+\s*|\s+", text):
        for part in _short(word, limit):
            if total + size(part) > limit:
                pieces.append([])
                total = 0
            pieces[-1].append(part)
            total += size(part)
    return ["".join(piece).rstrip() for piece in pieces]


def _short(word: str, limit: int) -> list[str]:
    if size(word) <= limit or len(word) < 2:
        return [word]
    middle = len(word) // 2
    return [*_short(word[:middle], limit), *_short(word[middle:], limit)]
