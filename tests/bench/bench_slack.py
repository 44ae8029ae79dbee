"""How fast Slack is served: run `python tests/bench/bench_slack.py`.

The bot is a process of its own; this one is the Slack on this machine, and its users.

answered    20 messages/s by 20 people, each a new thread: event sent to answer posted; bar p50 <= 40 ms
acked       the same: event sent to acknowledged; bar p99 <= 100 ms
crowd       others' p99 while one person writes 500 direct messages in 5 s, against without; bar < 2 x
threads     the same with 500 mentions, each in a thread of its own
catch-up    1,000 missed messages; bar <= 30 s
The desk's responder answers at once, so this is the way there and back.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.desk_support import new_desk, opened
from tests.servers.slack.server import SlackServer, slack_server
from tests.slack_dialogs import desk_in_slack
from tests.slack_support import Kept, prepare

ROOT = Path(__file__).parents[2]
PEOPLE = 20


class Stopwatch:
    """When each message was written, and how long until its answer stood there."""

    def __init__(self, slack: SlackServer) -> None:
        self.slack = slack
        self.written: dict[str, float] = {}
        self.took: dict[str, float] = {}
        self.seen = 0

    def write(self, user: str, channel: str, text: str) -> None:
        self.written[text] = time.perf_counter()
        mention = "" if channel.startswith("D") else "<@U0BOT> "
        self.slack.people.say(user, channel, mention + text)

    def look(self) -> None:
        now = time.perf_counter()
        for post in self.slack.workspace.posted[self.seen :]:
            text = post["blocks"][0]["text"].removeprefix("you said: ").removesuffix(" [1]")
            if text in self.written:
                self.took[text] = now - self.written[text]
        self.seen = len(self.slack.workspace.posted)

    async def watch(self) -> None:
        while True:
            self.look()
            await asyncio.sleep(0.001)

    def milliseconds(self, prefix: str, share: float) -> float:
        return percentile([t for text, t in self.took.items() if text.startswith(prefix)], share)

    async def all_answered(self) -> None:
        while len(self.took) < len(self.written):  # noqa: ASYNC110 - the watch fills it
            await asyncio.sleep(0.01)


def percentile(seconds: list[float], share: float) -> float:
    """In milliseconds."""
    return statistics.quantiles(seconds, n=1000)[round(share * 1000) - 1] * 1000


async def steady(
    slack: SlackServer, clock: Stopwatch, prefix: str, rate: float, count: int
) -> None:
    """So many messages at that rate, by all the people in turn."""
    began = time.perf_counter()
    for number in range(count):
        await asyncio.sleep(max(0.0, began + number / rate - time.perf_counter()))
        clock.write(f"P{number % PEOPLE}", "C1", f"{prefix} {number}")


async def flood(slack: SlackServer, clock: Stopwatch, prefix: str, channel: str) -> None:
    """500 messages of one person in 5 seconds."""
    began = time.perf_counter()
    for number in range(500):
        await asyncio.sleep(max(0.0, began + number / 100 - time.perf_counter()))
        clock.write("U1", channel, f"{prefix} {number}")


@asynccontextmanager
async def bot_process(slack: SlackServer) -> AsyncIterator[None]:
    """The desk in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tests.faults.slack_driver", folder, slack.api_url]
        bot = await asyncio.create_subprocess_exec(*command, cwd=ROOT)
        try:
            await asyncio.wait_for(slack.socket.connected.wait(), 30)
            yield
        finally:
            bot.kill()
            await bot.wait()


async def measure() -> None:
    async with slack_server("socket") as slack:
        prepare(slack)
        for person in range(PEOPLE):
            slack.workspace.add_user(f"P{person}", f"Person {person}")
        async with bot_process(slack):
            clock = Stopwatch(slack)
            watching = asyncio.create_task(clock.watch())
            await steady(slack, clock, "warm", 20, 100)
            slack.deliveries.clear()
            await steady(slack, clock, "even", 20, 300)
            await clock.all_answered()
            acks = [a.seconds for d in slack.deliveries for a in d.attempts]
            even = clock.milliseconds("even", 0.99)
            print(f"answered  p50 {clock.milliseconds('even', 0.5):6.1f} ms  p99 {even:6.1f} ms")
            print(
                f"acked     p50 {percentile(acks, 0.5):6.1f} ms  p99 {percentile(acks, 0.99):6.1f} ms"
            )
            for name, channel in (("crowd", "D1"), ("threads", "C2")):
                others = asyncio.create_task(steady(slack, clock, f"beside {name}", 20, 100))
                await flood(slack, clock, name, channel)
                await others
                await clock.all_answered()
                crowd = clock.milliseconds(f"beside {name}", 0.99)
                print(f"{name:9} others' p99 {crowd:6.1f} ms, {crowd / even:.1f} x")
            watching.cancel()
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder) / "desk.db") as database:
        await catch_up(new_desk(database))


async def catch_up(desk: object) -> None:
    kept = Kept()
    async with slack_server("socket") as slack:
        prepare(slack)
        async with desk_in_slack(slack, desk, kept):  # type: ignore[arg-type]
            while "alive" not in kept.marks:  # noqa: ASYNC110 - the adapter saves it
                await asyncio.sleep(0.05)
        for number in range(1000):
            channel = ("C1", "C2", "D1")[number % 3]
            slack.people.say("U1", channel, f"<@U0BOT> {number}", quiet=True)
        began = time.perf_counter()
        async with desk_in_slack(slack, desk, kept):  # type: ignore[arg-type]
            while desk.stats().counts.get("accepted", 0) < 1000:  # type: ignore[attr-defined]  # noqa: ASYNC110
                await asyncio.sleep(0.25)
            print(f"catch-up  1,000 messages kept in {time.perf_counter() - began:.1f} s", end="")
            while len(slack.workspace.posted) < 1000:  # noqa: ASYNC110 - the server's count
                await asyncio.sleep(0.01)
        print(f", answered in {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    asyncio.run(measure())
