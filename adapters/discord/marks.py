"""How far we have heard, kept so that after any silence exactly the rest is fetched.

`*` is the floor: all that was said before it, anywhere, was received. It moves only
while nothing is missed and nothing is on its way. Above it a channel has a mark of its
own as long as it is being caught up with. `direct:…` keeps the talks in direct
messages (Discord lists those to nobody), `choice:…` what shortened choices stand for.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from adapters.discord.places import first_id, instant
from bot.channel import Bookmarks

FLOOR = "*"
DIRECT = "direct:"
CHOICE = "choice:"
OVERLAP = timedelta(seconds=5)
"""Messages may reach us a little out of their order; what is heard again has no effect."""


class Marks:
    """The bookmarks of one channel in memory, written to the store by `flush` and `keep`."""

    def __init__(self, bookmarks: Bookmarks, channel: str) -> None:
        self._bookmarks = bookmarks
        self._channel = channel
        self._marks: dict[str, str] = {}
        self._dirty: dict[str, str] = {}
        self._newest = 0
        self._on_the_way = 0
        self.complete = False
        """Whether all that was missed has been fetched since the last gap."""

    async def load(self) -> None:
        self._marks = dict(await self._bookmarks.load(self._channel))
        self._dirty.clear()
        self.complete = False

    def get(self, place: str) -> str:
        """The mark of a place; empty when it has none."""
        return self._marks.get(place, "")

    def note(self, place: str, mark: str) -> None:
        """A mark that the next `flush` writes."""
        if self._marks.get(place) != mark:
            self._marks[place] = self._dirty[place] = mark

    async def keep(self, place: str, mark: str) -> None:
        """A mark that is in the store when this returns."""
        if self._marks.get(place) != mark or place in self._dirty:
            await self._bookmarks.save(self._channel, place, mark)
            self._marks[place] = mark
            self._dirty.pop(place, None)

    async def flush(self) -> None:
        """Write what changed, and the floor as far as it is certain."""
        if self.complete and not self._on_the_way and self._newest > self.floor:
            self.note(FLOOR, str(self._newest))
        while self._dirty:
            place, mark = next(iter(self._dirty.items()))
            await self._bookmarks.save(self._channel, place, mark)
            if self._dirty.get(place) == mark:
                del self._dirty[place]

    @property
    def floor(self) -> int:
        return int(self.get(FLOOR) or 0)

    async def start_at(self, now: datetime) -> None:
        """The first time ever: what was said before is none of our business. Kept at once: a
        process that is killed right away must not be followed by another "first" one."""
        if not self.floor:
            await self.keep(FLOOR, str(first_id(now + OVERLAP)))

    @property
    def since(self) -> datetime:
        """From when on anything may be unheard."""
        return instant(self.floor) - OVERLAP

    def after(self, channel: int) -> int:
        """The id after which a channel's messages may be unheard."""
        return max(int(self.get(str(channel)) or 0), first_id(self.since))

    def directs(self) -> list[int]:
        """The direct-message channels known."""
        return [int(p.removeprefix(DIRECT)) for p in self._marks if p.startswith(DIRECT)]

    @contextmanager
    def hearing(self, snowflake: int) -> Iterator[None]:
        """While a message is on its way in the floor stands; if it fails, until the next catch-up."""
        self._on_the_way += 1
        try:
            yield
        except BaseException:
            self.complete = False
            raise
        finally:
            self._on_the_way -= 1
        self._newest = max(self._newest, snowflake)
