"""What a knowledge base is made of: articles, and the entries an index keeps of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

PUBLIC = "public"


@dataclass(frozen=True, slots=True)
class Article:
    """One article as its writer wrote it.

    `body` is Markdown without front matter and without the title's own heading.
    `questions` are phrasings that this article must answer: they are indexed
    beside the text and are the article's own tests. `path` says where the article
    was read from, for messages to writers (`""` when it came from no file).
    """

    id: str
    title: str
    body: str
    url: str = ""
    questions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    audience: str = PUBLIC
    owner: str = ""
    reviewed: date | None = None
    path: str = ""


Kind = Literal["passage", "title", "question"]


@dataclass(frozen=True, slots=True)
class Passage:
    """One thing the index can find: a piece of an article, its title, or one of its questions.

    `text` is Markdown for kind `passage`, plain words otherwise. `section` is the
    breadcrumb of headings inside the article (`()` at its top). `position` is the
    passage's place in the article, from 0 (titles and questions: -1). `hash` is the
    SHA-256 (hex) of what is embedded and decides whether it must be embedded again.
    """

    id: str
    article: str
    kind: Kind
    section: tuple[str, ...]
    text: str
    position: int
    hash: str


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong in the content, said to the one who can mend it.

    `line` counts from 1; 0 means the file as a whole.
    """

    path: str
    line: int
    what: str
    do: str

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}" if self.line else self.path
        return f"{place}: {self.what}. {self.do}"


def embedded_text(article: Article, kind: Kind, section: tuple[str, ...], text: str) -> str:
    """The text that stands for an entry in the index: what is embedded, and what is hashed.

    A passage is read under its title and the headings above it; a title or a question
    speaks for itself.
    """
    if kind != "passage":
        return text
    return " > ".join((article.title, *section)) + "\n" + text
