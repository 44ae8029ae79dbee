"""The general embedder: any sentence-transformers model on torch, ONNX or OpenVINO."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

import numpy as np

from knowledge.embedder import EmbedderRefused, Vectors, clean
from knowledge.embedder_cache import check_weights


class SentenceTransformersEmbedder:
    """Embeds with sentence-transformers; see the port `Embedder`.

    Calls are serialised: its tokenizer is set anew by each call and breaks in two threads.
    """

    def __init__(self, folder: Path, *, backend: str = "torch", name: str) -> None:
        """Loads the model folder; imports torch, which takes seconds. Raises EmbedderRefused."""
        weights = check_weights(folder, None)[:8] if backend == "torch" else ""
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of the libraries, about themselves
                from sentence_transformers import SentenceTransformer

                self._model = SentenceTransformer(
                    str(folder),
                    device="cpu",
                    backend=backend,
                    local_files_only=True,
                    trust_remote_code=False,
                )
        except Exception as error:  # each backend has its own errors for a missing part
            raise EmbedderRefused(
                f"sentence-transformers cannot open {folder} with backend {backend!r} ({error}); "
                "install what the backend needs, or set the embedder to fast"
            ) from error
        made = f"{backend} sentence-transformers {version('sentence-transformers')}"
        self._name = " ".join(filter(None, (Path(name).name, weights, made)))
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension() or 0)

    def embed(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), dtype=np.float32)
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            vectors = self._model.encode(
                [clean(text) for text in texts],
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )
        return np.asarray(vectors, dtype=np.float32)
