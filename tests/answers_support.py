"""A small knowledge base in memory for the tests of answers and responders: words alone, no model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bot.model import Conversation, Message
from bot.turn import Response, Turn
from bot.words import stems
from knowledge.base import KnowledgeState
from knowledge.content import Article, Passage
from knowledge.quoting import outline
from knowledge.search import Hit, Hits, PassageHit

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def passage_of(article: Article, text: str, position: int, section: tuple[str, ...]) -> Passage:
    return Passage(f"{article.id}#{position}", article.id, "passage", section, text, position, "")


def hit(article: Article, score: float = 0.8, words: float = 1.0) -> Hit:
    """A hit whose passages are the article's blocks, all as near."""
    passages = tuple(
        PassageHit(passage_of(article, block.source, place, block.section), score, words, score)
        for place, block in enumerate(outline(article.body))
    )
    title = Passage(f"{article.id}#title", article.id, "title", (), article.title, -1, "")
    return Hit(article, score, PassageHit(title, score, words, score), passages)


def near(article: Article, question: str) -> Hit | None:
    """A hit by the share of the question's words that the article has."""
    asked = stems(question)
    said = stems(" ".join([article.title, article.body, *article.questions]))
    share = len(asked & said) / max(len(asked), 1)
    return hit(article, score=0.3 + 0.6 * share, words=share) if share else None


@dataclass
class SmallKnowledge:
    """A KnowledgeBase over a few articles; `withdrawn` ones are still found, as by an old index."""

    content: Sequence[Article]
    withdrawn: set[str] = field(default_factory=set)

    @property
    def state(self) -> KnowledgeState:
        return KnowledgeState("small-1", len(self.content), 0, ())

    def search(self, question: str, *, limit: int = 10) -> Hits:
        hits = [found for article in self.content if (found := near(article, question))]
        hits.sort(key=lambda found: -found.score)
        return Hits(question, tuple(hits[:limit]), "small-1", self._unknown(question))

    def article(self, id: str) -> Article | None:
        found = (article for article in self.content if article.id == id)
        return None if id in self.withdrawn else next(found, None)

    def articles(self) -> tuple[Article, ...]:
        return tuple(self.content)

    def flows(self) -> tuple[Article, ...]:
        return tuple(each for each in self.content if each.sort == "flow")

    def seen_by(self, audiences: frozenset[str]) -> SmallKnowledge:
        return SmallKnowledge(
            [each for each in self.content if each.audience in audiences], self.withdrawn
        )

    def _unknown(self, question: str) -> float:
        known = stems(" ".join(f"{a.title} {a.body}" for a in self.content))
        asked = stems(question)
        return len(asked - known) / max(len(asked), 1)


def message(text: str, author: str = "user", **values: object) -> Message:
    return Message(
        conversation_id=1,
        channel="test",
        external_id="m",
        author=author,
        sender=author,
        text=text,
        sent_at=NOW,
        received_at=NOW,
        **values,  # type: ignore[arg-type]
    )


def turn(
    text: str,
    history: Sequence[Message] = (),
    *,
    choice: str | None = None,
    holder: str = "bot",
) -> Turn:
    talk = Conversation(channel="test", thread="1", requester="u", opened_at=NOW, holder=holder)
    return Turn(talk, message(text, choice=choice), tuple(history), NOW)


def remembered(asked: Turn, response: Response) -> tuple[Message, ...]:
    """The history after the turn, as the store keeps it."""
    asked.message.outcome, asked.message.reason = response.outcome.value, response.reason
    replies = [
        message(
            reply.text,
            "bot",
            sort=reply.sort,
            choices=[{"id": c.id, "label": c.label} for c in reply.choices],
            sources=[
                {"number": s.number, "title": s.title, "section": s.section, "url": s.url}
                for s in reply.sources
            ],
            evidence=None
            if reply.evidence is None
            else {"question": reply.evidence.question, "articles": list(reply.evidence.articles)},
        )
        for reply in response.replies
    ]
    return (*asked.history, asked.message, *replies)
