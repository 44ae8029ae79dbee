"""A message that nobody addressed to the bot: a sure answer, or silence."""

from __future__ import annotations

from bot.turn import Outcome, Respond, Response, Turn


def only_if_sure(respond: Respond, sure: float) -> Respond:
    """Lets through what answers from an article with at least that confidence.

    All else that would be said to a message marked `only_if_sure` is not said: no small
    talk, no asking back, no ticket. Other messages are responded to as they are.
    """

    def answer(turn: Turn) -> Response:
        response = respond(turn)
        # In a flow the bot has asked: what is said then is for it.
        if not turn.message.only_if_sure or turn.run or _is_sure(response, sure):
            return response
        why = f"not addressed to the bot, which is not sure: {response.reason}"
        return Response(Outcome.IGNORED, reason=why)

    return answer


def _is_sure(response: Response, sure: float) -> bool:
    return response.outcome is Outcome.ANSWERED and any(
        reply.sort == "answer" and reply.evidence and reply.evidence.confidence >= sure
        for reply in response.replies
    )
