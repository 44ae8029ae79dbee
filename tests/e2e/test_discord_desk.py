"""The desk itself on Discord: whole dialogs through worker, database and the real client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channel import Address
from bot.desk import Desk
from bot.worker import run
from tests.desk_support import new_desk, opened
from tests.discord_support import Ears, Shop, adapter_for
from tests.servers.discord.discord_server import DiscordServer, labels, texts


class ServedShop(Shop):
    """A shop with a desk behind it."""

    desk: Desk


@pytest.fixture
async def shop(tmp_path: Path) -> AsyncIterator[ServedShop]:
    async with DiscordServer() as discord:
        served = ServedShop(discord, Ears(discord))
        with opened(tmp_path / "desk.db") as database:
            served.desk = new_desk(database)
            adapter = adapter_for(discord, served.marks)
            serving = asyncio.create_task(run(served.desk, [adapter]))
            await discord.until(lambda: adapter.caught_up)
            yield served
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


async def test_a_talk_from_question_to_people(shop: ServedShop) -> None:
    discord = shop.discord
    question = await discord.mention(shop.help, shop.ana, "hello")
    (said,) = await discord.answers(question["id"])
    assert texts(said).startswith("you said: hello [1]\n-# Sources\n-# 1. [Echo: How](<")
    thread = shop.thread(question)

    rated = await discord.press(thread, shop.ana, said, "👍 Helpful")
    assert (await discord.acknowledged(rated))["type"] == 7
    address = Address("discord", f"thread/{shop.help['id']}/{thread['id']}")
    (line,) = [each for each in shop.desk.transcript(address, 0, shop.ana["id"]) if each.rateable]
    assert line.rated is True

    await discord.say(thread, shop.ana, "choose")
    *_, offer = await discord.answers(thread, 2)
    assert labels(offer) == ["macOS", "Windows"]
    for _ in range(2):
        await discord.press(thread, shop.ana, offer, "Windows")
    *_, chosen = await discord.answers(thread, 3)
    assert texts(chosen) == "chosen: win"

    await discord.say(thread, shop.ana, "human")
    *_, handed = await discord.answers(thread, 4)
    assert texts(handed) == "People take over. Your ticket is #1."
    (ticket,) = shop.desk.tickets()
    assert (ticket.channel, ticket.requester) == ("discord", shop.ana["id"])
    assert len(discord.posted(thread)) == 4


async def test_five_answers_keep_their_order_and_two_talks_stay_apart(shop: ServedShop) -> None:
    discord = shop.discord
    directs = [discord.world.direct(user) for user in (shop.ana, shop.ben)]
    for direct in directs:
        await discord.say(direct, direct["recipients"][0], "many")
    for direct in directs:
        parts = await discord.answers(direct, 5)
        assert [texts(part) for part in parts] == [f"part {n}" for n in range(1, 6)]


async def test_ask_is_answered_by_the_desk_before_and_after_its_press(shop: ServedShop) -> None:
    discord = shop.discord
    asked = await discord.command(shop.help, shop.ana, "ask", question="choose")
    await discord.until(lambda: asked.original and labels(asked.original))
    assert asked.original is not None
    press = await discord.press(shop.help, shop.ana, asked.original, "macOS")
    await discord.until(lambda: press.followups)
    assert texts(press.followups[0]) == "chosen: mac"
    assert discord.posted(shop.help) == []


async def test_a_delivery_that_discord_refuses_for_ever_is_a_ticket(shop: ServedShop) -> None:
    shop.discord.fail("POST", "/messages$", 403, code=50007)
    direct = shop.discord.world.direct(shop.ana)
    await shop.discord.say(direct, shop.ana, "hello")
    await shop.discord.until(lambda: shop.desk.stats().outbox_dead)
    await shop.discord.say(direct, shop.ana, "again")
    (said,) = await shop.discord.answers(direct)
    assert texts(said).startswith("you said: again")
