"""Which slots are set when a step is come to, and which a step reads. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from knowledge.flows import language
from knowledge.flows.flow import Edge, Flow, Step
from knowledge.flows.graph import edges
from knowledge.flows.kinds import ACTION_KEYS, FIX_KEYS, KINDS

_UNANSWERED = ("gave_up", "skip", "timed_out")

Given = Mapping[str, frozenset[str]]
"""What each flow that can be called has set when it ends."""


@dataclass(frozen=True, slots=True)
class Reads:
    """One name that a step reads, at a key. `optional` when it may be missing."""

    name: str
    key: str
    optional: bool


def set_by(step: Step, edge: Edge, given: Given) -> frozenset[str]:
    """The slots that are set once the step was left by that edge."""
    values = step.values
    if step.kind in ("ask", "instruct", "approve"):
        answered = edge.name not in _UNANSWERED and values.get("slot")
        return frozenset({str(values["slot"]).replace("-", "_")} if answered else ())
    if step.kind == "set":
        return frozenset(values["set"])
    if step.kind == "action":
        return frozenset(values.get("into", ()) if edge.name == "success" else ())
    if step.kind == "call":
        return given.get(str(values["flow"]), frozenset()) | frozenset(values.get("with", ()))
    return frozenset()


def set_before(flow: Flow, given: Given) -> dict[str, frozenset[str]]:
    """For each step that is reached: the slots that are set whichever way it was come to."""
    known: dict[str, frozenset[str]] = {flow.first: frozenset(flow.needs)}
    waiting = [flow.first]
    while waiting:
        step = flow.steps[waiting.pop()]
        for edge, target in edges(flow, step):
            after = known[step.name] | set_by(step, edge, given)
            before = known.get(target.name)
            now = after if before is None else before & after
            if now != before:
                known[target.name] = now
                waiting.append(target.name)
    return known


def read_by(step: Step) -> Iterator[Reads]:
    """Every name that a step reads; not the slot that a `check` or an `error` is about."""
    own = step.values.get("slot")
    for key, source, in_text in sources_of(step):
        used = language.uses(source, in_text=in_text)
        about_own = key in ("check", "error") and step.kind == "ask"
        for name in sorted(used.needed | used.optional):
            if not (about_own and name == own) and not (name == "secret" and key == "headers"):
                yield Reads(name, key, name in used.optional)


def sources_of(step: Step) -> Iterator[tuple[str, str, bool]]:
    """(key, source, whether it is a text) of all texts and expressions of a step."""
    yield step.kind, step.text, True
    for edge in step.edges:
        if edge.when:
            yield step.kind, edge.when, False
    yield from _of_keys(step.values, KINDS[step.kind].keys)
    if step.kind == "set":
        yield from (("set", source, False) for source in step.values["set"].values())
    if step.kind == "action":
        yield from _of_keys(step.values, ACTION_KEYS)
        yield from (("body", source, True) for source in texts_in(step.values.get("body")))
    for fix in step.values.get("fixes", ()):
        yield from (("fixes", source, text) for _, source, text in _of_keys(fix, FIX_KEYS))


def _of_keys(
    values: Mapping[str, Any], forms: Mapping[str, str]
) -> Iterator[tuple[str, str, bool]]:
    for key, form in forms.items():
        value = values.get(key)
        if value is None or key == "into":
            continue
        if form in ("text", "expression"):
            yield key, value, form == "text"
        elif form in ("texts", "expressions"):
            yield from ((key, each, form == "texts") for each in value.values())


def texts_in(body: Any) -> Iterator[str]:
    """All texts inside the body of a request, however deep."""
    if isinstance(body, str):
        yield body
    elif isinstance(body, Mapping):
        for each in body.values():
            yield from texts_in(each)
    elif isinstance(body, list):
        for each in body:
            yield from texts_in(each)
