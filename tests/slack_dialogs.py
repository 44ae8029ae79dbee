"""Dialogs held in Slack: people write and press there, and what they see is compared."""

from __future__ import annotations

import asyncio
import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from adapters.slack.adapter import SlackAdapter
from bot.channel import Bookmarks
from bot.desk import Desk
from bot.worker import Pace, run
from tests.dialog_runner import Exchange, matches, read_dialog
from tests.servers.slack.people import pressable
from tests.servers.slack.server import SlackServer
from tests.slack_support import options_for, port_open, prepare

SOURCE = re.compile(r"\[(\d+)\] <([^|>]*)\|([^>]*)>(?: › (.*))?")


@asynccontextmanager
async def desk_in_slack(
    slack: SlackServer, desk: Desk, bookmarks: Bookmarks | None = None, **changes: Any
) -> AsyncIterator[None]:
    """The desk, its worker and the Slack channel, until the block ends."""
    prepare(slack)
    adapter = SlackAdapter(options_for(slack, **changes), bookmarks=bookmarks)
    working = asyncio.create_task(run(desk, [adapter], Pace(grace=2.0, probe=0.5)))
    try:
        if slack.mode == "socket":
            await asyncio.wait_for(slack.socket.connected.wait(), 10)
        while slack.mode == "http" and not port_open(slack):  # noqa: ASYNC110 - no event for it
            await asyncio.sleep(0.01)
        yield
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def converse_in_slack(slack: SlackServer, desk: Desk, path: Path) -> list[str]:
    """Hold the dialog in a thread of C1; every difference in words."""
    root, wrong = "", []
    for exchange in read_dialog(path):
        before = len(slack.workspace.posted)
        root = say_or_press(slack, exchange, root)
        await slack.settled()
        while desk.stats().inbox or desk.stats().outbox:  # noqa: ASYNC110 - the desk is looked at
            await asyncio.sleep(0.01)
        got = tuple(as_seen(post) for post in slack.workspace.posted[before:]) or ("(nothing)",)
        if len(got) != len(exchange.expected) or not all(map(matches, exchange.expected, got)):
            wrong.append(f"{path}:{exchange.line}: > {exchange.said}\ngot: {got}")
    return wrong


def say_or_press(slack: SlackServer, exchange: Exchange, root: str) -> str:
    """The thread's root, after the user did what the dialog says."""
    offered: list[str] = []
    if slack.workspace.posted:
        last = slack.workspace.posted[-1]
        offered = [label for label, action in pressable(last) if "choice" in action["action_id"]]
        picked = next(
            (one for n, one in enumerate(offered, 1) if exchange.said in (str(n), one)), None
        )
        if picked:
            slack.people.press("U1", last, picked)
            return root
    mention = "" if root else "<@U0BOT> "
    ts = slack.people.say("U1", "C1", mention + exchange.said, thread_ts=root or None)
    return root or ts


def as_seen(post: dict[str, Any]) -> str:
    """A post in words, as `adapters.text.as_text` would write it."""
    parts = []
    for block in post["blocks"]:
        if block["type"] == "markdown":
            parts.append(html.unescape(block["text"]))
        elif block["type"] == "section":
            found = SOURCE.findall(block["text"]["text"])
            parts += [
                html.unescape(f"[{n}] {title}" + (f" > {where}" if where else "") + f": {url}")
                for n, url, title, where in found
            ]
    labels = [label for label, action in pressable(post) if "choice" in action["action_id"]]
    return "\n".join([*parts, *(f"{n}) {label}" for n, label in enumerate(labels, 1))])
