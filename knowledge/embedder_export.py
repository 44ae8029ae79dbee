"""Turns a sentence-transformers model into one quantised ONNX file. Runs as a process of its own:

    python -m knowledge.embedder_export MODEL TARGET int8|uint8

Writes model.onnx, tokenizer.json and exported.json into TARGET, a line of progress to its
output for each stage. Beside `embedder_st` the only place that imports torch.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def export(model: Path, target: Path, kind: str) -> None:
    """Export, quantise, describe. The whole model counts: transformer, pooling, normalisation."""
    from sentence_transformers import SentenceTransformer

    _say("loading the model")
    source = SentenceTransformer(
        str(model), device="cpu", local_files_only=True, trust_remote_code=False
    ).eval()
    source.tokenizer.backend_tokenizer.save(str(target / "tokenizer.json"))
    inputs = [name for name in source.tokenizer.model_input_names if name != "labels"]
    whole = target / "whole.onnx"
    _say("exporting to ONNX")
    _export_whole(source, inputs, whole)
    _say(f"quantising to {kind}")
    _quantise(whole, target / "model.onnx", kind)
    whole.unlink()
    facts = {
        "dimension": source.get_embedding_dimension(),
        "max_tokens": source.max_seq_length or 256,
        "inputs": inputs,
    }
    (target / "exported.json").write_text(json.dumps(facts), "utf-8")


def _export_whole(source: Any, inputs: list[str], path: Path) -> None:
    import torch

    class Whole(torch.nn.Module):  # type: ignore[misc]  # torch is not typed here
        def __init__(self) -> None:
            super().__init__()
            self.parts = torch.nn.ModuleList(source)

        def forward(self, *tensors: Any) -> Any:
            features = dict(zip(inputs, tensors, strict=True))
            for part in self.parts:
                features = part(features)
            return torch.nn.functional.normalize(features["sentence_embedding"], dim=-1)

    sample = source.tokenizer(["how do I reset my password", "hello"], padding=True)
    tensors = tuple(torch.tensor(sample[name]) for name in inputs)
    with torch.no_grad():
        torch.onnx.export(
            Whole().eval(),
            tensors,
            str(path),
            input_names=inputs,
            output_names=["embedding"],
            dynamic_axes={name: {0: "texts", 1: "tokens"} for name in inputs}
            | {"embedding": {0: "texts"}},
            opset_version=17,
            dynamo=False,
        )


def _quantise(whole: Path, path: Path, kind: str) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    weights = QuantType.QInt8 if kind == "int8" else QuantType.QUInt8
    quantize_dynamic(whole, path, weight_type=weights, per_channel=True)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    export(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])
