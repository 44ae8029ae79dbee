"""How fast a message goes from accepted to sent, and how many go through.

Run: python tests/bench/bench_core.py [RUNS]

The responder takes 5 ms, either waiting (`idle`) or computing in a way that leaves the
interpreter free (`work`), as an embedding does. Printed are medians over the runs.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[2]))

from bot.channel import Address, Incoming, Outgoing, Receive, Sender
from bot.desk import Desk, DeskWording, open_database
from bot.turn import TICKET_NUMBER, Evidence, HandOff, Outcome, Reply, Response, Turn
from bot.worker import Pace, run

TAKES = 0.005
CONVERSATIONS = 50
BLOCK = os.urandom(500_000)

Waiting = Callable[[], None]


class Figures(NamedTuple):
    sent_p50: float
    sent_p99: float
    kept_p50: float
    kept_p99: float
    per_second: float
    cpu_ms: float


def idle() -> None:
    time.sleep(TAKES)


def work() -> None:
    end = time.thread_time() + TAKES
    while time.thread_time() < end:
        hashlib.sha256(BLOCK).digest()


class Stream:
    """A channel that hears `count` messages, `rate` a second (0: as soon as fewer than `open_` wait)."""

    name = "stream"

    def __init__(self, count: int, rate: float, open_: int) -> None:
        self.count, self.rate = count, rate
        self.sent: list[float] = []
        self.kept: list[float] = []
        self._started: dict[str, deque[float]] = {}
        self._open = asyncio.Semaphore(open_)
        self._done = asyncio.Event()

    async def run(self, receive: Receive) -> None:
        began = time.perf_counter()
        tasks = []
        for number in range(self.count):
            if self.rate:
                await asyncio.sleep(max(0.0, began + number / self.rate - time.perf_counter()))
            await self._open.acquire()
            tasks.append(asyncio.create_task(self._hear(receive, number)))
        await self._done.wait()

    async def _hear(self, receive: Receive, number: int) -> None:
        address = Address(self.name, f"t{number % CONVERSATIONS}")
        start = time.perf_counter()
        self._started.setdefault(address.thread, deque()).append(start)
        await receive(Incoming(address, f"m{number}", Sender("u"), "why?", datetime.now(UTC)))
        self.kept.append(time.perf_counter() - start)

    async def send(self, outgoing: Outgoing) -> str:
        start = self._started[outgoing.address.thread].popleft()
        self.sent.append(time.perf_counter() - start)
        self._open.release()
        if len(self.sent) == self.count:
            self._done.set()
        return outgoing.key


def desk_for(url: str, wait: Waiting) -> tuple[Desk, Callable[[], None]]:
    def respond(turn: Turn) -> Response:
        wait()
        evidence = Evidence(turn.message.text, 0.9, "v1", (("a#1", 0.9),), ("a",))
        text = "An answer of the usual length. " * 10
        return Response(Outcome.ANSWERED, (Reply(text, "answer", evidence=evidence),), "sure")

    def failed(_turn: Turn) -> Response:
        reply = Reply(f"ticket {TICKET_NUMBER}")
        return Response(Outcome.HUMAN, (reply,), "error", HandOff(1, "error"))

    database = open_database(url)
    wording = DeskWording(
        failed,
        lambda *_: Reply("left out"),
        lambda *_: Reply("left out"),
        lambda _: Reply("edited"),
        lambda: Reply("too fast"),
    )
    desk = Desk(database, respond, wording=wording, articles_exist=lambda _: True)
    return desk, database.close


async def measure(count: int, rate: float, wait: Waiting, open_: int) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        return await served(f"sqlite:///{folder}/bench.db", Stream(count, rate, open_), wait)


async def served(url: str, stream: Stream, wait: Waiting) -> Figures:
    desk, close = desk_for(url, wait)
    began, cpu = time.perf_counter(), time.process_time()
    await run(desk, [stream], Pace())
    took, used = time.perf_counter() - began, time.process_time() - cpu
    close()
    count = stream.count
    return Figures(
        *(quantile(stream.sent, q) for q in (0.5, 0.99)),
        *(quantile(stream.kept, q) for q in (0.5, 0.99)),
        count / took,
        used / count * 1000,
    )


def quantile(seconds: Sequence[float], q: float) -> float:
    """In milliseconds."""
    return sorted(seconds)[round(q * (len(seconds) - 1))] * 1000


def report(name: str, runs: Sequence[Figures]) -> None:
    found = Figures(*(statistics.median(column) for column in zip(*runs, strict=True)))
    print(
        f"{name}: accepted to sent p50 {found.sent_p50:.1f} ms, p99 {found.sent_p99:.1f} ms; "
        f"acknowledged p50 {found.kept_p50:.1f} ms, p99 {found.kept_p99:.1f} ms; "
        f"{found.per_second:.0f} messages/s; {found.cpu_ms:.1f} ms CPU a message",
        flush=True,
    )


def main(runs: int) -> None:
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, median of {runs} runs")
    for label, wait in (("idle 5 ms", idle), ("work 5 ms", work)):
        paced = [asyncio.run(measure(200, 20, wait, 1000)) for _ in range(runs)]
        report(f"20 messages/s, {label}", paced)
        full = [asyncio.run(measure(2000, 0, wait, 64)) for _ in range(runs)]
        report(f"as fast as it goes, {label}", full)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
