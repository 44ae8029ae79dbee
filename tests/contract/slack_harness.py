"""Slack under the contract of channels: the local server, in either of its two ways in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Any, ClassVar

from adapters.slack.adapter import SlackAdapter
from bot.channel import Adapter, Address, Choice, SendError
from tests.servers.slack.delivery import Delivery
from tests.servers.slack.faults import Fault
from tests.servers.slack.server import Mode, SlackServer, slack_server
from tests.slack_support import Kept, options_for, port_open, prepare


class SlackSocketHarness:
    redelivers: ClassVar[bool] = True
    threads: ClassVar[bool] = True
    fails: ClassVar[bool] = True
    bots: ClassVar[bool] = True
    catches_up: ClassVar[bool] = True
    mode: ClassVar[Mode] = "socket"
    adapter: Adapter
    slack: SlackServer

    def __init__(self, waiting: Callable[[Address], bool]) -> None:
        self._roots: dict[str, str] = {}
        self._last: Delivery | None = None
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        server = slack_server(self.mode, retries=(), ack_timeout=0.3)
        self.slack = await self._stack.enter_async_context(server)
        prepare(self.slack)
        self.adapter = SlackAdapter(options_for(self.slack), bookmarks=Kept())

    async def stop(self) -> None:
        await self._stack.aclose()
        await asyncio.sleep(0.01)  # the library's own tasks were cancelled; let them end

    async def say(self, text: str, *, thread: str = "main", again: bool = False) -> bool:
        await self._ready()
        if again and self._last:
            return await self._told(self.slack.people.event(self._last.payload["event"]))
        root = self._roots.get(thread)
        mention = "" if root else "<@U0BOT> "
        before = len(self.slack.deliveries)
        ts = self.slack.people.say("U1", "C1", mention + text, thread_ts=root)
        self._roots.setdefault(thread, ts)
        told = [await self._told(each) for each in self.slack.deliveries[before:]]
        self._last = self.slack.deliveries[before]
        return all(told)

    async def _told(self, delivery: Delivery) -> bool:
        assert delivery.task
        await delivery.task
        return delivery.acknowledged

    async def _ready(self) -> None:
        if self.mode == "socket":
            await self.slack.socket.connected.wait()
        while self.mode == "http" and not port_open(self.slack):  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.01)

    async def press(self, choice: Choice) -> None:
        post = next(each for each in self._posts() if choice.label in str(each["blocks"]))
        await self._told(self.slack.people.press("U1", post, choice.label))

    def _posts(self) -> list[dict[str, Any]]:
        return self.slack.workspace.posted

    def address(self, thread: str = "main") -> Address:
        return Address("slack", f"C1:{self._roots[thread]}")

    def seen(self, thread: str = "main") -> str:
        shown = [
            block["text"]
            for post in self._posts()
            if post.get("thread_ts") == self._roots.get(thread)
            for block in post["blocks"]
            if block["type"] == "markdown"
        ]
        return "\n".join(shown)

    def fail(self, error: SendError) -> None:
        limited = Fault("limited", retry_after=str(error.retry_after))
        fault = Fault("error", "is_archived") if error.permanent else limited
        self.slack.faults.next("chat.postMessage", fault)

    async def bots_say(self, text: str) -> None:
        """Each with a mention, by which a person would be heard."""
        before = len(self.slack.deliveries)
        for user, bot in (("U0BOT", "B0BOT"), ("U9", "B9")):
            self.slack.people.say(user, "C1", f"<@U0BOT> {text}", bot_id=bot)
        for each in self.slack.deliveries[before:]:
            await self._told(each)

    async def miss(self, text: str) -> None:
        self.slack.people.say("U1", "C1", text, thread_ts=self._roots["main"], quiet=True)

    async def come_back(self) -> None:
        """Nothing: Slack kept it, and the adapter asks for it."""


class SlackHttpHarness(SlackSocketHarness):
    mode: ClassVar[Mode] = "http"
