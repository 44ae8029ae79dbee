"""A folder of Markdown articles, one a file, with front matter in YAML.

`foreign` reads the folder of another program's site (VuePress, Docusaurus, MkDocs): its
own front-matter keys are no mistake, the id comes from the whole path, and links may
name the page (`/crash/driver.html`) as well as the file.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from indexer.sources.links import Page, broken_links
from indexer.sources.source import Content, NotReadable, merged, read_text, refused
from knowledge.reading import read_article

SUFFIXES = {".md", ".markdown"}


@dataclass(frozen=True, slots=True)
class _File:
    """One file as it was read: kept, because most files are the same at the next look."""

    text: str
    content: Content
    page: Page


@dataclass(frozen=True, slots=True)
class MarkdownFolder:
    """All `.md` files below a folder, in the order of their paths; hidden ones are left out."""

    path: Path
    foreign: bool = False
    _known: dict[Path, _File] = field(default_factory=dict, repr=False, compare=False)

    def read(self) -> Content:
        if not self.path.is_dir():
            return refused(str(self.path), _no_folder())
        contents: dict[Path, Content] = {}
        readable: dict[Path, _File] = {}
        for file in sorted(_files(self.path)):
            try:
                readable[file] = self._read(file)
                contents[file] = readable[file].content
            except NotReadable as error:
                contents[file] = refused(str(file), error)
        self._known.clear()
        self._known.update(readable)
        content = merged(contents.values())
        pages = {file: read.page for file, read in readable.items()}
        broken = broken_links(self.path, pages, foreign=self.foreign)
        return Content(content.articles, (*content.problems, *broken), content.unread)

    def _read(self, file: Path) -> _File:
        if not file.resolve().is_relative_to(self.path.resolve()):
            raise NotReadable("The file lies outside the folder", "Copy it into the folder.")
        text = read_text(file)
        known = self._known.get(file)
        if known and known.text == text:
            return known
        path = str(file)
        article, problems = read_article(
            text, path, id=self._default_id(file), foreign=self.foreign
        )
        unread = frozenset() if article else frozenset({path})
        content = Content((article,) if article else (), tuple(problems), unread)
        return _File(text, content, Page(text))

    def _default_id(self, file: Path) -> str:
        if not self.foreign:
            return file.stem
        parts = file.relative_to(self.path).with_suffix("").parts
        return "-".join("-".join(part.split()) for part in parts)


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            file = Path(parent, name)
            if file.suffix.lower() in SUFFIXES and not name.startswith("."):
                yield file


def _no_folder() -> NotReadable:
    return NotReadable(
        "There is no such folder", "Create it, or name the right one in the settings."
    )
