"""While people have a conversation, its requester is heard also between others; they are not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from adapters.slack.adapter import SlackAdapter
from bot.channel import Address
from bot.desk import Database, Desk
from bot.model import Conversation
from bot.responders.with_agent import with_agent
from bot.turn import Response, Turn
from bot.worker import run
from config.platforms import asks_people
from tests.desk_support import new_desk, opened, respond
from tests.discord_support import Ears, Shop, adapter_for
from tests.servers.discord.discord_server import DiscordServer
from tests.servers.slack.server import slack_server
from tests.slack_support import options_for, prepare

MENTION = "<@U0BOT> "
HEARD = ["hello", "one thing more", "I am back", "thanks"]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "desk.db") as database:
        yield database


def silent_for_people(turn: Turn) -> Response:
    return with_agent(turn) or respond(turn)


def taken_over(database: Database) -> None:
    """An agent has every conversation now."""
    held = update(Conversation).values(holder="agent", version=Conversation.version + 1)
    database.write(lambda session: session.execute(held))


def heard_of(desk: Desk, address: Address) -> list[str]:
    lines = desk.transcript(address)
    return [line.text for line in lines if line.author == "user"]


async def test_on_slack(database: Database) -> None:
    desk = new_desk(database, respond=silent_for_people)
    async with slack_server("socket") as slack:
        prepare(slack)
        adapter = SlackAdapter(options_for(slack), asks_people=asks_people(desk))
        serving = asyncio.create_task(run(desk, [adapter]))
        await asyncio.wait_for(slack.socket.connected.wait(), 10)
        root = slack.people.say("U1", "C1", MENTION + "hello")
        while not slack.workspace.posted:  # noqa: ASYNC110 - the server's count
            await asyncio.sleep(0.01)
        taken_over(database)
        for user, text in (
            ("U1", "one thing more"),
            ("U2", "same here"),
            ("U1", "I am back"),
            ("U2", "<@U1> and now?"),
            ("U1", "thanks"),
        ):
            slack.people.say(user, "C1", text, thread_ts=root)
            await slack.settled()
        assert heard_of(desk, Address("slack", f"C1:{root}")) == HEARD
        assert len(slack.workspace.posted) == 1
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


async def test_on_discord(database: Database) -> None:
    desk = new_desk(database, respond=silent_for_people)
    async with DiscordServer() as discord:
        shop = Shop(discord, Ears(discord))
        adapter = adapter_for(discord, shop.marks, asks_people=asks_people(desk))
        serving = asyncio.create_task(run(desk, [adapter]))
        await discord.until(lambda: adapter.caught_up)
        question = await discord.mention(shop.help, shop.ana, "hello")
        await discord.answers(question["id"])
        taken_over(database)
        thread = shop.thread(question)
        for user, text in (
            (shop.ana, "one thing more"),
            (shop.ben, "same here"),
            (shop.ana, "I am back"),
            (shop.ben, "and now?"),
            (shop.ana, "thanks"),
        ):
            await discord.say(thread, user, text)
        address = Address("discord", f"thread/{shop.help['id']}/{thread['id']}")
        await discord.until(lambda: len(heard_of(desk, address)) >= len(HEARD))
        assert heard_of(desk, address) == HEARD
        assert len(discord.posted(thread)) == 1
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)
