"""What each kind of step does. STEPS is the table; a new kind is a row here and one in
`knowledge/flows/kinds.py`.

    enter(walk)          come to the step: the edge to leave by, WAIT for the user, or MOVED when
                         the run stands elsewhere now (in another flow)
    hear(walk, event)    the edge to leave by, STAY when it was dealt with, None when it is no answer
    show(walk)           say again what is waited for
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot import steps_asking as asking
from bot import steps_outside as outside
from bot.flow_ends import MOVED, end, hand_off, jump, solved
from bot.flow_state import Event, Frame
from bot.flow_walk import Walk

WAIT, STAY = None, asking.STAY


def _branch(walk: Walk) -> str:
    for edge in walk.step.edges:
        if edge.when and walk.value(edge.when):
            return edge.name
    return "else"


def _repeat(walk: Walk) -> str:
    key = f"{walk.run.flow}/{walk.run.step}"
    done = walk.run.counts.get(key, 0)
    rule = walk.step.values.get("while")
    if done >= walk.step.values["times"] or (rule and not walk.value(rule)):
        return "next"
    walk.change(counts={**walk.run.counts, key: done + 1})
    return "again"


def _set(walk: Walk) -> str:
    step, changed = walk.step, walk.run.changed
    if changed and asking.depends(walk, step):
        walk.change(changed=(*changed, *step.values["set"]))
    for name, source in step.values["set"].items():
        walk.set(**{name: walk.value(source)})
    return "next"


def _call(walk: Walk) -> str:
    frame = Frame(walk.run.flow, walk.run.version, walk.run.step)
    jump(walk, walk.step.values, (*walk.run.callers, frame))
    return MOVED


def _jump(walk: Walk) -> str:
    jump(walk, walk.step.values, walk.run.callers)
    return MOVED


def _nothing(_walk: Walk) -> None:
    return


def _deaf(_walk: Walk, _event: Event) -> None:
    return


@dataclass(frozen=True, slots=True)
class Doing:
    """What a kind of step does."""

    enter: Callable[[Walk], str | None]
    hear: Callable[[Walk, Event], str | None] = _deaf
    show: Callable[[Walk], None] = _nothing


STEPS: Mapping[str, Doing] = {
    "say": Doing(asking.say),
    "ask": Doing(asking.ask, asking.hear_ask, asking.show_ask),
    "instruct": Doing(asking.instruct, asking.hear_instruct, asking.instruct),
    "fixes": Doing(asking.fixes, asking.hear_fixes, asking.show_fix),
    "branch": Doing(_branch),
    "goto": Doing(lambda _walk: "next"),
    "repeat": Doing(_repeat),
    "call": Doing(_call),
    "jump": Doing(_jump),
    "set": Doing(_set),
    "search": Doing(outside.search, outside.hear_action, outside.show_waiting),
    "action": Doing(outside.action, outside.hear_action, outside.show_waiting),
    "approve": Doing(outside.approve, outside.hear_approve, outside.show_waiting),
    "wait": Doing(outside.wait, outside.hear_wait, outside.show_wait),
    "solved": Doing(solved),
    "hand_off": Doing(hand_off),
    "end": Doing(end),
}
