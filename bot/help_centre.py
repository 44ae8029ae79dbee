"""The door through which pages see the knowledge: articles to read, to find and to rate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import PurePosixPath

from bot.article_path import article_path
from bot.desk import Database
from bot.store import article_ratings, history
from bot.words import words
from knowledge.base import KnowledgeBase, KnowledgeState
from knowledge.content import PUBLIC, Article
from knowledge.markdown import Heading, headings, to_html, to_plain
from knowledge.search import Hit
from knowledge.slugs import anchor

__all__ = [
    "ArticlePage",
    "Content",
    "Entry",
    "Found",
    "HelpCentre",
    "KnowledgeState",
    "Shelf",
    "article_path",
]

DESCRIPTION = 155
LAST_ANSWERS = 1_000
EXCERPT = 220


@dataclass(frozen=True, slots=True)
class Entry:
    """An article in a list."""

    title: str
    path: str


@dataclass(frozen=True, slots=True)
class Shelf:
    """Articles with one tag (the first of each), by title. The last one may have no tag."""

    tag: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """An article that a search found; the path leads to the section that fits best."""

    title: str
    path: str
    section: str
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
    path: str
    html: str
    description: str
    contents: tuple[Content, ...]
    tags: tuple[str, ...]
    reviewed: date | None


class HelpCentre:
    """Reads what the knowledge base serves now, and keeps readers' ratings.

    Shows only articles for `audience`.
    """

    def __init__(
        self,
        knowledge: KnowledgeBase,
        database: Database,
        *,
        audience: str = PUBLIC,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._knowledge = knowledge
        self._database = database
        self._audience = audience
        self._clock = clock

    @property
    def state(self) -> KnowledgeState:
        """What is served, and what is wrong with the content."""
        return self._knowledge.state

    def examples(self, limit: int) -> tuple[str, ...]:
        """Questions to start with: the first one of an article each, of different tags first."""
        asked = [article for article in self._articles() if article.questions]
        of_tag = {article.tags[:1]: article for article in reversed(asked)}
        first = sorted(of_tag.values(), key=lambda article: article.title)
        ordered = [*first, *(article for article in asked if article not in first)]
        return tuple(article.questions[0] for article in ordered[:limit])

    def suggestions(self, typed: str, limit: int) -> tuple[str, ...]:
        """Questions of articles that hold every word typed so far (the last may be unfinished);
        those that begin with it first. Quick: nothing is searched or read."""
        wanted, begun = words(typed), typed.strip().lower()
        asked = dict.fromkeys(q for article in self._articles() for q in article.questions)
        fit = [question for question in asked if _holds(question, wanted)]
        return tuple(sorted(fit, key=lambda q: not q.lower().startswith(begun))[:limit])

    def shelves(self) -> tuple[Shelf, ...]:
        """All articles by their first tag; those without any come last."""
        by_tag: defaultdict[str, list[Entry]] = defaultdict(list)
        for article in self._articles():
            tag = article.tags[0] if article.tags else ""
            by_tag[tag].append(Entry(article.title, article_path(article.id)))
        tags = sorted(by_tag, key=lambda tag: (not tag, tag.lower()))
        return tuple(Shelf(tag, tuple(by_tag[tag])) for tag in tags)

    def popular(self, limit: int) -> tuple[Entry, ...]:
        """The articles that most of the last thousand answers were given from."""
        used = self._database.browse(lambda s: history.answered_from(s, LAST_ANSWERS))
        found = filter(None, map(self._visible, used))
        return tuple(Entry(each.title, article_path(each.id)) for each in islice(found, limit))

    def search(self, question: str, limit: int = 10) -> tuple[Found, ...]:
        """The articles that fit a question, best first."""
        hits = self._knowledge.search(question, limit=limit).hits
        return tuple(_found(hit) for hit in hits if hit.article.audience == self._audience)

    def article(self, id: str) -> ArticlePage | None:
        """One article; None when there is none (any more), or not for this audience."""
        article = self._visible(id)
        if article is None:
            return None
        return ArticlePage(
            id=article.id,
            title=article.title,
            path=article_path(article.id),
            html=self.to_html(article.body),
            description=_shortened(to_plain(article.body), DESCRIPTION),
            contents=tuple(_content(heading) for heading in headings(article.body)),
            tags=article.tags,
            reviewed=article.reviewed,
        )

    def rate(self, id: str, sender: str, helpful: bool) -> bool:
        """Keep whether an article helped; a later rating replaces an earlier one.

        False when there is no such article. Raises DatabaseFailed when it was not kept.
        """
        if self._visible(id) is None:
            return False
        now = self._clock()
        self._database.write(lambda s: article_ratings.keep(s, id, sender, helpful, now))
        return True

    def rated(self, id: str, sender: str) -> bool | None:
        """What this reader said of the article; None when nothing."""
        return self._database.read(lambda s: article_ratings.by(s, id, sender))

    def to_html(self, markdown: str) -> str:
        """Sanitised HTML; links to other articles lead to their pages, pictures must be on https."""
        return to_html(markdown, self._link, _picture)

    def _articles(self) -> list[Article]:
        return [each for each in self._knowledge.articles() if each.audience == self._audience]

    def _visible(self, id: str) -> Article | None:
        article = self._knowledge.article(id)
        shown = article and article.sort == "article" and article.audience == self._audience
        return article if shown else None

    def _link(self, target: str) -> str | None:
        """`../setup.md`, `setup.html`, `/help/setup`: the article `setup`, where there is one."""
        known = self._visible(target) or self._visible(PurePosixPath(target).stem)
        return None if known is None else article_path(known.id)


def _holds(question: str, wanted: Sequence[str]) -> bool:
    there = words(question)
    finished = all(word in there for word in wanted[:-1])
    return finished and (not wanted or any(word.startswith(wanted[-1]) for word in there))


def _picture(target: str) -> str | None:
    return target if target.startswith("https://") else None


def _content(heading: Heading) -> Content:
    return Content(heading.text, heading.level, anchor(heading.slug))


def _found(hit: Hit) -> Found:
    article = hit.article
    if not hit.passages:
        excerpt = _shortened(to_plain(article.body), EXCERPT)
        return Found(article.title, article_path(article.id), "", excerpt)
    best = hit.passages[0].passage
    return Found(
        title=article.title,
        path=article_path(article.id, _section_id(article, best.section)),
        section=" › ".join(best.section),
        excerpt=_shortened(to_plain(best.text), EXCERPT),
    )


def _section_id(article: Article, section: tuple[str, ...]) -> str:
    """The id of the heading that the breadcrumb ends with; empty at the article's top."""
    named = (each for each in headings(article.body) if section and each.text == section[-1])
    heading = next(named, None)
    return anchor(heading.slug) if heading else ""


def _shortened(text: str, limit: int) -> str:
    """One line of at most `limit` characters, cut between words."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0].rstrip(",;:") + "…"
