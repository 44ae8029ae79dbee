"""A message that is changed or taken back while its answer is being made, on both platforms."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.desk import Desk
from bot.turn import Response, Turn
from bot.worker import run
from tests.desk_support import new_desk, opened, respond
from tests.discord_support import Ears, Shop, adapter_for
from tests.servers.discord.discord_server import DiscordServer, texts
from tests.servers.slack.server import slack_server
from tests.slack_dialogs import as_seen, desk_in_slack

MENTION = "<@U0BOT> "


class Slow:
    """Holds every first answer until `go`."""

    def __init__(self) -> None:
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self, turn: Turn) -> Response:
        if not self.go.is_set():
            self.begun.set()
            assert self.go.wait(20)
        return respond(turn)

    async def at_work(self) -> None:
        assert await asyncio.to_thread(self.begun.wait, 20)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
def desk(tmp_path: Path, slow: Slow) -> Iterator[Desk]:
    with opened(tmp_path / "desk.db") as database:
        yield new_desk(database, respond=slow)


async def counted(desk: Desk, what: str, count: int) -> None:
    async with asyncio.timeout(20):
        while desk.stats().counts.get(what, 0) < count:  # noqa: ASYNC110 - the desk is looked at
            await asyncio.sleep(0.01)


async def nothing_waits(desk: Desk) -> None:
    async with asyncio.timeout(20):
        while desk.stats().inbox or desk.stats().outbox:  # noqa: ASYNC110 - the desk is looked at
            await asyncio.sleep(0.01)


async def test_on_slack(desk: Desk, slow: Slow) -> None:
    async with slack_server("socket") as slack, desk_in_slack(slack, desk):
        edited = slack.people.say("U1", "C1", MENTION + "first")
        await slow.at_work()
        gone = slack.people.say("U2", "C1", MENTION + "never mind")
        await counted(desk, "accepted", 2)
        slack.people.edit("C1", edited, MENTION + "first, better said")
        slack.people.delete("C1", gone)
        await counted(desk, "edited", 1)
        await counted(desk, "deleted", 1)
        slow.go.set()
        await nothing_waits(desk)
        (post,) = slack.workspace.posted
        assert post["thread_ts"] == edited
        assert as_seen(post).startswith("you said: first, better said [1]")


async def test_on_discord(desk: Desk, slow: Slow) -> None:
    async with DiscordServer() as discord:
        shop = Shop(discord, Ears(discord))
        adapter = adapter_for(discord, shop.marks)
        serving = asyncio.create_task(run(desk, [adapter]))
        await discord.until(lambda: adapter.caught_up)
        edited = await discord.mention(shop.help, shop.ana, "first")
        await slow.at_work()
        gone = await discord.mention(shop.help, shop.ben, "never mind")
        await counted(desk, "accepted", 2)
        bot = discord.world.bot["id"]
        await discord.edit(shop.help, edited, f"<@{bot}> first, better said")
        await discord.delete(shop.help, gone)
        await counted(desk, "edited", 1)
        await counted(desk, "deleted", 1)
        slow.go.set()
        await nothing_waits(desk)
        (post,) = discord.posted(edited["id"])
        assert texts(post).startswith("you said: first, better said [1]")
        assert gone["id"] not in {message["id"] for message in discord.posted(shop.help)}
        assert int(gone["id"]) not in discord.world.channels, "no thread for what was taken back"
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
