"""An article's Markdown as a row of blocks, and each block as something that can be quoted alone.

    outline(markdown)  -> its blocks, in order, each under its headings      (cheap)
    quote(block)       -> the block's parts as plain Markdown                (parses the words)

A quote leaves out what means nothing away from its page: images, raw HTML, and links
that are no whole address (their words stay). Bullets and numbers are kept as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin

BlockKind = Literal["text", "list", "steps", "code", "table", "links"]

_KINDS: dict[str, BlockKind] = {
    "paragraph": "text",
    "blockquote": "text",
    "bullet_list": "list",
    "ordered_list": "steps",
    "fence": "code",
    "code_block": "code",
    "table": "table",
}
_BOXES = ("container_any", "admonition")
_BLOCK_MARK = re.compile(r"^(?:\d{1,9}(?=[.)](?:\s|$))|(?=>|[-+]\s|#{1,6}\s))")
_MARKUP = re.compile(r"[\\`*<]|(?<!\w)_|_(?!\w)|\](?=[(\[])|&(?=#?\w+;)")
_TABLES_OF_CONTENTS = ("[[toc]]", "[toc]", "[[_toc_]]")


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, a list, a piece of code or a table, under its `section` of headings.

    `source` is Markdown that can be parsed alone. A list of nothing but links is
    `links`: a table of contents, which answers nobody.
    """

    kind: BlockKind
    section: tuple[str, ...]
    source: str


@lru_cache(maxsize=2048)
def outline(markdown: str) -> tuple[Block, ...]:
    """The blocks in their order; headings become the `section` of what follows them."""
    env: dict[str, Any] = {}
    markdown = markdown.replace("\r\n", "\n").replace("\r", "\n")
    root = SyntaxTreeNode(_parser(words=False).parse(markdown, env))
    found = env.get("references", {}).items()
    references = "".join(f"\n\n[{label}]: <{found['href']}>" for label, found in found)
    return tuple(_walk(root.children, markdown.split("\n"), references, []))


@lru_cache(maxsize=4096)
def quote(block: Block) -> tuple[str, ...]:
    """What a long block may be cut between: the items of a list, the rows of a table, the
    lines of code. A paragraph is one part. Joined by line ends they are Markdown again."""
    root = SyntaxTreeNode(_parser(words=True).parse(block.source))
    return tuple(part for node in root.children for part in _parts(node) if part.strip())


def plain(markdown: str) -> str:
    """The words of one line of Markdown (a heading) as a reader sees them."""
    root = SyntaxTreeNode(_parser(words=True).parseInline(markdown))
    return "".join(node.content for node in root.walk() if node.type in ("text", "code_inline"))


@lru_cache(maxsize=2)
def _parser(*, words: bool) -> MarkdownIt:
    parser = MarkdownIt("commonmark").enable("table").use(admon_plugin)
    parser.use(container_plugin, name="any", validate=lambda *_: True)
    return parser if words else parser.disable(["inline", "text_join"])


def _walk(
    nodes: Sequence[SyntaxTreeNode],
    lines: list[str],
    references: str,
    headings: list[tuple[int, str]],
) -> Iterator[Block]:
    for node in nodes:
        if node.type == "heading":
            level = int(node.tag[1:])
            while headings and headings[-1][0] >= level:
                headings.pop()
            headings.append((level, node.children[0].content.strip()))
        elif node.type in _BOXES:
            yield from _walk(node.children, lines, references, headings)
        elif node.type in _KINDS and node.map:
            source = _dedented(lines[node.map[0] : node.map[1]])
            if source.strip().lower() not in _TABLES_OF_CONTENTS:
                section = tuple(text for _, text in headings)
                yield Block(_kind(node, source), section, source + references)


def _dedented(lines: list[str]) -> str:
    """The lines of a box's block without the box's indentation (code keeps what is its own)."""
    first = len(lines[0]) - len(lines[0].lstrip(" "))
    cut = first if first < 4 or not lines[0].strip() else 4
    return "\n".join(line[min(cut, len(line) - len(line.lstrip(" "))) :] for line in lines).rstrip()


def _kind(node: SyntaxTreeNode, source: str) -> BlockKind:
    if node.type == "bullet_list" and "](" in source and _only_links(source):
        return "links"
    return _KINDS[node.type]


def _only_links(source: str) -> bool:
    root = SyntaxTreeNode(_parser(words=True).parse(source))
    spans = [span for node in root.walk() if node.type == "inline" for span in node.children]
    said = [span for span in spans if span.type != "text" or span.content.strip()]
    return bool(said) and all(span.type == "link" for span in said)


def _parts(node: SyntaxTreeNode) -> list[str]:
    if node.type in ("bullet_list", "ordered_list"):
        return _items(node)
    if node.type in ("fence", "code_block"):
        fence = _fence(node.content)
        return [f"{fence}{node.info.strip()}", *node.content.rstrip("\n").split("\n"), fence]
    if node.type == "table":
        return _rows(node)
    if node.type == "blockquote":
        quoted = _stacked(node.children)
        return ["\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))]
    if node.type in ("paragraph", "heading", "admonition_title"):
        return [_BLOCK_MARK.sub(r"\g<0>\\", _inline(node.children).strip())]
    return []


def _render(node: SyntaxTreeNode) -> str:
    return "\n".join(part for part in _parts(node) if part.strip())


def _stacked(nodes: Sequence[SyntaxTreeNode]) -> str:
    """The blocks inside an item: a list follows its words at once, all else after an empty line."""
    text = ""
    for node in nodes:
        rendered = _render(node)
        between = "\n" if node.type.endswith("_list") else "\n\n"
        text += (between if text and rendered else "") + rendered
    return text


def _items(node: SyntaxTreeNode) -> list[str]:
    start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    items = []
    for offset, item in enumerate(node.children):
        marker = "- " if start is None else f"{start + offset}. "
        lines = _stacked(item.children).split("\n")
        if any(lines):
            indent = " " * len(marker)
            rest = ((indent + line).rstrip() for line in lines[1:])
            items.append(marker + "\n".join([lines[0], *rest]))
    return items


def _rows(node: SyntaxTreeNode) -> list[str]:
    rows = [
        "| " + " | ".join(_inline(cell.children).strip() for cell in row.children) + " |"
        for group in node.children
        for row in group.children
    ]
    rule = "|" + " --- |" * len(node.children[0].children[0].children)
    return [f"{rows[0]}\n{rule}", *rows[1:]]


def _fence(code: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    return "`" * max(3, longest + 1)


def _inline(nodes: Sequence[SyntaxTreeNode]) -> str:
    return re.sub(r"[ \t]{2,}(?!\n)", " ", "".join(_span(node) for node in nodes))


def _span(node: SyntaxTreeNode) -> str:
    if node.type == "text":
        return _MARKUP.sub(r"\\\g<0>", node.content)
    if node.type == "code_inline":
        fence = "`" if "`" not in node.content else "``"
        return f"{fence}{node.content}{fence}"
    if node.type in ("softbreak", "hardbreak"):
        return " " if node.type == "softbreak" else "  \n"
    if node.type in ("strong", "em"):
        words = _inline(node.children)
        return f"{node.markup}{words}{node.markup}" if words.strip() else ""
    if node.type == "link":
        return _link(_inline(node.children), str(node.attrs.get("href", "")))
    return _inline(node.children) if node.type == "inline" else ""


def _link(words: str, target: str) -> str:
    outside = target.startswith(("https://", "http://", "mailto:"))
    return f"[{words}](<{target}>)" if outside and words.strip() else words
