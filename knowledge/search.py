"""Search over one built index: by vectors and by words, fused, articles judged by all evidence.

question -> prepare()             what to embed, which words to look up     knowledge/question.py
         -> near rows             faiss                                     knowledge/vectors.py
         -> scores of words       BM25                                      knowledge/keywords.py
         -> articles, best first  by all their evidence                     knowledge/judging.py
         -> Hits                  one text in copies only once              knowledge/copies.py
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from knowledge.content import PUBLIC, Article, Passage
from knowledge.copies import is_copy
from knowledge.embedder import Embedder, Vectors
from knowledge.evidence import Floats, Places, scaled
from knowledge.index import Index, keywords_of
from knowledge.judging import Asked, Judge, Weights
from knowledge.question import Prepared, prepare
from knowledge.vectors import Mask, NearestRows

__all__ = ["Hit", "Hits", "HybridSearcher", "PassageHit", "Searcher", "Weights"]

_PASSAGES_SHOWN = 5
_ALIKE = 0.97
"""Articles less near than this as wholes are not compared word by word."""
_RARE = 0.01
"""A word in more than this share of the entries tells little, however exact it looks."""


@dataclass(frozen=True, slots=True)
class PassageHit:
    """A passage and how near it is: `cosine` of the vectors (-1..1), `words` (BM25 scaled to 0..1)."""

    passage: Passage
    cosine: float
    words: float
    score: float


@dataclass(frozen=True, slots=True)
class Hit:
    """An article, judged by all its evidence; `passages` are its best ones, best first.

    `score` is comparable between the hits of one question; `best` is the best entry
    of any kind (a title or a question too), `passages` holds only kind `passage`.
    """

    article: Article
    score: float
    best: PassageHit
    passages: tuple[PassageHit, ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """The answer of one search, best article first, and which index gave it."""

    question: str
    hits: tuple[Hit, ...]
    index: str
    unknown_words: float = 0.0
    """Share (0..1) of the question's content words that the whole index does not know."""


class Searcher(Protocol):
    """Search over one built index."""

    @property
    def version(self) -> str:
        """Names the build of the index that is searched."""

    def search(self, question: str, *, limit: int = 10, audiences: frozenset[str] = ...) -> Hits:
        """The `limit` best articles for the question among those the audiences may read."""


class HybridSearcher:
    """A Searcher by vectors and words over an index in memory. May be asked from many threads."""

    def __init__(self, index: Index, embedder: Embedder, weights: Weights | None = None) -> None:
        """The embedder must be the one that the index was built with."""
        self._index = index
        self._embedder = embedder
        self._weights = weights or Weights()
        self._keywords = keywords_of(index)
        self._judge = Judge(index, self._weights)
        self._nearest = NearestRows(index.vectors, exact_up_to=self._weights.exact_up_to)
        self._rows_of: dict[str, list[int]] = {article.id: [] for article in index.articles}
        for row, passage in enumerate(index.passages):
            self._rows_of[passage.article].append(row)

    @property
    def version(self) -> str:
        return self._index.version

    def search(
        self, question: str, *, limit: int = 10, audiences: frozenset[str] = frozenset({PUBLIC})
    ) -> Hits:
        prepared = prepare(question)
        allowed = self._allowed(audiences)
        asked = self._asked(prepared, allowed)
        hits = self._hits(asked, allowed, limit)
        return Hits(question, hits, self.version, self._unknown(prepared))

    def _allowed(self, audiences: frozenset[str]) -> Mask:
        """Which articles may be seen."""
        return np.array([each.audience in audiences for each in self._index.articles], dtype=bool)

    def _asked(self, prepared: Prepared, allowed: Mask) -> Asked:
        seen = allowed[self._judge.owners]
        columns = self._keywords.known([*prepared.words, *prepared.names])
        exact = self._rare(self._keywords.known(prepared.exact))
        entries, articles = self._keywords.entries, self._keywords.articles
        return Asked(
            vector=self._vector(prepared),
            words=scaled(entries.scores(columns) * seen),
            exact=prepared.focus * scaled(entries.scores(exact) * seen),
            article_words=scaled(articles.scores(columns) * allowed),
            article_exact=prepared.focus * scaled(articles.scores(exact) * allowed),
        )

    def _vector(self, prepared: Prepared) -> Vectors:
        vectors = self._embedder.embed([prepared.text, *filter(None, [prepared.subject])])
        mixed: Vectors = vectors[0] + self._weights.subject * vectors[1:].sum(axis=0)
        return mixed / max(float(np.linalg.norm(mixed)), 1e-9)

    def _rare(self, columns: list[int]) -> list[int]:
        most = max(_RARE * len(self._index.passages), 3)
        return [column for column in columns if self._keywords.entries.count(column) <= most]

    def _unknown(self, prepared: Prepared) -> float:
        if not prepared.words:
            return 0.0
        return 1 - len(self._keywords.known(prepared.words)) / len(prepared.words)

    def _hits(self, asked: Asked, allowed: Mask, limit: int) -> tuple[Hit, ...]:
        rows_allowed = None if allowed.all() else allowed[self._judge.owners]
        count = self._weights.candidates
        while True:
            near = self._nearest.near(asked.vector, count, rows_allowed)
            articles, scores = self._judge.judge(asked, self._judge.candidates(asked, near, count))
            hits = self._unlike(articles, scores, asked, limit)
            if len(hits) >= limit or count >= len(self._index.passages):
                return hits
            count *= 8  # many copies of one text, or one long article, took all the places

    def _unlike(
        self, articles: Places, scores: Floats, asked: Asked, limit: int
    ) -> tuple[Hit, ...]:
        """The first articles as hits, each text only once."""
        kept: list[int] = []
        hits: list[Hit] = []
        for place, score in zip(articles.tolist(), scores.tolist(), strict=True):
            if len(hits) == limit:
                break
            if not any(self._is_copy(place, other) for other in kept):
                kept.append(place)
                hits.append(self._hit(self._index.articles[place], score, asked))
        return tuple(hits)

    def _is_copy(self, one: int, other: int) -> bool:
        if self._judge.likeness(one, other) < _ALIKE:
            return False
        return is_copy(self._index.articles[one], self._index.articles[other])

    def _hit(self, article: Article, score: float, asked: Asked) -> Hit:
        rows = np.array(self._rows_of[article.id])
        cosines = self._index.vectors[rows] @ asked.vector
        words = asked.words[rows]
        added = asked.entry_words(self._weights, rows)
        found = [
            PassageHit(self._index.passages[row], float(cosine), float(word), float(cosine + more))
            for row, cosine, word, more in zip(rows, cosines, words, added, strict=True)
        ]
        found.sort(key=lambda hit: -hit.score)
        shown = [hit for hit in found if hit.passage.kind == "passage"]
        return Hit(article, score, found[0], tuple(shown[:_PASSAGES_SHOWN]))
