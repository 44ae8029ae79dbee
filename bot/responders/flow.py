"""Walking a user through a flow, and starting one when it fits better than any article.

walking(flows)    while a run goes on: before everything else but people
starting(flows)   a flow is found by its triggers: before the articles are searched
"""

from __future__ import annotations

from bot.channel import Choice
from bot.flow_desk import APPROVE, START, FlowDesk
from bot.flow_state import Said
from bot.flow_turns import settle
from bot.flow_walk import CHOICE
from bot.flows import advance, begin
from bot.responders.search import NONE
from bot.turn import Decision, Outcome, Reply, Responder, Response, Turn
from knowledge.flows.flow import FLOW, Flow
from knowledge.search import Hit

FITS = 0.65
"""How near (cosine) a trigger of a flow must be for it to start at once."""
NEAR = 0.5
"""How near it must be to be offered."""


def walking(flows: FlowDesk) -> Responder:
    """Responds while a run goes on there, and to buttons of flows at any time."""

    def respond(turn: Turn) -> Response | None:
        choice = turn.message.choice or ""
        if choice.startswith(APPROVE):
            return _decided(flows, turn, choice)
        if choice.startswith(START):
            flow = flows.book.flow(choice.removeprefix(START))
            return _begun(flows, turn, flow, _asked_before(turn)) if flow else None
        if turn.run is not None:
            return _walked(flows, turn)
        if choice.startswith(CHOICE):
            return Response(
                Outcome.FLOW,
                (Reply(flows.asking.say("flow_over")),),
                "a button of a flow that is over",
            )
        return None

    return respond


def starting(flows: FlowDesk) -> Responder:
    """Starts the flow whose trigger is nearest, if it comes before every article; offers it when
    that is less certain."""

    def respond(turn: Turn) -> Response | None:
        if turn.message.choice:
            return None
        found = flows.asking.find(turn.message.text).hits
        if not found or found[0].article.sort != "flow" or _refused(turn, found[0].article.id):
            return None
        flow = flows.book.flow(found[0].article.id.removeprefix(FLOW))
        if flow is None or not _may(flows, turn, flow):
            return None
        near = _nearness(found[0])
        if near >= FITS:
            return _begun(flows, turn, flow, turn.message.text)
        return _offered(flows, flow) if near >= NEAR else None

    return respond


def _walked(flows: FlowDesk, turn: Turn) -> Response | None:
    run, message = turn.run, turn.message
    if run is None:
        return None
    flow = flows.book.flow(run.flow, run.version)
    if message.sender != turn.conversation.requester and not (flow and flow.anyone):
        why = "only the requester's answers count in this flow"
        return Response(Outcome.IGNORED, reason=why)
    files = tuple(file.name for file in turn.attachments)
    said = Said(message.text, message.choice, files)
    aids = flows.aids(turn.conversation.channel, turn.now)
    first = advance(flows.book, run, said, turn.now, aids)
    return flows.response(settle(flows.book, first, said, turn.now, aids, flows.look), run)


def _begun(flows: FlowDesk, turn: Turn, flow: Flow, problem: str) -> Response:
    talk = turn.conversation
    aids = flows.aids(talk.channel, turn.now)
    facts = flows.facts(problem, talk.requester, talk.id)
    first = begin(flow, flows.book, str(turn.message.id), turn.now, aids, facts)
    settled = settle(flows.book, first, None, turn.now, aids, flows.look)
    return flows.response(settled)


def _may(flows: FlowDesk, turn: Turn, flow: Flow) -> bool:
    talk = turn.conversation
    facts = flows.facts(turn.message.text, talk.requester, talk.id)
    return flows.may_start(flow, facts, talk.channel, turn.now)


def _nearness(hit: Hit) -> float:
    return hit.best.cosine


def _offered(flows: FlowDesk, flow: Flow) -> Response:
    say = flows.asking.say
    choices = (Choice(START + flow.id, say("flow_start")), Choice(NONE, say("label_none")))
    reply = Reply(say("flow_offer", title=flow.title), "ask_back", choices)
    return Response(Outcome.ASKED_BACK, (reply,), reason=f"flow {flow.id} is near")


def _refused(turn: Turn, article: str) -> bool:
    """Whether that flow was offered just now: who writes on does not want it."""
    last = next((m for m in reversed(turn.history) if m.author == "bot"), None)
    offer = START + article.removeprefix(FLOW)
    return last is not None and any(choice["id"] == offer for choice in last.choices)


def _asked_before(turn: Turn) -> str:
    """The problem: what the user wrote last before pressing."""
    said = (m.text for m in reversed(turn.history) if m.author == "user" and not m.choice)
    return next(said, turn.message.text)


def _decided(flows: FlowDesk, turn: Turn, choice: str) -> Response:
    job, _, edge = choice.removeprefix(APPROVE).rpartition(":")
    name = turn.message.sender_name or turn.message.sender
    words = flows.asking.say("flow_decided", edge=edge)
    decision = Decision(job, edge, name) if edge in ("approved", "refused") else None
    return Response(Outcome.FLOW, (Reply(words),), f"decided on {job}: {edge}", decision=decision)
