"""Finds links between articles that lead nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from knowledge.content import Problem
from knowledge.markdown import Link, headings, links, normalise
from knowledge.reading import split_front_matter

_PAGES = {".html", ""}


def broken_links(folder: Path, texts: Mapping[Path, str], *, foreign: bool) -> list[Problem]:
    """A Problem for each link to an article or a heading that is not there, by file and line.

    Links to whole addresses and to other kinds of files are not looked at.
    """
    slugs = _Slugs(texts)
    return [
        problem
        for file, text in texts.items()
        for link, line in _links(text)
        for problem in _broken(folder, file, link, line, slugs, foreign)
    ]


class _Slugs:
    """The slugs of the files' headings, read when they are asked for."""

    def __init__(self, texts: Mapping[Path, str]) -> None:
        self._texts = texts
        self._known: dict[Path, set[str]] = {}

    def __contains__(self, file: Path) -> bool:
        return file in self._texts

    def of(self, file: Path) -> set[str]:
        if file not in self._known:
            _, body, _ = split_front_matter(normalise(self._texts[file]))
            self._known[file] = {heading.slug for heading in headings(body)}
        return self._known[file]


def _links(text: str) -> Iterator[tuple[Link, int]]:
    if "](" not in text and "]:" not in text:
        return
    _, body, before = split_front_matter(normalise(text))
    for link in links(body):
        yield link, link.line + before


def _broken(
    folder: Path, file: Path, link: Link, line: int, slugs: _Slugs, foreign: bool
) -> Iterator[Problem]:
    path, _, fragment = link.target.partition("#")
    path = unquote(path.partition("?")[0])
    if ":" in path.split("/", 1)[0] or path.startswith("//"):
        return
    target = _target(folder, file, path, slugs, foreign) if path else file
    if target is None:
        return
    if target not in slugs:
        what = f"The link to `{link.target}` leads to no article"
        yield Problem(str(file), line, what, "Mend the path, or take the link away.")
    elif fragment and not foreign and unquote(fragment) not in slugs.of(target):
        what = f"The link to `{link.target}` leads to no heading of {target}"
        known = ", ".join(f"#{slug}" for slug in sorted(slugs.of(target))[:8])
        yield Problem(str(file), line, what, f"Headings there: {known or 'none'}.")


def _target(folder: Path, file: Path, path: str, slugs: _Slugs, foreign: bool) -> Path | None:
    """The file that a link's path means, or None when it is no link to an article."""
    suffix = PurePosixPath(path).suffix.lower()
    if suffix != ".md" and not (foreign and suffix in _PAGES):
        return None
    base = folder if path.startswith("/") else file.parent
    wanted = Path(os.path.normpath(base / path.lstrip("/")))
    if suffix == ".md":
        return wanted
    page = wanted.with_suffix(".md")
    choices = [page, wanted / "README.md", wanted / "index.md", page.with_name("README.md")]
    return next((choice for choice in choices if choice in slugs), page)
