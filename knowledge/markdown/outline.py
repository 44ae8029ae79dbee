"""The blocks of a text, its headings, links and definitions: what splitting and checking read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from markdown_it.tree import SyntaxTreeNode

from knowledge.markdown.parser import TABLES_OF_CONTENTS, normalise, outline_parser, words_parser
from knowledge.markdown.plain import to_plain
from knowledge.slugs import bare_heading, unique_slugs

Kind = Literal["heading", "paragraph", "list", "table", "fence", "code", "quote", "box", "html"]
_KINDS: dict[str, Kind] = {
    "heading": "heading",
    "paragraph": "paragraph",
    "bullet_list": "list",
    "ordered_list": "list",
    "table": "table",
    "fence": "fence",
    "code_block": "code",
    "blockquote": "quote",
    "container_box": "box",
    "admonition": "box",
    "html_block": "html",
}


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its source with the marker, and the number that a reader sees (or None)."""

    text: str
    marker: str
    number: int | None


@dataclass(frozen=True, slots=True)
class Block:
    """One block: `text` is its source. `level` counts for headings, `items` for lists."""

    kind: Kind
    text: str
    line: int
    level: int = 0
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as words, the slug that a link names it by, and its line (from 1)."""

    text: str
    level: int
    slug: str
    line: int


@dataclass(frozen=True, slots=True)
class Link:
    """A link's target as written, and the line (from 1) of the block it stands in."""

    target: str
    line: int


def blocks(markdown: str) -> list[Block]:
    """The blocks at the top level in their order; rules and tables of contents are left out."""
    source = normalise(markdown)
    lines = source.split("\n")
    root = SyntaxTreeNode(outline_parser().parse(source))
    found = (_block(node, lines) for node in root.children)
    return [block for block in found if block is not None]


def references(markdown: str) -> dict[str, str]:
    """Definitions of reference links (`[label]: url`), as source, by their label in lower case."""
    env: dict[str, Any] = {}
    outline_parser().parse(normalise(markdown), env)
    return {
        label.lower(): f"[{label.lower()}]: <{found['href']}>"
        for label, found in env.get("references", {}).items()
    }


def headings(markdown: str) -> list[Heading]:
    """All headings at the top level, each with the slug that makes it reachable by a link."""
    found = [block for block in blocks(markdown) if block.kind == "heading"]
    texts = [to_plain(block.text) for block in found]
    return [
        Heading(bare_heading(text), block.level, slug, block.line)
        for block, text, slug in zip(found, texts, unique_slugs(texts), strict=True)
    ]


def links(markdown: str) -> list[Link]:
    """All links of the text in their order (images are none)."""
    tokens = words_parser().parse(normalise(markdown))
    return [
        Link(str(child.attrs["href"]), token.map[0] + 1 if token.map else 0)
        for token in tokens
        for child in token.children or ()
        if child.type == "link_open"
    ]


def _block(node: SyntaxTreeNode, lines: list[str]) -> Block | None:
    kind = _KINDS.get(node.type)
    if kind is None or node.map is None:
        return None
    first, end = node.map
    if node.type == "container_box" and lines[end : end + 1] and lines[end].strip()[:3] == ":::":
        end += 1  # The parser does not count the closing line.
    text = "\n".join(lines[first:end]).rstrip()
    if kind == "paragraph":
        text = text.strip()
        if text.lower() in TABLES_OF_CONTENTS:
            return None
    if kind == "html" and not to_plain(text) and "<img" not in text:
        return None
    items = _items(node, lines) if kind == "list" else ()
    level = int(node.tag[1:]) if kind == "heading" else 0
    return Block(kind, text.strip("\n"), first + 1, level, items)


def _items(node: SyntaxTreeNode, lines: list[str]) -> tuple[Item, ...]:
    numbered = node.type == "ordered_list"
    start = int(node.attrs.get("start", 1))
    items = []
    for place, item in enumerate(node.children):
        first, end = item.map or (0, 0)
        text = "\n".join(lines[first:end]).rstrip()
        items.append(Item(text, item.info + item.markup, start + place if numbered else None))
    return tuple(items)
