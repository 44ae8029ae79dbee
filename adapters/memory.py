"""A channel in memory: for tests, and for programs that embed the desk."""

from __future__ import annotations

import asyncio
import itertools
from datetime import UTC, datetime

from bot.channel import (
    Address,
    Attachment,
    Heard,
    Incoming,
    Outgoing,
    Rating,
    Receive,
    Sender,
    SendError,
)


class MemoryAdapter:
    """Hears what `say`, `press` and `rate` are told, and keeps in `sent` what was said.

    A failure put into `failures` is raised by the next `send`.
    """

    def __init__(self, name: str = "memory") -> None:
        self.name = name
        self.sent: list[Outgoing] = []
        self.failures: list[SendError] = []
        self._numbers = itertools.count(1)
        self._receive: asyncio.Future[Receive] | None = None
        self._changed: asyncio.Condition | None = None

    async def run(self, receive: Receive) -> None:
        """Hear until cancelled."""
        self._listening().set_result(receive)
        try:
            await asyncio.Event().wait()
        finally:
            self._receive = None

    async def send(self, outgoing: Outgoing) -> str:
        """Keep it in `sent`; a key that is there already is not said twice."""
        if self.failures:
            raise self.failures.pop(0)
        if all(said.key != outgoing.key for said in self.sent):
            self.sent.append(outgoing)
        async with self._condition():
            self._condition().notify_all()
        return f"memory-{outgoing.key}"

    async def say(
        self,
        text: str,
        *,
        thread: str = "main",
        sender: Sender = Sender("someone"),  # noqa: B008 - frozen
        external_id: str | None = None,
        choice: str | None = None,
        attachments: tuple[Attachment, ...] = (),
    ) -> Incoming:
        """Write as a user; returns once it is kept. The same `external_id` is a redelivery."""
        incoming = Incoming(
            address=Address(self.name, thread),
            external_id=external_id or f"{thread}-{next(self._numbers)}",
            sender=sender,
            text=text,
            sent_at=datetime.now(UTC),
            choice=choice,
            attachments=attachments,
        )
        await self.hear(incoming)
        return incoming

    async def rate(self, outgoing: Outgoing, helpful: bool, *, sender: str = "someone") -> None:
        """Say 👍 or 👎 to a message."""
        now = datetime.now(UTC)
        await self.hear(Rating(outgoing.address, outgoing.key, Sender(sender), helpful, now))

    async def hear(self, heard: Heard) -> None:
        """Hand something in as the platform would; waits until the channel is listening."""
        receive = await asyncio.shield(self._listening())
        await receive(heard)

    async def replies(self, count: int, *, thread: str = "main") -> list[Outgoing]:
        """What was said in a thread, once it is at least `count` messages."""
        async with self._condition():
            await self._condition().wait_for(lambda: len(self._said(thread)) >= count)
        return self._said(thread)

    def _said(self, thread: str) -> list[Outgoing]:
        return [said for said in self.sent if said.address.thread == thread]

    def _listening(self) -> asyncio.Future[Receive]:
        if self._receive is None:
            self._receive = asyncio.get_running_loop().create_future()
        return self._receive

    def _condition(self) -> asyncio.Condition:
        if self._changed is None:
            self._changed = asyncio.Condition()
        return self._changed
