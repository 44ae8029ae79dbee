"""`firstline serve` is killed again and again while people write on Slack: nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from pathlib import Path

from tests.program_support import Program, program, until
from tests.servers.slack.server import SlackServer, slack_server
from tests.servers.slack.workspace import APP_TOKEN, BOT_TOKEN

PEOPLE, EACH, KILLS = 20, 5, 3
ASKED = "How do I change the port?", "How do I back up the database?", "What is Firstline?"


async def people_write(slack: SlackServer, chance: random.Random) -> None:
    for number in range(EACH):
        for person in range(PEOPLE):
            text = f"{ASKED[number % len(ASKED)]} ({person}.{number})"
            slack.people.say(f"U{person}", f"D{person}", text)
            await asyncio.sleep(chance.uniform(0, 0.4))


def all_done(desk: Program) -> bool:
    ((heard,),) = desk.rows("select count(*) from message where author = 'user'")
    ((waits,),) = desk.rows("select count(*) from message where state = 'new'")
    ((due,),) = desk.rows("select count(*) from outbox where state = 'due'")
    return bool(heard >= PEOPLE * EACH and not waits and not due)


async def test_every_message_is_answered_once_and_in_order(tmp_path: Path) -> None:
    chance = random.Random(4)
    async with slack_server("socket") as slack:
        for person in range(PEOPLE):
            slack.workspace.add_user(f"U{person}", f"Person {person}")
            slack.workspace.add_channel(f"D{person}", "", "im", f"U{person}")
        desk = program(
            tmp_path,
            f'[slack]\napi_url = "{slack.api_url}"\n',
            SLACK__BOT_TOKEN=BOT_TOKEN,
            SLACK__APP_TOKEN=APP_TOKEN,
        )
        async with desk.serving():
            await until(lambda: desk.rows("select 1 from bookmark where place = 'alive'"))
            writing = asyncio.create_task(people_write(slack, chance))
            await asyncio.sleep(chance.uniform(0.5, 3))
        for _ in range(KILLS - 1):
            async with desk.serving():
                await asyncio.sleep(chance.uniform(0.5, 3))
        async with desk.serving():
            await writing
            await until(lambda: all_done(desk), 120)
    heard = desk.rows("select text from message where author = 'user' order by id")
    said = [text for (text,) in heard]
    for person in range(PEOPLE):
        of_person = [text for text in said if f"({person}." in text]
        written = [f"{ASKED[number % len(ASKED)]} ({person}.{number})" for number in range(EACH)]
        assert of_person == written
    keys = Counter(
        (post["metadata"]["event_payload"]["key"], post["metadata"]["event_payload"]["part"])
        for post in slack.workspace.posted
    )
    assert set(keys.values()) == {1}
    replies = desk.rows("select key from outbox where state = 'sent' order by id")
    assert len(replies) == PEOPLE * EACH
    for person in range(PEOPLE):
        shown = [
            message["metadata"]["event_payload"]["key"]
            for message in slack.workspace.channels[f"D{person}"].messages
            if message.get("metadata")
        ]
        order = [key for (key,) in replies if key in shown]
        assert list(dict.fromkeys(shown)) == order
        assert len(order) == EACH
