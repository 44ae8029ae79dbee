"""The engine of flows: from one thing that happens to the next wait. Pure: no clock, no database.

    begin(flow, …)                    a new run, up to its first question
    advance(book, run, event, now, …) -> Advance: the run after it, what to say, what to do

Whatever the flow and whatever users say, both return: `knowledge.flows.check` proves that a
flow has no way to go round for ever, and a run that passes more than MOST steps without
waiting goes to people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.flow_commands import command, correct, not_understood, old_button, repeat_question
from bot.flow_ends import MOVED, give_up
from bot.flow_state import Approval, Came, Event, Request, Run, Said, Woke
from bot.flow_time import wakes_at, woke
from bot.flow_walk import Aids, Book, HandedOff, Say, Walk
from bot.steps import STAY, STEPS
from knowledge.flows.flow import Flow
from knowledge.flows.slots import set_before

MOST = 2000


@dataclass(frozen=True, slots=True)
class Advance:
    """What came of an event.

    says      what to say, in order
    passed    (flow, step, edge) that were passed, for counting; an end has its kind as edge
    search    look this up, say the answer, and advance with `Came(visit, "found" | "nothing")`
    asked     the user asked this in between: answer it, then say `reminder`; or, when it has no
              answer, advance again with the same, `plain`
    request, approval   to be run, or asked for, once this is written
    handed    to whom the conversation goes
    """

    run: Run
    says: tuple[Say, ...] = ()
    passed: tuple[tuple[str, str, str], ...] = ()
    search: str | None = None
    asked: str | None = None
    request: Request | None = None
    approval: Approval | None = None
    handed: HandedOff | None = None


def begin(
    flow: Flow,
    book: Book,
    token: str,
    now: datetime,
    aids: Aids,
    facts: Mapping[str, Any] | None = None,
) -> Advance:
    """A new run of the flow; `token` names it in what can be pressed."""
    run = Run(token, flow.id, flow.version, flow.first, now, now, now, facts=facts or {})
    walk = Walk(run, flow, book, aids, now)
    _on(walk)
    return _advance(walk)


def advance(book: Book, run: Run, event: Event, now: datetime, aids: Aids) -> Advance:
    """The run after the event. A run that is over stays as it is."""
    if run.over:
        return Advance(run)
    walk = _walk(book, run, now, aids)
    if walk is None:
        return _lost(book, run, now, aids)
    if isinstance(event, Said):
        walk.change(heard_at=now, reminded=False)
        _said(walk, event)
    elif isinstance(event, Woke):
        if edge := woke(walk):
            _leave_and_on(walk, edge)
    else:
        _came(walk, event)
    return _advance(walk)


def reminder(
    book: Book, run: Run, now: datetime, aids: Aids, lead: str = "flow_reminder"
) -> tuple[Say, ...]:
    """Where the run was, after something else was answered in between; `lead` names the words
    that say why."""
    walk = _walk(book, run, now, aids)
    if walk is None or run.over:
        return ()
    repeat_question(walk, lead)
    return tuple(walk.says)


def _walk(book: Book, run: Run, now: datetime, aids: Aids) -> Walk | None:
    """The run on its own version of the flow, or on the newest where its step is unchanged."""
    own = book.flow(run.flow, run.version)
    newest = book.flow(run.flow)
    if newest and not run.callers and newest.version != run.version and _same(newest, own, run):
        run = replace(run, version=newest.version)
        own = newest
    if own is None or run.step not in own.steps:
        return None
    return Walk(run, own, book, aids, now)


def _same(newest: Flow, own: Flow | None, run: Run) -> bool:
    """Whether the run can go on in the newest version: its step is as it was, and all slots
    that are read from there on are set."""
    step, before = newest.steps.get(run.step), own.steps.get(run.step) if own else None
    if step is None or before is None or step.hash != before.hash or step.edges != before.edges:
        return False
    needed = set_before(newest, {}).get(run.step)
    return needed is not None and needed <= set(run.slots)


def _lost(book: Book, run: Run, now: datetime, aids: Aids) -> Advance:
    """The flow was deleted with all its versions: people take over, nobody is left waiting."""
    title = run.flow
    flow = Flow(run.flow, run.version, title, (), {}, run.step)
    walk = Walk(run, flow, book, aids, now)
    give_up(walk, "this flow is gone")
    return _advance(walk)


def _said(walk: Walk, said: Said) -> None:
    if said.choice and old_button(walk, said):
        return
    if not said.choice:
        if (name := walk.aids.ears.command(said.text)) and command(walk, name):
            _on_if_moved(walk)
            return
        if correct(walk, said):
            _on_if_moved(walk)
            return
        if _asks(walk, said):
            walk.asked = said.text
            return
    edge = STEPS[walk.step.kind].hear(walk, said)
    if edge == STAY:
        return
    if edge is not None:
        _leave_and_on(walk, edge)
    elif _elsewhere(said):
        walk.asked = said.text
    elif (edge := not_understood(walk)) is not None:
        _leave_and_on(walk, edge)


def _asks(walk: Walk, said: Said) -> bool:
    """Whether it is a question in between: at once where any text would be taken as the answer."""
    return not said.plain and walk.aids.ears.asks(said.text) and not _is_choice(walk, said)


def _is_choice(walk: Walk, said: Said) -> bool:
    return any(edge.name.lower() == said.text.strip().lower() for edge in walk.step.edges)


def _elsewhere(said: Said) -> bool:
    """What is no answer may be a question that does not look like one; and while nothing is
    asked of the user, whatever they say is something else."""
    return not said.plain and bool(said.text.strip()) and not said.choice


def _came(walk: Walk, came: Came) -> None:
    edge = STEPS[walk.step.kind].hear(walk, came)
    if edge is not None and walk.step.edge(edge):
        _leave_and_on(walk, edge)


def _leave_and_on(walk: Walk, edge: str) -> None:
    if _leave(walk, edge):
        _on(walk)


def _on_if_moved(walk: Walk) -> None:
    """After a command: on from where the run was put, if that is not where it waited."""
    if walk.moved and not walk.run.over:
        edge, walk.moved = walk.moved, ""
        if edge == MOVED:
            _on(walk)
        else:
            _leave_and_on(walk, edge)


def _leave(walk: Walk, name: str) -> bool:
    """Over the edge; False, and to people, when the flow has none of that name."""
    edge = walk.step.edge(name)
    if edge is None or edge.to not in walk.flow.steps:
        give_up(walk, f"step {walk.run.step} has no way {name}")
        return False
    walk.passed.append((walk.run.flow, walk.run.step, name))
    walk.change(step=edge.to, place=0)
    return True


def _on(walk: Walk) -> None:
    """From step to step until one waits or the run is over."""
    for _ in range(MOST):
        _arrive(walk)
        edge = STEPS[walk.step.kind].enter(walk)
        if walk.run.over:
            walk.passed.append((walk.run.flow, walk.run.step, walk.step.kind))
            return
        if edge is None:
            return
        if edge != MOVED and not _leave(walk, edge):
            return
    give_up(walk, "it went through too many steps")


def _arrive(walk: Walk) -> None:
    walk.change(
        visit=walk.run.visit + 1,
        attempts=0,
        entered_at=walk.now,
        reminded=False,
        offered=False,
    )


def _advance(walk: Walk) -> Advance:
    run = walk.run
    if not run.over:
        run = replace(run, wakes_at=wakes_at(walk))
    return Advance(
        run=run,
        says=tuple(walk.says),
        passed=tuple(walk.passed),
        search=None if run.over else walk.search,
        asked=None if run.over else walk.asked,
        request=None if run.over else walk.request,
        approval=None if run.over else walk.approval,
        handed=walk.handed,
    )
