"""A flow as a graph: what is reached, which way a step is come to, where it goes round. Pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from knowledge.flows.flow import Edge, Flow, Step

Way = tuple[tuple[Step, Edge], ...]
"""Steps in order, each with the edge by which it is left."""


@dataclass(frozen=True, slots=True)
class Path:
    """One way through a flow, from its first step to `last`. `round` ends where it would go back."""

    way: Way
    last: Step
    round: bool = False

    def __str__(self) -> str:
        return in_words(self.way, self.last.name)


def edges(flow: Flow, step: Step) -> Iterator[tuple[Edge, Step]]:
    """The ways out of a step that lead to a step that exists."""
    for edge in step.edges:
        if (target := flow.steps.get(edge.to)) is not None:
            yield edge, target


def in_words(way: Way, last: str) -> str:
    """`start → os (Windows) → restart`: the step, and in brackets which way it was left."""
    named = [f"{s.name} ({e.name})" if e.name != "next" else s.name for s, e in way]
    return " → ".join([*named, last])


def ways(flow: Flow, allowed: Callable[[Step, Edge], bool] = lambda _s, _e: True) -> dict[str, Way]:
    """A shortest way to each step that can be reached by the allowed edges."""
    found: dict[str, Way] = {flow.first: ()}
    waiting = deque([flow.first])
    while waiting:
        step = flow.steps[waiting.popleft()]
        for edge, target in edges(flow, step):
            if target.name not in found and allowed(step, edge):
                found[target.name] = (*found[step.name], (step, edge))
                waiting.append(target.name)
    return found


def loops(flow: Flow) -> list[Way]:
    """Ways that come back to where they began without passing a bounded `repeat`, one a knot."""
    done: set[str] = set()
    found: list[Way] = []
    for name in flow.steps:
        if name not in done:
            found += _loops_from(flow, name, done)
    return found


def _loops_from(flow: Flow, start: str, done: set[str]) -> list[Way]:
    """Depth first, with a stack of our own: a flow may be deeper than Python likes to call."""
    found: list[Way] = []
    way: list[tuple[Step, Edge]] = []
    on_way = [start]
    left = [iter(list(edges(flow, flow.steps[start])))]
    while left:
        edge, target = next(left[-1], (None, None))
        if edge is None or target is None:
            done.add(on_way.pop())
            left.pop()
            way = way[:-1]
        elif edge.back or target.name in done:
            continue
        elif target.name in on_way:
            step = flow.steps[on_way[-1]]
            found.append((*way[on_way.index(target.name) :], (step, edge)))
        else:
            way.append((flow.steps[on_way[-1]], edge))
            on_way.append(target.name)
            left.append(iter(list(edges(flow, target))))
    return found


def paths(flow: Flow, most: int = 10_000) -> Iterator[Path]:
    """Every path from the first step to an end, a way back being taken once; `most` at most."""
    stack: list[tuple[Way, Step]] = [((), flow.steps[flow.first])]
    given = 0
    while stack and given < most:
        way, step = stack.pop()
        onward = list(edges(flow, step))
        if not onward:
            given += 1
            yield Path(way, step)
        for edge, target in reversed(onward):
            if edge.back:
                given += 1
                yield Path((*way, (step, edge)), target, round=True)
            else:
                stack.append(((*way, (step, edge)), target))


def flow_loops(calls: Mapping[str, Sequence[str]]) -> list[tuple[str, ...]]:
    """Flows that call or jump to one another in a ring."""
    found: list[tuple[str, ...]] = []
    for start in calls:
        ring = _ring(calls, start)
        if ring and not any(set(ring) == set(other) for other in found):
            found.append(ring)
    return found


def _ring(calls: Mapping[str, Sequence[str]], start: str) -> tuple[str, ...]:
    waiting: deque[tuple[str, ...]] = deque([(start,)])
    seen: set[str] = set()
    while waiting:
        way = waiting.popleft()
        for called in calls.get(way[-1], ()):
            if called == start:
                return way
            if called not in seen:
                seen.add(called)
                waiting.append((*way, called))
    return ()
