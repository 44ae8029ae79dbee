"""The process is killed at random while people write in Slack: nothing is lost, nothing is said
twice, and the order of each conversation is kept."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import defaultdict
from pathlib import Path

import pytest

from tests.servers.slack.server import SlackServer, slack_server
from tests.slack_support import prepare

ROOT = Path(__file__).parents[2]
MESSAGES, KILLS = 1000, 6


class Process:
    """The bot in a process of its own, which can be killed and started again."""

    def __init__(self, folder: Path, slack: SlackServer) -> None:
        self.folder, self.slack = folder, slack
        self.errors = (folder / "errors.txt").open("ab")
        self.running: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        command = [sys.executable, "-m", "tests.faults.slack_driver", str(self.folder)]
        self.running = await asyncio.create_subprocess_exec(
            *command, self.slack.api_url, cwd=ROOT, stderr=self.errors
        )
        async with asyncio.timeout(30):
            await self.slack.socket.connected.wait()

    async def kill(self) -> None:
        assert self.running
        assert self.running.returncode is None, (self.folder / "errors.txt").read_text()
        self.running.kill()
        await self.running.wait()
        async with asyncio.timeout(10):
            while self.slack.socket.connections:  # noqa: ASYNC110 - until the server sees it
                await asyncio.sleep(0.01)


def shown(slack: SlackServer) -> dict[str, list[str]]:
    """What people see of the bot in each thread or direct talk."""
    seen: dict[str, list[str]] = defaultdict(list)
    for post in slack.workspace.posted:
        seen[post.get("thread_ts") or post["channel"]].append(post["blocks"][0]["text"])
    return seen


@pytest.mark.slow
async def test_killed_at_random_in_a_stream_with_downtime_and_redelivery(tmp_path: Path) -> None:
    chance = random.Random(4)
    kills = sorted(chance.sample(range(50, MESSAGES - 50), KILLS))
    async with slack_server("socket", retries=(0.0, 0.3, 0.9), ack_timeout=1.0) as slack:
        prepare(slack)
        process = Process(tmp_path, slack)
        await process.start()
        roots: dict[str, str] = {}
        expected: dict[str, list[str]] = defaultdict(list)
        down_until = 0
        for number in range(MESSAGES):
            if number in kills:
                await process.kill()
                down_until = number + chance.randint(5, 40)
            if down_until and number >= down_until:
                await process.start()
                down_until = 0
            where = write(slack, chance.choice(("C1", "C2", "D1")), number, roots)
            expected[where].append(f"you said: hello {number} [1]")
            await asyncio.sleep(0.004)
        if down_until:
            await process.start()
        try:
            async with asyncio.timeout(90):
                while len(slack.workspace.posted) < MESSAGES:  # noqa: ASYNC110 - the server's count
                    await asyncio.sleep(0.05)
                await slack.settled()
                await asyncio.sleep(0.5)  # what would be said twice would be said by now
        finally:
            await process.kill()
            process.errors.close()
    seen = shown(slack)
    for where, texts in expected.items():
        assert seen[where] == texts
    assert set(seen) == set(expected)


def write(slack: SlackServer, channel: str, number: int, roots: dict[str, str]) -> str:
    """Somebody writes, in one of ten threads of a channel, or in the direct talk."""
    if channel == "D1":
        slack.people.say("U1", "D1", f"hello {number}")
        return "D1"
    thread = f"{channel} {number % 10}"
    ts = slack.people.say("U1", channel, f"<@U0BOT> hello {number}", thread_ts=roots.get(thread))
    return roots.setdefault(thread, ts)
