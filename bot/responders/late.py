"""A message that was old when it came in, because the bot was away."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.turn import Respond, Response, Turn
from bot.wording import Wording


def late(respond: Respond, after: timedelta, say: Wording) -> Respond:
    """Begins what is said with why it comes late. A pressed choice needs no such words."""

    def answer(turn: Turn) -> Response:
        response, message = respond(turn), turn.message
        if not response.replies or message.choice or message.received_at - message.sent_at < after:
            return response
        first, *more = response.replies
        said = replace(first, text=f"{say('away')}\n\n{first.text}")
        return replace(response, replies=(said, *more))

    return answer
