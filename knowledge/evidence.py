"""How an article is judged by all its evidence. Arrays in, arrays out; nothing is read or kept.

cosines, words of a question     one each an entry
  -> best_and_next               an article's best text, and the mean of its three best
  -> centroids                   what an article is about as a whole
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from knowledge.embedder import Vectors

Floats = npt.NDArray[np.float32]
Places = npt.NDArray[np.int64]

_BEST_OF = 3


@dataclass(frozen=True, slots=True)
class Shape:
    """Which rows belong to which article, the rows of one article side by side.

    `order[starts[a]:starts[a + 1]]` are the rows of article a.
    """

    order: Places
    starts: Places

    @classmethod
    def of(cls, owners: Places, articles: int) -> Shape:
        """`owners[i]` is the place of the article of row i, or -1: then the row is left out."""
        order = np.argsort(owners, kind="stable")
        starts = np.searchsorted(owners[order], np.arange(articles + 1))
        return cls(order, starts)

    @property
    def articles(self) -> int:
        """How many articles there are."""
        return len(self.starts) - 1

    def rows(self, articles: Places) -> tuple[Places, Places]:
        """All rows of these articles, and where each article's rows begin among them."""
        first, counts = self.starts[articles], np.diff(self.starts)[articles]
        begins = np.cumsum(counts) - counts
        steps = np.arange(int(counts.sum())) - np.repeat(begins, counts)
        return self.order[np.repeat(first, counts) + steps], begins


def centroids(vectors: Vectors, shape: Shape) -> Vectors:
    """One row an article: the direction of the mean of its rows."""
    sums = np.zeros((shape.articles, vectors.shape[1]), dtype=np.float32)
    filled = np.flatnonzero(np.diff(shape.starts))
    if len(filled):
        sums[filled] = np.add.reduceat(vectors[shape.order], shape.starts[filled], axis=0)
    means: Vectors = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-9)
    return means


def best_and_next(scores: Floats, begins: Places) -> tuple[Floats, Floats]:
    """Of each run of scores (none is empty): its best one, and the mean of its three best."""
    sizes = np.diff([*begins, len(scores)])
    runs = np.repeat(np.arange(len(begins)), sizes)
    falling = scores[np.lexsort((-scores, runs))]
    among_best = np.arange(len(scores)) - begins[runs] < _BEST_OF
    sums = np.add.reduceat(np.where(among_best, falling, 0), begins)
    means = sums / np.minimum(sizes, _BEST_OF)
    return falling[begins], means.astype(np.float32)


def scaled(scores: Floats) -> Floats:
    """Scores from 0 to 1, the best of this question being 1 (all 0 when no word is known)."""
    best = scores.max(initial=0)
    return scores / best if best > 0 else scores


def best_places(scores: Floats, count: int) -> Places:
    """The places of the `count` best scores above 0, in no order."""
    if len(scores) > count:
        found = np.argpartition(scores, len(scores) - count)[-count:]
    else:
        found = np.arange(len(scores))
    return found[scores[found] > 0]
