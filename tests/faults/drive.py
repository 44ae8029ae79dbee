"""`make faults`: the whole program is killed, frozen, starved and misled while people write.

    python -m tests.faults.drive [--seed N] [--messages 2000] [--conversations 50] [--kills 20]
                                 [--postgres [--workers N]]

Real processes, real sockets, and our own Slack and Discord, which redeliver and fail. Ends with 1
when anything was lost, done twice or done out of order. The seed decides what is written, where,
and what goes wrong in which order; the machine decides the rest.
"""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from contextlib import AsyncExitStack, nullcontext, suppress
from pathlib import Path
from random import Random

from tests.faults.drive_course import ERRANDS, ON_POSTGRES, OTHERS, Course
from tests.faults.drive_desk import Processes, Worker
from tests.faults.drive_errands import Errands, prepare
from tests.faults.drive_talks import World, desk_for
from tests.faults.judge import Evidence, Reply, Verdict, judge
from tests.postgres_server import PostgresServer, postgres_server
from tests.program_support import until
from tests.servers.discord.discord_server import DiscordServer
from tests.servers.slack.server import slack_server

RETRIES = 0.0, 3.0, 30.0
"""Slack's own are 0, 60 and 300 seconds after a try that failed."""
FROZEN, FULL, LOCKED, JUMPED = 6.0, 3.0, 7.0, 3.0
"""Seconds; a database call waits five for a lock, and Slack three for an acknowledgement."""
STALLED = 60.0
"""So long without any progress at the end, and what is still missing is lost."""
DAY, HOUR = 86_400, 3_600


class Drive:
    """One run over one desk."""

    def __init__(self, course: Course, world: World, processes: Processes, chance: Random) -> None:
        self.course, self.world, self.processes, self.chance = course, world, processes, chance
        self.errands = Errands(world, processes.desk.folder)
        self.began = time.monotonic()
        self.never_passed: list[str] = []
        self.verdict = Verdict()

    def plan(self) -> list[str]:
        points = [f"dies at {point}" for point in self.course.points]
        plan = [*["kill"] * self.course.kills, *points, *self.course.others]
        self.chance.shuffle(plan)
        return plan

    async def run(self) -> None:
        await self.up()
        await self.world.greet()
        plan = self.plan()
        left = self.course.messages - len(self.world.said)
        for number, name in enumerate(plan, start=1):
            self.tell(f"{number}/{len(plan)} {name}")
            share, left = self.share(left, len(plan) - number + 1)
            writing = asyncio.create_task(self.world.write(share, pause=0.06))
            await self.world.trouble()
            await self.fault(name)
            await writing
        await self.finish()
        self.verdict = judge(self.evidence())

    def share(self, left: int, steps: int) -> tuple[int, int]:
        share = max(0, left // steps)
        return share, left - share

    async def up(self, fault: str = "") -> None:
        await asyncio.gather(*(worker.up(fault) for worker in self.processes.workers))

    def any(self) -> Worker:
        return self.chance.choice(self.processes.workers)

    async def fault(self, name: str) -> None:
        what, _, point = name.partition(" at ")
        if what == "dies":
            await self.die_at(point)
        elif what == "kill":
            await self.kill()
        else:
            await self.up()
            await getattr(self, what.replace(" ", "_"))()
            await self.recover()

    async def recover(self) -> None:
        """Whoever lives may come to itself again: until something more was kept, or is not."""
        before = self.counts()[0]
        with suppress(TimeoutError):
            await until(lambda: not self.any().alive or self.counts()[0] > before, 10)

    async def kill(self) -> None:
        """While it starts, or while it works."""
        worker = self.any()
        if not worker.alive and self.chance.random() < 0.2:
            worker.start()
            await asyncio.sleep(self.chance.uniform(0, 6))
        else:
            await self.up()
            await asyncio.sleep(self.chance.uniform(0, 3))
        await worker.kill()

    async def die_at(self, point: str) -> None:
        worker = self.any()
        await worker.kill()
        passing = point if point in ERRANDS else f"{point}:{self.chance.randint(1, 3)}"
        await worker.up(passing)
        if self.course.workers > 1:
            await self.up()
        self.errands.begin(point)
        await self.world.write(4, pause=0.06)
        if await worker.ended(90) != -signal.SIGKILL:
            self.never_passed.append(point)
            await worker.kill()

    async def freeze(self) -> None:
        worker = self.any()
        worker.signal(signal.SIGSTOP)
        await asyncio.sleep(FROZEN)
        worker.signal(signal.SIGCONT)

    async def disk(self) -> None:
        worker = self.any()
        worker.room(full=True)
        await asyncio.sleep(FULL)
        worker.room(full=False)

    async def lock(self) -> None:
        await self.processes.lock(LOCKED)

    async def clock(self) -> None:
        for offset in (DAY, -HOUR):
            self.processes.set_clock(offset)
            await asyncio.sleep(JUMPED)
        self.processes.set_clock(0)

    async def clock_and_kill(self) -> None:
        """It was a day ahead when it died, and is right when it comes back."""
        self.processes.set_clock(DAY)
        await asyncio.sleep(JUMPED)
        await self.any().kill()
        self.processes.set_clock(0)

    async def torn_log(self) -> None:
        await self.any().kill()
        self.processes.tear_log()

    async def restart(self) -> None:
        await self.processes.restart_database()

    async def cut(self) -> None:
        await self.processes.cut_connections(5)

    async def finish(self) -> None:
        """Everything is let run, until all is done or nothing moves any more; then it is stopped."""
        self.tell("everything is let run to its end")
        await self.up()
        walks = asyncio.gather(*self.errands.walks, return_exceptions=True)
        with suppress(TimeoutError):
            await asyncio.wait_for(walks, 120)
        last, since = self.counts(), time.monotonic()
        while not self.done() and time.monotonic() - since < STALLED:
            await asyncio.sleep(0.5)
            if (now := self.counts()) != last:
                last, since = now, time.monotonic()
        with suppress(TimeoutError):
            await until(self.breached, 20)
        for worker in self.processes.workers:
            worker.signal(signal.SIGTERM)
            if (code := await worker.ended(30)) != 0:
                self.never_passed.append(f"a clean end (it was {code})")

    def breached(self) -> bool:
        deeds = self.errands.deeds(self.processes.rows)
        return all(deed.found >= deed.least for deed in deeds)

    def counts(self) -> tuple[int, int, int]:
        """Messages kept, messages that wait, replies that wait."""
        rows = self.processes.rows
        ((kept,),) = rows("select count(*) from message where author = 'user'")
        ((waiting,),) = rows("select count(*) from message where state = 'new'")
        ((due,),) = rows("select count(*) from outbox where state = 'due'")
        return kept, waiting, due

    def done(self) -> bool:
        kept, waiting, due = self.counts()
        return kept >= len(self.world.said) and not waiting and not due

    def evidence(self) -> Evidence:
        rows = self.processes.rows
        kept = rows("select text from message where author = 'user' order by id")
        replies = rows(
            "select o.key, o.state, u.text from outbox o join message m on m.id = o.message_id"
            " left join message u on u.id = m.in_reply_to order by o.id"
        )
        where = rows("select external_id, key from outbox where external_id is not null")
        self.world.keys.update({str(post): str(key) for post, key in where})
        return Evidence(
            said=tuple(self.world.said.values()),
            kept=tuple(text for (text,) in kept),
            replies=tuple(Reply(*row) for row in replies),
            shown=tuple(self.world.all_shown()),
            deeds=self.errands.deeds(rows),
        )

    def tell(self, what: str) -> None:
        with suppress(Exception):  # the database may be away
            kept, waiting, due = self.counts()
            spent = int(time.monotonic() - self.began)
            said = len(self.world.said)
            print(
                f"{spent // 60:3}:{spent % 60:02}  {what:40} written {said}, kept {kept}, "
                f"waiting {waiting}, to be sent {due}",
                flush=True,
            )


async def drive(course: Course, folder: Path, postgres: PostgresServer | None = None) -> Drive:
    """Drive a desk in the folder to the end; what is given holds the evidence."""
    chance = Random(course.seed)
    async with AsyncExitStack() as stack:
        slack = await stack.enter_async_context(slack_server("socket", retries=RETRIES))
        discord = await stack.enter_async_context(DiscordServer())
        world = World(slack, discord, chance, course.conversations)
        url = postgres.empty_database() if postgres else ""
        settings = prepare(folder)
        database = f'[database]\nurl = "{url}"\n[work]\nlease_seconds = 5\n' if url else ""
        desk = desk_for(world, folder, settings, database)
        processes = Processes(desk, postgres, url, course.workers)
        stack.push_async_callback(processes.end)
        run = Drive(course, world, processes, chance)
        await run.run()
        return run


def report(run: Drive) -> bool:
    """Print what was found; whether all is well."""
    verdict = run.verdict
    for name, lines in (
        ("lost", verdict.lost),
        ("duplicated", verdict.duplicated),
        ("out of order", verdict.out_of_order),
        ("did not happen", run.never_passed),
    ):
        for line in lines[:20]:
            print(f"{name}: {line}")
    counts = len(verdict.lost), len(verdict.duplicated), len(verdict.out_of_order)
    talks, spent = len(run.world.talks), time.monotonic() - run.began
    print(
        f"{len(run.world.said)} messages in {talks} conversations, seed {run.course.seed}, "
        f"{spent:.0f} s: lost {counts[0]}, duplicated {counts[1]}, out of order {counts[2]}"
    )
    return verdict.good and not run.never_passed


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--messages", type=int, default=2_000)
    parser.add_argument("--conversations", type=int, default=50)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--postgres", action="store_true", help="over a private PostgreSQL")
    parser.add_argument("--workers", type=int, default=1, help="processes, with --postgres")
    given = parser.parse_args()
    if given.workers > 1 and not given.postgres:
        parser.error("many workers need --postgres")
    others = ON_POSTGRES if given.postgres else OTHERS
    course = Course(
        given.seed,
        given.messages,
        given.conversations,
        given.kills,
        others=others,
        workers=given.workers,
    )
    server = postgres_server() if given.postgres else nullcontext()
    with server as postgres, tempfile.TemporaryDirectory(prefix="firstline-faults-") as folder:
        desk = Path(folder) / "desk"
        desk.mkdir()
        return 0 if report(asyncio.run(drive(course, desk, postgres))) else 1


if __name__ == "__main__":
    sys.exit(main())
