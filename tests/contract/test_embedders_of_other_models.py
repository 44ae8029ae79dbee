"""Models that are not the packaged one, and engines that need the extra."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

from knowledge.embedder import EmbedderRefused
from knowledge.embedders import PACKAGED, model_folder, open_embedder
from tests.optional_extra import needs_extra

ROOT = Path(__file__).resolve().parents[2]
TEXTS = ["How do I reset my password?", "hi", "a somewhat longer text about nothing at all " * 9]


def save_small_model(folder: Path, kind: str, pooling: str) -> None:
    """A model of random weights as sentence-transformers saves it, with the packaged vocabulary."""
    import torch
    from sentence_transformers import SentenceTransformer, models
    from transformers import AutoModel, AutoTokenizer, BertConfig, DistilBertConfig

    torch.manual_seed(1)
    config = {
        "bert": BertConfig(
            hidden_size=96, num_hidden_layers=3, num_attention_heads=4, intermediate_size=200
        ),
        "distilbert": DistilBertConfig(dim=96, n_layers=2, n_heads=4, hidden_dim=200),
    }[kind]
    inner = folder.with_name("inner")
    AutoModel.from_config(config).save_pretrained(inner)
    AutoTokenizer.from_pretrained(str(model_folder(PACKAGED))).save_pretrained(inner)
    transformer = models.Transformer(str(inner), max_seq_length=64)
    parts = [transformer, models.Pooling(96, pooling_mode=pooling)]
    SentenceTransformer(modules=parts, device="cpu").save(str(folder))


@pytest.mark.parametrize(
    ("kind", "pooling", "made"),
    [
        ("bert", "mean", "building"),
        ("bert", "cls", "building"),
        ("distilbert", "mean", "exporting"),
    ],
)
def test_another_model_gets_the_fast_form(
    tmp_path: Path, kind: str, pooling: str, made: str
) -> None:
    needs_extra()
    folder = tmp_path / "model"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the libraries, about themselves
        save_small_model(folder, kind, pooling)
    lines: list[str] = []
    fast = open_embedder("fast", str(folder), cache=tmp_path / "cache", progress=lines.append)
    general = open_embedder("torch", str(folder), cache=tmp_path / "cache", progress=print)
    cosines = np.einsum("ij,ij->i", fast.embed(TEXTS), general.embed(TEXTS))
    assert cosines.min() >= 0.98
    assert any(line.startswith(made) for line in lines)


@pytest.mark.parametrize("backend", ["onnx", "openvino"])
def test_a_backend_without_its_package_says_what_to_install(tmp_path: Path, backend: str) -> None:
    needs_extra()
    with pytest.raises(EmbedderRefused, match=rf"pip install .*sentence-transformers\[{backend}\]"):
        open_embedder(backend, cache=tmp_path, progress=print)


@pytest.mark.parametrize("engine", ["torch", "onnx", "openvino"])
def test_an_engine_without_the_extra_says_what_to_install(tmp_path: Path, engine: str) -> None:
    """Given a Python that has no torch, when such an engine is set, then one line says what to do."""
    program = (
        "import sys; from pathlib import Path; sys.modules['torch'] = None;"
        "from knowledge.embedders import open_embedder;"
        "open_embedder(sys.argv[1], cache=Path(sys.argv[2]), progress=print)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, engine, str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert "EmbedderRefused" in done.stderr
    assert "pip install 'firstline[sentence-transformers]'" in done.stderr


def test_the_default_model_is_prepared_and_used_without_torch(tmp_path: Path) -> None:
    """The preparation is a process of its own: torch is hidden from that one too."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    for name in ("torch", "transformers", "sentence_transformers"):
        (hidden / f"{name}.py").write_text(f"raise ImportError('{name} was imported')\n")
    program = (
        "import sys; from pathlib import Path; from knowledge.embedders import open_embedder;"
        "print(open_embedder(cache=Path(sys.argv[1]), progress=print).embed(['hello']).shape)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "cache")],
        cwd=ROOT, capture_output=True, text=True, timeout=180, check=False,
        env={"PYTHONPATH": str(hidden)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith("(1, 384)\n")
