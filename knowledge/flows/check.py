"""Proves a set of flows before anybody walks through them: each ends, whatever users say.

    check(flows)        -> problems, each with file, line and the way in words

Read files come first (`knowledge.flows.reading` says what is wrong inside a step); here is
what stands between steps and between flows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches

from knowledge.content import PUBLIC, Problem
from knowledge.flows import language
from knowledge.flows.flow import KNOWN, Edge, Flow, Step
from knowledge.flows.forms import near_miss
from knowledge.flows.graph import Way, flow_loops, in_words, loops, ways
from knowledge.flows.kinds import KINDS
from knowledge.flows.patterns import doubt
from knowledge.flows.slots import Given, read_by, set_before, set_by, sources_of


def check(flows: Sequence[Flow]) -> list[Problem]:
    """Everything that could leave a user stuck, in the order of files and lines."""
    by_id = {flow.id: flow for flow in flows}
    given = {flow.id: frozenset(flow.gives) for flow in flows}
    found = [*_rings(by_id), *_never_begun(by_id)]
    for flow in flows:
        found += [*_targets(flow), *_unreached(flow), *_endless(flow), *_loops(flow)]
        found += [*_calls(flow, by_id), *_conditions(flow), *_patterns(flow)]
        found += [*_slots(flow, by_id, given)]
    return sorted(set(found), key=lambda problem: (problem.path, problem.line, problem.what))


def _targets(flow: Flow) -> Iterator[Problem]:
    for step in flow.steps.values():
        for edge in step.edges:
            if edge.to not in flow.steps:
                do = near_miss(edge.to, flow.steps) or "Write that step, or name another."
                what = f"`{edge.name}` of step `{step.name}` leads to `{edge.to}`, which is no step"
                yield Problem(flow.path, edge.line, what, do)


def _unreached(flow: Flow) -> Iterator[Problem]:
    reached = ways(flow)
    for step in flow.steps.values():
        if step.name not in reached:
            do = "Lead a step to it, or delete it."
            yield Problem(flow.path, step.line, f"No path reaches step `{step.name}`", do)


def _endless(flow: Flow) -> Iterator[Problem]:
    for name, way in ways(flow).items():
        step = flow.steps[name]
        if not step.edges and not KINDS[step.kind].ends:
            do = "Add `next: step`, or end with `solved`, `hand_off` or `end`."
            what = f"The path {in_words(way, name)} stops there: it is neither solved, handed off nor ended"
            yield Problem(flow.path, step.line, what, do)


def _loops(flow: Flow) -> Iterator[Problem]:
    for ring in loops(flow):
        _, edge = ring[-1]
        do = "Go back by `repeat: step` with `times:`, which is bounded."
        what = f"The path {in_words(ring, edge.to)} can go round for ever"
        yield Problem(flow.path, edge.line, what, do)


def _rings(flows: Mapping[str, Flow]) -> Iterator[Problem]:
    calls = {flow.id: tuple(flow.calls) for flow in flows.values()}
    for ring in flow_loops(calls):
        called = ring[1] if len(ring) > 1 else ring[0]
        step = flows[ring[0]].calls[called]
        what = f"The flows {' → '.join([*ring, ring[0]])} call one another for ever"
        yield Problem(flows[ring[0]].path, step.line, what, "Take one of these calls out.")


def _never_begun(flows: Mapping[str, Flow]) -> Iterator[Problem]:
    called = {each for flow in flows.values() for each in flow.calls}
    for flow in flows.values():
        if not flow.triggers and flow.id not in called:
            do = "Add `triggers:`, what people say who need it, or call it from another flow."
            yield Problem(flow.path, flow.lines.get("id", 1), "Nothing starts this flow", do)


def _calls(flow: Flow, flows: Mapping[str, Flow]) -> Iterator[Problem]:
    for name, step in flow.calls.items():
        line = step.line_of(step.kind)
        if name not in flows:
            do = near_miss(name, flows) or "Write that flow, or name another."
            yield Problem(flow.path, line, f"`{name}` is no flow", do)
            continue
        if flows[name].audience not in (PUBLIC, flow.audience):
            do = "Give both the same `audience`, or call another flow."
            what = f"`{name}` is for `{flows[name].audience}`, and here others would see it"
            yield Problem(flow.path, line, what, do)
        known = {"solved", "hand_off", "end", "jump"}
        ends = {each.kind for each in flows[name].steps.values()} & known
        if step.kind == "call" and not ends & {"end"} and step.edge("next"):
            do = f"End `{name}` with `end` where it shall come back, or `jump` to it."
            yield Problem(flow.path, line, f"The flow `{name}` never comes back", do)


def _conditions(flow: Flow) -> Iterator[Problem]:
    if not flow.when:
        return
    for name in sorted(language.uses(flow.when, in_text=False).needed - set(KNOWN)):
        do = near_miss(name, KNOWN) or f"Known before the first step are: {', '.join(KNOWN)}."
        yield Problem(flow.path, flow.lines.get("when", 1), f"`{name}` is not known there", do)


def _patterns(flow: Flow) -> Iterator[Problem]:
    """Groups that are written and lead to no answer."""
    for step in flow.steps.values():
        found = [("pattern", str(step.values.get("pattern") or ""))]
        found += [
            (key, pattern)
            for key, source, in_text in sources_of(step)
            for pattern in language.found_by(source, in_text=in_text)
        ]
        for key, pattern in found:
            if why := doubt(pattern):
                do = "Write `(?:…)` where you only group, and one `(…)` around what you want."
                yield Problem(flow.path, step.line_of(key), f"The pattern `{pattern}` {why}", do)


def _slots(flow: Flow, flows: Mapping[str, Flow], given: Given) -> Iterator[Problem]:
    before = set_before(flow, given)
    every = {name for s in flow.steps.values() for e in s.edges for name in set_by(s, e, given)}
    every |= set(flow.needs)
    for name, known in before.items():
        step = flow.steps[name]
        for read in read_by(step):
            if read.name in KNOWN or read.name in known:
                continue
            if read.name not in every:
                yield _unknown(flow, step, read.name, read.key, every)
            elif not read.optional:
                yield _unset(flow, step, read.name, read.key, given)
        yield from _handed(flow, step, known, flows, given)


def _unknown(flow: Flow, step: Step, name: str, key: str, every: set[str]) -> Problem:
    near = get_close_matches(name, [*every, *KNOWN], n=1)
    do = f"Did you mean `{near[0]}`?" if near else "Ask for it or `set` it in an earlier step."
    what = f"Step `{step.name}` reads `{name}`, which no step sets"
    return Problem(flow.path, step.line_of(key), what, do)


def _unset(flow: Flow, step: Step, name: str, key: str, given: Given) -> Problem:
    way = in_words(_way_without(flow, step, name, given), step.name)
    do = f"Set it on that path, or write `{name} | default('…')`."
    what = f"Step `{step.name}` reads `{name}`, which is not set on the path {way}"
    return Problem(flow.path, step.line_of(key), what, do)


def _handed(
    flow: Flow, step: Step, known: frozenset[str], flows: Mapping[str, Flow], given: Given
) -> Iterator[Problem]:
    """What a called flow needs, and what this one has promised to set at its end."""
    if step.kind in ("call", "jump") and (called := flows.get(str(step.values["flow"]))):
        for need in sorted(set(called.needs) - known - set(step.values.get("with", ()))):
            do = f"Set it before, or add `with: {{{need}: …}}`."
            what = f"The flow `{called.id}` needs `{need}`, which is not set in step `{step.name}`"
            yield Problem(flow.path, step.line, what, do)
    if step.kind == "end":
        for name in sorted(set(flow.gives) - known):
            way = in_words(_way_without(flow, step, name, given), step.name)
            what = f"`gives` promises `{name}`, which is not set on the path {way}"
            yield Problem(flow.path, flow.lines.get("gives", 1), what, "Set it on that path.")


def _way_without(flow: Flow, step: Step, name: str, given: Given) -> Way:
    """A way to the step on which the slot is not set."""

    def leaves_unset(passed: Step, edge: Edge) -> bool:
        return name not in set_by(passed, edge, given)

    return ways(flow, leaves_unset).get(step.name, ())
