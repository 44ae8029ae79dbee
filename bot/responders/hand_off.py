"""The conversation goes to people, with a ticket whose number is said."""

from __future__ import annotations

from collections.abc import Callable

from bot.turn import TICKET_NUMBER, HandOff, Outcome, Reply, Responder, Response, Turn
from bot.wording import Wording

UNANSWERED = "nothing found twice in a row"
ASKED_FOR = "asked for a person"
FAILED = "the message could not be handled"


def hand_off(say: Wording, *, tier: int = 1) -> Responder:
    """The last responder: what nobody answered goes to the first tier."""

    def respond(_: Turn) -> Response:
        return to_people(say("hand_off_unanswered", ticket=TICKET_NUMBER), UNANSWERED, tier)

    return respond


def failed(say: Wording, *, tier: int = 1) -> Callable[[Turn], Response]:
    """For the desk: a message that could not be handled, after all attempts."""
    return lambda _: to_people(say("hand_off_failed", ticket=TICKET_NUMBER), FAILED, tier)


def to_people(text: str, reason: str, tier: int) -> Response:
    """A hand-off with what is said of it."""
    return Response(Outcome.HUMAN, (Reply(text),), reason=reason, hand_off=HandOff(tier, reason))
