"""Killed at random moments while people write on Discord, and away in between: nothing is lost,
nothing is answered twice, and every talk keeps its order."""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.discord_support import Ears, Shop
from tests.servers.discord.discord_server import DiscordServer, texts
from tests.servers.discord.payloads import Payload

ROOT = Path(__file__).parents[2]
TALKERS, KILLS, MESSAGES = 6, 5, 240


class Crashes:
    """Starts the driver, and kills it."""

    def __init__(self, folder: Path, discord: DiscordServer) -> None:
        self.arguments = [str(folder), discord.api_url, discord.gateway.url]
        self.discord = discord

    async def start(self) -> None:
        known = len(self.discord.gateway.identified)
        self.process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.faults.discord_driver", *self.arguments, cwd=ROOT
        )
        await self.discord.until(lambda: len(self.discord.gateway.identified) > known, 30)

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


@pytest.fixture
async def crashes(tmp_path: Path) -> AsyncIterator[Crashes]:
    async with DiscordServer() as discord:
        made = Crashes(tmp_path, discord)
        yield made
        await made.kill()


@pytest.mark.slow
async def test_killed_at_random_while_people_write(crashes: Crashes) -> None:
    chance, discord = random.Random(4), crashes.discord
    shop = Shop(discord, Ears(discord))
    talkers = [discord.world.direct(discord.world.user(f"T{n}")) for n in range(TALKERS)]
    await crashes.start()
    said: dict[str, list[str]] = {talk["id"]: ["hello"] for talk in talkers}
    questions: list[Payload] = []
    for talk in talkers:  # a first direct message to a bot that is away is told to nobody
        await discord.say(talk, talk["recipients"][0], "hello")
        await discord.answers(talk, 1)
    kills = sorted(chance.sample(range(MESSAGES), KILLS))
    away = 0
    for number in range(MESSAGES):
        if number in kills:
            await crashes.kill()
            away = chance.randint(5, 20)
        if away:
            away -= 1
            if not away:
                await crashes.start()
        if chance.random() < 0.2:
            text = f"question {number}"
            questions.append(await discord.say(shop.help, shop.ana, text))
        else:
            talk = chance.choice(talkers)
            said[talk["id"]].append(f"message {number}")
            await discord.say(talk, talk["recipients"][0], f"message {number}")
        await asyncio.sleep(0.005)
    if away:
        await crashes.start()
    for talk in talkers:
        await discord.until(lambda t=talk: len(discord.posted(t)) >= len(said[t["id"]]), 30)
    for question in questions:
        await discord.until(lambda q=question: discord.posted(q["id"]), 30)
    await crashes.kill()
    for talk in talkers:
        assert [first_line(m) for m in discord.posted(talk)] == [
            f"you said: {text} [1]" for text in said[talk["id"]]
        ]
    for question in questions:
        (only,) = discord.posted(question["id"])
        assert first_line(only) == f"you said: {question['content']} [1]"


def first_line(message: Payload) -> str:
    return texts(message).split("\n")[0]
