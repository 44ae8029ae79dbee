"""Everything that is wrong in the content, for `firstline check`."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.sources.source import Source, merged
from knowledge.content import Problem


def check(sources: Sequence[Source]) -> list[Problem]:
    """All problems of all sources, by file and line; empty when the content is sound."""
    content = merged(source.read() for source in sources)
    return sorted(content.problems, key=lambda problem: (problem.path, problem.line, problem.what))
