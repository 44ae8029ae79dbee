"""The ways to respond to a message, asked in order; the first that has a response wins.

with_agent · for_people · command · search · hand_off (always responds, so it is the last)

Around all of them, from the inside: again (an edited message, once more) · only_if_sure
(silence where nobody asked the bot) · late (why the answer comes late).
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.turn import Responder, Response, Turn


def respond(turn: Turn, responders: Sequence[Responder]) -> Response:
    """The first response. Raises ValueError when the last responder does not always respond."""
    for responder in responders:
        if (response := responder(turn)) is not None:
            return response
    raise ValueError("the last responder must always respond: put hand_off there")
