"""A flow walked on Slack: select and buttons, a question in between, a restart, an approval, people."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from adapters.slack.adapter import SlackAdapter
from bot.desk import Desk
from tests.program_support import until
from tests.router_desk import SYSTEMS, RouterDesk
from tests.servers.slack.people import pressable
from tests.servers.slack.server import SlackServer, slack_server
from tests.slack_support import options_for, prepare

MENTION = "<@U0BOT> "


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with slack_server("socket") as server:
        yield server


@pytest.fixture
def town(tmp_path: Path) -> RouterDesk:
    asked = 'people = {purchasing = "slack:C2"}'
    may = 'approvers = {purchasing = ["slack:U2"]}'
    return RouterDesk(tmp_path, f"[flows]\n{asked}\n{may}\n")


@asynccontextmanager
async def serving(slack: SlackServer, town: RouterDesk) -> AsyncIterator[Desk]:
    prepare(slack)
    async with town.serving(SlackAdapter(options_for(slack))) as desk:
        await asyncio.wait_for(slack.socket.connected.wait(), 10)
        yield desk


def offered(post: dict[str, Any]) -> list[str]:
    return [label for label, action in pressable(post) if "choice" in action["action_id"]]


def said(post: dict[str, Any]) -> str:
    return json.dumps(post["blocks"], ensure_ascii=False)


class Talk:
    """One thread, and what the bot posts in it."""

    def __init__(self, slack: SlackServer, root: str) -> None:
        self.slack, self.root, self.seen = slack, root, 0

    async def next(self) -> dict[str, Any]:
        """The bot's next post there."""
        self.seen += 1
        return (await until(self._enough))[self.seen - 1]

    def _enough(self) -> list[dict[str, Any]]:
        posts = [p for p in self.slack.workspace.posted if p.get("thread_ts") == self.root]
        return posts if len(posts) >= self.seen else []

    def writes(self, text: str, user: str = "U1") -> None:
        self.slack.people.say(user, "C1", text, thread_ts=self.root)


async def test_a_flow_from_select_to_ticket_over_a_restart(
    slack: SlackServer, town: RouterDesk
) -> None:
    people = slack.people
    async with serving(slack, town):
        talk = Talk(slack, people.say("U1", "C1", MENTION + "my router is offline"))
        system = await talk.next()
        assert offered(system) == list(SYSTEMS)
        # Somebody else in the thread presses: nothing changes, and the buttons come back.
        people.press("U2", system, "Fedora")
        again = await talk.next()
        assert "Only the answers of the one who asked" in said(again)
        assert offered(again) == list(SYSTEMS)
        people.press("U1", again, "Ubuntu")
        lamp = await talk.next()
        assert offered(lamp) == ["Red", "Green"]
        talk.writes("how do I make a backup?")
        answer, reminder = await talk.next(), await talk.next()
        assert "Copy the database file" in said(answer)
        assert "Which colour has the lamp?" in said(reminder)
        assert offered(reminder) == ["Red", "Green"]
    async with serving(slack, town) as desk:
        talk.writes("red")
        assert "Pull the plug" in said(await talk.next())
        people.press("U1", lamp, "Green")
        old = await talk.next()
        assert "earlier question" in said(old)
        assert "Pull the plug" in said(old)
        talk.writes("can I talk to a human")
        assert "#1" in said(await talk.next())
        (ticket,) = desk.tickets()
        assert ticket.subject == "my router is offline"
        ((summary,),) = town.rows("select summary from ticket")
    for part in ("system: Ubuntu", "lamp: Red", "at step restart", "Last messages"):
        assert part in summary
    assert town.rows("select status, step from flow_run") == [("handed_off", "restart")]


async def test_an_approval_is_asked_in_its_channel_and_decided_by_who_may(
    slack: SlackServer, town: RouterDesk
) -> None:
    people = slack.people
    async with serving(slack, town):
        talk = Talk(slack, people.say("U1", "C1", MENTION + "my router is offline"))
        people.press("U1", await talk.next(), "macOS")
        people.press("U1", await talk.next(), "Green")
        assert "asked for approval" in said(await talk.next())
        posts = await until(lambda: [p for p in slack.workspace.posted if p["channel"] == "C2"])
        assert "A new router for macOS" in said(posts[0])
        assert "thread_ts" not in posts[0]
        people.press("U1", posts[0], "Approve")
        posts = await until(lambda: [p for p in slack.workspace.posted if p["channel"] == "C2"][1:])
        assert "not for u1 to decide" in said(posts[0])
        assert town.rows("select state, decided_by from flow_job") == [("asked", "")]
        people.press("U2", posts[0], "Approve")
        assert "Where shall it go?" in said(await talk.next())
    ((state, by, who),) = town.rows("select state, decided_by, result from flow_job")
    assert (state, by, json.loads(who)) == ("done", "u2", {"who": "slack:U2"})
