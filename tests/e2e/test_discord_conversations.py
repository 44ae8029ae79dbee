"""Whole talks over a local Discord: every surface on which people ask."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from adapters.listening import ListeningRules
from bot.channel import Source
from tests.e2e.discord_desk import Ears, KeptMarks, adapter_for, answer, running
from tests.servers.discord.payloads import FORUM, Payload
from tests.servers.discord.server import DiscordServer, labels, texts


@dataclass
class Shop:
    """One server with a help channel, a forum, and people."""

    discord: DiscordServer
    ears: Ears
    marks: KeptMarks = field(default_factory=KeptMarks)

    def __post_init__(self) -> None:
        world = self.discord.world
        self.guild = world.guild("Shop")
        self.help = world.channel(self.guild, "help")
        self.forum = world.channel(self.guild, "questions", FORUM, ("Answered", "Needs human"))
        self.ana, self.ben = world.user("Ana"), world.user("Ben")

    def thread(self, message: Payload) -> Payload:
        return self.discord.world.channels[int(message["id"])]


@pytest.fixture
async def shop() -> AsyncIterator[Shop]:
    async with DiscordServer() as discord:
        yield Shop(discord, Ears(discord))


async def test_a_mention_is_answered_in_a_thread_on_the_question(shop: Shop) -> None:
    rules = ListeningRules(mode="mention")
    async with running(adapter_for(shop.discord, shop.marks, rules), shop.ears) as adapter:
        await shop.discord.say(shop.help, shop.ana, "Anyone up for lunch?")
        question = await shop.discord.mention(shop.help, shop.ana, "How do I reset my password?")
        (heard,) = await shop.ears.until(1)

        assert heard.text == "How do I reset my password?"
        assert heard.sender.id == shop.ana["id"]
        await adapter.working(heard)
        assert shop.discord.world.typed == [int(shop.help["id"])]

        source = Source(1, "Passwords", "Resetting", "https://shop.example/help/passwords")
        await adapter.send(answer(heard, "Open *Settings* [1].", sources=(source,), rateable=True))

        (said,) = shop.discord.posted(question["id"])
        assert texts(said).startswith("Open *Settings* [1].")
        assert "[Passwords: Resetting](<https://shop.example/help/passwords>)" in texts(said)
        assert labels(said) == ["👍 Helpful", "👎 Not helpful"]
        assert shop.thread(question)["name"] == "How do I reset my password?"

        await shop.discord.say(shop.thread(question), shop.ana, "And if I have no e-mail?")
        _, follow_up = await shop.ears.until(2)
        assert follow_up.address == heard.address
    assert shop.ears.texts == ["How do I reset my password?", "And if I have no e-mail?"]
