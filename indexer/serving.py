"""What should be served, decided from what was read and what is served now. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import PurePath

from knowledge.content import Article


@dataclass(frozen=True, slots=True)
class Wanted:
    """The articles that the index should hold, and the ids among them that must not be shown."""

    articles: tuple[Article, ...]
    hidden: frozenset[str]


def wanted(
    articles: Sequence[Article], unread: frozenset[str], served: Sequence[Article]
) -> Wanted:
    """What was read, and the last good version of what is there but cannot be read.

    When a whole folder is away (moved, not mounted) its articles are hidden at once, but
    kept: when it comes back nothing has to be embedded again.
    """
    ids = {article.id for article in articles}
    former = [article for article in served if article.id not in ids]
    broken = [article for article in former if article.path in unread]
    away = [article for article in former if _lies_in(article.path, unread)]
    return Wanted(
        articles=(*articles, *broken, *away),
        hidden=frozenset(article.id for article in away),
    )


def gone(wanted: Wanted, served: Sequence[Article]) -> frozenset[str]:
    """Ids of the articles that are served and must not be any more."""
    ids = {article.id for article in wanted.articles}
    return wanted.hidden | {article.id for article in served if article.id not in ids}


def _lies_in(path: str, folders: frozenset[str]) -> bool:
    return any(str(parent) in folders for parent in PurePath(path).parents)
