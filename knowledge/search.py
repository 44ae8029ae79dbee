"""What a search gives back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from knowledge.content import Article, Passage


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
