"""Answer from the knowledge base, in the context of what was said before."""

from __future__ import annotations

from bot.answers import Answer
from bot.ask import Asking
from bot.channel import Choice
from bot.context import Asked, in_context
from bot.turn import Evidence, Outcome, Reply, Responder, Response, Turn
from bot.wording import Wording
from knowledge.search import Hits

SOLVED, HUMAN, NONE = "solved", "human", "none"

_OUTCOMES = {
    "answer": Outcome.ANSWERED,
    "ask_back": Outcome.ASKED_BACK,
    "abstain": Outcome.ABSTAINED,
}


_MOSTLY_UNKNOWN = 0.5


def search(asking: Asking) -> Responder:
    """Searches and answers, asks back, or says that it is not sure; None the second time in a row."""

    def respond(turn: Turn) -> Response | None:
        asked = in_context(turn)
        found = ask_in_context(asking, asked)
        if found is None:
            return nothing_more(asking.say)
        question, answer = found
        if answer.outcome == "abstain" and _last_sort(turn) == "abstain":
            return None
        return answered(question, answer, asking.say)

    return respond


def ask_in_context(asking: Asking, asked: Asked) -> tuple[str, Answer] | None:
    """What was searched for and the answer: the question alone, or joined with its topic.

    None when it leans on a topic of which nothing new can be said.
    """
    alone = asking.search(asked.alone)
    answer = asking.answer(alone)
    if not asked.topic or not asked.joined or not _may_follow(asked, alone, answer, asking):
        return asked.alone, answer
    hits = asking.search(asked.joined)
    joined = asking.answer(hits, follow_up=asked.alone, told=asked.topic.told)
    if joined.outcome == "answer":
        return asked.joined, joined
    if asked.leans and asked.points and answer.outcome != "answer":
        return None
    return asked.alone, answer


def _may_follow(asked: Asked, alone: Hits, answer: Answer, asking: Asking) -> bool:
    """Whether the topic may be continued: not with words that we know nothing of, nor
    when the question alone is answered well enough."""
    if alone.unknown_words > _MOSTLY_UNKNOWN and not asked.points:
        return False
    if asked.leans and asked.points:
        return True
    if asked.leans:
        return answer.outcome != "answer" or answer.confidence < asking.thresholds.sure
    return answer.outcome != "answer"


def answered(question: str, answer: Answer, say: Wording, *, lead: str = "") -> Response:
    """The answer as a response, with what can be pressed under it."""
    evidence = Evidence(question, answer.confidence, answer.index, answer.passages, answer.articles)
    reply = Reply(
        text=f"{lead}\n\n{answer.text}" if lead else answer.text,
        sort=answer.outcome,
        choices=answer.choices + choices_after(answer, say),
        sources=answer.sources,
        rateable=answer.outcome == "answer",
        evidence=evidence,
    )
    return Response(_OUTCOMES[answer.outcome], (reply,), reason=answer.reason)


def choices_after(answer: Answer, say: Wording) -> tuple[Choice, ...]:
    """What can be pressed after an answer of that outcome, besides its topics."""
    ids = {"answer": (SOLVED, HUMAN), "ask_back": (NONE,), "abstain": (HUMAN,)}[answer.outcome]
    return tuple(Choice(id, say(f"label_{id}")) for id in ids)


def nothing_more(say: Wording) -> Response:
    """A follow-up to which we could only say the same again."""
    reply = Reply(say("nothing_more"), choices=(Choice(HUMAN, say(f"label_{HUMAN}")),))
    return Response(Outcome.ABSTAINED, (reply,), reason="the follow-up has the same answer")


def _last_sort(turn: Turn) -> str:
    """The sort of what the bot said last."""
    return next((m.sort for m in reversed(turn.history) if m.author == "bot"), "")
