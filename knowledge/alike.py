"""Many texts by number, and which of them are near in meaning to another. For tickets.

Vectors are kept outside as bytes of half precision: `pack` makes them, `put` takes them in.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np

from knowledge.embedder import Embedder

_ROOM = 1_024


class Alike:
    """Safe to be used from many threads. Holds four bytes for each dimension of each text."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._rows = np.zeros((_ROOM, embedder.dimension), np.float32)
        self._numbers = np.zeros(_ROOM, np.int64)
        self._place: dict[int, int] = {}
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The embedder's: only vectors of the same name may be compared."""
        return self._embedder.name

    def pack(self, texts: Sequence[str]) -> list[bytes]:
        """The vectors of the texts, as they are kept."""
        return [row.astype(np.float16).tobytes() for row in self._embedder.embed(texts)]

    def put(self, number: int, packed: bytes) -> None:
        """The text of that number, in place of one before. Raises ValueError for another length."""
        row = np.frombuffer(packed, np.float16).astype(np.float32)
        with self._lock:
            if row.shape[0] != self._rows.shape[1]:
                raise ValueError(f"a vector of {row.shape[0]} numbers is not this embedder's")
            place = self._place.setdefault(number, len(self._place))
            if place >= len(self._numbers):
                self._rows = np.concatenate([self._rows, np.zeros_like(self._rows)])
                self._numbers = np.concatenate([self._numbers, np.zeros_like(self._numbers)])
            self._rows[place], self._numbers[place] = row, number

    def near(self, number: int, limit: int) -> list[tuple[int, float]]:
        """The nearest to a text that was put in, each with its cosine; empty for an unknown one."""
        with self._lock:
            place = self._place.get(number)
            vector = None if place is None else self._rows[place].copy()
        if vector is None:
            return []
        return [each for each in self._nearest(vector, limit + 1) if each[0] != number][:limit]

    def near_to(self, text: str, limit: int) -> list[tuple[int, float]]:
        """The nearest to any text, each with its cosine."""
        return self._nearest(self._embedder.embed([text])[0], limit)

    def alike(self, text: str, others: Sequence[str]) -> list[float]:
        """How near each of the others is to the text: the cosine, from -1 to 1."""
        vectors = self._embedder.embed([text, *others])
        return [float(value) for value in vectors[1:] @ vectors[0]]

    def _nearest(self, vector: np.ndarray, limit: int) -> list[tuple[int, float]]:
        with self._lock:
            count = len(self._place)
            rows, numbers = self._rows[:count], self._numbers[:count]
        scores = rows @ vector
        best = np.argpartition(-scores, limit)[:limit] if limit < count else np.arange(count)
        best = best[np.argsort(-scores[best], kind="stable")]
        return [(int(numbers[place]), float(scores[place])) for place in best]
