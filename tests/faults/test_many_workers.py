"""Several processes on one PostgreSQL, killed and stopped: nothing lost, answered twice, or out of order."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text

from adapters.memory import MemoryAdapter
from bot.desk import Database
from bot.held_channel import HeldChannel
from tests.desk_support import opened
from tests.faults.driver import rows
from tests.faults.test_kill import KILLED, Crash, expected
from tests.postgres_server import PostgresServer
from tests.program_support import until


@pytest.fixture
def url(postgres: PostgresServer) -> Iterator[str]:
    url = postgres.new_database()
    yield url
    postgres.drop(url)


@pytest.fixture
def shared(tmp_path: Path, url: str) -> Iterator[Crash]:
    (tmp_path / "url").write_text(url)
    crash = Crash(tmp_path)
    yield crash
    crash.close()


def ended(process: subprocess.Popen[str]) -> int:
    _, errors = process.communicate(timeout=120)
    assert process.returncode in (0, KILLED), errors
    return process.returncode


def test_four_at_once_share_the_work(shared: Crash) -> None:
    said = [(f"t{n % 7}", "many" if n % 10 == 0 else f"hello {n}") for n in range(70)]
    shared.users_write(said)
    at_work = [shared.start() for _ in range(4)]
    assert [ended(each) for each in at_work] == [0] * 4
    assert shared.seen() == expected(said)
    assert max(Counter(shared.posts()).values()) == 1


@pytest.mark.parametrize("point", ["turn responded", "turn counted", "send before", "send after"])
def test_k11_one_that_stood_still_longer_than_its_lease_writes_nothing(
    shared: Crash, point: str
) -> None:
    """It stops in the middle of its work, another takes over, then it goes on where it was."""
    said = [("one", "hello"), ("one", "many"), ("two", "again")]
    shared.users_write(said)
    slow = shared.start(f"stop:{point}")
    while psutil.Process(slow.pid).status() != psutil.STATUS_STOPPED:
        assert slow.poll() is None
        os.sched_yield()
    assert shared.run() == 0
    answered = shared.seen()
    slow.send_signal(signal.SIGCONT)
    assert ended(slow) == 0
    assert shared.seen() == answered == expected(said)
    desk = shared.desk()
    trace = [desk.trace(n) for n in range(1, 30)]
    assert [each.outcome for each in trace if each] == ["answered"] * 3


def test_k8_three_at_once_are_killed_and_stopped_at_random(shared: Crash) -> None:
    chance = random.Random(11)
    shared.attempts = 100
    said = [(f"t{n % 6}", f"hello {n}") for n in range(90)]
    shared.users_write(said)
    points = [
        "turn responded",
        "turn before commit",
        "turn after commit",
        "send after",
        "sent before commit",
    ]
    steady = shared.start()
    for _ in range(6):
        assert shared.run(f"{chance.choice(points)}:{chance.randint(1, 9)}") in (0, KILLED)
        steady.send_signal(chance.choice([signal.SIGSTOP, signal.SIGCONT]))
    steady.send_signal(signal.SIGCONT)
    ended(steady)
    while shared.run() != 0:
        pass
    assert shared.seen() == expected(said)
    assert {post["key"] for post in rows(shared.folder / "posts.jsonl")} == set(shared.posts())


async def test_a_channel_is_heard_by_one_and_taken_over_when_its_holder_leaves(url: str) -> None:
    with opened(url) as first, opened(url) as second:
        a, b = MemoryAdapter(), MemoryAdapter()
        listening = [listens(a, first)]
        await until(lambda: connected(a))
        listening.append(listens(b, second))
        struck_off(second, first)
        await until(lambda: connected(b) and not connected(a))
        listening[1].cancel()
        await until(lambda: connected(a) and not connected(b))
        listening[0].cancel()
        await asyncio.gather(*listening, return_exceptions=True)


def struck_off(by: Database, whom: Database) -> None:
    """What a process does to one that did not answer in time."""
    assert whom.member is not None
    gone = {"id": whom.member.id}
    by.write(lambda s: s.execute(text("delete from member where id = :id"), gone))


def listens(adapter: MemoryAdapter, database: Database) -> asyncio.Task[None]:
    assert database.member is not None

    async def receive(heard: object) -> object:
        return heard

    channel = HeldChannel(adapter, database.member, look=0.05)
    return asyncio.ensure_future(channel.run(receive))  # type: ignore[arg-type]


def connected(adapter: MemoryAdapter) -> bool:
    return adapter._receive is not None and adapter._receive.done()
