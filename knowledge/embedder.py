"""The port through which texts become vectors, and what every implementation shares."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]

LONGEST = 20_000
"""Characters of a text that are looked at: far more than any model's token limit holds."""


class Embedder(Protocol):
    """Turns texts into unit vectors; the same text always gives the same vector."""

    @property
    def name(self) -> str:
        """Model, precision and versions: vectors of two embedders with one name may be mixed."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row of length 1 for each text, shape `(len(texts), dimension)`, float32.

        Any string is embedded. The model reads the first tokens only (256 for the default
        model) and ignores the rest: split long articles, and see `knowledge.question`
        for long questions. May be called from several threads at once.
        """


class EmbedderRefused(Exception):
    """A model that cannot be used: missing, damaged or of an unknown kind. Says what to do."""


def clean(text: str) -> str:
    """The text as every model can read it: no NUL, no lone surrogates, at most LONGEST characters."""
    cut = text[:LONGEST].replace("\0", " ")
    return cut.encode("utf-8", "replace").decode("utf-8")
