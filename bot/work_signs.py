"""The sign that an answer is on its way, on channels that can show one (`ShowsWork`)."""

from __future__ import annotations

import asyncio
import logging
from typing import cast

from bot.channel import Adapter, Address, Incoming, ShowsWork

log = logging.getLogger(__name__)


class WorkSigns:
    """Shows signs beside the work. None is waited for longer than `timeout` seconds."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._going: dict[Address, set[asyncio.Task[None]]] = {}

    def show(self, adapter: Adapter, incoming: Incoming) -> None:
        """Begin to show the sign, if the channel has one."""
        if not hasattr(adapter, "working"):
            return
        task = asyncio.create_task(self._shown(cast("ShowsWork", adapter), incoming))
        self._going.setdefault(incoming.address, set()).add(task)
        task.add_done_callback(lambda done: self._over(incoming.address, done))

    async def settled(self, address: Address) -> None:
        """Once every sign there is shown: a sign must not come after the reply that ends it."""
        if going := self._going.get(address):
            await asyncio.wait(going)

    def end(self) -> None:
        """Show nothing more."""
        for tasks in self._going.values():
            for task in tasks:
                task.cancel()

    async def _shown(self, adapter: ShowsWork, incoming: Incoming) -> None:
        try:
            async with asyncio.timeout(self._timeout):
                await adapter.working(incoming)
        except Exception as error:  # noqa: BLE001 - a sign is worth no more than a line
            log.warning("no sign of work", extra={"error": type(error).__name__})

    def _over(self, address: Address, task: asyncio.Task[None]) -> None:
        left = self._going[address]
        left.discard(task)
        if not left:
            del self._going[address]
