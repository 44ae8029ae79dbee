"""Cuts a block of Markdown that is too large for one passage, at the borders a reader sees.

Lists are cut between items, tables between rows (the header is repeated), code between
lines (each part fenced), boxes and quotes between what is in them, paragraphs between
sentences. Nothing is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from indexer.units import Unit, hard_cut, join, packed, sentences, size, unit
from knowledge.markdown import Block, Item, blocks, to_plain

_DEEPEST = 8
"""Blocks that lie in more than so many others are no layout any more; their text is cut as text."""


def cut(block: Block, limit: int, depth: int = 0) -> list[Unit]:
    """The block as units of at most `limit` words each; `depth` says in how many others it lies."""
    whole = unit(block.text)
    if whole.size <= limit:
        return [whole]
    if block.kind in _NESTING and depth < _DEEPEST:
        parts = _NESTING[block.kind](block, limit, depth)
    else:
        parts = _FLAT.get(block.kind, _paragraph)(block, limit)
    return [part for part in parts if part.text.strip()]


def _list(block: Block, limit: int, depth: int) -> list[Unit]:
    loose = len("\n".join(item.text for item in block.items)) < len(block.text)
    units: list[Unit] = []
    apart = True
    for item in block.items:
        first, *rest = _item(item, limit, depth)
        units += [replace(first, gap="\n\n" if apart else "\n"), *rest]
        apart = loose or bool(rest)
    return units


def _item(item: Item, limit: int, depth: int) -> list[Unit]:
    """The item, with the number a reader sees; a huge one by what is in it, the marker on the first."""
    marker, inner = _unwrapped(item)
    whole = unit(_hanging(marker, inner))
    if whole.size <= limit:
        return [whole]
    parts = _inside(inner, limit - 1, depth)
    return [unit(_hanging(marker, parts[0].text)), *parts[1:]]


def _unwrapped(item: Item) -> tuple[str, str]:
    first, *rest = item.text.expandtabs(4).split("\n")
    before, _, after = first.partition(item.marker)
    spaces = len(after) - len(after.lstrip(" "))
    width = len(before) + len(item.marker) + (spaces if 1 <= spaces <= 4 else 1)
    inner = [after.lstrip(" ") if spaces <= 4 else after[1:]]
    inner += [_dedented(line, width) for line in rest]
    marker = item.marker if item.number is None else f"{item.number}{item.marker[-1]}"
    return marker, "\n".join(inner)


def _dedented(line: str, width: int) -> str:
    indent = len(line) - len(line.lstrip(" "))
    return line[min(indent, width) :]


def _hanging(marker: str, inner: str) -> str:
    first, *rest = inner.split("\n")
    indent = " " * (len(marker) + 1)
    lines = [f"{marker} {first}".rstrip(), *(indent + line if line else "" for line in rest)]
    return "\n".join(lines)


def _inside(markdown: str, limit: int, depth: int) -> list[Unit]:
    """What is in a box, a quote or an item, in units."""
    found = [part for block in blocks(markdown) for part in cut(block, limit, depth + 1)]
    return found or sentences(markdown, limit)


def _framed(inner: str, limit: int, depth: int, frame: Callable[[str], str]) -> list[Unit]:
    room = limit - size(frame(""))
    if room < limit // 3:
        return sentences(to_plain(frame(inner)), limit)
    groups = packed(_inside(inner, room, depth), room, room)
    framed = [unit(frame(join(group))) for group in groups]
    if any(part.size > limit for part in framed):
        return sentences(to_plain(frame(inner)), limit)
    return framed


def _quote(block: Block, limit: int, depth: int) -> list[Unit]:
    inner = "\n".join(re.sub(r"^ {0,3}> ?", "", line) for line in block.text.split("\n"))
    return _framed(inner, limit, depth, lambda text: _prefixed(text, "> "))


def _prefixed(text: str, prefix: str) -> str:
    return "\n".join((prefix + line).rstrip() for line in text.split("\n"))


def _box(block: Block, limit: int, depth: int) -> list[Unit]:
    first, *rest = block.text.split("\n")
    fence = re.match(r" {0,3}(:{3,})", first)
    if not fence:
        inner = "\n".join(_dedented(line, 4) for line in rest)
        return _framed(inner, limit, depth, lambda text: f"{first}\n{_indented(text)}")
    colons = fence.group(1)
    closed = rest and rest[-1].strip().startswith(":::")
    inner = "\n".join(rest[:-1] if closed else rest)
    return _framed(inner, limit, depth, lambda text: f"{first}\n{text}\n{colons}")


def _indented(text: str) -> str:
    return "\n".join("    " + line if line else "" for line in text.split("\n"))


def _table(block: Block, limit: int) -> list[Unit]:
    lines = block.text.split("\n")
    head = "\n".join(lines[:2])
    room = limit - size(head)
    rows = [Unit(line, size(line), "\n") for line in lines[2:]]
    if room < limit // 3 or any(row.size > room for row in rows):
        return sentences(to_plain(block.text), limit)
    return [unit(f"{head}\n{join(group)}") for group in packed(rows, room, room)]


def _fence(block: Block, limit: int) -> list[Unit]:
    first, *rest = block.text.split("\n")
    opening = first.strip()
    mark = opening[: len(opening) - len(opening.lstrip("`~"))]
    closed = rest and rest[-1].strip().startswith(mark) and not rest[-1].strip().strip(mark[0])
    if size(opening) > limit // 3:
        opening = mark
    lines = _code_lines(rest[:-1] if closed else rest, limit - size(opening))
    limit -= size(opening)
    groups = packed(lines, limit, limit)
    return [unit(f"{opening}\n{join(group)}\n{mark}") for group in groups]


def _code(block: Block, limit: int) -> list[Unit]:
    lines = _code_lines([_dedented(line, 4) for line in block.text.split("\n")], limit)
    return [unit(_indented(join(group))) for group in packed(lines, limit, limit)]


def _code_lines(lines: Sequence[str], limit: int) -> list[Unit]:
    return [
        Unit(piece, max(1, size(piece)), "\n")
        for line in lines
        for piece in ([line] if size(line) <= limit else hard_cut(line, limit))
    ]


def _paragraph(block: Block, limit: int) -> list[Unit]:
    return sentences(block.text, limit)


def _html(block: Block, limit: int) -> list[Unit]:
    """A huge piece of HTML becomes its words: half of a tag would be no HTML."""
    return sentences(to_plain(block.text), limit)


_NESTING: dict[str, Callable[[Block, int, int], list[Unit]]] = {
    "list": _list,
    "quote": _quote,
    "box": _box,
}
_FLAT: dict[str, Callable[[Block, int], list[Unit]]] = {
    "table": _table,
    "fence": _fence,
    "code": _code,
    "html": _html,
}
