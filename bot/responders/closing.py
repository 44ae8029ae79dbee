"""What a requester presses or writes under the message that tells them of a solution."""

from __future__ import annotations

from collections.abc import Callable

from bot.channel import Choice
from bot.closing import Meant, after_score, choices, meaning, reopen, skip
from bot.turn import AfterWord, Outcome, Reply, Responder, Response, SolvedTicket, Turn
from bot.wording import Wording

Look = Callable[[int, int], SolvedTicket | None]
"""The ticket of that number, if it is about that conversation; None for every other."""


def closing(say: Wording, look: Look) -> Responder:
    """Responds to scores, words and "reopen", also where a person has the conversation."""

    def respond(turn: Turn) -> Response | None:
        meant = meaning(turn)
        if meant is None:
            return None
        ticket = look(meant.ticket, turn.conversation.id)
        if ticket is None:
            return told(say("closing_unknown"), f"no ticket #{meant.ticket} here")
        if turn.message.sender != ticket.requester:
            return told(
                say("closing_not_yours"), "pressed by somebody else", choices(say, ticket.number)
            )
        return reopened(say, ticket) if meant.what == "reopen" else rated(say, ticket, meant)

    return respond


def reopened(say: Wording, ticket: SolvedTicket) -> Response:
    """What comes of "reopen": once only, and not when it was too long ago."""
    if not ticket.solved:
        return told(say("closing_open_already", ticket=ticket.number), "reopened before")
    if not ticket.may_reopen:
        return told(say("closing_too_late", ticket=ticket.number), "too late to reopen")
    after = AfterWord(ticket.number, ticket.version, reopen=True)
    text = say("closing_reopened", ticket=ticket.number)
    return told(text, "the requester pressed Reopen", after=after)


def rated(say: Wording, ticket: SolvedTicket, meant: Meant) -> Response:
    """What comes of a score or a word; only of a ticket whose requester was asked."""
    number = ticket.number
    if not ticket.asked:
        return told(say("closing_unknown"), f"nobody was asked about #{number}")
    if meant.what == "score":
        after = AfterWord(number, ticket.version, score=meant.score)
        text = say("closing_thanks", score=meant.score)
        return told(text, f"scored {meant.score}", after_score(say, number), after)
    if meant.what == "word":
        after = AfterWord(number, ticket.version, word=meant.word)
        return told(say("closing_word_kept"), "said a word", (reopen(say, number),), after)
    if meant.what == "comment":
        return told(say("closing_word_asked"), "wants to say a word", (skip(say, number),))
    return told(say("closing_no_word"), "no word", (reopen(say, number),))


def told(
    text: str, why: str, offered: tuple[Choice, ...] = (), after: AfterWord | None = None
) -> Response:
    """A short notice; `after` is what is kept, and without it nothing is."""
    reply = Reply(text, choices=offered)
    return Response(
        Outcome.ANSWERED, (reply,), f"closing: {why}", after=after or AfterWord.nothing()
    )
