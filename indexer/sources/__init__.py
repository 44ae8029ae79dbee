"""Where articles come from: one module a source, and their register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from indexer.sources.faq import FaqSheet
from indexer.sources.jsonl import JsonLines
from indexer.sources.markdown import MarkdownFolder
from indexer.sources.source import Content, Source, merged

SOURCES: Mapping[str, Callable[[Path], Source]] = {
    "markdown": MarkdownFolder,
    "markdown_site": partial(MarkdownFolder, foreign=True),
    "jsonl": JsonLines,
    "faq": FaqSheet,
}
"""The kinds of sources by the name that the settings use; each is made from its path."""

__all__ = ["SOURCES", "Content", "FaqSheet", "JsonLines", "MarkdownFolder", "Source", "merged"]
