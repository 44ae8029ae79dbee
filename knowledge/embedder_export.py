"""Turns a sentence-transformers model into one quantised ONNX file. Runs as a process of its own:

    python -m knowledge.embedder_export MODEL TARGET int8|uint8

Writes model.onnx, tokenizer.json and exported.json into TARGET, a line of progress to its
output for each stage. A BERT encoder is built from its weights; any other model is traced by
torch, which the extra `sentence-transformers` brings.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

from knowledge.embedder_bert import Bert, NotBert, read_bert

Facts = dict[str, object]
Kept = tuple[str, ...]
"""Nodes that are not quantised."""


def export(model: Path, target: Path, kind: str) -> None:
    """Make the graph, quantise, describe. The whole model counts, up to vectors of length 1."""
    whole = target / "whole.onnx"
    kept: Kept
    try:
        facts, kept = _built(model, target, whole, read_bert(model))
    except NotBert:
        from knowledge.embedder_trace import trace

        facts, kept = trace(model, target, whole, _say), ()
    _say(f"quantising to {kind}")
    _quantise(whole, target / "model.onnx", kind, kept)
    whole.unlink()
    (target / "exported.json").write_text(json.dumps(facts), "utf-8")


def _built(model: Path, target: Path, whole: Path, bert: Bert) -> tuple[Facts, Kept]:
    _say("building the graph from the weights")
    import onnx

    from knowledge.embedder_graph import FLOAT, build
    from knowledge.embedder_nodes import INPUTS

    onnx.save(build(model, bert), whole)
    shutil.copyfile(model / "tokenizer.json", target / "tokenizer.json")
    return {"dimension": bert.hidden, "max_tokens": bert.max_tokens, "inputs": INPUTS}, FLOAT


def _quantise(whole: Path, path: Path, kind: str, kept: Kept) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    weights = QuantType.QInt8 if kind == "int8" else QuantType.QUInt8
    quantize_dynamic(
        whole, path, weight_type=weights, per_channel=True, nodes_to_exclude=list(kept)
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
