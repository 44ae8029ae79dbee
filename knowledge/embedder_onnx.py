"""The fast embedder: a quantised model on onnxruntime and tokenizers, without torch."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

from knowledge.embedder import EmbedderRefused, Vectors, clean

BULK = 16
"""From so many texts at once the cores share them; a question waits for no pool."""


class OnnxEmbedder:
    """Embeds with a model that `knowledge.embedder_cache.prepared` made; see the port `Embedder`.

    One text at a time: dynamic quantisation scales by the whole batch, so in a batch the
    same text would get another vector; alone it is as fast. One thread a text: questions
    are the parallelism, and many texts at once are shared out over all cores.
    """

    def __init__(self, folder: Path) -> None:
        """Loads the prepared model. Raises EmbedderRefused."""
        try:
            facts = json.loads((folder / "model.json").read_text("utf-8"))
            self._name, self._dimension = str(facts["name"]), int(facts["dimension"])
            self._inputs = tuple(facts["inputs"])
            self._tokenizer = _tokenizer(folder / "tokenizer.json", int(facts["max_tokens"]))
            self._session = _session(folder / "model.onnx")
        except Exception as error:  # the runtimes raise bare Exception for a damaged file
            raise EmbedderRefused(
                f"the prepared model in {folder} cannot be read ({error}); delete that folder, "
                "it is made again at the next start"
            ) from error
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1, "embedder")

    @property
    def name(self) -> str:
        return self._name

    @property
    def dimension(self) -> int:
        return self._dimension

    def embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.empty((len(texts), self._dimension), dtype=np.float32)
        embed = map if len(texts) < BULK else self._pool.map
        for row, vector in zip(rows, embed(self._embed_one, texts), strict=True):
            row[:] = vector
        return rows

    def _embed_one(self, text: str) -> Vectors:
        encoded = self._tokenizer.encode(clean(text))
        columns = {
            "input_ids": encoded.ids,
            "attention_mask": encoded.attention_mask,
            "token_type_ids": encoded.type_ids,
        }
        feed = {name: np.array([columns[name]], dtype=np.int64) for name in self._inputs}
        vector: Vectors = self._session.run(["embedding"], feed)[0][0]
        return vector


def _tokenizer(path: Path, max_tokens: int) -> Tokenizer:
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_padding()
    tokenizer.enable_truncation(max_tokens)
    return tokenizer


def _session(path: Path) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    # The arena keeps the memory of the longest text for ever.
    options.enable_cpu_mem_arena = False
    options.enable_mem_pattern = False
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
