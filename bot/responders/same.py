"""Who asks the same again is shown the ticket they have, before a new one is opened."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.channel import Choice
from bot.opening import Similar
from bot.responders.command import pressed
from bot.responders.hand_off import to_people
from bot.summary import problem
from bot.turn import TICKET_NUMBER, HandOff, Outcome, Reply, Respond, Response, Turn
from bot.wording import Wording
from bot.words import words

ADD, NEW = "same:add:", "same:new"
ADDED = "asked about the same again"
ASKED_NEW = "asked for a ticket of its own"
SHORTEST = 3
"""Words; less than that says too little to be compared."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A ticket of the requester that is worked on; `about` is its problem."""

    number: int
    subject: str
    about: str


def same(
    respond: Respond,
    earlier: Callable[[Turn], Sequence[Earlier]],
    similar: Similar,
    say: Wording,
    *,
    least: float,
    tier: int = 1,
) -> Respond:
    """Offers an earlier ticket at a hand-off about the same. It is shown, not forced: a new one
    is opened when the requester says so."""

    def answer(turn: Turn) -> Response:
        choice = pressed(turn) or ""
        if choice == NEW:
            return to_people(say("hand_off", ticket=TICKET_NUMBER), ASKED_NEW, tier)
        number = choice.removeprefix(ADD)
        if choice.startswith(ADD) and number.isascii() and number.isdigit() and len(number) < 10:
            return _added(say, int(number), tier)
        response = respond(turn)
        # A flow ends with what it found out: that is not the same as before.
        found = nearest(turn) if response.hand_off and not response.flow else None
        return _offered(say, found) if found else response

    def nearest(turn: Turn) -> Earlier | None:
        asked = problem((*turn.history, turn.message))
        if asked is None or len(words(asked.text)) < SHORTEST:
            return None
        tickets = earlier(turn)
        near = similar(asked.text, [each.about for each in tickets]) if tickets else ()
        best = max(zip(near, tickets, strict=True), key=lambda pair: pair[0], default=None)
        return best[1] if best and best[0] >= least else None

    return answer


def _offered(say: Wording, found: Earlier) -> Response:
    text = say("same_offer", ticket=f"#{found.number}", subject=found.subject)
    choices = (Choice(f"{ADD}{found.number}", say("label_same_add")), Choice(NEW, say("label_new")))
    return Response(
        Outcome.ASKED_BACK, (Reply(text, "ask_back", choices),), f"like ticket #{found.number}"
    )


def _added(say: Wording, number: int, tier: int) -> Response:
    text = say("same_added", ticket=TICKET_NUMBER)
    to = HandOff(tier, ADDED, into=number)
    return Response(Outcome.HUMAN, (Reply(text),), reason=ADDED, hand_off=to)
