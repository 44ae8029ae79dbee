"""How a run ends or comes to another flow: solved, handed off, ended, called and back again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.flow_state import Frame
from bot.flow_walk import HandedOff, Walk

MOVED = "*moved"


def jump(walk: Walk, values: Mapping[str, Any], callers: tuple[Frame, ...]) -> None:
    """On with the first step of another flow; the slots go along."""
    called = walk.book.flow(str(values["flow"]))
    if called is None:
        give_up(walk, f"the flow {values['flow']} is gone")
        return
    given = {name: walk.value(source) for name, source in (values.get("with") or {}).items()}
    walk.set(**given)
    walk.flow = called
    walk.change(flow=called.id, version=called.version, step=called.first, callers=callers)


def solved(walk: Walk) -> str | None:
    """The problem is solved: for the whole run, unless a caller wants to know of it."""
    walk.say(walk.text(walk.step.text) or walk.aids.say("flow_solved"))
    edge = _back_by(walk, "solved")
    if edge is None:
        walk.end("solved")
    return edge


def end(walk: Walk) -> str | None:
    """The end of the flow; a flow that was called comes back to its caller."""
    if walk.run.callers:
        walk.say(walk.text(walk.step.text))
        edge = _back_by(walk, "next")
        if edge is None:
            walk.end("ended")
        return edge
    walk.say(walk.text(walk.step.text) or walk.aids.say("flow_ended"))
    walk.end("ended")
    return None


def hand_off(walk: Walk) -> None:
    """To people, with everything that is known."""
    values = walk.step.values
    walk.say(walk.text(walk.step.text))
    tier = values.get("tier")
    to_people(
        walk,
        reason=f"{walk.flow.title}: {walk.step.name}",
        tier=int(tier) if tier is not None else None,
        priority=str(values.get("priority") or ""),
        queue=str(values.get("queue") or ""),
        more=walk.text(values.get("summary")),
    )


def give_up(walk: Walk, reason: str) -> None:
    """To people, because the flow cannot go on."""
    to_people(walk, reason=f"{walk.flow.title}: {reason}")


def to_people(
    walk: Walk,
    *,
    reason: str,
    tier: int | None = None,
    priority: str = "",
    queue: str = "",
    more: str = "",
) -> None:
    """End the run with a hand-off."""
    summary = walk.aids.say(
        "flow_summary",
        title=walk.flow.title,
        step=walk.run.step,
        problem=str(walk.run.facts.get("problem", "")),
        platform=str(walk.names().get("platform") or ""),
        slots=[(name, shown_slot(value)) for name, value in walk.run.slots.items()],
        tried=[(each.what, each.outcome) for each in walk.run.tried],
        priority=priority,
        queue=queue,
        more=more,
    )
    walk.handed = HandedOff(tier, reason, summary, priority, queue)
    walk.end("handed_off")


def shown_slot(value: Any) -> str:
    """A slot's value for the ticket, not longer than can be read."""
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return text if len(text) <= 2000 else text[:2000] + " …"


def _back_by(walk: Walk, edge: str) -> str | None:
    """Leave the nearest caller that has this edge; None when there is none."""
    callers = list(walk.run.callers)
    while callers:
        frame = callers.pop()
        flow = walk.book.flow(frame.flow, frame.version)
        step = flow.steps.get(frame.step) if flow else None
        if flow is None or step is None:
            give_up(walk, f"the flow {frame.flow} is gone")
            return MOVED
        if step.edge(edge):
            walk.passed.append((walk.run.flow, walk.run.step, walk.step.kind))
            walk.flow = flow
            walk.change(flow=flow.id, version=flow.version, step=frame.step, callers=tuple(callers))
            return edge
    return None
