"""Judges articles by all the evidence there is for them. Arrays in, arrays out.

Asked     the question as vector, and the scores of its words
Judge     what is known beforehand of an index: whose rows, centroids, titles
  candidates(asked, near)  -> articles worth judging
  judge(asked, articles)   -> the same, best first, with their scores
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from knowledge.embedder import Vectors
from knowledge.evidence import Floats, Places, Shape, best_and_next, best_places, centroids
from knowledge.index import Index


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts how much beside the cosine of an article's best passage, which counts 1.

    The defaults were measured on three kinds of content at once, see knowledge/README.md.
    """

    words: float = 0.1
    """The words of a passage (BM25, scaled by the best of the question)."""
    article_words: float = 0.2
    """The words of an article as a whole (BM25, scaled likewise)."""
    exact_words: float = 0.3
    """Exact strings of the question that are rare: codes, names of files and settings."""
    centroid: float = 0.3
    """The mean of all passages of an article."""
    next_best: float = 0.3
    """The mean of its three best passages."""
    title: float = 0.3
    """Its title."""
    subject: float = 0.25
    """The first line of a post of several lines, beside the whole of it."""
    candidates: int = 100
    """Entries taken from each of the two searches; all evidence of their articles is weighed."""
    exact_up_to: int = 200_000
    """Entries up to which vectors are compared exactly; above it by inverted lists."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: its unit vector, and scores of its words from 0 to 1, the best being 1.

    `words` and `exact` hold one score an entry, `article_words` and `article_exact` one an
    article; entries and articles that may not be seen have 0.
    """

    vector: Vectors
    words: Floats
    exact: Floats
    article_words: Floats
    article_exact: Floats

    def entry_words(self, weights: Weights, rows: Places | slice = slice(None)) -> Floats:
        """What the words add to the cosine of each entry (of these rows)."""
        return weights.words * self.words[rows] + weights.exact_words * self.exact[rows]

    def all_words(self, weights: Weights) -> Floats:
        """What the words add to each article as a whole."""
        return weights.article_words * self.article_words + weights.exact_words * self.article_exact


class Judge:
    """Knows the articles of one index; keeps no question."""

    def __init__(self, index: Index, weights: Weights) -> None:
        self._vectors = index.vectors
        self._weights = weights
        places = {article.id: place for place, article in enumerate(index.articles)}
        self.owners: Places = np.array([places[p.article] for p in index.passages], dtype=np.int64)
        self._shape = Shape.of(self._owners_of_texts(index), len(places))
        self._centroids = centroids(index.vectors, self._shape)
        self._titles = self._title_vectors(index)

    def candidates(self, asked: Asked, near: Places, count: int) -> Places:
        """The articles of the rows nearest by vector, and of the best by words."""
        rows = best_places(asked.entry_words(self._weights), count)
        articles = best_places(asked.all_words(self._weights), count)
        return np.unique(np.concatenate([self.owners[near], self.owners[rows], articles]))

    def judge(self, asked: Asked, articles: Places) -> tuple[Places, Floats]:
        """These articles, best first, and their scores: weighted means of cosines, words added."""
        weights = self._weights
        if not len(articles):
            return articles, np.zeros(0, dtype=np.float32)
        rows, begins = self._shape.rows(articles)
        scores = self._vectors[rows] @ asked.vector + asked.entry_words(weights, rows)
        best, following = best_and_next(scores, begins)
        total = best + weights.next_best * following + asked.all_words(weights)[articles]
        total += weights.centroid * (self._centroids[articles] @ asked.vector)
        total += weights.title * (self._titles[articles] @ asked.vector)
        total /= 1 + weights.next_best + weights.centroid + weights.title
        order = np.argsort(-total, kind="stable")
        return articles[order], total[order]

    def likeness(self, one: int, other: int) -> float:
        """How near two articles are as wholes (cosine)."""
        return float(self._centroids[one] @ self._centroids[other])

    def _owners_of_texts(self, index: Index) -> Places:
        """The owners with -1 for titles, which are judged apart (but for an article without text)."""
        titles = np.array([p.kind == "title" for p in index.passages], dtype=bool)
        owners = np.where(titles, -1, self.owners)
        bare = ~np.isin(self.owners, owners[owners >= 0])
        return np.where(bare, self.owners, owners)

    def _title_vectors(self, index: Index) -> Vectors:
        """One row an article; its centroid where no title was indexed."""
        vectors = self._centroids.copy()
        rows = np.array([i for i, p in enumerate(index.passages) if p.kind == "title"], dtype=int)
        vectors[self.owners[rows]] = index.vectors[rows]
        return vectors
