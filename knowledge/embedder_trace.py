"""Exports any sentence-transformers model to ONNX by tracing it with torch, as embedder_export does
for models it cannot build. Beside `embedder_st` the only place that imports torch."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any


def trace(model: Path, target: Path, path: Path, say: Callable[[str], None]) -> dict[str, object]:
    """Write the graph to `path` and the tokenizer into `target`; say what the embedder must know."""
    from sentence_transformers import SentenceTransformer

    say("loading the model")
    source = SentenceTransformer(
        str(model), device="cpu", local_files_only=True, trust_remote_code=False
    ).eval()
    source.tokenizer.backend_tokenizer.save(str(target / "tokenizer.json"))
    inputs = [name for name in source.tokenizer.model_input_names if name != "labels"]
    say("exporting to ONNX")
    _export(source, inputs, path)
    import onnx

    kept = [each.name for each in onnx.load(path).graph.input]  # not what the model ignores
    return {
        "dimension": source.get_embedding_dimension(),
        "max_tokens": source.max_seq_length or 256,
        "inputs": kept,
    }


def _export(source: Any, inputs: list[str], path: Path) -> None:
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
