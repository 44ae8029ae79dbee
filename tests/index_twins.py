"""Small real things for the tests of the index: an embedder of hashed words, a searcher, content."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from knowledge.content import PUBLIC, Article
from knowledge.embedder import Vectors
from knowledge.index import Index
from knowledge.search import Hit, Hits, PassageHit

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def quiet(_done: int, _total: int) -> None:
    """A progress that nobody watches."""


@dataclass
class HashedWords:
    """An embedder without a model: each word is a direction. Counts what it was asked."""

    name: str = "hashed-words-1"
    dimension: int = 64
    embedded: list[str] = field(default_factory=list)

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, text in zip(vectors, texts, strict=True):
            row[0] = 1e-3
            for word in re.findall(r"\w+", text.lower()):
                row[int(hashlib.sha256(word.encode()).hexdigest(), 16) % self.dimension] += 1
            row /= np.linalg.norm(row)
        return vectors


@dataclass
class NearestVectors:
    """A searcher by vectors alone."""

    index: Index
    embedder: HashedWords

    @property
    def version(self) -> str:
        return self.index.version

    def search(
        self, question: str, *, limit: int = 10, audiences: frozenset[str] = frozenset({PUBLIC})
    ) -> Hits:
        (vector,) = self.embedder.embed([question])
        scores = self.index.vectors @ vector
        articles = {a.id: a for a in self.index.articles if a.audience in audiences}
        hits: dict[str, Hit] = {}
        for row in np.argsort(-scores, kind="stable"):
            passage, score = self.index.passages[row], float(scores[row])
            if passage.article in articles:
                found = PassageHit(passage, score, 0.0, score)
                hits.setdefault(
                    passage.article, Hit(articles[passage.article], score, found, (found,))
                )
        return Hits(question, tuple(hits.values())[:limit], self.index.version)


def article(id: str, body: str = "Some words.", **values: object) -> Article:
    return Article(id=id, title=str(values.pop("title", id.title())), body=body, **values)  # type: ignore[arg-type]


def write_article(folder: Path, name: str, body: str, **front: str) -> Path:
    lines = [f"{key}: {value}" for key, value in {"title": name.title(), **front}.items()]
    file = folder / f"{name}.md"
    file.write_text("\n".join(["---", *lines, "---", body]), encoding="utf-8")
    return file
