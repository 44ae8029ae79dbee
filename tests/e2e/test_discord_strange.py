"""Whatever Discord sends is understood, or ignored for a reason that the log names."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.discord_support import Ears, Shop, adapter_for, running
from tests.servers.discord.discord_server import DiscordServer
from tests.servers.discord.payloads import VOICE


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with DiscordServer() as discord:
        yield Shop(discord, Ears(discord))


IGNORED: list[tuple[str, dict[str, Any], str]] = [
    ("help", {"type": 6}, "a notice of Discord (pins_add)"),
    ("help", {"type": 7}, "a notice of Discord (new_member)"),
    ("help", {"type": 18}, "a notice of Discord (thread_created)"),
    ("help", {"type": 999}, "a notice of Discord (unknown_999)"),
    ("help", {"webhook_id": "77"}, "a webhook's message"),
    ("voice", {}, "a channel of a kind not served (voice)"),
    ("nowhere", {}, "its channel cannot be seen"),
]


@pytest.mark.parametrize(("where", "more", "reason"), IGNORED)
async def test_it_is_ignored_for_a_reason(
    shop: Shop, where: str, more: dict[str, Any], reason: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "adapters.discord")
    world = shop.discord.world
    voice = world.channel(shop.guild, "voice", VOICE)
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        nowhere = {**shop.help, "id": str(world.ids.next())}
        world.messages[int(nowhere["id"])] = []
        channel = {"help": shop.help, "voice": voice, "nowhere": nowhere}[where]
        await shop.discord.mention(channel, shop.ana, "can you hear me?", **more)
        await shop.discord.say(shop.help, shop.ana, "Opening hours?")
        await shop.ears.until(1)
        await shop.discord.until(lambda: reason in caplog.text)
    assert shop.ears.texts == ["Opening hours?"]


@pytest.mark.parametrize(
    "text",
    ["", "👍", "\u202eabc", "z\u0335\u0322\u035a" * 50, "<@1><@&2><#3><:x:4></ask:5>", "x" * 4_000],
)
async def test_any_text_is_heard(shop: Shop, text: str) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        await shop.discord.mention(shop.help, shop.ana, text)
        (heard,) = await shop.ears.until(1)
    assert heard.text == text


async def test_unknown_events_and_interactions_do_no_harm(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        await shop.discord.gateway.dispatch("SOMETHING_NEW", {"a": None}, shop.guild["id"])
        await shop.discord.interact(shop.help, shop.ana, 5, {"custom_id": "?", "components": []})
        await shop.discord.interact(shop.help, shop.ana, 99, {})
        gone = {"id": "5", "channel_id": "6"}
        await shop.discord.gateway.dispatch("MESSAGE_DELETE", gone, shop.guild["id"])
        await shop.discord.say(shop.help, shop.ana, "Opening hours?")
        await shop.ears.until(1)
    assert shop.ears.texts == ["Opening hours?"]


async def test_a_forged_press_is_only_its_text_to_the_bot(shop: Shop) -> None:
    """Who presses is whom Discord names; what is pressed is checked against what was offered by
    the desk, which takes an unknown choice for plain text."""
    async with running(adapter_for(shop.discord, shop.marks), shop.ears):
        button = {"type": 2, "id": 2, "style": 1, "label": "Me", "custom_id": "fl|c|k|d7|close"}
        row = [{"type": 1, "id": 1, "components": [button]}]
        direct = shop.discord.world.direct(shop.ana)
        message = shop.discord.world.message(direct, shop.ana, "", components=row)
        await shop.discord.press(direct, shop.ana, message, "Me")
        (heard,) = await shop.ears.until(1)
    assert (heard.sender.id, heard.choice) == (shop.ana["id"], "close")
