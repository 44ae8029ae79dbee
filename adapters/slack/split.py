"""Cutting a long Markdown text for a limit: at paragraphs, then sentences, never inside a fence. Pure."""

from __future__ import annotations

import re

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})")
BORDERS = (
    re.compile(r"\n\s*\n"),
    re.compile(r"\n"),
    re.compile(r"(?<=[.!?…。])\s+"),
    re.compile(r"\s+"),
)


def split(text: str, limit: int) -> list[str]:
    """The text in pieces of at most `limit` characters. All of it is there, in order.

    A code fence that fits stays whole; a longer one is closed and opened again in each piece.
    """
    pieces: list[str] = []
    current = ""
    for part in parts(text, limit):
        joined = f"{current}\n\n{part}" if current else part
        if len(joined) <= limit:
            current = joined
            continue
        if current:
            pieces.append(current)
        current = part
    return [*pieces, current] if current else pieces


def parts(text: str, limit: int) -> list[str]:
    """Paragraphs and fences, none longer than the limit."""
    found: list[str] = []
    for block, fenced in blocks(text):
        if len(block) <= limit:
            found.append(block)
        else:
            found += cut_fence(block, limit) if fenced else cut_text(block, limit)
    return found


def blocks(text: str) -> list[tuple[str, bool]]:
    """Paragraphs and whole fences in order, each with whether it is a fence."""
    found: list[tuple[str, bool]] = []
    lines: list[str] = []
    fence = ""

    def close(fenced: bool) -> None:
        if any(line.strip() for line in lines):
            found.append(("\n".join(lines).strip("\n"), fenced))
        lines.clear()

    for line in text.split("\n"):
        mark = FENCE.match(line)
        if fence:
            lines.append(line)
            if mark and line.strip().startswith(fence) and not line.strip().strip(fence[0]):
                close(True)
                fence = ""
        elif mark:
            close(False)
            lines.append(line)
            fence = mark.group(1)
        elif line.strip():
            lines.append(line)
        else:
            close(False)
    close(bool(fence))
    return found


def cut_fence(block: str, limit: int) -> list[str]:
    """A fence in several, each opened like the first."""
    opening, *body = block.split("\n")
    mark = FENCE.match(opening)
    closing = mark.group(1) if mark else "```"
    if body and not body[-1].strip().strip(closing[0]):
        body.pop()
    room = limit - len(opening) - len(closing) - 2
    if room < 1:
        return cut_text(block, limit)
    inside = cut_text("\n".join(body), room, keep=True)
    return [f"{opening}\n{each}\n{closing}" for each in inside]


def cut_text(text: str, limit: int, *, keep: bool = False) -> list[str]:
    """The text cut at the best border before the limit; `keep` cuts at lines only."""
    pieces = []
    while len(text) > limit:
        at, rest = border(text, limit, BORDERS[1:2] if keep else BORDERS)
        pieces.append(text[:at])
        text = text[rest:]
    return [piece for piece in [*pieces, text] if piece.strip()]


def border(text: str, limit: int, borders: tuple[re.Pattern[str], ...]) -> tuple[int, int]:
    """Where the piece ends and the next begins: a border in the later half, else the hard limit."""
    for pattern in borders:
        found = [
            match for match in pattern.finditer(text, 0, limit + 1) if match.start() > limit // 2
        ]
        if found:
            return found[-1].start(), found[-1].end()
    return limit, limit
