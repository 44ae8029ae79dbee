"""Which conversation a direct message belongs to: a long silence begins a new one.

The answer to a message of ours belongs to the conversation we wrote it in, however
late it comes (`metadata` says which). Read from Slack's own history, so that a restart
or a redelivery finds the same conversation.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from adapters.slack.places import order

REMEMBERED = 200
"""Lines of one talk: each message looks at all of them, so more would slow down a flood."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a direct talk; `begun` names its conversation, empty when not known."""

    ts: str
    begun: str = ""


def begun(earlier: Sequence[Line], ts: str, quiet: timedelta) -> str:
    """The conversation of the message `ts`, given the lines before it, in any order. Pure."""
    first = ts
    for line in sorted(earlier, key=lambda each: order(each.ts), reverse=True):
        if order(line.ts) >= order(ts):
            continue
        if float(first) - float(line.ts) > quiet.total_seconds():
            break
        if line.begun:
            return line.begun
        first = line.ts
    return first


Fetch = Callable[[str, str], Awaitable[Sequence[Line]]]


class Talks:
    """The direct talks that were seen lately. `fetch(channel, ts)` reads the lines before `ts`."""

    def __init__(self, fetch: Fetch, quiet: timedelta) -> None:
        self._fetch = fetch
        self._quiet = quiet
        self._known: dict[str, dict[str, Line]] = {}

    async def conversation(self, channel: str, ts: str) -> str:
        """The conversation of a message. Raises what `fetch` raises."""
        lines = self._known.setdefault(channel, {})
        if ts in lines:
            return lines[ts].begun
        earlier = [line for line in lines.values() if order(line.ts) < order(ts)]
        if not earlier:
            earlier = list(await self._fetch(channel, ts))
        found = begun(earlier, ts, self._quiet)
        self.add(channel, Line(ts, found))  # and perhaps forgotten at once: it may be the oldest
        return found

    def add(self, channel: str, line: Line) -> None:
        """A line was heard or sent."""
        lines = self._known.setdefault(channel, {})
        lines[line.ts] = line
        if len(lines) > REMEMBERED:
            del lines[min(lines, key=order)]
