"""How near a short text is to each of several meanings, whose words may be new every time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from knowledge.embedder import Embedder, Vectors

_KEPT = 2000


class Nearness:
    """Keeps the vectors of words it has seen. Safe to be asked from many threads."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._known: dict[str, Vectors] = {}

    def of(self, text: str, said: Mapping[str, Sequence[str]]) -> dict[str, float]:
        """For each meaning the cosine (-1..1) of the nearest of its words to the text."""
        vector = self._embedder.embed([text])[0]
        return {
            meaning: float((self._vectors(words) @ vector).max()) for meaning, words in said.items()
        }

    def _vectors(self, words: Sequence[str]) -> Vectors:
        known = self._known
        missing = [each for each in words if each not in known]
        if missing:
            found = dict(zip(missing, self._embedder.embed(missing), strict=True))
            known = {**(known if len(known) < _KEPT else {}), **found}
            self._known = known
        have = [known.get(each) for each in words]
        if any(each is None for each in have):
            return self._embedder.embed(list(words))
        return np.stack(have)  # type: ignore[arg-type]
