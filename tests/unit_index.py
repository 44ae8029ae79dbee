"""A small index, made without a model."""

from __future__ import annotations

from datetime import UTC, date, datetime

import numpy as np

from knowledge.content import Article, Passage
from knowledge.index import Index

WHEN = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def an_index(texts: tuple[str, ...] = ("Restart the router.", "Clear the cache.")) -> Index:
    articles = tuple(
        Article(f"a{n}", f"Title {n}", text, questions=("How?",), reviewed=date(2026, 1, 2))
        for n, text in enumerate(texts)
    )
    passages = tuple(
        Passage(f"a{n}#0", f"a{n}", "passage", ("Part", text), text, 0, "0" * 64)
        for n, text in enumerate(texts)
    )
    vectors = np.eye(len(texts), 8, dtype=np.float32)
    return Index("v1", "test-embedder", WHEN, articles, passages, vectors)
