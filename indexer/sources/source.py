"""What a source of articles is, and what it gives."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from knowledge.content import Article, Problem

LARGEST_ARTICLE = 1_000_000
"""Bytes of one article's source; more is a file put there by mistake."""


@dataclass(frozen=True, slots=True)
class Content:
    """What was read: the articles that can be served, and everything that is wrong.

    `unread` holds the paths of files of which something exists but could not be read:
    what they gave earlier is not deleted, it only cannot be seen now.
    """

    articles: tuple[Article, ...] = ()
    problems: tuple[Problem, ...] = ()
    unread: frozenset[str] = frozenset()


class Source(Protocol):
    """One place where articles are written.

    `path` is the file or folder that is read and watched. `read` gives the same content
    in the same order as long as nothing there changes, and never raises for what a writer
    did: every mistake is a Problem that names the file, the line and what to do.
    """

    @property
    def path(self) -> Path: ...

    def read(self) -> Content: ...


class NotReadable(Exception):
    """A file that cannot be read as text; `do` says what to do about it."""

    def __init__(self, what: str, do: str, line: int = 0) -> None:
        super().__init__(what)
        self.do = do
        self.line = line


def read_text(path: Path, largest: int | None = LARGEST_ARTICLE) -> str:
    """The file's text without a byte order mark. Raises NotReadable."""
    try:
        if largest is not None and path.stat().st_size > largest:
            raise NotReadable(
                f"The file is larger than {largest:,} bytes",
                "Split it into several articles, or move it out of the folder.",
            )
        data = path.read_bytes()
    except OSError as error:
        do = "Check that the file is there and that this user may read it."
        raise NotReadable(f"The file cannot be read: {error.strerror}", do) from error
    return _decoded(data)


def _decoded(data: bytes) -> str:
    if b"\0" in data:
        do = "Save it as UTF-8 text, or move it out of the folder."
        raise NotReadable("The file is not text", do, _line(data, data.index(b"\0")))
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        do = "Save the file with the encoding UTF-8."
        raise NotReadable("The file is not UTF-8", do, _line(data, error.start)) from error


def _line(data: bytes, place: int) -> int:
    return data.count(b"\n", 0, place) + 1


def refused(path: str, error: NotReadable) -> Content:
    """The content of a file that cannot be read at all."""
    problem = Problem(path, error.line, str(error), error.do)
    return Content(problems=(problem,), unread=frozenset({path}))


def merged(contents: Iterable[Content]) -> Content:
    """All content as one. Of two articles with one id the first is taken, the second is a Problem."""
    articles: dict[str, Article] = {}
    problems: list[Problem] = []
    unread: set[str] = set()
    for content in contents:
        problems.extend(content.problems)
        unread |= content.unread
        for article in content.articles:
            first = articles.setdefault(article.id, article)
            if first is not article:
                problems.append(_twice(article, first))
                unread.add(article.path)
    return Content(tuple(articles.values()), tuple(problems), frozenset(unread))


def _twice(article: Article, first: Article) -> Problem:
    what = f"The id `{article.id}` is taken by {first.path}"
    return Problem(article.path, 0, what, "Give one of the two articles another id.")
