"""How fast flows are: one advance, the proof of a large flow, and many waiting runs.

    python tests/bench/bench_flows.py

Bars: advance p50 <= 1 ms; check of 200 steps <= 1 s; 10,000 waiting runs <= 1 ms each when due,
and nothing when not.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot.flow_book import FlowShelf
from bot.flow_model import FlowRun
from bot.flow_state import Said
from bot.flow_walk import Aids
from bot.flows import advance, begin
from bot.model import Conversation
from bot.store.rows import table
from knowledge.flows.check import check
from knowledge.flows.flow import Flow
from knowledge.flows.reading import read_flow
from tests.desk_support import opened
from tests.flow_desk_support import FlowTown
from tests.flow_support import NOON, ears, flow, folder, wording

RUNS = 10_000
PRINTER = """
    title: The printer does not print
    triggers: [my printer is broken]
    remind: 1d
    steps:
      os: {ask: Which system?, choices: {Windows: restart, macOS: restart}}
      restart: {instruct: Switch it off and on., 'yes': done, 'no': people}
      done: {solved: Good.}
      people: {hand_off: Sorry.}
    """


def milliseconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


def big_flow(steps: int) -> str:
    """A ladder of questions: every step has three ways forward and reads an earlier slot."""
    lines = ["title: t", "triggers: [t]", "steps:", "  s0: {ask: Q?, slot: a}"]
    for n in range(1, steps - 1):
        last = steps - 2
        to = [f"s{min(n + k, last)}" if n < last else "end" for k in (1, 2, 3)]
        lines.append(
            f"  s{n}: {{ask: 'Is {{{{ a }}}}?', choices: {{A: {to[0]}, B: {to[1]}, C: {to[2]}}}, slot: x{n}}}"
        )
    return "\n".join([*lines, "  end: {end: x}"])


def bench_advance() -> bool:
    flows: dict[str, Flow] = {}
    for file in sorted(folder().glob("*.yaml")):
        found, _ = read_flow(file.read_text(), str(file), id=file.stem)
        assert found
        flows[found.id] = found
    shelf, aids, times = FlowShelf(flows), Aids(ears(), wording()), []
    for _ in range(40):
        for each in flows.values():
            run = begin(each, shelf, "1", NOON, aids, {"problem": "p", "known": {}}).run
            for text in ("1", "no", "yes", "back", "2", "no"):
                said = Said(text, plain=True)
                times.append(
                    milliseconds(lambda run=run, said=said: advance(shelf, run, said, NOON, aids))
                )
                run = advance(shelf, run, said, NOON, aids).run
    times.sort()
    p50, p99 = statistics.median(times), times[int(len(times) * 0.99)]
    print(f"advance: p50 {p50:.3f} ms, p99 {p99:.3f} ms ({len(times)} times)")
    return p50 <= 1


def bench_check() -> bool:
    text = big_flow(200)
    found, problems = read_flow(text, "t.yaml", id="t")
    assert found
    assert problems == []
    took = min(
        milliseconds(lambda: check([read_flow(text, "t.yaml", id="t")[0] or found]))
        for _ in range(3)
    )
    print(f"check of {len(found.steps)} steps: {took:.0f} ms")
    return took <= 1000 and check([found]) == []


def copied(town: FlowTown, copies: int) -> None:
    (run,) = town.runs()
    talks = [{"channel": "test", "thread": f"t{n}", "requester": "ann", "opened_at": NOON, "holder": "bot",
              "version": 0} for n in range(copies)]  # fmt: skip
    rows = [{"token": f"c{n}", "conversation_id": n + 2, "flow": run.flow, "version": run.version,
             "step": run.step, "state": {**run.state, "token": f"c{n}"}, "started_at": NOON,
             "status": "active", "wakes_at": run.wakes_at} for n in range(copies)]  # fmt: skip

    def work(session: Session) -> None:
        session.execute(insert(table(Conversation)), talks)
        session.execute(insert(table(FlowRun)), rows)

    town.database.write(work)


def bench_waiting() -> bool:
    with tempfile.TemporaryDirectory() as place, opened(Path(place) / "desk.db") as database:
        town = FlowTown(database, flow(PRINTER))
        town.says("my printer is broken")
        copied(town, RUNS - 1)
        idle = statistics.median(milliseconds(town.clock.timers) for _ in range(50))
        town.now += timedelta(hours=25)
        began, worked, fired = time.perf_counter(), time.process_time(), 0
        while some := town.clock.timers():
            fired += some
        each = (time.perf_counter() - began) * 1000 / fired
        cpu = (time.process_time() - worked) * 1000 / fired
        print(f"{fired} waiting runs: {each:.2f} ms each when due ({cpu:.2f} ms of CPU),")
        print(f"    {idle:.3f} ms for all when not")
        return fired == RUNS and cpu <= 1 and idle <= 5


if __name__ == "__main__":
    kept = [bench() for bench in (bench_advance, bench_check, bench_waiting)]
    sys.exit(0 if all(kept) else 1)
