"""Tests that need the extra `sentence-transformers`: skipped at home without it, never in CI."""

from __future__ import annotations

import os

import pytest

from knowledge.embedder_extra import has_extra

WHAT = "sentence-transformers is missing: make extra (README.md, Install)"


def needs_extra() -> None:
    """Ends the test when the extra is not installed: skips it at home, fails it in CI."""
    if has_extra():
        return
    if os.environ.get("CI"):
        pytest.fail(WHAT)
    pytest.skip(WHAT)
