"""Finds links between articles that lead nowhere."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from knowledge.content import Problem
from knowledge.markdown import Link, headings, links, normalise
from knowledge.reading import split_front_matter

_PAGES = {".html", ""}


class Page:
    """One file's links and headings, read when they are first asked for."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def links(self) -> list[Link]:
        """Its links, with their lines in the file."""
        if "](" not in self._text and "]:" not in self._text:
            return []
        _, body, before = split_front_matter(normalise(self._text))
        return [Link(link.target, link.line + before) for link in links(body)]

    @cached_property
    def slugs(self) -> frozenset[str]:
        """The names by which its headings are reached."""
        _, body, _ = split_front_matter(normalise(self._text))
        return frozenset(heading.slug for heading in headings(body))


def broken_links(folder: Path, pages: Mapping[Path, Page], *, foreign: bool) -> list[Problem]:
    """A Problem for each link to an article or a heading that is not there, by file and line.

    Links to whole addresses and to other kinds of files are not looked at.
    """
    return [
        problem
        for file, page in pages.items()
        for link in page.links
        for problem in _broken(folder, file, link, pages, foreign)
    ]


def _broken(
    folder: Path, file: Path, link: Link, pages: Mapping[Path, Page], foreign: bool
) -> Iterator[Problem]:
    path, _, fragment = link.target.partition("#")
    path = unquote(path.partition("?")[0])
    if ":" in path.split("/", 1)[0] or path.startswith("//"):
        return
    target = _target(folder, file, path, pages, foreign) if path else file
    if target is None:
        return
    if target not in pages:
        what = f"The link to `{link.target}` leads to no article"
        yield Problem(str(file), link.line, what, "Mend the path, or take the link away.")
    elif fragment and not foreign and unquote(fragment) not in pages[target].slugs:
        what = f"The link to `{link.target}` leads to no heading of {target}"
        known = ", ".join(f"#{slug}" for slug in sorted(pages[target].slugs)[:8])
        yield Problem(str(file), link.line, what, f"Headings there: {known or 'none'}.")


def _target(
    folder: Path, file: Path, path: str, pages: Mapping[Path, Page], foreign: bool
) -> Path | None:
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
    return next((choice for choice in choices if choice in pages), page)
