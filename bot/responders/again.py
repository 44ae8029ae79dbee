"""An edited message is answered as if it had been written so in the first place."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.edits import message_of
from bot.responders.command import offered_last, pressed
from bot.turn import Respond, Response, Turn


def again(respond: Respond, affirms: Callable[[str], bool]) -> Respond:
    """Responds to the press of "answer the new text"; `affirms` tells whether a text is a yes."""

    def answer(turn: Turn) -> Response:
        wanted = message_of(pressed(turn)) or _agreed_to(turn, affirms)
        meant = next((m for m in turn.history if m.id == wanted), None) if wanted else None
        if meant is None:
            return respond(turn)
        before = tuple(m for m in turn.history if (m.in_reply_to or m.id) < meant.id)
        # Addressed to the bot by the press, also if the message itself was not.
        message = replace(turn.message, text=meant.text, choice=None, only_if_sure=False)
        return respond(replace(turn, message=message, history=before, attachments=()))

    return answer


def _agreed_to(turn: Turn, affirms: Callable[[str], bool]) -> int | None:
    """The edited message whose answer was offered last, if this is a yes to that."""
    offers = [message_of(choice.id) for choice in offered_last(turn)]
    wanted = next((offer for offer in offers if offer), None)
    return wanted if wanted and affirms(turn.message.text) else None
