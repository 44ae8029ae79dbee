"""Who writes to the driven desk, and where: direct talks and threads on a local Slack and Discord."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import Any

from tests.discord_support import Ears, Shop
from tests.faults.judge import Said, Shown
from tests.program_support import Program, program, until
from tests.servers.discord.discord_server import TOKEN, DiscordServer
from tests.servers.discord.payloads import Payload
from tests.servers.slack.faults import Fault, Kind
from tests.servers.slack.server import SlackServer
from tests.servers.slack.workspace import APP_TOKEN, BOT_TOKEN

ASKED = "How do I change the port?", "How do I back up the database?", "What is Firstline?"
MENTION = "<@U0BOT> "

Write = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Talk:
    """One conversation: `write` something in it, or look at the bot's posts there."""

    name: str
    write: Write
    posts: Callable[[], list[Any]]
    shown: Callable[[], list[tuple[str, int]]]


class World:
    """Both platforms, all talks, and all that was said in them, in order."""

    def __init__(
        self, slack: SlackServer, discord: DiscordServer, chance: Random, talks: int
    ) -> None:
        self.slack, self.discord, self.chance = slack, discord, chance
        self.shop = Shop(discord, Ears(discord))
        self.said: dict[str, Said] = {}
        self.numbers = itertools.count(1)
        each = max(1, talks // 4)
        self.talks = [
            *(self.slack_direct(f"U{n}") for n in range(talks - 3 * each)),
            *(self.slack_thread(n) for n in range(each)),
            *(self.discord_direct(n) for n in range(each)),
            *(self.discord_thread(n) for n in range(each)),
        ]
        self.keys: dict[str, str] = {}

    def slack_direct(self, user: str) -> Talk:
        where = f"D{user}"
        self.slack.workspace.add_user(user, f"Person {user}")
        self.slack.workspace.add_channel(where, "", "im", user)

        async def write(text: str) -> None:
            self.slack.people.say(user, where, text)

        return Talk(where, write, lambda: slack_posts(self.slack, where), self.slack_shown(where))

    def slack_thread(self, number: int) -> Talk:
        """A thread of its own channel, since Slack takes one post a second and channel."""
        where, user, roots = f"C{number}", f"W{number}", list[str]()
        self.slack.workspace.add_user(user, f"Writer {number}")
        self.slack.workspace.add_channel(where, f"help-{number}", "channel", user)

        async def write(text: str) -> None:
            root = roots[0] if roots else None
            roots.append(self.slack.people.say(user, where, MENTION + text, thread_ts=root))

        return Talk(where, write, lambda: slack_posts(self.slack, where), self.slack_shown(where))

    def slack_shown(self, where: str) -> Callable[[], list[tuple[str, int]]]:
        def shown() -> list[tuple[str, int]]:
            told = [each.get("metadata", {}) for each in slack_posts(self.slack, where)]
            payloads = [each.get("event_payload", {"key": "?", "part": 0}) for each in told]
            return [(str(each["key"]), int(each["part"])) for each in payloads]

        return shown

    def discord_direct(self, number: int) -> Talk:
        person = self.discord.world.user(f"P{number}")
        channel = self.discord.world.direct(person)

        async def write(text: str) -> None:
            await self.discord.say(channel, person, text)

        return self.discord_talk(f"discord direct {number}", write, lambda: channel["id"])

    def discord_thread(self, number: int) -> Talk:
        """The first mention opens a thread, in which the talk goes on."""
        person, opened = self.discord.world.user(f"T{number}"), list[Payload]()

        async def write(text: str) -> None:
            if opened:
                thread = self.discord.world.channels[int(opened[0]["id"])]
                await self.discord.say(thread, person, text)
            else:
                opened.append(await self.discord.mention(self.shop.help, person, text))

        return self.discord_talk(
            f"discord thread {number}", write, lambda: opened[0]["id"] if opened else 0
        )

    def discord_talk(self, name: str, write: Write, where: Callable[[], Any]) -> Talk:
        def posts() -> list[Payload]:
            return self.discord.posted(where())

        def shown() -> list[tuple[str, int]]:
            return [(self.keys.get(post["id"], f"? {post['id']}"), 0) for post in posts()]

        return Talk(name, write, posts, shown)

    async def say(self, talk: Talk, text: str = "", *, least: int = 1, most: int = 1) -> str:
        """Somebody writes there; the text, which nobody else ever writes."""
        text = text or f"{self.chance.choice(ASKED)} ({next(self.numbers)})"
        self.said[text] = Said(talk.name, text, least, most)
        await talk.write(text)
        return text

    def all_shown(self) -> Iterator[Shown]:
        for talk in self.talks:
            for key, part in talk.shown():
                yield Shown(talk.name, key, part)

    async def greet(self) -> None:
        """A first word in every talk, answered: Discord tells nobody of a first direct message to
        a bot that is away, and its threads begin with the first answer."""
        await until(lambda: self.discord.gateway.live() and self.slack.socket.connected.is_set())
        for talk in self.talks:
            await self.say(talk)
        with suppress(TimeoutError):
            await until(lambda: all(talk.posts() for talk in self.talks), 60)
        silent = [talk.name for talk in self.talks if not talk.posts()]
        if silent:
            raise RuntimeError(f"no answer to the first word in {silent}")

    async def write(self, count: int, pause: float) -> None:
        """So many messages, each in some talk."""
        for _ in range(count):
            await self.say(self.chance.choice(self.talks))
            await asyncio.sleep(self.chance.uniform(0, pause))

    async def trouble(self) -> None:
        """Something goes wrong on a platform: 429, 500, a cut line, a lost connection, a copy."""
        kinds: tuple[Kind, ...] = ("limited", "broken", "cut_before", "cut_after")
        posts = r"/channels/\d+/messages$"
        cut = self.chance.choice(("before", "after"))
        wait = self.chance.choice((0.3, 1.0))
        live = self.discord.gateway.live()
        slack = Fault(self.chance.choice(kinds), times=2)
        choice = self.chance.randrange(8)
        if choice == 0 or not (live or choice in (1, 2, 3, 4, 7)):
            self.slack.faults.next("chat.postMessage", slack)
        elif choice == 1:
            self.discord.fail("POST", posts, 500, times=2)
        elif choice == 2:
            self.discord.fail("POST", posts, 429, retry_after=wait)
        elif choice == 3:
            self.discord.fail("POST", posts, cut=cut)  # type: ignore[arg-type]
        elif choice == 4:
            await self.slack.socket.disconnect(warn=self.chance.random() < 0.5)
        elif choice == 5:
            await self.discord.gateway.drop(forget=self.chance.random() < 0.5)
        elif choice == 6:
            await self.discord.gateway.ask_reconnect()
        else:
            await self.again()

    async def again(self) -> None:
        """Some of what was delivered comes once more, from both platforms."""
        for delivery in self.chance.sample(self.slack.deliveries, 5):
            self.slack.dispatch(delivery.kind, delivery.payload)
        for number, messages in list(self.discord.world.messages.items()):
            for message in messages[-1:]:
                channel = self.discord.world.channels[number]
                await self.discord.told("MESSAGE_CREATE", channel, message)


def slack_posts(slack: SlackServer, where: str) -> list[dict[str, Any]]:
    """What the bot said in a channel, as it stands there."""
    messages = slack.workspace.channels[where].messages
    return [each for each in messages if each.get("bot_id")]


def desk_for(world: World, folder: Any, settings: str = "", database: str = "") -> Program:
    """A desk on both platforms, for people who ask a lot."""
    slack, discord = world.slack.api_url, world.discord
    return program(
        folder,
        f"{settings}\n[limits]\nquestions_per_minute = 100000\nturn_attempts = 100\n"
        f'[slack]\napi_url = "{slack}"\n[discord]\napi_url = "{discord.api_url}"\n'
        f'gateway_url = "{discord.gateway.url}"\n' + database,
        SLACK__BOT_TOKEN=BOT_TOKEN,
        SLACK__APP_TOKEN=APP_TOKEN,
        DISCORD__TOKEN=TOKEN,
    )
