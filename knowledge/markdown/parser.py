"""The parsers: CommonMark with tables and boxes, once with words and once with blocks only."""

from __future__ import annotations

from functools import cache

from markdown_it import MarkdownIt
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin

TABLES_OF_CONTENTS = {"[[toc]]", "[toc]", "[[_toc_]]"}
"""Paragraphs that another program replaces by a table of contents; here they are nothing."""


def normalise(markdown: str) -> str:
    """Lines end with a line feed, and there is no NUL: what all functions here read."""
    return markdown.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def box_title(info: str) -> str:
    """`tip Read this` or `tip[Read this]` -> `Read this`."""
    name, _, title = info.strip().replace("[", " ", 1).partition(" ")
    return title.strip().removesuffix("]") if name else ""


@cache
def words_parser() -> MarkdownIt:
    """Reads everything."""
    return _with_boxes(MarkdownIt("commonmark", {"html": True})).enable(["strikethrough"])


@cache
def outline_parser() -> MarkdownIt:
    """Reads blocks only: splitting needs no words, and inline parsing is most of the time."""
    return _with_boxes(MarkdownIt("commonmark", {"html": True})).disable(["inline", "text_join"])


def _with_boxes(parser: MarkdownIt) -> MarkdownIt:
    parser.enable(["table"]).use(container_plugin, "box", validate=_is_named)
    return parser.use(admon_plugin)


def _is_named(info: str, _marker: str) -> bool:
    return bool(info.strip())
