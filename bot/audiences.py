"""Who reads what is said in a conversation. Pure.

It is decided by the place and never by who asks: in a channel or a thread an answer is read by
all who are there. So an internal channel may be told what is internal, and nobody else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.ask import Asking
from bot.model import Conversation
from bot.turn import Responder, Response, Turn
from knowledge.content import PUBLIC

_PARTS = re.compile(r"[:/~!]")


@dataclass(frozen=True, slots=True)
class Audiences:
    """`places` gives the audience of a channel (`slack`) or of a place in it (`slack:C0123456`);
    all others are `public`. Every audience also reads what is public."""

    places: Mapping[str, str] = field(default_factory=dict)

    @property
    def known(self) -> frozenset[str]:
        """All audiences that there are."""
        return frozenset({PUBLIC, *self.places.values()})

    def of(self, talk: Conversation) -> str:
        """The audience there; a place in a channel goes before the channel."""
        keys = [f"{talk.channel}:{part}" for part in _PARTS.split(talk.thread)]
        return next(
            (self.places[key] for key in (*keys, talk.channel) if key in self.places), PUBLIC
        )

    def reads(self, talk: Conversation) -> frozenset[str]:
        """The audiences whose articles and flows may be given there."""
        return frozenset({PUBLIC, self.of(talk)})

    def seen(self, asking: Asking, talk: Conversation) -> Asking:
        """The asking that knows only what may be said there."""
        return asking.seen_by(self.reads(talk))

    def responder(self, asking: Asking, make: Callable[[Asking], Responder]) -> Responder:
        """The responder that `make` makes, over what may be said in each conversation."""

        def respond(turn: Turn) -> Response | None:
            return make(self.seen(asking, turn.conversation))(turn)

        return respond
