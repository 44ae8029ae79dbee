"""What was sent to people by a form or a menu is handed over at once, as it is."""

from __future__ import annotations

from bot.model import FOR_PEOPLE
from bot.responders.hand_off import to_people
from bot.turn import TICKET_NUMBER, Responder, Response, Turn
from bot.wording import Wording

SENT = "sent to people by a form"


def for_people(say: Wording, *, tier: int = 1) -> Responder:
    """Hands over messages that were heard with `Incoming.for_people`; leaves all others."""

    def respond(turn: Turn) -> Response | None:
        if turn.message.choice != FOR_PEOPLE:
            return None
        return to_people(say("hand_off", ticket=TICKET_NUMBER), SENT, tier)

    return respond
