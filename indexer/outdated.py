"""Whether the articles may have changed since an index was built, without reading them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from indexer.sources.source import Source
from knowledge.index import Index


def outdated(index: Index, sources: Sequence[Source]) -> bool:
    """True when an article's file is gone, or anything at the sources is younger than the index.

    A file that was moved or renamed counts as younger (by its ctime), and so does a
    folder that lost one. Costs a look at each file; says True in doubt.
    """
    built = index.built_at.timestamp()
    if any(article.path and not Path(article.path).exists() for article in index.articles):
        return True
    return any(touched(path) >= built for source in sources for path in below(source.path))


def below(path: Path) -> Iterator[Path]:
    """The path and everything in it."""
    yield path
    if path.is_dir():
        yield from path.rglob("*")


def touched(path: Path) -> float:
    """When the file was last changed in any way (seconds since 1970); now-ish when it cannot be told."""
    try:
        found = path.stat()
    except OSError:
        return float("inf")
    return max(found.st_mtime, found.st_ctime)
