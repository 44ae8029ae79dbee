"""How fast Discord is served. Run: python tests/bench/bench_discord.py

The bot is a process of its own; this one is the Discord on this machine, and its users.

answer    from the event on the gateway to the answer in the channel, one after the other
presses   from a button's event to its acknowledgement, 20 a second
fairness  the answers to five others while one user writes 500 messages in 5 seconds; bar < 2 x
catch-up  1,000 messages missed, until all are handed over
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.discord_support import Ears, Shop, adapter_for, running
from tests.servers.discord.discord_server import DiscordServer
from tests.servers.discord.payloads import Payload

ROOT = Path(__file__).parents[2]
OTHERS = 5


def shown(name: str, seconds: list[float]) -> float:
    """Prints p50 and p99 in milliseconds; gives back the p99."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    print(f"{name:34} p50 {cuts[49] * 1000:7.1f} ms   p99 {cuts[98] * 1000:7.1f} ms")
    return cuts[98]


async def answered(discord: DiscordServer, direct: Payload) -> float:
    """One question in a direct talk, until its answer is there."""
    count = len(discord.posted(direct))
    begun = time.perf_counter()
    await discord.say(direct, direct["recipients"][0], "hello")
    await discord.until(lambda: len(discord.posted(direct)) > count, 60)
    return time.perf_counter() - begun


async def question(discord: DiscordServer, shop: Shop) -> float:
    """One question in a channel: its answer needs a thread as well."""
    begun = time.perf_counter()
    message = await discord.say(shop.help, shop.ana, "hello")
    await discord.until(lambda: discord.posted(message["id"]), 60)
    return time.perf_counter() - begun


async def presses(discord: DiscordServer, direct: Payload, count: int) -> list[float]:
    """Choices pressed at 20 a second, each on a message of its own."""
    offers = []
    for _ in range(count):
        await answered(discord, direct)
        offers.append(discord.posted(direct)[-1])
    done = []
    for offer in offers:
        done.append(await discord.press(direct, direct["recipients"][0], offer, "👍 Helpful"))
        await asyncio.sleep(0.05)
    for press in done:
        await discord.acknowledged(press)
    return [press.called_back_after or 0.0 for press in done]


async def flood(discord: DiscordServer, direct: Payload) -> None:
    for _ in range(500):
        await discord.say(direct, direct["recipients"][0], "hello")
        await asyncio.sleep(0.01)


async def asking(discord: DiscordServer, direct: Payload) -> list[float]:
    """One person for five seconds: asks, reads the answer, asks again."""
    end, took = time.perf_counter() + 5.0, []
    while time.perf_counter() < end:
        took.append(await answered(discord, direct))
        await asyncio.sleep(0.2)
    return took


async def served() -> None:
    async with DiscordServer() as discord:
        shop = Shop(discord, Ears(discord))
        ana, ben = (discord.world.direct(user) for user in (shop.ana, shop.ben))
        with tempfile.TemporaryDirectory() as folder:
            module = "tests.faults.discord_driver"
            bot = await asyncio.create_subprocess_exec(
                sys.executable, "-m", module, folder, discord.api_url, discord.gateway.url, cwd=ROOT
            )
            await discord.until(lambda: discord.gateway.identified, 60)
            for _ in range(5):
                await answered(discord, ana)
            shown("answer, direct", [await answered(discord, ana) for _ in range(100)])
            shown("answer, new thread", [await question(discord, shop) for _ in range(100)])
            shown("acknowledged press, 20/s", await presses(discord, ben, 100))
            others = [discord.world.direct(discord.world.user(f"P{n}")) for n in range(OTHERS)]
            calm = await asyncio.gather(*(asking(discord, each) for each in others))
            quiet = shown("answer to five people", [s for each in calm for s in each])
            flooding = asyncio.create_task(flood(discord, ben))
            found = await asyncio.gather(*(asking(discord, each) for each in others))
            await flooding
            busy = shown("answer to them in a flood", [s for each in found for s in each])
            print(f"{'flood / quiet, p99':34} {busy / quiet:.2f}")
            bot.kill()
            await bot.wait()


async def catch_up() -> None:
    async with DiscordServer() as discord:
        shop = Shop(discord, Ears(discord))
        async with running(adapter_for(discord, shop.marks), shop.ears):
            pass
        for _ in range(1_000):
            await discord.say(shop.help, shop.ana, "hello")
        begun = time.perf_counter()
        async with running(adapter_for(discord, shop.marks), shop.ears):
            await shop.ears.until(1_000)
            print(f"{'catch-up of 1,000, with the login':34} {time.perf_counter() - begun:.2f} s")


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    asyncio.run(served())
    asyncio.run(catch_up())
