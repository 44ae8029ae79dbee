"""A message that was old when it came in, because the bot was away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from bot.responders.hand_off import to_people
from bot.turn import TICKET_NUMBER, Respond, Response, Turn
from bot.wording import Wording

TOO_OLD = "the question was too old to be answered"


@dataclass(frozen=True, slots=True)
class Late:
    """Ages: from `after` on, what is said begins with why it comes late; from `people` on, what
    would be answered goes to people (None: never), to the tier."""

    after: timedelta
    people: timedelta | None = None
    tier: int = 1


def late(respond: Respond, agreed: Late, say: Wording) -> Respond:
    """What is said late begins with why, or the question goes to people. A pressed choice needs
    neither."""

    def answer(turn: Turn) -> Response:
        response, age = respond(turn), turn.message.received_at - turn.message.sent_at
        if not response.replies or turn.message.choice or age < min(agreed.after, for_people):
            return response
        if age >= for_people and searched_for(response) and not turn.message.only_if_sure:
            text = say("hand_off_late", ticket=TICKET_NUMBER)
            return to_people(text, TOO_OLD, agreed.tier)
        return apologised(response, say)

    for_people = timedelta.max if agreed.people is None else agreed.people
    return answer


def searched_for(response: Response) -> bool:
    """Whether it is about a question: a greeting needs no people."""
    return any(reply.evidence for reply in response.replies)


def apologised(response: Response, say: Wording) -> Response:
    """The response, with the words that the bot was away at its beginning."""
    first, *more = response.replies
    said = replace(first, text=f"{say('away')}\n\n{first.text}")
    return replace(response, replies=(said, *more))
