"""The door through which pages see the knowledge: articles to read, to find and to rate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath

from knowledge.markdown import Heading, headings, to_html, to_plain

from knowledge.base import KnowledgeBase, KnowledgeState
from knowledge.content import PUBLIC, Article
from knowledge.search import Hit
from knowledge.slugs import anchor

DESCRIPTION = 155
EXCERPT = 220


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a list."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Articles with one tag (the first of each), by title."""

    tag: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An article that a search found: the section that fits best, and its first words."""

    id: str
    title: str
    section: str
    anchor: str
    excerpt: str


@dataclass(frozen=True, slots=True)
class Content:
    """A heading of an article and the id it has in the page."""

    text: str
    level: int
    anchor: str


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """An article to be read. `html` is sanitised; `description` is plain, for search engines."""

    id: str
    title: str
    html: str
    description: str
    contents: tuple[Content, ...]
    tags: tuple[str, ...]
    reviewed: date | None


class HelpCentre:
    """Reads what the knowledge base serves now; shows only articles for `audience`.

    `address` gives the path of an article's page from its id.
    """

    def __init__(
        self,
        knowledge: KnowledgeBase,
        *,
        address: Callable[[str], str],
        audience: str = PUBLIC,
    ) -> None:
        self._knowledge = knowledge
        self._address = address
        self._audience = audience

    @property
    def state(self) -> KnowledgeState:
        """What is served, and what is wrong with the content."""
        return self._knowledge.state

    def examples(self, limit: int) -> tuple[str, ...]:
        """Questions to start with: the first of an article each, spread over the tags."""
        with_questions = [article for article in self._articles() if article.questions]
        first_of_tag = {article.tags[:1]: article for article in reversed(with_questions)}
        picked = sorted(first_of_tag.values(), key=lambda article: article.title)
        rest = [article for article in with_questions if article not in picked]
        return tuple(article.questions[0] for article in [*picked, *rest][:limit])

    def shelves(self) -> tuple[Shelf, ...]:
        """All articles by their first tag; those without any come last."""
        by_tag: defaultdict[str, list[Entry]] = defaultdict(list)
        for article in self._articles():
            by_tag[article.tags[0] if article.tags else ""].append(Entry(article.id, article.title))
        tags = sorted(by_tag, key=lambda tag: (not tag, tag.lower()))
        return tuple(Shelf(tag, tuple(by_tag[tag])) for tag in tags)

    def search(self, question: str, limit: int = 10) -> tuple[Found, ...]:
        """The articles that fit a question, best first."""
        hits = self._knowledge.search(question, limit=limit).hits
        return tuple(_found(hit) for hit in hits if hit.article.audience == self._audience)

    def article(self, id: str) -> ArticlePage | None:
        """One article; None when there is none (any more), or not for this audience."""
        article = self._knowledge.article(id)
        if article is None or article.audience != self._audience:
            return None
        plain = " ".join(to_plain(article.body).split())
        return ArticlePage(
            id=article.id,
            title=article.title,
            html=self.to_html(article.body),
            description=_shortened(plain, DESCRIPTION),
            contents=tuple(_content(heading) for heading in headings(article.body)),
            tags=article.tags,
            reviewed=article.reviewed,
        )

    def to_html(self, markdown: str) -> str:
        """Sanitised HTML; links to other articles lead to their pages, pictures must be on https."""
        return to_html(markdown, self._link, _picture)

    def _articles(self) -> Iterable[Article]:
        return (each for each in self._knowledge.articles() if each.audience == self._audience)

    def _link(self, target: str) -> str | None:
        stem = PurePosixPath(target).stem
        known = self._knowledge.article(stem)
        return None if known is None else self._address(known.id)


def _picture(target: str) -> str | None:
    return target if target.startswith("https://") else None


def _content(heading: Heading) -> Content:
    return Content(heading.text, heading.level, anchor(heading.slug))


def _found(hit: Hit) -> Found:
    best = hit.passages[0].passage if hit.passages else None
    return Found(
        id=hit.article.id,
        title=hit.article.title,
        section=" › ".join(best.section) if best else "",
        anchor="",
        excerpt=_shortened(" ".join(to_plain(best.text).split()), EXCERPT) if best else "",
    )


def _shortened(text: str, limit: int) -> str:
    """At most `limit` characters, cut between words."""
    if len(text) <= limit:
        return text
    return text[:limit].rsplit(" ", 1)[0].rstrip(",;:") + "…"
