"""The nearest rows to a question's vector, by faiss.

| rows | index | why |
| --- | --- | --- |
| up to 20,000 | flat, float32 | exact, 0.2 ms for 10,000 |
| up to `exact_up_to` | flat, half precision | exact to .999, half the memory, thrice as fast |
| above | inverted lists, half precision | HNSW loses its recall under a filter and builds slower |
"""

from __future__ import annotations

import math
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from knowledge.embedder import Vectors

Rows = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

_faiss: Any = faiss  # its type stubs do not know the Python constructors

_FULL_PRECISION = 20_000
_LISTS_LOOKED_AT = 32


class NearestRows:
    """Finds rows by cosine. Holds its own copy of the vectors; safe to ask from many threads."""

    def __init__(self, vectors: Vectors, *, exact_up_to: int) -> None:
        """Vectors of length 1. Above `exact_up_to` rows this trains for seconds to minutes."""
        faiss.omp_set_num_threads(1)  # requests are the parallelism
        self._count, dimension = vectors.shape
        self._lists = 0 if self._count <= exact_up_to else 4 * math.isqrt(self._count)
        self._index = faiss.index_factory(
            dimension, _kind(self._count, self._lists), faiss.METRIC_INNER_PRODUCT
        )
        rows = np.ascontiguousarray(vectors)
        self._index.train(rows)
        self._index.add(rows)

    def near(self, vector: Vectors, count: int, allowed: Mask | None = None) -> Rows:
        """The `count` rows nearest to the vector among the allowed ones, nearest first.

        Fewer when there are fewer. `allowed` (None: all rows) is applied inside the search.
        """
        wanted = min(count, self._count)
        if not wanted:
            return np.zeros(0, dtype=np.int64)
        selector = None if allowed is None else _selector(allowed)
        _, rows = self._index.search(vector[None, :], wanted, params=self._parameters(selector))
        found: Rows = rows[0][rows[0] >= 0]
        return found

    def _parameters(self, selector: Any) -> Any:
        if self._lists:
            return _faiss.SearchParametersIVF(sel=selector, nprobe=_LISTS_LOOKED_AT)
        return _faiss.SearchParameters(sel=selector)


def _kind(count: int, lists: int) -> str:
    if lists:
        return f"IVF{lists},SQfp16"
    return "Flat" if count <= _FULL_PRECISION else "SQfp16"


def _selector(allowed: Mask) -> Any:
    return _faiss.IDSelectorBitmap(np.packbits(allowed, bitorder="little"))
