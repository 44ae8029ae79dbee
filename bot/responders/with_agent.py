"""While a person has the conversation, the bot is silent."""

from __future__ import annotations

from bot.turn import Outcome, Response, Turn


def with_agent(turn: Turn) -> Response | None:
    """Nothing to say when an agent holds the conversation."""
    if turn.conversation.holder != "agent":
        return None
    return Response(Outcome.IGNORED, reason="an agent has this conversation")
