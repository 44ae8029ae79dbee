"""How fast a message is mirrored. Run: python tests/bench/bench_mirror.py

A Discord, a Slack, the desk and both adapters in this one process, over the loopback. Bar: p50 ≤ 60 ms.

to agents      from the requester's message on Discord to the line in the card's thread in Slack
to requester   from an agent's `!reply` in Slack to the message in the requester's thread on Discord
"""

from __future__ import annotations

import asyncio
import logging
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.mirror_support import TRIAGE, Mirror, mirror

COUNT = 60
BAR = 0.060
QUIET = 0.15
"""Between two messages, so that the marks of the one before are set."""


async def until(enough: Callable[[], Any]) -> None:
    """Looked at each millisecond."""
    async with asyncio.timeout(20):
        while not enough():  # noqa: ASYNC110 - what is looked at is the servers'
            await asyncio.sleep(0.001)


async def measured(m: Mirror) -> bool:
    discord, ana = m.shop.discord, m.shop.ana
    question = await discord.mention(m.shop.help, ana, "human")
    await discord.answers(question["id"])
    thread = m.shop.thread(question)
    card = await m.card()
    m.slack.people.press("U1", card, "Claim")
    await until(lambda: "Mia" in m.on_card())
    to_agents, to_requester = [], []
    for number in range(COUNT):
        asked, said = f"asked {number}.", f"said {number}."
        await asyncio.sleep(QUIET)
        begun = time.perf_counter()
        await discord.say(thread, ana, asked)
        await until(lambda: any(asked in each for each in m.lines(card["ts"])))  # noqa: B023
        to_agents.append(time.perf_counter() - begun)
        await asyncio.sleep(QUIET)
        begun = time.perf_counter()
        m.slack.people.say("U1", TRIAGE, f"!reply {said}", thread_ts=card["ts"])
        await until(lambda: said in m.told(thread)[-1])  # noqa: B023
        to_requester.append(time.perf_counter() - begun)
    return shown("to agents", to_agents) & shown("to requester", to_requester)


def shown(name: str, seconds: list[float]) -> bool:
    """Print it; whether the bar is kept."""
    cuts = statistics.quantiles(seconds, n=100, method="inclusive")
    print(f"{name:14} p50 {cuts[49] * 1000:6.1f} ms   p90 {cuts[89] * 1000:6.1f} ms")
    return cuts[49] <= BAR


async def main() -> int:
    with tempfile.TemporaryDirectory() as place:
        async with mirror(Path(place)) as m:
            return 0 if await measured(m) else 1


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    raise SystemExit(asyncio.run(main()))
