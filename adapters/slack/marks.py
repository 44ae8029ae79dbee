"""How far each channel was heard. A mark never passes a message that was not kept.

A channel that has to be caught up keeps its mark until that is done, however many new
messages are heard in it meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping

from adapters.slack.places import just_before, order
from bot.channel import Bookmarks

BEAT = 10.0
"""Seconds between two saves of a time that only says we are here."""
ALIVE = "alive"
"""The place whose mark says when we last listened at all: for channels never heard before."""
RUNNING = "running"
"""The place whose mark says when this process was last seen: an earlier one spoke until then."""


class Marks:
    """The marks of one Slack channel adapter, saved through `Bookmarks` now and then."""

    def __init__(self, name: str, bookmarks: Bookmarks, kept: Mapping[str, str]) -> None:
        self._name = name
        self.bookmarks = bookmarks
        self._saved = dict(kept)
        self._heard: dict[str, str] = dict(kept)
        self._open: dict[str, set[str]] = {}
        self._behind: dict[str, str] = {}

    def begin(self, place: str, ts: str) -> None:
        """A message is being handed in; until `done`, the mark stays before it."""
        self._open.setdefault(place, set()).add(ts)

    def done(self, place: str, ts: str) -> None:
        """The message is kept, or is nothing for us."""
        self._open.get(place, set()).discard(ts)
        self._heard[place] = max(self._heard.get(place, ""), ts, key=order)

    def unkept(self) -> list[str]:
        """The places with messages that were begun and not done."""
        return [place for place, waiting in self._open.items() if waiting]

    def mark(self, place: str) -> str:
        """All up to here was received; empty when nothing is known of the place."""
        known = [self._behind.get(place) or self._heard.get(place, "")]
        known += [just_before(ts) for ts in self._open.get(place, ())]
        return min(known, key=order)

    def fall_behind(self, place: str, mark: str) -> None:
        """Messages after the mark may have been missed there."""
        self._behind.setdefault(place, mark)

    def advance(self, place: str, mark: str) -> None:
        """Catching up has come so far."""
        if place in self._behind:
            self._behind[place] = max(self._behind[place], mark, key=order)

    def caught_up(self, place: str, mark: str) -> None:
        """Nothing is missing there up to the mark, and what came since was heard."""
        self._behind.pop(place, None)
        for ts in [ts for ts in self._open.get(place, ()) if order(ts) <= order(mark)]:
            self._open[place].discard(ts)
        self._heard[place] = max(self._heard.get(place, ""), mark, key=order)

    def kept(self, place: str) -> str:
        """The mark that was saved for the place last; empty when there is none."""
        return self._saved.get(place, "")

    def places(self) -> list[str]:
        """All places that have a mark."""
        return [place for place in self._heard if place not in (ALIVE, RUNNING)]

    async def flush(self, **beats: str) -> None:
        """Save what moved, and the `beats`: times that only say we are here, by their places."""
        for place, ts in beats.items():
            if ts and float(ts) - float(self._heard.get(place) or 0) >= BEAT:
                self._heard[place] = ts
        for place in list(self._heard):
            mark = self.mark(place)
            if mark and mark != self._saved.get(place):
                await self.bookmarks.save(self._name, place, mark)
                self._saved[place] = mark


class NoBookmarks:
    """For a bot that keeps no marks: nothing is fetched after downtime."""

    async def load(self, channel: str) -> dict[str, str]:
        """Nothing was kept."""
        return {}

    async def save(self, channel: str, place: str, mark: str) -> None:
        """Nothing is kept."""
