"""A flow walked on Discord: select and buttons, a question in between, a restart, an approval, people."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from bot.desk import Desk
from tests.discord_support import Ears, Shop, adapter_for
from tests.router_desk import SYSTEMS, RouterDesk
from tests.servers.discord.discord_server import DiscordServer, labels, texts


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with DiscordServer() as discord:
        yield Shop(discord, Ears(discord))


@asynccontextmanager
async def serving(shop: Shop, folder: Path) -> AsyncIterator[tuple[Desk, RouterDesk]]:
    asked = f'people = {{purchasing = "discord:channel/{shop.help["id"]}"}}'
    may = f'approvers = {{purchasing = ["discord:{shop.ben["id"]}"]}}'
    town = RouterDesk(folder, f"[flows]\n{asked}\n{may}\n")
    adapter = adapter_for(shop.discord, shop.marks)
    async with town.serving(adapter) as desk:
        await shop.discord.until(lambda: adapter.caught_up)
        yield desk, town


async def last(shop: Shop, where: Any, count: int) -> dict[str, Any]:
    """The bot's message of that number there."""
    found: dict[str, Any] = (await shop.discord.answers(where, count))[count - 1]
    return found


async def test_a_flow_from_select_to_ticket_over_a_restart(shop: Shop, tmp_path: Path) -> None:
    discord, ana, ben = shop.discord, shop.ana, shop.ben
    async with serving(shop, tmp_path):
        question = await discord.mention(shop.help, ana, "my router is offline")
        system = await last(shop, question["id"], 1)
        assert labels(system) == list(SYSTEMS)
        thread = shop.thread(question)
        await discord.press(thread, ben, system, "Fedora")
        again = await last(shop, thread, 2)
        assert "Only the answers of the one who asked" in texts(again)
        await discord.press(thread, ana, again, "Ubuntu")
        lamp = await last(shop, thread, 3)
        assert labels(lamp) == ["Red", "Green"]
        await discord.mention(thread, ana, "how do I make a backup?")
        assert "Copy the database file" in texts(await last(shop, thread, 4))
        assert "Which colour has the lamp?" in texts(await last(shop, thread, 5))
    async with serving(shop, tmp_path) as (desk, town):
        await discord.say(thread, ana, "red")
        assert "Pull the plug" in texts(await last(shop, thread, 6))
        await discord.press(thread, ana, lamp, "Green")
        old = texts(await last(shop, thread, 7))
        assert "earlier question" in old
        assert "Pull the plug" in old
        await discord.say(thread, ana, "can I talk to a human")
        assert "#1" in texts(await last(shop, thread, 8))
        assert [ticket.subject for ticket in desk.tickets()] == ["my router is offline"]
        ((summary,),) = town.rows("select summary from ticket")
    for part in ("system: Ubuntu", "lamp: Red", "at step restart"):
        assert part in summary


async def test_an_approval_is_asked_in_its_channel_and_decided_by_who_may(
    shop: Shop, tmp_path: Path
) -> None:
    discord = shop.discord
    async with serving(shop, tmp_path) as (_, town):
        direct = discord.world.direct(shop.ana)
        await discord.say(direct, shop.ana, "my router is offline")
        await discord.press(direct, shop.ana, await last(shop, direct, 1), "macOS")
        await discord.press(direct, shop.ana, await last(shop, direct, 2), "Green")
        assert "asked for approval" in texts(await last(shop, direct, 3))
        asked = await last(shop, shop.help, 1)
        assert "A new router for macOS" in texts(asked)
        await discord.press(shop.help, shop.ana, asked, "Approve")
        again = await last(shop, shop.help, 2)
        assert "not for Ana to decide" in texts(again)
        assert town.rows("select state, decided_by from flow_job") == [("asked", "")]
        await discord.press(shop.help, shop.ben, again, "Approve")
        assert "Approved by Ben" in texts(await last(shop, shop.help, 3))
        assert "Where shall it go?" in texts(await last(shop, direct, 4))
        assert town.rows("select state, decided_by from flow_job") == [("done", "Ben")]
