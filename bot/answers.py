"""From the hits of a search to an answer: quote an article, ask which one, or say "not sure". Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.channel import Choice, Source
from bot.confidence import IN_SCOPE, RIGHT, signs
from bot.excerpt import Excerpt, excerpt
from bot.wording import Wording
from bot.words import stems
from knowledge.content import Article
from knowledge.search import Hit, Hits

ARTICLE = "article:"
"""Begins the id of a choice that asks for an article; the article's id follows."""

Link = Callable[[Article], str]

_AS_NEAR = 0.9
"""The share of the first article's score from which a second source can be worth naming."""
_ADDS = 0.2
"""The share of the question's words that only the second one has, from which it is."""


def own_url(article: Article) -> str:
    """The address that the article brought along (may be empty)."""
    return article.url


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where answering, asking back and abstaining part; measured, see bot/README.md.

    in_scope   below this probability that we know anything of it: abstain
    answer     from this probability that the first article is right: quote it
    sure       from this one: quote it without "this looks closest"
    near       a topic is offered when its score has this share of the first one's
    """

    in_scope: float = 0.5
    answer: float = 0.35
    sure: float = 0.6
    near: float = 0.8


AS_MEASURED = Thresholds()


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of an article to quote: at most `limit` words; of a follow-up its new words
    and what was told already."""

    follow_up: str = ""
    told: str = ""
    limit: int = 120


WHOLE = Part()


@dataclass(frozen=True, slots=True)
class Answer:
    """What to say to a question. `text` is Markdown; `reason` says in words why this outcome.

    `confidence` is the probability that the first article is the right one. `passages`
    are the ids and scores that decided, best first, `articles` the ids quoted or offered.
    """

    outcome: Literal["answer", "ask_back", "abstain"]
    text: str
    sources: tuple[Source, ...]
    choices: tuple[Choice, ...]
    confidence: float
    index: str
    passages: tuple[tuple[str, float], ...]
    articles: tuple[str, ...]
    reason: str


def decide(
    hits: Hits,
    thresholds: Thresholds,
    say: Wording,
    *,
    link: Link = own_url,
    part: Part = WHOLE,
) -> Answer:
    """Answer, ask back, or abstain."""
    if not hits.hits:
        return _abstain(hits, say, 0.0, "the search found nothing")
    seen = signs(hits)
    scope, right = IN_SCOPE.probability(seen), RIGHT.probability(seen)
    if scope < thresholds.in_scope:
        why = f"in scope with {scope:.2f}, under {thresholds.in_scope:.2f}"
        return _abstain(hits, say, min(scope, right), why)
    near = _near(hits, thresholds)
    choices = _distinct(near)
    if right >= thresholds.answer or len(choices) < len(near) < 3:
        sure = right >= thresholds.sure
        answer = quote_article(hits, say, right, sure=sure, link=link, part=part)
        if answer:
            return answer
    if len(choices) < 2:
        return _abstain(hits, say, right, "nothing that can be quoted, and no second topic")
    return _ask_back(hits, choices, say, right, thresholds)


def quote_article(
    hits: Hits,
    say: Wording,
    confidence: float,
    *,
    sure: bool = True,
    link: Link = own_url,
    part: Part = WHOLE,
) -> Answer | None:
    """An answer from the first article; None when it holds nothing that can be quoted."""
    first = hits.hits[0]
    found = excerpt(
        hits.question, first, limit=part.limit, follow_up=part.follow_up, told=part.told
    )
    if found is None:
        return None
    lead = "" if sure else say("likely") + "\n\n"
    sources = [Source(1, first.article.title, _section(found), link(first.article))]
    text = f"{lead}{found.text}\n\n{say('more' if found.more else 'source', number=1)}"
    if (second := _second(hits)) is not None:
        sources.append(Source(2, second.article.title, "", link(second.article)))
        text += " " + say("also", number=2)
    return Answer(
        "answer",
        text,
        tuple(sources),
        (),
        confidence,
        hits.index,
        _passages(hits),
        tuple(hit.article.id for hit in hits.hits[: len(sources)]),
        f"the first article is right with {confidence:.2f}",
    )


def _section(found: Excerpt) -> str:
    return " > ".join(found.section)


def _second(hits: Hits) -> Hit | None:
    """The second article, when it is as near and speaks of what the first does not."""
    if len(hits.hits) < 2 or hits.hits[1].score < _AS_NEAR * hits.hits[0].score:
        return None
    first, second = hits.hits[:2]
    asked = stems(hits.question)
    new = (asked & _text(second)) - stems(f"{first.article.title}\n{first.article.body}")
    return second if len(new) >= max(2, _ADDS * len(asked)) else None


def _text(hit: Hit) -> frozenset[str]:
    return stems(" ".join([hit.article.title, *(p.passage.text for p in hit.passages[:2])]))


def _near(hits: Hits, thresholds: Thresholds) -> list[Hit]:
    """The first three topics that are near the best."""
    least = thresholds.near * hits.hits[0].score
    return [hit for hit in hits.hits[:3] if hit.score >= least]


def _distinct(near: Sequence[Hit]) -> list[Hit]:
    """Without topics that a reader could not tell from an earlier one."""
    named = dict(zip(reversed(labels(near)), reversed(near), strict=True))
    return [hit for hit in near if any(hit is other for other in named.values())]


def _ask_back(
    hits: Hits, near: Sequence[Hit], say: Wording, confidence: float, thresholds: Thresholds
) -> Answer:
    return Answer(
        "ask_back",
        say("ask_back"),
        (),
        tuple(
            Choice(ARTICLE + h.article.id, label)
            for h, label in zip(near, labels(near), strict=True)
        ),
        confidence,
        hits.index,
        _passages(hits),
        tuple(hit.article.id for hit in near),
        f"the first article is right with {confidence:.2f}, under {thresholds.answer:.2f}",
    )


def labels(near: Sequence[Hit]) -> list[str]:
    """The articles' titles; those that share a title get their section as well."""
    titles = [hit.article.title for hit in near]
    return [
        f"{title} ({hit.passages[0].passage.section[-1]})"
        if titles.count(title) > 1 and hit.passages and hit.passages[0].passage.section
        else title
        for title, hit in zip(titles, near, strict=True)
    ]


def _abstain(hits: Hits, say: Wording, confidence: float, reason: str) -> Answer:
    passages = _passages(hits)
    return Answer("abstain", say("abstain"), (), (), confidence, hits.index, passages, (), reason)


def _passages(hits: Hits) -> tuple[tuple[str, float], ...]:
    return tuple((hit.best.passage.id, round(hit.score, 4)) for hit in hits.hits[:5])
