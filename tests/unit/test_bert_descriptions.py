"""Which models are built from their weights, read from their JSON files alone."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from knowledge.embedder_bert import Bert, NotBert, read_bert

CONFIG = {
    "model_type": "bert",
    "hidden_act": "gelu",
    "hidden_size": 8,
    "intermediate_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "layer_norm_eps": 1e-12,
    "max_position_embeddings": 32,
}
MODULES = [
    {"type": f"sentence_transformers.models.{kind}", "path": path}
    for kind, path in (("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize"))
]
Model = Callable[..., Path]


@pytest.fixture
def model(tmp_path: Path) -> Model:
    def write(
        config: dict[str, Any] | None = None,
        pooling: dict[str, Any] | None = None,
        modules: list[Any] | None = None,
        reading: dict[str, Any] | None = None,
    ) -> Path:
        (tmp_path / "1_Pooling").mkdir()
        for name, value in {
            "config.json": {**CONFIG, **(config or {})},
            "modules.json": MODULES if modules is None else modules,
            "sentence_bert_config.json": {"max_seq_length": 24, **(reading or {})},
            "tokenizer.json": {},
            "1_Pooling/config.json": pooling or {"pooling_mode": "mean"},
        }.items():
            (tmp_path / name).write_text(json.dumps(value), "utf-8")
        return tmp_path

    return write


def test_every_number_is_read(model: Model) -> None:
    assert read_bert(model()) == Bert(
        layers=2, heads=4, hidden=8, inner=16, epsilon=1e-12, pooling="mean", max_tokens=24
    )


def test_no_more_tokens_than_positions(model: Model) -> None:
    assert read_bert(model(reading={"max_seq_length": 512})).max_tokens == 32


@pytest.mark.parametrize(
    ("pooling", "expected"),
    [
        ({"pooling_mode": "cls"}, "cls"),
        ({"pooling_mode": ["mean"]}, "mean"),
        ({"pooling_mode_cls_token": True, "pooling_mode_mean_tokens": False}, "cls"),
        ({"pooling_mode_cls_token": False, "pooling_mode_mean_tokens": True}, "mean"),
    ],
)
def test_pooling_is_named_in_two_ways(model: Model, pooling: dict[str, Any], expected: str) -> None:
    assert read_bert(model(pooling=pooling)).pooling == expected


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({"config": {"model_type": "mpnet"}}, "mpnet"),
        ({"config": {"hidden_act": "relu"}}, "relu"),
        ({"config": {"position_embedding_type": "relative_key"}}, "relative_key"),
        ({"config": {"is_decoder": True}}, "is_decoder"),
        ({"config": {"num_hidden_layers": None}}, "config.json"),
        ({"config": {"num_attention_heads": 3}}, "by 3 heads"),
        ({"pooling": {"pooling_mode": "max"}}, "max"),
        ({"pooling": {"pooling_mode": ["mean", "max"]}}, "mean and max"),
        ({"pooling": {"embedding_dimension": 8}}, "not named"),
        ({"modules": []}, "none"),
        ({"modules": [*MODULES[:2], {"type": "x.Dense", "path": "2_Dense"}]}, "Dense"),
        ({"modules": [1]}, "modules.json"),
        ({"reading": {"do_lower_case": True}}, "case"),
    ],
)
def test_what_is_built_otherwise_is_told(model: Model, files: dict[str, Any], why: str) -> None:
    with pytest.raises(NotBert, match=why):
        read_bert(model(**files))


@pytest.mark.parametrize("name", ["config.json", "modules.json", "tokenizer.json"])
def test_a_missing_file_is_told(model: Model, name: str) -> None:
    folder = model()
    (folder / name).unlink()
    with pytest.raises(NotBert, match=name):
        read_bert(folder)
