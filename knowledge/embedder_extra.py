"""The extra `sentence-transformers`: torch and what runs on it, which most desks never need."""

from __future__ import annotations

from importlib.util import find_spec

from knowledge.embedder import EmbedderRefused

PARTS = ("sentence_transformers", "torch")


def has_extra() -> bool:
    """Whether the extra is installed; imports nothing of it."""
    return all(find_spec(part) for part in PARTS)


def require_extra(why: str) -> None:
    """Raises EmbedderRefused, which says what to install, when the extra is not there."""
    if not has_extra():
        raise EmbedderRefused(
            f"{why}; install that: pip install 'firstline[sentence-transformers]' (from a clone: "
            "make extra), or set the engine to fast and the model to the one that "
            "comes with Firstline"
        )
