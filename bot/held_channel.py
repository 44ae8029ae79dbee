"""A channel that only one of many processes may be connected to at a time.

The connection belongs to whoever holds the channel's lease. When its holder dies, leaves
or stands still, the next one connects, within the lease and one look. What was said
meanwhile is fetched by the channel's own catching up, and what two heard is kept once.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from bot.channel import Adapter, Incoming, Outgoing, Receive, ShowsWork
from bot.store.membership import Membership

log = logging.getLogger(__name__)


class HeldChannel:
    """The adapter, listening only while this process holds its lease; it is looked after
    every `look` seconds."""

    def __init__(self, adapter: Adapter, member: Membership, look: float = 2.0) -> None:
        self._adapter = adapter
        self._member = member
        self._look = look
        self._lease = f"channel {adapter.name}"
        self.ready = False
        """Whether this process is connected, and so the one that delivers there."""
        if hasattr(adapter, "working"):
            self.working = self._working

    @property
    def name(self) -> str:
        return self._adapter.name

    @property
    def trouble(self) -> str:
        """The channel's trouble; none while another process is connected."""
        return str(getattr(self._adapter, "trouble", "")) if self.ready else ""

    async def run(self, receive: Receive) -> None:
        """Listen whenever it is this process's turn, until cancelled."""
        try:
            while True:
                if not await self._holds():
                    await asyncio.sleep(self._look)
                elif await self._listened(receive):
                    return
        finally:
            self.ready = False
            await asyncio.to_thread(self._member.let_go, self._lease)

    async def send(self, outgoing: Outgoing) -> str:
        return await self._adapter.send(outgoing)

    async def _working(self, incoming: Incoming) -> None:
        adapter: Any = self._adapter
        shows: ShowsWork = adapter
        await shows.working(incoming)

    async def _holds(self) -> bool:
        return await asyncio.to_thread(self._member.keeps, self._lease)

    async def _listened(self, receive: Receive) -> bool:
        """Whether the channel ended by itself; False when the lease was lost."""
        log.info("channel %s: connecting, this process holds it now", self.name)
        listening = asyncio.ensure_future(self._adapter.run(receive))
        self.ready = True
        try:
            while not listening.done():
                await asyncio.wait({listening}, timeout=self._look)
                if not listening.done() and not await self._holds():
                    log.warning("channel %s: another process holds it now", self.name)
                    return False
            await listening
        finally:
            self.ready = False
            listening.cancel()
            await asyncio.gather(listening, return_exceptions=True)
        return True
