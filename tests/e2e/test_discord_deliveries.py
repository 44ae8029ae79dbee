"""Answers on their way: once, whole, patient, and honest about what failed."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest

from bot.channel import SendError
from tests.discord_support import Ears, Shop, adapter_for, answer, running
from tests.servers.discord.discord_server import DiscordServer, texts


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with DiscordServer() as discord:
        yield Shop(discord, Ears(discord))


async def test_a_lost_answer_of_discord_makes_no_second_message(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        question = await shop.discord.say(shop.help, shop.ana, "Hours?")
        (heard,) = await shop.ears.until(1)
        for forget in (False, True):
            shop.discord.fail("POST", r"/messages$", cut="after")
            out = answer(heard, f"Nine to five ({forget}).", key=f"key-{forget}")
            with pytest.raises(SendError) as failure:
                await adapter.send(out)
            assert not failure.value.permanent
            assert not failure.value.broken
            if forget:  # an hour later Discord has forgotten the nonce
                shop.discord.world.nonces.clear()
            sent = await adapter.send(
                answer(heard, out.text, key=out.key, attempt=2 if forget else 1)
            )
            assert sent == shop.discord.posted(question["id"])[-1]["id"]
    said = [texts(each) for each in shop.discord.posted(question["id"])]
    assert said == ["Nine to five (False).", "Nine to five (True)."]


async def test_only_the_missing_part_of_a_long_answer_is_sent_again(shop: Shop) -> None:
    long = "\n\n".join(f"Paragraph {n}. " + "word " * 100 for n in range(12))
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        question = await shop.discord.say(shop.help, shop.ana, "Hours?")
        (heard,) = await shop.ears.until(1)
        await adapter.send(answer(heard, "First."))
        fault = shop.discord.fail("POST", r"/messages$", 503, times=0)
        counted = itertools.count()
        fault.matches = (  # type: ignore[method-assign]
            lambda request, path: (
                request.method == "POST" and path.endswith("/messages") and next(counted) == 1
            )
        )
        with pytest.raises(SendError):
            await adapter.send(answer(heard, long, key="long"))
        shop.discord.world.nonces.clear()
        await adapter.send(answer(heard, long, key="long", attempt=2))
    said = [texts(each) for each in shop.discord.posted(question["id"])][1:]
    assert [line for part in said for line in part.split() if line.isdecimal()] == []
    numbers = [word for part in said for word in part.split("Paragraph ")[1:]]
    assert [int(each.split(".")[0]) for each in numbers] == list(range(12))


async def test_a_limit_of_discord_is_waited_for_exactly(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        question = await shop.discord.say(shop.help, shop.ana, "Hours?")
        (heard,) = await shop.ears.until(1)
        shop.discord.fail("POST", r"/messages$", 502)
        shop.discord.fail("POST", r"/messages$", 429, retry_after=0.2)
        loop = asyncio.get_running_loop()
        begun = loop.time()
        await adapter.send(answer(heard))
        assert loop.time() - begun >= 1.2, "a second after the 502, and what the 429 asked for"
        shop.discord.fail("POST", r"/messages$", 429, retry_after=3600.0)
        with pytest.raises(SendError) as failure:
            await adapter.send(answer(heard, key="another"))
    assert (failure.value.retry_after, failure.value.permanent) == (3600.0, False)
    assert len(shop.discord.posted(question["id"])) == 1


async def test_a_place_that_is_gone_is_told_from_a_token_that_is_refused(shop: Shop) -> None:
    async with running(adapter_for(shop.discord, shop.marks), shop.ears) as adapter:
        await shop.discord.say(shop.help, shop.ana, "Hours?")
        (heard,) = await shop.ears.until(1)
        shop.discord.fail("POST", "/threads$", 403, code=50013)
        with pytest.raises(SendError, match="lacks a permission") as failure:
            await adapter.send(answer(heard))
        assert (failure.value.permanent, failure.value.broken) == (True, False)

        shop.discord.token = "another"
        with pytest.raises(SendError, match="refuses the bot's token") as failure:
            await adapter.send(answer(heard))
        assert (failure.value.permanent, failure.value.broken) == (False, True)
