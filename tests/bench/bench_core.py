"""How fast a message goes from accepted to sent, and how many go through. Run: python tests/bench/bench_core.py

The responder answers after 5 ms of waiting (`idle`) or of hashing that leaves the
interpreter free (`work`), as an embedding does. Medians over several runs.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from datetime import UTC, datetime

from bot.channel import Address, Incoming, Outgoing, Receive, Sender
from bot.desk import Desk, DeskWording, open_database
from bot.turn import TICKET_NUMBER, Evidence, HandOff, Outcome, Reply, Response, Turn
from bot.worker import Pace, run

RUNS = int(os.environ.get("RUNS", "1"))
BLOCK = os.urandom(1_000_000)


def idle(seconds: float) -> None:
    time.sleep(seconds)


def work(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        hashlib.sha256(BLOCK).digest()


def responder(wait: Callable[[float], None]) -> Callable[[Turn], Response]:
    def respond(turn: Turn) -> Response:
        wait(0.005)
        evidence = Evidence(turn.message.text, 0.9, "v1", (("a#1", 0.9),), ("a",))
        reply = Reply("An answer of the usual length. " * 10, "answer", evidence=evidence)
        return Response(Outcome.ANSWERED, (reply,), "sure")

    return respond


def failed(_turn: Turn) -> Response:
    return Response(Outcome.HUMAN, (Reply(TICKET_NUMBER),), "error", HandOff(1, "error"))


class Stream:
    """Sends `count` messages at `rate` a second (0: as fast as they are accepted) and times each."""

    name = "stream"

    def __init__(self, count: int, rate: float, conversations: int, at_once: int) -> None:
        self.count, self.rate, self.conversations = count, rate, conversations
        self.started: dict[str, float] = {}
        self.took: list[float] = []
        self.acked: list[float] = []
        self.order: dict[str, list[str]] = {}
        self._open = asyncio.Semaphore(at_once)
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
        await asyncio.gather(*tasks)

    async def _hear(self, receive: Receive, number: int) -> None:
        thread = f"t{number % self.conversations}"
        heard = Incoming(
            Address(self.name, thread), f"m{number}", Sender("u"), "why?", datetime.now(UTC)
        )
        start = time.perf_counter()
        self.started.setdefault(thread, 0.0)
        self.order.setdefault(thread, []).append(f"m{number}")
        self._times.setdefault(thread, []).append(start)
        await receive(heard)
        self.acked.append(time.perf_counter() - start)

    _times: dict[str, list[float]]

    async def send(self, outgoing: Outgoing) -> str:
        self.took.append(time.perf_counter() - self._times[outgoing.address.thread].pop(0))
        self._open.release()
        if len(self.took) == self.count:
            self._done.set()
        return outgoing.key


async def measure(
    count: int, rate: float, wait: Callable[[float], None], at_once: int = 10**6
) -> tuple[float, float, float, float, float]:
    """p50, p99 accepted-to-sent and p50, p99 of the acknowledgement in ms, messages a second."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(f"sqlite:///{folder}/bench.db")
        wording = DeskWording(failed, lambda *_: Reply(""), lambda *_: Reply(""))
        desk = Desk(database, responder(wait), wording=wording, articles_exist=lambda _: True)
        stream = Stream(count, rate, 50, at_once)
        stream._times = {}
        cpu = time.process_time()
        began = time.perf_counter()
        await run(desk, [stream], Pace())
        rate_seen = count / (time.perf_counter() - began)
        print("cpu ms/message", 1000 * (time.process_time() - cpu) / count)
        database.close()
    took, acked = sorted(stream.took), sorted(stream.acked)
    at = lambda values, q: values[int(q * (len(values) - 1))] * 1000  # noqa: E731
    return at(took, 0.5), at(took, 0.99), at(acked, 0.5), at(acked, 0.99), rate_seen


def report(name: str, runs: list[tuple[float, float, float, float, float]]) -> None:
    p50, p99, ack50, ack99, rate = (statistics.median(column) for column in zip(*runs, strict=True))
    print(
        f"{name}: accepted to sent p50 {p50:.1f} ms, p99 {p99:.1f} ms; "
        f"acknowledged p50 {ack50:.1f} ms, p99 {ack99:.1f} ms; {rate:.0f} messages/s"
    )


def main() -> None:
    for label, wait in (("idle 5 ms", idle), ("work 5 ms", work)):
        paced = [asyncio.run(measure(200, 20, wait)) for _ in range(RUNS)]
        report(f"20 messages/s, {label}", paced)
        full = [asyncio.run(measure(2000, 0, wait, at_once=64)) for _ in range(RUNS)]
        report(f"as fast as it goes, 64 open, {label}", full)


if __name__ == "__main__":
    main()
