"""What one run of the adapter has in its hands. Made in `run`, since it belongs to an event loop."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from slack_sdk.web.async_client import AsyncWebClient

from adapters.listening import AsksPeople
from adapters.slack.marks import Marks
from adapters.slack.messages import Me, Said
from adapters.slack.options import SlackOptions
from adapters.slack.order import Line
from adapters.slack.places import Place
from adapters.slack.reading import Reading
from adapters.slack.talks import Talks
from adapters.slack.threads import Threads
from bot.channel import Address, Receive

LATELY = 20_000


@dataclass
class Workspace:
    """One Slack workspace, as one run of the adapter knows it."""

    options: SlackOptions
    client: AsyncWebClient
    me: Me
    receive: Receive
    reading: Reading
    threads: Threads
    talks: Talks
    marks: Marks
    asks_people: AsksPeople
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    started: datetime = field(default_factory=lambda: datetime.now(UTC))
    others_until: str = ""
    locks: defaultdict[str, asyncio.Lock] = field(default_factory=lambda: defaultdict(asyncio.Lock))
    line: Line = field(default_factory=dict)
    heard: OrderedDict[tuple[str, str], None] = field(default_factory=OrderedDict)

    def address(self, place: Place) -> Address:
        """The place as the bot knows it."""
        return Address(self.options.name, str(place))

    async def place_of(self, said: Said) -> Place:
        """Where the conversation of a message lives. Raises Refusal when Slack cannot be asked."""
        if said.direct and not said.thread_ts:
            begun = await self.talks.conversation(said.channel, said.ts)
            return Place(said.channel, begun=begun)
        return Place(said.channel, thread_ts=said.root)

    def remember(self, said: Said) -> None:
        """It was handed in; Slack may tell of it many times."""
        self.heard[said.channel, said.ts] = None
        while len(self.heard) > LATELY:
            self.heard.popitem(last=False)


def identity(channel: str, ts: str) -> str:
    """The identity of a message in Slack: the event id is another at each redelivery."""
    return f"{channel}:{ts}"
