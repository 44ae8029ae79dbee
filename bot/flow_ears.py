"""Understands what is said inside a flow: word for word first, else by meaning, never by a guess."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from bot.flow_walk import Heard
from bot.words import words
from knowledge.embedder import Embedder
from knowledge.nearness import Nearness

CERTAIN = 0.55
"""The least cosine at which a free text is taken for a choice, and how far it must be ahead."""
AHEAD = 0.1
_LONGEST = 200
_ASKS = re.compile(
    r"^\W*(?:how|why|when|where|what|which|who|does|do|is|are|can|could|will|would|should)\b.*\?\s*$",
    re.IGNORECASE | re.DOTALL,
)


class FlowEars:
    """`phrasings` are other words for commands and answers, by their name (`back`, `yes`, …)."""

    def __init__(
        self,
        phrasings: Mapping[str, Sequence[str]],
        embedder: Embedder | None,
        *,
        certain: float = CERTAIN,
    ) -> None:
        self._phrasings = {name: tuple(said) for name, said in phrasings.items()}
        self._corrections = tuple(
            re.compile(re.escape(_plain(each)) + r"\s+(.+)")
            for each in self._phrasings.pop("correct", ())
        )
        polite = self._phrasings.pop("polite", ())
        self._polite = sorted(map(_plain, polite), key=len, reverse=True)
        self._commands = {
            _plain(said): name
            for name in ("back", "restart", "cancel", "human", "skip")
            for said in self._phrasings.get(name, ())
        }
        self._nearness = Nearness(embedder) if embedder else None
        self._certain = certain

    def command(self, text: str) -> str | None:
        """The command that the text is, word for word but for polite words around it; near words
        are not enough to cancel."""
        plain = _plain(text)
        return self._commands.get(plain) or self._commands.get(self._bare(plain))

    def _bare(self, plain: str) -> str:
        """The text without polite words around it."""
        for polite in self._polite:
            shorter = plain.removeprefix(f"{polite} ").removesuffix(f" {polite}")
            if shorter != plain:
                return self._bare(shorter)
        return plain

    def meant(self, text: str) -> str | None:
        """What stands behind "no, I meant"."""
        plain = _plain(text)
        for begins in self._corrections:
            if found := begins.match(plain):
                return _ending(text, found[1])
        return None

    def asks(self, text: str) -> bool:
        """A question word first, a question mark last."""
        return bool(_ASKS.match(text[: _LONGEST * 5]))

    def choose(self, text: str, options: Mapping[str, tuple[str, ...]]) -> Heard | None:
        """The option whose name or other words these are; else the one that is nearest by
        meaning, if it is near enough and far enough ahead of the next."""
        plain = _plain(text)
        said = {
            name: (name, *means, *self._phrasings.get(name, ())) for name, means in options.items()
        }
        for name, each in said.items():
            if plain and plain in map(_plain, each):
                return Heard(name, 1.0)
        inside = [name for name, each in said.items() if any(_inside(one, plain) for one in each)]
        if len(inside) == 1 and len(plain.split()) <= 12:
            return Heard(inside[0], 0.9)
        if not plain or len(text) > _LONGEST or self._nearness is None or not said:
            return None
        return self._nearest(text, said)

    def _nearest(self, text: str, said: Mapping[str, tuple[str, ...]]) -> Heard | None:
        near = self._nearness.of(text, said) if self._nearness else {}
        best, *others = sorted(near, key=near.__getitem__, reverse=True)
        ahead = near[best] - near[others[0]] if others else 1.0
        if near[best] < self._certain or ahead < AHEAD:
            return None
        return Heard(best, min(round(near[best], 2), 0.99))


def _inside(option: str, text: str) -> bool:
    """Whether the option's words stand in the text as they are ("on Windows, I think")."""
    plain = _plain(option)
    return len(plain) > 3 and f" {plain} " in f" {text} "


def _plain(text: str) -> str:
    return " ".join(words(text)) or "".join(text.lower().split())


def _ending(text: str, plain: str) -> str:
    """The end of the text that the plain words are, as it was written."""
    count = len(plain.split())
    parts = text.split()
    return " ".join(parts[-count:]) if 0 < count <= len(parts) else plain
