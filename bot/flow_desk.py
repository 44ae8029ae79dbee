"""The flows of one desk: everything that a turn or the clock needs to advance a run."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.ask import Asking
from bot.audiences import Audiences
from bot.flow_facts import platform_in
from bot.flow_hours import Hours
from bot.flow_state import Run
from bot.flow_turns import Settled
from bot.flow_walk import Aids, Book, Ears
from bot.model import Conversation
from bot.responders.search import answered
from bot.turn import TICKET_NUMBER, FlowChange, HandOff, Outcome, Reply, Response
from knowledge.flows import language
from knowledge.flows.flow import Flow

START = "start:"
"""Begins the id of a choice that starts a flow; the flow's id follows."""


@dataclass(frozen=True, slots=True)
class FlowDesk:
    """`known(conversation)` is what earlier runs learned of the user; `people` are the names of
    those who can be asked for approval."""

    book: Book
    ears: Ears
    asking: Asking
    known: Callable[[int], Mapping[str, Any]]
    hours: Hours = field(default_factory=Hours)
    tier: int = 1
    audiences: Audiences = field(default_factory=Audiences)
    people: Collection[str] | None = None

    def seen(self, talk: Conversation) -> FlowDesk:
        """The same, with only those articles and flows that may be given in the conversation."""
        return replace(self, asking=self.audiences.seen(self.asking, talk))

    def aids(self, talk: Conversation, now: datetime) -> Aids:
        """What advancing needs, as it is now."""
        facts = {
            "audience": self.audiences.of(talk),
            "business_hours": self.hours.open_at(now),
            "channel": talk.channel,
        }
        return Aids(self.ears, self.asking.say, facts, self.hours.clock, self.people)

    def look(self, question: str) -> tuple[Reply, ...] | None:
        """The answer of the articles, if it is sure."""
        answer = self.asking.ask(question)
        if answer.outcome != "answer" or answer.confidence < self.asking.thresholds.sure:
            return None
        (reply,) = answered(question, answer, self.asking.say).replies
        return (Reply(reply.text, reply.sort, (), reply.sources, True, reply.evidence),)

    def facts(self, talk: Conversation, said: Sequence[str]) -> dict[str, Any]:
        """What is known when a flow begins; `said` is what the user wrote, the latest first."""
        known = dict(self.known(talk.id))
        platform = known.get("platform") or platform_in(said)
        return {
            "problem": language.kept(said[0] if said else ""),
            "requester": talk.requester,
            "known": known,
            **({"platform": platform} if platform else {}),
        }

    def may_start(self, flow: Flow, talk: Conversation, said: Sequence[str], now: datetime) -> bool:
        """Whether the flow is for those who read the conversation, and its own condition holds."""
        if flow.audience not in self.audiences.reads(talk):
            return False
        names = {**self.facts(talk, said), **self.aids(talk, now).facts}
        return not flow.when or bool(language.value_of(flow.when, names))

    def sources(self, run: Run, before: Run | None) -> tuple[tuple[str, str, str], ...]:
        """The texts of the versions that the run is pinned to now and was not before."""
        new = sorted(pinned(run) - (pinned(before) if before else set()))
        found = ((id, version, self.book.flow(id, version)) for id, version in new)
        return tuple((id, version, flow.source) for id, version, flow in found if flow)

    def response(self, settled: Settled, before: Run | None = None) -> Response:
        """What to do about what came of an event; `before` is the run that it happened to."""
        run = settled.run
        replies, hand_off = settled.replies, None
        if settled.handed:
            handed = settled.handed
            hand_off = HandOff(
                handed.tier or self.tier,
                handed.reason[:255],
                handed.summary,
                transcript=True,
                priority=handed.priority,
                queue=handed.queue,
            )
            words = self.asking.say("hand_off", ticket=TICKET_NUMBER)
            replies = (*replies, Reply(words))
        return Response(
            Outcome.HUMAN if hand_off else Outcome.FLOW,
            replies,
            reason=f"flow {run.flow}: {run.over or run.step}",
            hand_off=hand_off,
            resolved=run.over == "solved",
            flow=FlowChange(
                run,
                settled.passed,
                self.sources(run, before),
                settled.request,
                settled.approval,
            ),
        )


def pinned(run: Run) -> set[tuple[str, str]]:
    """The versions of flows that the run needs to go on, and to go back."""
    frames = {(each.flow, each.version) for each in run.callers}
    return {(run.flow, run.version)} | frames | {(each.flow, each.version) for each in run.trail}
