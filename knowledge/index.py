"""A built index: on disk (no pickle, checksummed) and in memory.

folder/manifest.json   what it was built with, and the SHA-256 of every other file
folder/articles.jsonl  the articles
folder/passages.jsonl  the passages, titles and questions, one a row of the vectors
folder/vectors.npy     float32, unit length, one row a passage
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from knowledge.content import Article, Passage
from knowledge.embedder import Vectors


class IndexRefused(Exception):
    """An index that must not be used: missing, damaged, or built by another model. Says what to do."""


@dataclass(frozen=True, slots=True)
class Index:
    """What was built, in memory. Row i of `vectors` belongs to `passages[i]`."""

    version: str
    embedder: str
    built_at: datetime
    articles: tuple[Article, ...]
    passages: tuple[Passage, ...]
    vectors: Vectors


def write(index: Index, folder: Path) -> None:
    """Write the index into a new folder; the manifest goes last, so a half-written one is refused."""
    raise NotImplementedError


def load(folder: Path, *, embedder: str | None = None) -> Index:
    """Read an index back, every checksum checked. Raises IndexRefused."""
    raise NotImplementedError
