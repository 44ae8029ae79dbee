"""The worker and its channels: one that cannot send is parked, and signs of work are shown."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager

import pytest

from adapters.memory import MemoryAdapter
from bot.channel import Adapter, Address, Edit, Incoming, Outgoing, Sender, SendError
from bot.desk import Database, Desk
from bot.worker import Pace, run
from tests.desk_support import NOON, message, new_desk, opened, texts

BROKEN = "token_revoked. Install the app again"


class Refusing(MemoryAdapter):
    """A channel that cannot send while `refuses` says so."""

    def __init__(self, name: str, refuses: Callable[[Outgoing], bool] = lambda _: True) -> None:
        super().__init__(name)
        self.refuses = refuses
        self.refused = 0
        self._one_more = asyncio.Condition()

    async def send(self, outgoing: Outgoing) -> str:
        if not self.refuses(outgoing):
            return await super().send(outgoing)
        async with self._one_more:
            self.refused += 1
            self._one_more.notify_all()
        raise SendError(BROKEN, broken=True)

    async def refusals(self, count: int) -> None:
        """Once it refused so often."""
        async with self._one_more:
            await self._one_more.wait_for(lambda: self.refused >= count)


class Showing(MemoryAdapter):
    """A channel with a sign of work, which is shown only when `let_go` is set."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[str] = []
        self.let_go = asyncio.Event()

    async def working(self, incoming: Incoming) -> None:
        await self.let_go.wait()
        self.events.append(f"working on {incoming.text}")

    async def send(self, outgoing: Outgoing) -> str:
        self.events.append(outgoing.text)
        return await super().send(outgoing)


@pytest.fixture
def database(kept: str) -> Iterator[Database]:
    with opened(kept) as database:
        yield database


@asynccontextmanager
async def serving(desk: Desk, *adapters: Adapter, pace: Pace) -> AsyncIterator[None]:
    task = asyncio.create_task(run(desk, adapters, pace))
    try:
        async with asyncio.timeout(60):
            yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_broken_channel_is_parked_and_the_others_go_on(database: Database) -> None:
    desk = new_desk(database)
    for number in range(5):
        desk.accept(message("hello", str(number), thread=f"t{number}"))
        desk.take_turn()
    broken, other = Refusing("memory"), MemoryAdapter("other")
    pace = Pace(probe=3600, deliveries=1, grace=1, poll=0.001)
    async with serving(desk, broken, other, pace=pace):
        await broken.refusals(1)
        for count in range(1, 6):
            await other.say("hello")
            assert len(await other.replies(count)) == count
        assert broken.refused == 1
        stats = desk.stats()
        assert (stats.broken, stats.outbox_dead) == ({"memory": BROKEN}, 0)
        assert stats.outbox >= 5


async def test_it_is_probed_and_goes_on_in_order_when_it_works_again(database: Database) -> None:
    desk = new_desk(database)
    channel = Refusing("slack")
    async with serving(desk, channel, pace=Pace(probe=0.01, grace=1, poll=0.001)):
        await channel.say("many")
        await channel.say("hello", thread="elsewhere")
        await channel.refusals(4)
        assert channel.sent == []
        channel.refuses = lambda _: False
        assert texts(await channel.replies(5)) == [f"part {n}" for n in range(1, 6)]
        assert len(await channel.replies(1, thread="elsewhere")) == 1
        assert desk.stats().broken == {}


async def test_a_place_that_alone_is_refused_does_not_hold_up_the_channel(
    database: Database,
) -> None:
    desk = new_desk(database)
    channel = Refusing("discord", lambda outgoing: outgoing.address.thread == "forbidden")
    async with serving(desk, channel, pace=Pace(probe=0.01, grace=1, poll=0.001)):
        await channel.say("hello", thread="forbidden")
        await channel.refusals(1)
        await channel.say("many", thread="fine")
        assert len(await channel.replies(5, thread="fine")) == 5


async def test_a_sign_of_work_is_shown_once_for_each_message(database: Database) -> None:
    channel = Showing()
    async with serving(new_desk(database), channel, pace=Pace(grace=1, sign=60)):
        await channel.say("hello", external_id="1")
        channel.let_go.set()
        await channel.replies(1)
        await channel.say("hello", external_id="1")
        await channel.say("again")
        await channel.replies(2)
        assert channel.events == [
            "working on hello",
            "you said: hello [1]",
            "working on again",
            "you said: again [1]",
        ]


async def test_a_reply_never_overtakes_its_sign(database: Database) -> None:
    """Else the sign would stay for ever: the reply waits until it is shown, or given up."""

    class WaitsForTheReply(Showing):
        replied = asyncio.Event()

        async def working(self, incoming: Incoming) -> None:
            try:
                await self.replied.wait()
                self.events.append("sign after the reply")
            except asyncio.CancelledError:
                self.events.append("sign given up")
                raise

        async def send(self, outgoing: Outgoing) -> str:
            self.replied.set()
            return await super().send(outgoing)

    channel = WaitsForTheReply()
    async with serving(new_desk(database), channel, pace=Pace(grace=1, sign=0.5)):
        await channel.say("hello")
        await channel.replies(1)
        assert channel.events == ["sign given up", "you said: hello [1]"]


async def test_no_sign_is_shown_where_silence_may_follow(database: Database) -> None:
    channel = Showing()
    channel.let_go.set()
    async with serving(new_desk(database), channel, pace=Pace(grace=1)):
        unaddressed = message("hello", only_if_sure=True)
        await channel.hear(unaddressed)
        await channel.replies(1)
        assert channel.events == ["you said: hello [1]"]


async def test_a_sign_that_hangs_or_fails_costs_only_its_time(database: Database) -> None:
    class Failing(Showing):
        async def working(self, incoming: Incoming) -> None:
            if incoming.text == "fail":
                raise RuntimeError("no sign")
            await super().working(incoming)

    channel = Failing()
    async with serving(new_desk(database), channel, pace=Pace(grace=1, sign=0.01)):
        await channel.say("hello")
        await channel.say("choose")
        assert len(await channel.replies(2)) == 2


async def test_the_offer_after_an_edit_is_delivered(database: Database) -> None:
    channel = MemoryAdapter()
    async with serving(new_desk(database), channel, pace=Pace(grace=1)):
        heard = await channel.say("hello", sender=Sender("ann"))
        await channel.replies(1)
        await channel.hear(Edit(Address("memory", "main"), heard.external_id, "changed", NOON))
        assert texts(await channel.replies(2))[1] == "You changed it."
