"""One question, one answer, no conversation: what the command line, the API and the gate ask."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from bot.answers import AS_MEASURED, Answer, Link, Part, Thresholds, decide, own_url, quote_article
from bot.wording import Wording
from knowledge.base import KnowledgeBase
from knowledge.content import Article, Passage
from knowledge.search import Hit, Hits, PassageHit


def in_json(answer: Answer) -> dict[str, Any]:
    """What scripts are given of an answer, ready for JSON."""
    keys = ("outcome", "text", "sources", "choices", "confidence", "index")
    whole = asdict(answer)
    return {key: whole[key] for key in keys}


@dataclass(frozen=True, slots=True)
class Asking:
    """How questions are answered at this desk."""

    knowledge: KnowledgeBase
    say: Wording
    thresholds: Thresholds = AS_MEASURED
    link: Link = own_url
    words: int = 120

    def seen_by(self, audiences: frozenset[str]) -> Asking:
        """The same for these audiences: what is for others does not exist."""
        return replace(self, knowledge=self.knowledge.seen_by(audiences))

    def search(self, question: str) -> Hits:
        """The articles found: flows are not for quoting."""
        hits = self.find(question)
        articles = tuple(hit for hit in hits.hits if hit.article.sort == "article")
        return hits if len(articles) == len(hits.hits) else replace(hits, hits=articles)

    def find(self, question: str) -> Hits:
        """Articles and flows that still exist: looked at again right before they are used."""
        hits = self.knowledge.search(question)
        alive = tuple(hit for hit in hits.hits if self.knowledge.article(hit.article.id))
        return hits if len(alive) == len(hits.hits) else replace(hits, hits=alive)

    def ask(self, question: str) -> Answer:
        """Answer one question on its own."""
        return self.answer(self.search(question))

    def answer(self, hits: Hits, *, follow_up: str = "", told: str = "") -> Answer:
        """Decide on hits that were searched for before; for a follow-up see `bot.answers.Part`."""
        part = Part(follow_up, told, self.words)
        return decide(hits, self.thresholds, self.say, link=self.link, part=part)

    def about(self, article_id: str, question: str) -> Answer | None:
        """An answer from that article; None when it is gone or holds nothing to quote."""
        article = self.knowledge.article(article_id)
        if article is None:
            return None
        hits = self.knowledge.search(question)
        hit = next((h for h in hits.hits if h.article.id == article_id), None) or _chosen(article)
        chosen = replace(hits, hits=(hit,))
        return quote_article(chosen, self.say, 1.0, link=self.link, part=Part(limit=self.words))


def _chosen(article: Article) -> Hit:
    """A hit for an article that was chosen and not found."""
    title = Passage(f"{article.id}#title", article.id, "title", (), article.title, -1, "")
    return Hit(article, 0.0, PassageHit(title, 0.0, 0.0, 0.0), ())
