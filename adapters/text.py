"""An `Outgoing` as plain text, and splitting what is longer than a channel takes. Pure.

as_text(outgoing)      the text, its numbered sources, its numbered choices
split(text, limit)     pieces that each fit, cut where it hurts least
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import regex

from bot.channel import Attachment, Outgoing, Source

SHOWN_FILE = 4_000
"""Bytes of a text file that is shown with the words it came with."""

_FENCE = regex.compile(r"^ {0,3}(```+|~~~+)[^`\n]*$")
_SENTENCE = regex.compile(r"[.!?…。!?]['\"”’)\]]*\s")
_GRAPHEME = regex.compile(r"\X")


def as_text(outgoing: Outgoing) -> str:
    """What a channel shows that has nothing but text."""
    parts = [outgoing.text.strip()]
    if outgoing.sources:
        parts.append("\n".join(source_line(source) for source in outgoing.sources))
    if outgoing.choices:
        numbered = enumerate(outgoing.choices, start=1)
        parts.append("\n".join(f"{number}) {choice.label}" for number, choice in numbered))
    return "\n\n".join(part for part in parts if part)


def source_line(source: Source) -> str:
    """`[1] Title > Section: address`, without what is not known."""
    place = f"[{source.number}] {source.title}"
    place += f" > {source.section}" if source.section else ""
    return f"{place}: {source.url}" if source.url else place


def at_site(outgoing: Outgoing, site: str) -> Outgoing:
    """The message as it is shown: the addresses of our own pages made whole (`site` may be empty),
    who says it if that is a person, and the files that go with it."""
    sources = tuple(replace(each, url=whole(each.url, site)) for each in outgoing.sources)
    head = f"**{inert(outgoing.author)}:**" if outgoing.author else ""
    parts = (head, outgoing.text, file_lines(outgoing.attachments))
    text = "\n\n".join(part for part in parts if part)
    return replace(outgoing, sources=sources, text=text, author="", attachments=())


def inert(name: str) -> str:
    """A name on one line that formats nothing."""
    return " ".join(re.sub(r"[*_`~\[\]<>|\\]", " ", name).split())


def file_lines(files: Sequence[Attachment]) -> str:
    """Files by name and address; a short text file is shown whole."""
    return "\n\n".join(map(_file, files))


def _file(file: Attachment) -> str:
    name = inert(file.name) or "file"
    url = f": {file.url}" if re.fullmatch(r"https?://[^\s<>]+", file.url) else ""
    if not file.media_type.startswith("text/") or len(file.content) > SHOWN_FILE:
        return f"📎 {name}{url}"
    content = file.content.decode("utf-8", "replace").replace("\0", "").strip()
    longest = max(map(len, re.findall("`+", content)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"📎 {name}{url}" + (f"\n{fence}\n{content}\n{fence}" if content else "")


def whole(url: str, site: str) -> str:
    """An address that works everywhere: a path of our own pages begins with the site."""
    return site.rstrip("/") + url if url.startswith("/") and not url.startswith("//") else url


def split(text: str, limit: int) -> tuple[str, ...]:
    """Pieces of at most `limit` characters, none of them blank, in order; blank text gives none.

    Cut between paragraphs, else lines, else sentences, else words, and inside a word
    between what a reader takes for characters. A fenced block of code stays whole
    where it fits into one piece; one that does not is closed and opened again. Nothing
    is lost but the white space at the cuts. Raises ValueError for a limit under 40.
    """
    if limit < 40:
        raise ValueError("a limit under 40 characters leaves no room for a fence and its text")
    pieces: list[str] = []
    current = ""
    for block in _blocks(text):
        joined = f"{current}\n{block.text}" if current else block.text
        if len(joined) <= limit:
            current = joined
            continue
        *done, last = _split_code(block, limit) if block.opener else _split_prose(block.text, limit)
        pieces += [current, *done]
        current = last
    pieces.append(current)
    return tuple(piece for piece in (piece.strip("\n") for piece in pieces) if piece.strip())


@dataclass(frozen=True, slots=True)
class _Block:
    """Lines of prose, or of one fenced block of code with the line that opens it."""

    text: str
    opener: str = ""


def _blocks(text: str) -> Iterator[_Block]:
    lines: list[str] = []
    opener = ""
    for line in text.split("\n"):
        if opener and _closes(line, opener):
            yield _Block("\n".join([*lines, line]), opener)
            lines, opener = [], ""
        elif not opener and _FENCE.match(line):
            if lines:
                yield _Block("\n".join(lines))
            lines, opener = [line], line
        else:
            lines.append(line)
    if lines:
        yield _Block("\n".join(lines), opener)


def _closes(line: str, opener: str) -> bool:
    mark = _mark(opener)
    found = line.strip()
    return len(found) >= len(mark) and set(found) == {mark[0]}


def _mark(opener: str) -> str:
    found = _FENCE.match(opener)
    return str(found.group(1)) if found else ""


def _split_code(block: _Block, limit: int) -> list[str]:
    mark = _mark(block.opener)
    room = limit - len(block.opener) - len(mark) - 2
    if room < limit // 3:
        return _split_prose(block.text, limit)
    body = block.text.split("\n")[1:]
    if body and _closes(body[-1], block.opener):
        body.pop()
    parts: list[str] = []
    for piece in (piece for line in body for piece in _split_word(line, room)):
        if parts and len(parts[-1]) + 1 + len(piece) <= room:
            parts[-1] += f"\n{piece}"
        else:
            parts.append(piece)
    return [f"{block.opener}\n{part}\n{mark}" for part in parts] or [block.opener[:limit]]


def _split_prose(text: str, limit: int) -> list[str]:
    pieces = []
    while len(text) > limit:
        at = _border(text, limit)
        pieces.append(text[:at].rstrip())
        text = text[at:].lstrip(" ") if text[at - 1] == " " else text[at:].lstrip("\n")
    return [*pieces, text]


def _split_word(text: str, limit: int) -> list[str]:
    pieces = []
    while len(text) > limit:
        at = _grapheme_border(text, limit)
        pieces.append(text[:at])
        text = text[at:]
    return [*pieces, text]


def _border(text: str, limit: int) -> int:
    """Where to cut, so that what is before fits: the best kind of border in the second half."""
    window = text[:limit]
    sentence = max((found.end() for found in _SENTENCE.finditer(window)), default=0)
    for at in (window.rfind("\n\n") + 1, window.rfind("\n") + 1, sentence):
        if at > limit // 2:
            return at
    word = max(window.rfind(" "), window.rfind("\n")) + 1
    return word or _grapheme_border(text, limit)


def _grapheme_border(text: str, limit: int) -> int:
    """The last border of a character at or before `limit`; inside one that alone is longer."""
    starts = (found.start() for found in _GRAPHEME.finditer(text[: limit + 100]))
    return max((start for start in starts if start <= limit), default=0) or limit
