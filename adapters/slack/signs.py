"""The sign that an answer is on its way: 👀 on the question, or Slack's own status line."""

from __future__ import annotations

import asyncio
import logging

from adapters.slack.api import Refusal, call
from adapters.slack.places import parse_place
from adapters.slack.workspace import Workspace
from bot.channel import Incoming

log = logging.getLogger(__name__)

EYES = "eyes"


class Signs:
    """Shows the sign where somebody waits, and takes it away when something was said there."""

    def __init__(self, workspace: Workspace) -> None:
        self._w = workspace
        self._shown: dict[str, list[tuple[str, str]]] = {}
        self._going: set[asyncio.Task[bool]] = set()

    async def show(self, incoming: Incoming) -> None:
        """Show it for a message that will be answered. Never raises."""
        thread = incoming.address.thread
        channel, _, ts = incoming.external_id.partition(":")
        try:
            place = parse_place(thread)
        except ValueError:
            return
        if incoming.only_if_sure or place.user:
            return
        client = self._w.client
        if place.thread_ts and channel.startswith("D"):
            where = {"channel_id": place.channel, "thread_ts": place.thread_ts}
            status = self._w.options.labels.working
            await self._quietly(client.assistant_threads_setStatus, status=status, **where)
        elif channel == place.channel:
            where = {"channel": channel, "timestamp": ts}
            if await self._quietly(client.reactions_add, name=EYES, **where):
                self._shown.setdefault(thread, []).append((channel, ts))

    def take_away(self, thread: str) -> None:
        """Something was said there: the sign goes, without anybody waiting for that."""
        for channel, ts in self._shown.pop(thread, []):
            where = {"channel": channel, "timestamp": ts}
            work = self._quietly(self._w.client.reactions_remove, name=EYES, **where)
            task = asyncio.create_task(work)
            self._going.add(task)
            task.add_done_callback(self._going.discard)

    async def _quietly(self, method: object, **arguments: str) -> bool:
        try:
            await call(method, **arguments)  # type: ignore[arg-type]
        except Refusal as refused:
            log.info("slack: no sign", extra={"why": str(refused)})
            return False
        return True
