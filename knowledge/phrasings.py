"""Which of several things a short text means, by its nearness to known phrasings of each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from knowledge.embedder import Embedder

_NEAREST = 2


class Phrasings:
    """Known phrasings, by what they mean. They are embedded once, here."""

    def __init__(self, by_meaning: Mapping[str, Sequence[str]], embedder: Embedder) -> None:
        """Each meaning has at least one phrasing with words in it."""
        self._embedder = embedder
        self._meanings = tuple(by_meaning)
        texts = [text for meaning in self._meanings for text in by_meaning[meaning]]
        self._starts = np.cumsum([0, *(len(by_meaning[meaning]) for meaning in self._meanings)])
        self._vectors = embedder.embed(texts)

    def nearness(self, text: str) -> dict[str, float]:
        """For each meaning the mean cosine (-1..1) of its two phrasings nearest to the text."""
        near = self._vectors @ self._embedder.embed([text])[0]
        return {
            meaning: float(np.sort(near[start:end])[-_NEAREST:].mean())
            for meaning, start, end in zip(
                self._meanings, self._starts, self._starts[1:], strict=False
            )
        }
