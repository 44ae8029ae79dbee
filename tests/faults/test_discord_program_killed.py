"""`firstline serve` is killed again and again while people write on Discord: nothing is lost,
nothing is answered twice, and every talk keeps its order."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest

from tests.discord_support import Ears, Shop
from tests.program_support import Program, program, until
from tests.servers.discord.discord_server import TOKEN, DiscordServer, texts
from tests.servers.discord.payloads import Payload

PEOPLE, MESSAGES, KILLS, IN_CHANNEL = 20, 150, 2, 0.1
ASKED = "How do I change the port?", "How do I back up the database?", "What is Firstline?"


class Stream:
    """What people write: most of it in direct messages, some as questions in a channel."""

    def __init__(self, discord: DiscordServer, chance: random.Random) -> None:
        self.discord, self.chance = discord, chance
        self.shop = Shop(discord, Ears(discord))
        people = [discord.world.user(f"P{n}") for n in range(PEOPLE)]
        self.talks = [discord.world.direct(person) for person in people]
        self.said: dict[str, list[str]] = {talk["id"]: [] for talk in self.talks}
        self.questions: list[Payload] = []

    async def say(self, talk: Payload, text: str) -> None:
        self.said[talk["id"]].append(text)
        await self.discord.say(talk, talk["recipients"][0], text)

    async def write(self) -> None:
        for number in range(PEOPLE, MESSAGES):
            text = f"{self.chance.choice(ASKED)} ({number})"
            if self.chance.random() < IN_CHANNEL:
                asked = await self.discord.mention(self.shop.help, self.shop.ana, text)
                self.questions.append(asked)
            else:
                await self.say(self.chance.choice(self.talks), text)
            await asyncio.sleep(self.chance.uniform(0, 0.02))


def all_done(desk: Program) -> bool:
    ((heard,),) = desk.rows("select count(*) from message where author = 'user'")
    ((waits,),) = desk.rows("select count(*) from message where state = 'new'")
    ((due,),) = desk.rows("select count(*) from outbox where state = 'due'")
    return bool(heard >= MESSAGES and not waits and not due)


@pytest.mark.slow
async def test_every_message_is_answered_once_and_in_order(tmp_path: Path) -> None:
    chance = random.Random(4)
    async with DiscordServer() as discord:
        stream = Stream(discord, chance)
        api, gateway = discord.api_url, discord.gateway.url
        settings = f'[discord]\napi_url = "{api}"\ngateway_url = "{gateway}"\n'
        desk = program(tmp_path, settings, DISCORD__TOKEN=TOKEN)
        async with desk.serving():
            await until(lambda: discord.gateway.live())
            for talk in stream.talks:  # a first one to a bot that is away is told to nobody
                await stream.say(talk, "What is Firstline?")
            await until(lambda: all(discord.posted(talk) for talk in stream.talks))
            await until(lambda: desk.rows("select 1 from bookmark where channel = 'discord'"))
            writing = asyncio.create_task(stream.write())
            await asyncio.sleep(chance.uniform(0.5, 2))
        for _ in range(KILLS - 1):
            async with desk.serving():
                await asyncio.sleep(chance.uniform(0.5, 3))
        async with desk.serving():
            await writing
            await until(lambda: all_done(desk), 300)
        shown = {talk["id"]: discord.posted(talk) for talk in stream.talks}
        threads = {asked["id"]: discord.posted(asked["id"]) for asked in stream.questions}
    kept = desk.rows(
        "select c.thread, m.text from message m join conversation c on c.id = m.conversation_id"
        " where m.author = 'user' order by m.id"
    )
    for talk, said in stream.said.items():
        assert [text for where, text in kept if where.startswith(f"direct/{talk}/")] == said
    replies = desk.rows(
        "select c.thread, o.external_id from outbox o join conversation c"
        " on c.id = o.conversation_id where o.state = 'sent' order by o.id"
    )
    assert len(replies) == MESSAGES
    for talk, posts in shown.items():
        sent = [post for where, post in replies if where.startswith(f"direct/{talk}/")]
        assert [post["id"] for post in posts] == sent
    for asked, posts in threads.items():
        assert len(posts) == 1, [texts(post) for post in posts]
        assert asked
