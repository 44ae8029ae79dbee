"""S18: an index or a model file that somebody else put there is refused, never run."""

from __future__ import annotations

import io
import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedder import EmbedderRefused
from knowledge.embedder_cache import is_whole
from knowledge.embedder_onnx import OnnxEmbedder
from knowledge.index import IndexRefused, load, write
from tests.unit_index import an_index

RAN: list[str] = []


class Payload:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return RAN.append, ("ran",)


def pickled_vectors() -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, np.array([Payload()], dtype=object), allow_pickle=True)
    return buffer.getvalue()


def enormous_vectors() -> bytes:
    buffer = io.BytesIO()
    header = {"descr": "<f4", "fortran_order": False, "shape": (2**40, 384)}
    np.lib.format.write_array_header_1_0(buffer, header)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "swapped", [pickle.dumps(Payload()), pickled_vectors(), enormous_vectors(), b""]
)
def test_s18_swapped_vectors_are_refused_and_nothing_runs(tmp_path: Path, swapped: bytes) -> None:
    write(an_index(), tmp_path / "index")
    (tmp_path / "index" / "vectors.npy").write_bytes(swapped)
    with pytest.raises(IndexRefused, match="firstline index"):
        load(tmp_path / "index")
    assert not RAN


@pytest.mark.parametrize("swapped", [pickled_vectors(), enormous_vectors()])
def test_s18_vectors_with_a_forged_checksum_still_run_nothing(
    tmp_path: Path, swapped: bytes
) -> None:
    """Who can write the manifest too can lie about the numbers, but cannot run code."""
    import hashlib

    folder = tmp_path / "index"
    write(an_index(), folder)
    former = hashlib.sha256((folder / "vectors.npy").read_bytes()).hexdigest()
    (folder / "vectors.npy").write_bytes(swapped)
    manifest = (folder / "manifest.json").read_text("utf-8")
    assert former in manifest
    forged = manifest.replace(former, hashlib.sha256(swapped).hexdigest())
    (folder / "manifest.json").write_text(forged, "utf-8")
    with pytest.raises(IndexRefused):
        load(folder)
    assert not RAN


def test_s18_a_swapped_model_is_not_taken_for_whole(tmp_path: Path) -> None:
    sums = {"model.onnx": "0" * 64, "tokenizer.json": "0" * 64, "model.json": "0" * 64}
    (tmp_path / "manifest.json").write_text(json.dumps({"sha256": sums}), "utf-8")
    for name in sums:
        (tmp_path / name).write_bytes(pickle.dumps(Payload()))
    assert not is_whole(tmp_path)
    with pytest.raises(EmbedderRefused, match="delete that folder"):
        OnnxEmbedder(tmp_path)
    assert not RAN
