"""What is done in the driven desk beside plain questions: an edit, a flow with an order, a hand-over.

Each is walked by a task of its own, however often the desk dies meanwhile, and done once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.faults.drive_talks import Talk, World, slack_posts
from tests.faults.judge import Deed, Said
from tests.program_support import until

PATIENCE = 400.0
"""Seconds that a walk waits for the next word of a desk that is killed meanwhile."""
FLOWS = 4
FLOW = """
title: Order a monitor
triggers: [TRIGGERS]
steps:
  size: {ask: Which size?, type: number}
  order:
    action: {function: order, with: {size: size, file: "'FILE'"}}
    into: {number: $.number}
    success: pause
    failure: people
    timed_out: people
  pause: {wait: 1s, next: more}
  more: {ask: Anything else?, slot: extra}
  done: {solved: "Ordered: {{ number }}."}
  people: {hand_off: Sorry.}
"""
SETTINGS = """
[[sources]]
kind = "flows"
path = "flows"
[flows.functions]
order = "tests.faults.drive_errands:order"
[[sla]]
first_response = "2s"
"""
HANDED = "select count(*) from ticket where requester = 'UP0'"
BREACHES = (
    "select t.id, count(e.id) from ticket t left join ticket_event e"
    " on e.ticket_id = t.id and e.what = 'sla_breached' group by t.id"
)


def order(arguments: Mapping[str, Any]) -> dict[str, str]:
    """The action of the flow: a line in a file for each order."""
    with Path(arguments["file"]).open("a") as file:
        file.write(f"{arguments['size']}\n")
    return {"number": "A7"}


def prepare(folder: Path) -> str:
    """Write the flow into the desk's folder; the settings that go with it."""
    (folder / "flows").mkdir(parents=True)
    triggers = ", ".join(f"monitor purchase {number}" for number in range(FLOWS))
    text = FLOW.replace("TRIGGERS", triggers).replace("FILE", str(folder / "orders"))
    (folder / "flows" / "order-a-monitor.yaml").write_text(text)
    return SETTINGS


class Errands:
    """What was begun, and what it has to come to."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world, self.folder = world, folder
        self.walks: list[asyncio.Task[None]] = []
        self.flows: dict[int, bool] = {}
        self.asks_people = False

    def begin(self, point: str) -> None:
        """What passes the named fault point."""
        if point.startswith("change"):
            self.walks.append(asyncio.create_task(self.edit(self.talk(f"UE{len(self.walks)}"))))
        elif point.startswith(("job", "clock")):
            number = len(self.flows)
            unknown = point.startswith(("job started", "job run"))  # whether it was ordered
            self.flows[number] = not unknown
            self.walks.append(asyncio.create_task(self.walk(self.talk(f"UF{number}"), number)))
        elif point.startswith("ticket"):
            self.walks.append(asyncio.create_task(self.ask_people(self.talk("UP0"))))

    def talk(self, user: str) -> Talk:
        made = self.world.slack_direct(user)
        self.world.talks = [*self.world.talks, made]
        return made

    async def edit(self, talk: Talk) -> None:
        """A message is changed before or after its answer: it is answered, or offered to be."""
        text = await self.world.say(talk)
        await asyncio.sleep(0.5)
        slack = self.world.slack
        message = next(m for m in slack.workspace.channels[talk.name].messages if m["text"] == text)
        changed = f"{text} please"
        del self.world.said[text]
        self.world.said[changed] = Said(talk.name, changed, 1, 2)
        slack.people.edit(talk.name, message["ts"], changed)

    async def walk(self, talk: Talk, number: int) -> None:
        await self.world.say(talk, f"monitor purchase {number}")
        await self.told(talk, "Which size?")
        await self.world.say(talk, f"{27 + number}", least=0, most=2)
        await self.told(talk, "Anything else?", "Sorry.")
        if self.shows(talk, "Anything else?"):
            await self.world.say(talk, f"a cable {number}")

    async def ask_people(self, talk: Talk) -> None:
        self.asks_people = True
        await self.world.say(talk, "I want to talk to a human, please.", most=2)
        await self.told(talk, "")

    async def told(self, talk: Talk, *texts: str) -> None:
        await until(lambda: any(self.shows(talk, text) for text in texts), PATIENCE)

    def shows(self, talk: Talk, text: str) -> bool:
        return any(text in str(post) for post in slack_posts(self.world.slack, talk.name))

    def deeds(self, rows: Any) -> list[Deed]:
        """What they came to."""
        file = self.folder / "orders"
        orders = file.read_text().splitlines() if file.exists() else []
        found = [
            Deed(f"order of size {27 + number}", orders.count(f"{27 + number}"), int(certain))
            for number, certain in self.flows.items()
        ]
        if self.flows:
            ((over,),) = rows("select count(*) from flow_run where status <> 'active'")
            ((runs,),) = rows("select count(*) from flow_run")
            found += [Deed("flows begun but not ended", 1 + runs - over)]
            found += [Deed("flows more than were asked for", 1 + runs - len(self.flows))]
        found += [Deed("ticket of who asked for people", rows(HANDED)[0][0])] * self.asks_people
        found += [Deed(f"breach of ticket {ticket}", times) for ticket, times in rows(BREACHES)]
        return found
