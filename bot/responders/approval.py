"""A press on the buttons of an approval: it counts when it is still open, and this person may."""

from __future__ import annotations

from bot.channel import Choice
from bot.flow_approvals import APPROVE, EDGES, Approvals, Question, buttons
from bot.responders.command import pressed
from bot.turn import Decision, Outcome, Reply, Responder, Response, Turn
from bot.wording import Wording


def deciding(approvals: Approvals) -> Responder:
    """Responds to presses on the buttons of approvals."""

    def respond(turn: Turn) -> Response | None:
        choice = pressed(turn) or ""
        if not choice.startswith(APPROVE):
            return None
        key, _, edge = choice.removeprefix(APPROVE).rpartition(":")
        return decided(approvals, turn, key, edge)

    return respond


def decided(approvals: Approvals, turn: Turn, key: str, edge: str) -> Response:
    """What comes of a press: a decision, if it is still open and this person may decide.

    A platform takes the buttons of a message away once one is pressed, so who may not decide
    gets them posted again for those who may.
    """
    question, say = approvals.question(key), approvals.say
    if question is None or not question.is_open or edge not in EDGES:
        return _told(say("flow_decided_before", **_how(question, say)), f"{key} is not open")
    who = f"{turn.conversation.channel}:{turn.message.sender}"
    name = turn.message.sender_name or turn.message.sender
    if not approvals.may_decide(question.by, turn.conversation.channel, turn.message.sender):
        words = say("flow_may_not_decide", person=name, by=question.by)
        return _told(words, f"{who} may not decide on {key}", buttons(say, key))
    words = say("flow_decided", edge=say(f"flow_{edge}_by"), person=name)
    decision = Decision(key, edge, name, who)
    return Response(
        Outcome.FLOW, (Reply(words),), f"{who} decided on {key}: {edge}", decision=decision
    )


def _how(question: Question | None, say: Wording) -> dict[str, str]:
    if question is None or not question.edge:
        return {"edge": "", "person": ""}
    return {"edge": say(f"flow_{question.edge}_by"), "person": question.decided_by}


def _told(words: str, why: str, choices: tuple[Choice, ...] = ()) -> Response:
    return Response(Outcome.FLOW, (Reply(words, choices=choices),), why)
