"""Walking a user through a flow, and starting one when it fits better than any article.

walking(flows)    while a run goes on: before everything else but people
starting(flows)   a flow is found by its triggers: before the articles are searched
"""

from __future__ import annotations

from itertools import takewhile

from bot.channel import Choice
from bot.flow_desk import START, FlowDesk
from bot.flow_state import Run, Said
from bot.flow_turns import merged, settle
from bot.flow_walk import CHOICE, Aids
from bot.flows import advance, begin, reminder
from bot.responders.search import NONE
from bot.turn import Outcome, Reply, Responder, Response, Turn
from knowledge.flows.flow import FLOW, Flow
from knowledge.search import Hit

FITS = 0.65
"""How near (cosine) a trigger of a flow must be for it to start at once."""
NEAR = 0.5
"""How near it must be to be offered."""


def walking(desk: FlowDesk) -> Responder:
    """Responds while a run goes on there, and to buttons of flows at any time."""

    def respond(turn: Turn) -> Response | None:
        choice, flows = turn.message.choice or "", desk.seen(turn.conversation)
        if choice.startswith(START):
            return _wanted(flows, turn, choice.removeprefix(START))
        if turn.run is not None:
            return _walked(flows, turn, turn.run)
        return _over(flows) if choice.startswith(CHOICE) else None

    return respond


def starting(desk: FlowDesk) -> Responder:
    """Starts the flow whose trigger is nearest of those that may start, if it comes before every
    article; offers it when that is less certain."""

    def respond(turn: Turn) -> Response | None:
        if turn.message.choice:
            return None
        flows = desk.seen(turn.conversation)
        hits = flows.asking.find(turn.message.text).hits
        before = takewhile(lambda hit: hit.article.sort == "flow", hits)
        fitting = ((hit, _fitting(flows, turn, hit)) for hit in before)
        hit, flow = next(((hit, flow) for hit, flow in fitting if flow), (None, None))
        if hit is None or flow is None:
            return None
        if _nearness(hit) >= FITS:
            return _begun(flows, turn, flow)
        return _offered(flows, flow) if _nearness(hit) >= NEAR else None

    return respond


def _fitting(flows: FlowDesk, turn: Turn, hit: Hit) -> Flow | None:
    """The flow that was found, unless it is not for this conversation, or was just declined."""
    if _refused(turn, hit.article.id):
        return None
    flow = flows.book.flow(hit.article.id.removeprefix(FLOW))
    said = (turn.message.text, *_said_before(turn))
    return flow if flow and flows.may_start(flow, turn.conversation, said, turn.now) else None


def _wanted(flows: FlowDesk, turn: Turn, id: str) -> Response:
    """The flow that was offered is begun, if it is there and may be given here."""
    flow, said = flows.book.flow(id), _said_before(turn) or (turn.message.text,)
    if flow is None or not flows.may_start(flow, turn.conversation, said, turn.now):
        return _over(flows)
    return _begun(flows, turn, flow)


def _over(flows: FlowDesk) -> Response:
    words = Reply(flows.asking.say("flow_over"))
    return Response(Outcome.FLOW, (words,), "a button of a flow that is over")


def _walked(flows: FlowDesk, turn: Turn, run: Run) -> Response:
    message, aids = turn.message, flows.aids(turn.conversation, turn.now)
    flow = flows.book.flow(run.flow, run.version)
    if message.sender != turn.conversation.requester and not (flow and flow.anyone):
        return _not_theirs(flows, turn, run, aids)
    files = tuple(file.name for file in turn.attachments)
    said = Said(message.text, message.choice, files)
    first = advance(flows.book, run, said, turn.now, aids)
    return flows.response(settle(flows.book, first, said, turn.now, aids, flows.look), run)


def _not_theirs(flows: FlowDesk, turn: Turn, run: Run, aids: Aids) -> Response:
    """Somebody else in the thread: what they write is kept and no more. What they press takes
    the buttons away on most platforms, so the question is put again."""
    why = "only the requester's answers count in this flow"
    if not turn.message.choice:
        return Response(Outcome.IGNORED, reason=why)
    says = reminder(flows.book, run, turn.now, aids, "flow_others")
    return Response(Outcome.FLOW, merged(says), reason=why)


def _begun(flows: FlowDesk, turn: Turn, flow: Flow) -> Response:
    talk, before = turn.conversation, _said_before(turn)
    said = before if turn.message.choice else (turn.message.text, *before)
    aids = flows.aids(talk, turn.now)
    facts = flows.facts(talk, said or (turn.message.text,))
    first = begin(flow, flows.book, str(turn.message.id), turn.now, aids, facts)
    settled = settle(flows.book, first, None, turn.now, aids, flows.look)
    return flows.response(settled)


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


def _said_before(turn: Turn) -> tuple[str, ...]:
    """What the user wrote before, the latest first; presses say nothing of the problem."""
    asked_by = turn.conversation.requester
    mine = (m for m in reversed(turn.history) if m.author == "user" and m.sender == asked_by)
    return tuple(m.text for m in mine if not m.choice)
