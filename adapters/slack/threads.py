"""Who takes part in a thread. What is not remembered is read from Slack, so a restart changes nothing."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from adapters.listening import Before
from adapters.slack.messages import Said
from adapters.slack.places import order

REMEMBERED = 5_000


@dataclass(frozen=True, slots=True)
class Note:
    """One message of a thread, as far as it matters here. `to_bot` says that it was meant for us."""

    ts: str
    user: str
    by_self: bool
    to_bot: bool


def note(said: Said, *, heard: bool = False) -> Note:
    """A message to remember."""
    return Note(said.ts, said.user, said.by_self, said.mentions_bot or heard)


def standing(notes: Sequence[Note], ts: str, user: str) -> tuple[bool, Before]:
    """Whether the bot takes part, and who wrote last, before the message `ts` of the user. Pure."""
    earlier = [each for each in notes if order(each.ts) < order(ts)]
    takes_part = any(each.by_self or each.to_bot for each in earlier)
    if not earlier:
        return takes_part, "nobody"
    last = max(earlier, key=lambda each: order(each.ts))
    if last.by_self:
        return takes_part, "bot"
    return takes_part, "sender" if last.user == user else "other"


Fetch = Callable[[str, str], Awaitable[Sequence[Said]]]


class Threads:
    """The threads that were seen lately. `fetch(channel, root)` reads a whole one from Slack."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._known: OrderedDict[tuple[str, str], dict[str, Note]] = OrderedDict()

    async def notes(self, channel: str, root: str) -> tuple[Note, ...]:
        """All that is known of the thread. Raises what `fetch` raises."""
        if (channel, root) not in self._known:
            read = {said.ts: note(said) for said in await self._fetch(channel, root)}
            self._known[channel, root] = read
        self._known.move_to_end((channel, root))
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return tuple(self._known[channel, root].values())

    def begin(self, channel: str, root: Note) -> None:
        """A new message at the top level: its thread is known from the start."""
        self._known.setdefault((channel, root.ts), {})[root.ts] = root

    def add(self, channel: str, root: str, new: Note) -> None:
        """A reply was heard or sent. A thread that is not remembered will be read when it matters."""
        thread = self._known.get((channel, root))
        if thread is not None:
            known = thread.get(new.ts)
            meant = new.to_bot or (known is not None and known.to_bot)
            thread[new.ts] = Note(new.ts, new.user, new.by_self, meant)
