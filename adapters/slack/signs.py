"""What is shown beside the words: 👀 or Slack's status line while an answer is on its way, ✅ on a
thread that is solved."""

from __future__ import annotations

import asyncio
import logging

from adapters.slack.api import Refusal, call, patiently
from adapters.slack.places import parse_place
from adapters.slack.workspace import Workspace
from bot.channel import Incoming, Outgoing

log = logging.getLogger(__name__)

EYES = "eyes"
DONE_ALREADY = ("already_reacted", "no_reaction")


class Signs:
    """Shows the sign where somebody waits, and takes it away when something was said there."""

    def __init__(self, workspace: Workspace) -> None:
        self._w = workspace
        self._shown: dict[str, tuple[str, str]] = {}
        self._going: set[asyncio.Task[None]] = set()

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
        elif channel == place.channel and thread not in self._shown:
            where = {"channel": channel, "timestamp": ts}
            self._shown[thread] = (channel, ts)  # one is enough, also when many wait there
            await self._quietly(client.reactions_add, name=EYES, **where)

    def take_away(self, thread: str) -> None:
        """Something was said there: the sign goes, without anybody waiting for that."""
        shown = self._shown.pop(thread, None)
        if shown is None:
            return
        where = {"channel": shown[0], "timestamp": shown[1]}
        work = self._quietly(self._w.client.reactions_remove, name=EYES, **where)
        task = asyncio.create_task(work)
        self._going.add(task)
        task.add_done_callback(self._going.discard)

    async def stands(self, outgoing: Outgoing) -> None:
        """✅ on the first message of a thread that is solved; it goes when people take over.

        It is part of the delivery, so that it is done again when the process dies before it; a
        failure is only logged, for the words are what matters.
        """
        emoji, place = self._w.options.solved_reaction, parse_place(outgoing.address.thread)
        if outgoing.standing == "open" or not emoji or not place.thread_ts or place.user:
            return
        client, solved = self._w.client, outgoing.standing == "solved"
        method = client.reactions_add if solved else client.reactions_remove
        try:
            await patiently(method, channel=place.channel, timestamp=place.thread_ts, name=emoji)
        except Refusal as refused:
            if refused.code not in DONE_ALREADY:
                log.info("slack: no sign", extra={"why": str(refused)})

    async def _quietly(self, method: object, **arguments: str) -> None:
        try:
            await call(method, **arguments)  # type: ignore[arg-type]
        except Refusal as refused:
            log.info("slack: no sign", extra={"why": str(refused)})
