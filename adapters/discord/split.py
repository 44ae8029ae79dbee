"""A long Markdown text in parts that Discord takes, code fences whole in each. Pure."""

from __future__ import annotations

import re

FENCE = re.compile(r"^ {0,3}(`{3,}|~{3,})(.*)$")
LONGEST_FENCE = 16
BORDERS = ("\n\n", "\n", ". ", "! ", "? ", "; ", ", ", " ")


def split_markdown(text: str, limit: int) -> list[str]:
    """Parts of at most `limit` characters (at least 64), none of them blank.

    Cut at the widest border that leaves a part at least half full. A fence that does
    not fit is closed at the end of a part and opened again, with its language, in the next.
    """
    parts: list[str] = []
    opening = ""
    rest = text.strip("\n").rstrip()
    while rest.strip():
        room = limit - (len(opening) + len(_closer(opening)) + 2 if opening else 0)
        if len(rest) <= room:
            piece, rest = rest, ""
        else:
            cut = _cut(rest, room - LONGEST_FENCE)
            piece, rest = rest[:cut].rstrip(), rest[cut:].lstrip("\n" if opening else None)
        whole = f"{opening}\n{piece}" if opening else piece
        still_open = _open_fence(whole)
        if still_open and rest:
            whole = f"{whole}\n{_closer(still_open)}"
        opening = still_open
        if piece.strip():
            parts.append(whole)
    return parts


def _cut(text: str, room: int) -> int:
    for border in BORDERS:
        found = text.rfind(border, room // 2, room)
        if found >= 0:
            return found + len(border)
    return _grapheme_border(text, room)


def _grapheme_border(text: str, at: int) -> int:
    """Not before a combining mark, joiner or variation selector, where that is near."""
    for back in range(min(16, at - 1)):
        if not _joins(text[at - back]) and text[at - back - 1] != "\u200d":
            return at - back
    return at


def _joins(character: str) -> bool:
    code = ord(character)
    return (
        0x300 <= code <= 0x36F
        or 0xFE00 <= code <= 0xFE0F
        or 0x1F3FB <= code <= 0x1F3FF
        or code == 0x200D
    )


def _open_fence(text: str) -> str:
    """The opening line of the fence that is open at the end of the text; empty when none is."""
    opening = ""
    for line in text.split("\n"):
        found = FENCE.match(line)
        if not found:
            continue
        if not opening:
            opening = "" if "`" in found[2] else _shown(found[1], found[2])
        elif found[1].startswith(_closer(opening)) and not found[2].strip():
            opening = ""
    return opening


def _closer(opening: str) -> str:
    found = FENCE.match(opening)
    return found[1] if found else ""


def _shown(fence: str, language: str) -> str:
    return fence[: LONGEST_FENCE - 1] + language.strip()[:20]
