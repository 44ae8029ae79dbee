"""Splits an article into what an index can find: passages, its title, its questions.

    split(article)              -> [Passage], the passages in reading order, then title and questions
    article -> sections         by headings, each with its breadcrumb
    section -> units            blocks, cut where they are too large (indexer/cut.py)
    units   -> passages         packed to about `words` words, an introduction kept with its list

A passage's text is the Markdown of the article, so that it can be shown as it was written.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from indexer.cut import cut
from indexer.units import Unit, join, packed, size, unit
from knowledge.content import Article, Kind, Passage, embedded_text
from knowledge.markdown import Block, blocks, normalise, references, to_plain
from knowledge.slugs import bare_heading

WORDS = 110
_STRETCH = 1.5
"""A passage may grow to this many times the wanted words before a whole block is cut."""
_RUNT = 0.2
"""A section's last passage smaller than this share of the wanted words joins the one before."""
_INTRODUCTION = 40
"""Words up to which a paragraph before a list, a table or code is its introduction."""
_LABEL = re.compile(r"\[([^\[\]]+)\]")


@dataclass(slots=True)
class _Section:
    trail: tuple[str, ...]
    blocks: list[Block] = field(default_factory=list)


def split(article: Article, words: int = WORDS) -> list[Passage]:
    """The entries of one article, the same each time.

    Passages of about `words` words and never more than half as much again come first, in
    the order of the body; ids are `<article>#0`, `#1`, …. No word of the body is left out:
    each stands in a text or in a breadcrumb. Then the title (`<article>#title`) and each
    question (`<article>#question-1`, …).
    """
    pieces = list(_pieces(article, words))
    entries = [
        _entry(article, "passage", str(n), trail, text, n) for n, (trail, text) in enumerate(pieces)
    ]
    entries.append(_entry(article, "title", "title", (), article.title, -1))
    for number, question in enumerate(article.questions, start=1):
        entries.append(_entry(article, "question", f"question-{number}", (), question, -1))
    return entries


def _entry(
    article: Article, kind: Kind, name: str, section: tuple[str, ...], text: str, position: int
) -> Passage:
    embedded = embedded_text(article, kind, section, text)
    digest = hashlib.sha256(embedded.encode()).hexdigest()
    return Passage(f"{article.id}#{name}", article.id, kind, section, text, position, digest)


def _pieces(article: Article, words: int) -> Iterator[tuple[tuple[str, ...], str]]:
    body = normalise(article.body)
    definitions = references(body) if "]:" in body else {}
    for section in _sections(article.title, blocks(body), words):
        for text in _texts(section.blocks, words):
            yield section.trail, _with_definitions(text, definitions)


def _sections(title: str, found: Sequence[Block], words: int) -> list[_Section]:
    """Blocks under their headings. A heading over nothing is kept as a text of its own."""
    sections = [_Section(())]
    levels: list[int] = []
    for place, block in enumerate(found):
        if block.kind != "heading":
            sections[-1].blocks.append(block)
            continue
        name = bare_heading(to_plain(block.text))
        if not name or (place == 0 and name == title):
            continue
        trail = sections[-1].trail[: sum(level < block.level for level in levels)]
        levels = [level for level in levels if level < block.level]
        if _heads_nothing(block, found[place + 1 :]) or size(name) > words:
            sections.append(_Section(sections[-1].trail, [_as_paragraph(block, name)]))
            continue
        levels.append(block.level)
        sections.append(_Section((*trail, name)))
    return [section for section in sections if section.blocks]


def _heads_nothing(heading: Block, rest: Sequence[Block]) -> bool:
    return not rest or (rest[0].kind == "heading" and rest[0].level <= heading.level)


def _as_paragraph(heading: Block, name: str) -> Block:
    return Block("paragraph", name, heading.line)


def _texts(found: Sequence[Block], words: int) -> list[str]:
    limit = int(words * _STRETCH)
    groups = packed(_units(found, limit), words, limit)
    runt = len(groups) > 1 and _total(groups[-1]) < words * _RUNT
    if runt and _total(groups[-2]) + _total(groups[-1]) <= limit:
        groups[-2:] = [groups[-2] + groups[-1]]
    return [join(group) for group in groups]


def _total(group: Sequence[Unit]) -> int:
    return sum(part.size for part in group)


def _units(found: Sequence[Block], limit: int) -> list[Unit]:
    """The blocks in units; an introduction is one unit with (the beginning of) what it introduces."""
    units: list[Unit] = []
    introduction: Unit | None = None
    for place, block in enumerate(found):
        parts = cut(block, limit)
        if introduction and parts and introduction.size + parts[0].size <= limit:
            parts[0] = unit(f"{introduction.text}\n\n{parts[0].text}")
        elif introduction:
            units.append(introduction)
        introduction = None
        if len(parts) == 1 and _introduces(block, found[place + 1 :]):
            introduction = parts.pop()
        units.extend(parts)
    return units


def _introduces(block: Block, rest: Sequence[Block]) -> bool:
    if block.kind != "paragraph" or not rest or size(block.text) > _INTRODUCTION:
        return False
    if rest[0].kind in ("list", "table", "fence", "code"):
        return True
    return _is_bold(block.text) or block.text.rstrip("*_ ").endswith((":", "："))


def _is_bold(text: str) -> bool:
    return text.startswith("**") and text.endswith("**") and "\n" not in text


def _with_definitions(text: str, definitions: dict[str, str]) -> str:
    """The text with the targets of its reference links, which may stand anywhere in the article."""
    used = dict.fromkeys(label.lower() for label in _LABEL.findall(text))
    lines = [definitions[label] for label in used if label in definitions]
    return "\n".join([text, "", *lines]) if lines else text
