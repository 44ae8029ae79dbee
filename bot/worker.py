"""The loops around the desk: each channel's listening, turns, and each channel's deliveries.

    receive (coroutine)  ->  desk.accept    in a thread; rings the turns
    turns   (threads)    ->  desk.take_turn               rings the deliveries
    deliver (coroutine)  ->  desk.due, adapter.send, desk.sent or desk.failed

Without a ring the loops look by themselves five times a second, so a ring that was
missed costs a moment and never a message. A loop that fails says so and starts again.
"""

from __future__ import annotations

import asyncio
import functools
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from bot.channel import Adapter, Heard, Incoming, Outgoing, SendError
from bot.channel_pauses import ChannelPauses
from bot.desk import Accepted, Desk
from bot.turn_threads import TurnThreads
from bot.work_signs import WorkSigns

T = TypeVar("T")
S = TypeVar("S")
log = logging.getLogger(__name__)

DOORS = 32
"""Calls of the desk under way at once; they only wait for the database."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How much is done at once, and how often the loops look by themselves.

    `turns`, and `deliveries` of each channel, in parallel; times in seconds: `poll`,
    `restart` of a loop that failed, `send_timeout` of one delivery, `grace` at the end;
    `probe`: how often a channel that cannot send is tried; `sign`: how long a sign of
    work may take.
    """

    turns: int = 6
    deliveries: int = 16
    poll: float = 0.2
    restart: float = 1.0
    send_timeout: float = 60.0
    grace: float = 10.0
    probe: float = 30.0
    sign: float = 1.0


AS_AGREED = Pace()


@dataclass(frozen=True, slots=True)
class Roles:
    """What this process does of the work. `hears`: the channels it listens to; None: all."""

    turns: bool = True
    deliveries: bool = True
    hears: frozenset[str] | None = None


EVERYTHING = Roles()

Chore = Callable[[], int]
"""Something that is looked after now and then; gives how much there was to do."""


async def run(
    desk: Desk,
    adapters: Sequence[Adapter],
    pace: Pace = AS_AGREED,
    chores: Sequence[Chore] = (),
    roles: Roles = EVERYTHING,
) -> None:
    """Serve until cancelled, or until every adapter that is heard has ended by itself.

    `chores` are done beside it, each by a loop of its own.

    At the end nothing more is heard, and what is under way may finish within
    `pace.grace` seconds; the rest is taken up at the next start.
    """
    await _Worker(desk, adapters, pace, chores, roles).run()


class _Worker:
    def __init__(
        self,
        desk: Desk,
        adapters: Sequence[Adapter],
        pace: Pace,
        chores: Sequence[Chore],
        roles: Roles,
    ) -> None:
        self._roles = roles
        self._chores = chores
        self._desk = desk
        self._adapters = adapters
        self._pace = pace
        self._loop = asyncio.get_running_loop()
        self._doors = ThreadPoolExecutor(DOORS, thread_name_prefix="door")
        self._turns = TurnThreads(desk, pace.turns, pace.poll, pace.restart, self._turn_taken)
        self._bells = {adapter.name: asyncio.Event() for adapter in adapters}
        self._flying: dict[str, asyncio.Task[None]] = {}
        self._pauses = ChannelPauses(pace.probe)
        self._signs = WorkSigns(pace.sign)
        self._stopping = False

    async def run(self) -> None:
        if self._roles.turns:
            self._turns.start()
        delivering = [
            asyncio.create_task(self._keep_up(f"deliveries {a.name}", self._deliver, a))
            for a in self._adapters
            if self._roles.deliveries
        ]
        delivering += [
            asyncio.create_task(self._keep_up(f"chore {number}", self._look_after, chore))
            for number, chore in enumerate(self._chores, start=1)
        ]
        hearing = [
            asyncio.create_task(self._keep_up(f"channel {a.name}", self._hear, a))
            for a in self._adapters
            if self._roles.hears is None or a.name in self._roles.hears
        ]
        try:
            await (asyncio.gather(*hearing) if hearing else asyncio.Event().wait())
        finally:
            await self._end(hearing, delivering)

    async def _end(
        self, hearing: list[asyncio.Task[None]], loops: list[asyncio.Task[None]]
    ) -> None:
        self._stopping = True
        self._turns.stop()
        self._signs.end()
        self._ring()
        for task in hearing:
            task.cancel()
        under_way: list[asyncio.Task[None]] = [*hearing, *loops, *self._flying.values()]
        turns = asyncio.create_task(self._turns_over())
        _, late = await asyncio.wait([*under_way, turns], timeout=self._pace.grace)
        for task in late:
            task.cancel()
        await asyncio.gather(*under_way, return_exceptions=True)
        self._doors.shutdown(wait=False)

    async def _turns_over(self) -> None:
        await asyncio.to_thread(self._turns.join, self._pace.grace)

    async def _keep_up(self, name: str, loop: Callable[[S], Awaitable[None]], about: S) -> None:
        """Run a loop again when it fails; over when it ends by itself."""
        while True:
            try:
                return await loop(about)
            except Exception as error:
                log.exception("%s failed and starts again", name)
                self._desk.note_error(name, error)
                await asyncio.sleep(self._pace.restart)

    async def _look_after(self, chore: Chore) -> None:
        while not self._stopping:
            if await self._door(chore):
                self._ring()
            else:
                await asyncio.sleep(self._pace.poll)

    async def _hear(self, adapter: Adapter) -> None:
        await adapter.run(functools.partial(self._receive, adapter))

    async def _receive(self, adapter: Adapter, heard: Heard) -> Accepted:
        accepted = await self._door(self._desk.accept, heard)
        if isinstance(heard, Incoming):
            if accepted.awaited:
                self._signs.show(adapter, heard)
            self._turns.ring()
        elif accepted.new:
            self._ring()
        return accepted

    async def _deliver(self, adapter: Adapter) -> None:
        bell = self._bells[adapter.name]
        while not self._stopping:
            bell.clear()
            if free := self._room(adapter):
                await self._send_due(adapter, free)
            await _rung(bell, self._pace.poll)

    async def _send_due(self, adapter: Adapter, free: int) -> None:
        # What flies when the reading begins may land meanwhile and still be read as due.
        not_these = frozenset(self._flying).union(self._pauses.tried(adapter.name))
        found = await self._door(self._desk.due, free, adapter.name, not_these)
        found = found[: self._room(adapter)]  # the channel may have broken meanwhile
        self._pauses.probed(adapter.name, self._loop.time(), found=bool(found))
        for outgoing in found:
            self._send(adapter, outgoing)

    def _room(self, adapter: Adapter) -> int:
        if not getattr(adapter, "ready", True):
            return 0  # another process is connected to that channel, and delivers there
        flying = self._flying_for(adapter)
        return self._pauses.room(adapter.name, flying, self._pace.deliveries, self._loop.time())

    def _flying_for(self, adapter: Adapter) -> int:
        return sum(1 for task in self._flying.values() if task.get_name() == adapter.name)

    def _send(self, adapter: Adapter, outgoing: Outgoing) -> None:
        task = asyncio.create_task(self._delivery(adapter, outgoing), name=adapter.name)
        self._flying[outgoing.key] = task
        task.add_done_callback(functools.partial(self._landed, outgoing.key))

    def _landed(self, key: str, task: asyncio.Task[None]) -> None:
        del self._flying[key]
        if not task.cancelled() and (error := task.exception()):
            self._desk.note_error("delivery not recorded", error)
        self._bells[task.get_name()].set()

    async def _delivery(self, adapter: Adapter, outgoing: Outgoing) -> None:
        await self._signs.settled(outgoing.address)
        started, began = time.time(), time.perf_counter()
        outcome = "sent"
        try:
            self._desk.fault("send before")
            external_id = await self._sent(adapter, outgoing)
            self._desk.fault("send after")
        except SendError as error:
            seconds = time.perf_counter() - began
            outcome = "broken" if error.broken else "refused" if error.permanent else "failed"
            if error.broken:
                self._pauses.broken(adapter.name, outgoing.key, self._loop.time())
                self._desk.channel_broken(adapter.name, str(error))
            await self._door(self._desk.failed, outgoing.key, error)
        else:
            seconds = time.perf_counter() - began
            if self._pauses.mended(adapter.name):
                self._desk.channel_mended(adapter.name)
            await self._door(self._desk.sent, outgoing.key, external_id)
        await self._door(self._desk.tried, outgoing, started, seconds, outcome)

    async def _sent(self, adapter: Adapter, outgoing: Outgoing) -> str:
        """Every way in which a delivery can fail, as a SendError."""
        try:
            async with asyncio.timeout(self._pace.send_timeout):
                return await adapter.send(outgoing)
        except TimeoutError as error:
            raise SendError(f"no answer within {self._pace.send_timeout} s") from error
        except SendError:
            raise
        except Exception as error:
            log.exception("channel %s failed to send", adapter.name)
            raise SendError(f"{type(error).__name__}: {error}") from error

    async def _door(self, call: Callable[..., T], *arguments: object) -> T:
        return await self._loop.run_in_executor(self._doors, call, *arguments)

    def _turn_taken(self) -> None:
        """Called from the turns' threads."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._ring)

    def _ring(self) -> None:
        for bell in self._bells.values():
            bell.set()


async def _rung(bell: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await bell.wait()
    except TimeoutError:
        return
