"""The real fast embedder and a searcher over our own articles, opened once for all tests that need them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from indexer.build import embed, plan
from indexer.sources import MarkdownFolder
from knowledge.embedder import Embedder
from knowledge.embedders import open_embedder
from knowledge.live import LiveKnowledge
from knowledge.search import HybridSearcher
from tests.answers_support import NOW

ROOT = Path(__file__).parent.parent


@cache
def real_embedder() -> Embedder:
    """Prepared once in `var/models` of the checkout, in seconds."""
    return open_embedder(cache=ROOT / "var" / "models", progress=print)


@cache
def own_help_centre() -> LiveKnowledge:
    """Firstline's own articles, indexed in memory."""
    content = MarkdownFolder(ROOT / "knowledge" / "articles").read()
    work = plan(content.articles, None, embedder=real_embedder().name)
    index = embed(work, real_embedder(), now=NOW, progress=lambda *_: None)
    return LiveKnowledge(index, HybridSearcher(index, real_embedder()))
