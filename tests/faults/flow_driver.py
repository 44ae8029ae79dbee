"""A desk with a flow that is driven step by step until a fault kills it; run again it goes on.

    python -m tests.faults.flow_driver DATABASE CALLS [FAULT]

CALLS is a file that gets a line for every request that reaches the world outside.
"""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from bot.faults import die_at, no_fault
from bot.flow_http import Called
from bot.flow_state import run_of
from tests.desk_support import opened
from tests.flow_desk_support import FlowTown
from tests.flow_support import flow

FLOW = """
    title: Order a monitor
    triggers: [monitor purchase]
    steps:
      size: {ask: Which size?, type: number}
      order:
        action: {url: "https://shop.example.org/orders", body: {inches: "{{ size }}"}, repeatable: REPEATABLE}
        into: {number: $.number}
        success: pause
        failure: people
        timed_out: people
      pause: {wait: 1h, next: more}
      more: {ask: Anything else?, skip: done}
      done: {solved: "Ordered: {{ number }}."}
      people: {hand_off: Sorry.}
    """
SAID = {"": "monitor purchase", "size": "27", "more": "a cable"}


def drive(database: Path, calls: Path, fault: str, repeatable: bool) -> None:
    """Say what the run waits for until it is over."""

    def outside(*request: object, **_options: object) -> Called:
        with calls.open("a") as file:
            file.write(f"{request[2]}\n")
        return Called("success", {"number": "A7"})

    text = FLOW.replace("REPEATABLE", str(repeatable).lower())
    with opened(database) as kept:
        hook = die_at(fault) if fault else no_fault
        town = FlowTown(kept, flow(text), fault=hook, outside=outside)
        for _ in range(12):
            town.desk.take_turn()
            town.work()
            runs = town.runs()
            step = run_of(runs[-1].state).step if runs else ""
            if runs and runs[-1].status != "active":
                return
            if step == "pause":
                town.later(timedelta(hours=2))
            elif step in SAID:
                town.says(SAID[step])


if __name__ == "__main__":
    arguments = [*sys.argv[1:], ""]
    drive(Path(arguments[0]), Path(arguments[1]), arguments[2], arguments[3] == "repeatable")
