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
from knowledge.evidence import Floats, Places
from knowledge.index import Index, keywords_of
from knowledge.judging import Asked, Judge, Weights, WordScores
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
    """A passage and how near it is: `cosine` of the vectors (-1..1), `words` (BM25 scaled to 0..1).

    `words` is the higher, the more of the question's words the passage covers.
    """

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
        self._entries = WordScores(self._keywords.entries)
        self._articles = WordScores(self._keywords.articles)
        self._judge = Judge(index, self._weights)
        self._nearest = NearestRows(index.vectors, exact_up_to=self._weights.exact_up_to)
        self._audiences = sorted({article.audience for article in index.articles})
        places = {name: place for place, name in enumerate(self._audiences)}
        self._audience_of = np.array([places[a.audience] for a in index.articles], dtype=np.int64)
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
        named = np.array([name in audiences for name in self._audiences], dtype=bool)
        return named[self._audience_of]

    def _asked(self, prepared: Prepared, allowed: Mask) -> Asked:
        columns = self._keywords.known([*prepared.words, *prepared.names])
        exact = self._rare(self._keywords.known(prepared.exact))
        seen = allowed[self._judge.owners]
        entries, articles = self._entries, self._articles
        return Asked(
            vector=self._vector(prepared),
            words=entries.scores(columns, seen),
            exact=prepared.focus * entries.scores(exact, seen),
            article_words=articles.scores(columns, allowed),
            article_exact=prepared.focus * articles.scores(exact, allowed),
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
            if not self._has_copy(place, kept):
                kept.append(place)
                hits.append(self._hit(self._index.articles[place], score, asked))
        return tuple(hits)

    def _has_copy(self, place: int, kept: list[int]) -> bool:
        articles = self._index.articles
        near = np.flatnonzero(self._judge.likeness(place, kept) >= _ALIKE)
        return any(is_copy(articles[place], articles[kept[other]]) for other in near)

    def _hit(self, article: Article, score: float, asked: Asked) -> Hit:
        rows = self._rows_of[article.id]
        cosines = self._index.vectors[rows] @ asked.vector
        scores = cosines + asked.entry_words(self._weights, rows)
        order = np.argsort(-scores, kind="stable").tolist()
        passages = [n for n in order if self._index.passages[rows[n]].kind == "passage"]

        def found(n: int) -> PassageHit:
            row = rows[n]
            values = (float(cosines[n]), float(asked.words[row]), float(scores[n]))
            return PassageHit(self._index.passages[row], *values)

        shown = tuple(found(n) for n in passages[:_PASSAGES_SHOWN])
        return Hit(article, score, found(order[0]), shown)
