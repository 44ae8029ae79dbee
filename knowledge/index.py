"""A built index: on disk (no pickle, checksummed) and in memory.

folder/manifest.json   what it was built with, and size and SHA-256 of every other file
folder/articles.jsonl  the articles
folder/passages.jsonl  the passages, titles and questions, one a row of the vectors
folder/vectors.npy     float32, unit length, one row a passage
folder/words.jsonl     the words that BM25 knows, one a column of the two tables
folder/entries.*.npy, articles.*.npy   the tables of BM25 weights, see `knowledge.keywords`
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.content import Article, Passage, embedded_text
from knowledge.embedder import Vectors
from knowledge.index_files import IndexRefused, array_bytes, array_of, refused, seal, unseal
from knowledge.index_records import (
    article_of,
    article_record,
    lines,
    passage_of,
    passage_record,
    records,
)
from knowledge.keywords import Keywords, Table

__all__ = ["Index", "IndexRefused", "keywords_of", "load", "write"]

_TABLES = ("entries", "articles")
_ARRAYS = ("weights", "rows", "starts")
_FILES = (
    *("articles.jsonl", "passages.jsonl", "vectors.npy", "words.jsonl"),
    *(f"{table}.{array}.npy" for table in _TABLES for array in _ARRAYS),
)


@dataclass(frozen=True, slots=True)
class Index:
    """What was built, in memory. Row i of `vectors` belongs to `passages[i]`.

    `keywords` is what was stored with it; None in an index that was never written, see
    `keywords_of`.
    """

    version: str
    embedder: str
    built_at: datetime
    articles: tuple[Article, ...]
    passages: tuple[Passage, ...]
    vectors: Vectors
    keywords: Keywords | None = field(default=None, compare=False, repr=False)


def keywords_of(index: Index) -> Keywords:
    """The index's BM25 weights: the stored ones, else computed from its texts (seconds when large)."""
    if index.keywords is not None:
        return index.keywords
    places = {article.id: place for place, article in enumerate(index.articles)}
    owners = [places[passage.article] for passage in index.passages]
    texts = [
        embedded_text(index.articles[owner], p.kind, p.section, p.text)
        for owner, p in zip(owners, index.passages, strict=True)
    ]
    return Keywords.build(texts, owners, len(index.articles))


def write(index: Index, folder: Path) -> None:
    """Write the index into a new folder; the manifest goes last, so a half-written one is refused.

    Raises FileExistsError when there is something of an index in the folder already.
    """
    folder.mkdir(parents=True, exist_ok=True)
    keywords = keywords_of(index)
    tables = {"entries": keywords.entries, "articles": keywords.articles}
    files = {
        "articles.jsonl": lines(article_record(article) for article in index.articles),
        "passages.jsonl": lines(passage_record(passage) for passage in index.passages),
        "vectors.npy": array_bytes(index.vectors.astype(np.float32, copy=False)),
        "words.jsonl": lines(keywords.words),
    }
    for name, table in tables.items():
        for array in _ARRAYS:
            files[f"{name}.{array}.npy"] = array_bytes(getattr(table, array))
    seal(folder, files, _facts(index, keywords))


def _facts(index: Index, keywords: Keywords) -> dict[str, object]:
    return {
        "version": index.version,
        "embedder": index.embedder,
        "dimension": index.vectors.shape[1],
        "built_at": index.built_at.isoformat(),
        "articles": len(index.articles),
        "passages": len(index.passages),
        "words": len(keywords.words),
        "weights": {t: len(getattr(keywords, t).weights) for t in _TABLES},
    }


def load(folder: Path, *, embedder: str | None = None) -> Index:
    """Read an index back, every checksum checked. Raises IndexRefused.

    With `embedder`, an index that was built by another one is refused as well.
    """
    facts, files = unseal(folder, _FILES)
    if embedder is not None and facts.get("embedder") != embedder:
        raise refused(
            folder, f"it was built with {facts.get('embedder')}, the settings name {embedder}"
        )
    try:
        return _index(folder, facts, files)
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise refused(folder, f"it does not hold what it should ({error})") from error


def _index(folder: Path, facts: dict[str, Any], files: dict[str, bytes]) -> Index:
    articles = tuple(article_of(record) for record in records(files["articles.jsonl"]))
    passages = tuple(passage_of(record) for record in records(files["passages.jsonl"]))
    if len(articles) != facts["articles"] or len(passages) != facts["passages"]:
        raise refused(folder, "it has more or fewer entries than its manifest says")
    if not {passage.article for passage in passages} <= {article.id for article in articles}:
        raise refused(folder, "it has passages of an article that it does not have")
    shape = (len(passages), int(facts["dimension"]))
    return Index(
        version=facts["version"],
        embedder=facts["embedder"],
        built_at=datetime.fromisoformat(facts["built_at"]),
        articles=articles,
        passages=passages,
        vectors=_vectors(folder, files["vectors.npy"], shape),
        keywords=_keywords(folder, facts, files, len(passages), len(articles)),
    )


def _vectors(folder: Path, content: bytes, shape: tuple[int, int]) -> Vectors:
    vectors: Vectors = array_of(folder / "vectors.npy", content, np.float32, shape)
    lengths = np.einsum("ij,ij->i", vectors, vectors)
    if not np.allclose(lengths, 1, atol=1e-3):
        raise refused(folder, "its vectors are not of length 1")
    return vectors


def _keywords(
    folder: Path, facts: dict[str, Any], files: dict[str, bytes], entries: int, articles: int
) -> Keywords:
    words = records(files["words.jsonl"])
    if len(words) != facts["words"]:
        raise refused(folder, "it has more or fewer words than its manifest says")
    heights = {"entries": entries, "articles": articles}
    tables = [
        _table(folder, name, files, facts["weights"][name], len(words), heights[name])
        for name in _TABLES
    ]
    return Keywords.of(words, *tables)


def _table(
    folder: Path, name: str, files: dict[str, bytes], weights: int, words: int, height: int
) -> Table:
    def array(kind: str, dtype: type[np.generic], length: int) -> Any:
        file = f"{name}.{kind}.npy"
        return array_of(folder / file, files[file], dtype, (length,))

    starts = array("starts", np.int64, words + 1)
    rows = array("rows", np.int32, weights)
    ordered = starts[0] == 0 and starts[-1] == weights and bool((np.diff(starts) >= 0).all())
    if not ordered or (weights and not 0 <= rows.min() <= rows.max() < height):
        raise refused(folder, f"its table of {name} points outside of itself")
    return Table(array("weights", np.float32, weights), rows, starts, height)
