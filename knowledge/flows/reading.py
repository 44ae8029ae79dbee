"""Reads a flow from YAML: its keys, its steps, and the edges between them.

    read_flow(text, path, id="the-file") -> Flow | None, problems

Never raises for what a writer did. What stands between the steps (does every path end?) is
looked at by `knowledge.flows.check`.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from knowledge.content import PUBLIC, Problem
from knowledge.flows.edges import (
    ask_edges,
    branch_edges,
    check_slot,
    complain_of_missing,
    plain_edges,
)
from knowledge.flows.flow import Flow, Patience, Step
from knowledge.flows.forms import Reader, near_miss
from knowledge.flows.kinds import ACTION_KEYS, FIX_KEYS, FLOW_KEYS, KINDS, PRIORITIES
from knowledge.flows.yaml_lines import Listed, Mapped, load_marked
from knowledge.reading import YamlRefused

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
MOST_STEPS = 1000
MOST_REPEATS = 100


def read_flow(text: str, path: str, *, id: str) -> tuple[Flow | None, list[Problem]]:
    """The flow that stands in the text, and what is wrong with it.

    `id` is taken when the file names none. The flow is None when there are no steps to look at.
    """
    reader = Reader(path)
    try:
        top = load_marked(text)
    except YamlRefused as error:
        do = "Write `key: value` lines, and put a text with a colon or a quote in it in quotes."
        reader.complain(error.line, f"The flow cannot be read: {error}", do)
        return None, reader.problems
    reader.known(top, FLOW_KEYS, "a flow")
    values = {key: reader.read(top, key, form) for key, form in FLOW_KEYS.items()}
    steps = _steps(top, reader)
    if not steps:
        return None, reader.problems
    return _flow(values, top, steps, text, path, id, reader), reader.problems


def _flow(
    values: dict[str, Any],
    top: Mapped,
    steps: dict[str, Step],
    text: str,
    path: str,
    id: str,
    reader: Reader,
) -> Flow:
    own = values["id"] or id
    if not _ID.fullmatch(own):
        do = "An id is made of small letters, digits, `-` and `_`."
        reader.complain(top.lines.get("id", 1), f"`{own}` cannot be an id", do)
    if not values["title"]:
        reader.complain(1, "The flow has no title", "Add `title: …`: it is shown to people.")
    for key in ("needs", "gives"):
        for name in values[key] or ():
            check_slot(name, top.lines[key], reader)
    return Flow(
        id=own,
        version=_digest(top),
        title=values["title"] or own,
        triggers=values["triggers"] or (),
        steps=steps,
        first=next(iter(steps)),
        audience=values["audience"] or PUBLIC,
        when=values["when"] or "",
        needs=values["needs"] or (),
        gives=values["gives"] or (),
        anyone=bool(values["anyone"]),
        patience=_patience(values, top, reader),
        path=path,
        source=text,
        lines=top.lines,
    )


def _patience(values: dict[str, Any], top: Mapped, reader: Reader) -> Patience:
    usual = Patience()
    then = values["then"] or usual.then
    if then not in ("close", "hand_off"):
        do = "Write `then: close` or `then: hand_off`."
        reader.complain(top.lines["then"], f"Unknown end `{then}`", do)
        then = usual.then
    return Patience(values["remind"], values["timeout"] or usual.after, then)


def _steps(top: Mapped, reader: Reader) -> dict[str, Step]:
    written = top.get("steps")
    if not isinstance(written, Mapped) or not written:
        do = "Write `steps:` and below it `name:` lines, each with one step."
        reader.complain(top.lines.get("steps", 1), "The flow has no steps", do)
        return {}
    if len(written) > MOST_STEPS:
        do = "Split it: a flow can `call` another one."
        reader.complain(top.lines["steps"], f"More than {MOST_STEPS} steps", do)
        return {}
    names = list(written)
    below = dict(zip(names, [*names[1:], ""], strict=True))
    found = (_step(name, written, below[name], reader) for name in names)
    return {step.name: step for step in found if step}


def _step(name: str, steps: Mapped, below: str, reader: Reader) -> Step | None:
    line, written = steps.lines[name], steps[name]
    kinds = _kinds(written) if isinstance(written, Mapped) else []
    if not _ID.fullmatch(name):
        do = "A step's name is made of small letters, digits, `-` and `_`."
        reader.complain(line, f"`{name}` cannot be the name of a step", do)
    if len(kinds) != 1:
        keys = list(written) if isinstance(written, Mapped) else []
        near = next((hint for key in keys if (hint := near_miss(key, KINDS))), "")
        do = near if near and not kinds else f"Give it exactly one of: {', '.join(KINDS)}."
        what = "has no kind" if not kinds else f"has several kinds: {', '.join(kinds)}"
        reader.complain(line, f"Step `{name}` {what}", do)
        return None
    return _of_kind(name, kinds[0], written, line, below, reader)


def _kinds(written: Mapped) -> list[str]:
    """The kinds that it may be: `solved` beside `fixes` is one of its ways out, not a kind."""
    found = [key for key in written if key in KINDS]
    ways = {way for kind in found for way in KINDS[kind].edges}
    return [kind for kind in found if kind not in ways]


def _of_kind(name: str, kind: str, written: Mapped, line: int, below: str, reader: Reader) -> Step:
    known = KINDS[kind]
    keys = [kind, *known.keys, *known.edges, *(["choices"] if kind == "ask" else [])]
    keys += ["next"] if known.goes_on else []
    reader.known(written, keys, f"the {kind} step `{name}`")
    main = reader.read(written, kind, known.main)
    values = {key: reader.read(written, key, form) for key, form in known.keys.items()}
    if kind == "branch":
        edges = branch_edges(main, written, reader)
    elif kind == "ask":
        edges = ask_edges(name, values, written, below, reader)
    else:
        values |= _main(kind, main, name, written, reader)
        edges = plain_edges(kind, known, main, written, below)
    complain_of_missing(name, kind, known, edges, written, reader)
    text = main if known.main == "text" and isinstance(main, str) else ""
    values = {key: value for key, value in values.items() if value is not None}
    return Step(name, kind, line, text, values, tuple(edges), written.lines, _digest(written))


def _main(kind: str, main: Any, name: str, written: Mapped, reader: Reader) -> dict[str, Any]:
    """What stands at the kind's own key, when that is more than a text."""
    line = written.lines[kind]
    if kind == "fixes":
        return {"fixes": _fixes(main, line, reader)}
    if kind == "action":
        return _action(main, written, reader)
    if kind in ("call", "jump"):
        return {"flow": main or ""}
    if kind == "set":
        return {"set": main or {}}
    if kind == "instruct":
        return {"slot": written.get("slot") or name}
    if kind == "approve" and not written.get("by"):
        do = "Add `by: name`, one of the people or groups in the settings."
        reader.complain(line, f"Nobody is asked in `{name}`", do)
    if kind == "hand_off":
        _check_hand_off(written, reader)
    if kind == "repeat":
        return _repeat(written, reader)
    if kind == "wait":
        return _wait(main, written, reader)
    return {}


def _check_hand_off(written: Mapped, reader: Reader) -> None:
    """The priority is one that tickets have, and the tier one that a desk can have."""
    priority, tier = written.get("priority"), written.get("tier")
    if priority is not None and priority not in PRIORITIES:
        do = near_miss(str(priority), PRIORITIES) or f"Write one of: {', '.join(PRIORITIES)}."
        reader.complain(written.lines["priority"], f"Unknown priority `{priority}`", do)
    if isinstance(tier, int | float) and (tier < 1 or tier != int(tier)):
        reader.complain(written.lines["tier"], f"There is no tier {tier}", "Tiers begin at 1.")


def _wait(main: Any, written: Mapped, reader: Reader) -> dict[str, Any]:
    if main == "reply":
        return {}
    return {"for": reader.read(written, "wait", "duration")}


def _repeat(written: Mapped, reader: Reader) -> dict[str, Any]:
    times = written.get("times")
    if not isinstance(times, int) or not 1 <= times <= MOST_REPEATS:
        do = f"Add `times: 3` (1 to {MOST_REPEATS}): it goes back so often, then on."
        reader.complain(written.lines["repeat"], "A `repeat` without bound", do)
        times = 1
    return {"times": times}


def _fixes(main: Any, line: int, reader: Reader) -> list[dict[str, Any]]:
    if not isinstance(main, Listed) or not main:
        reader.complain(line, "`fixes` has nothing to try", "Write a `- do: …` for each fix.")
        return []
    found = []
    for each in main:
        if not isinstance(each, Mapped) or not each.get("do"):
            reader.complain(line, "A fix says nothing to do", "Write `- do: what to try`.")
            continue
        reader.known(each, FIX_KEYS, "a fix")
        fix = {key: reader.read(each, key, form) for key, form in FIX_KEYS.items()}
        found.append({key: value for key, value in fix.items() if value is not None})
    return found


def _action(main: Any, written: Mapped, reader: Reader) -> dict[str, Any]:
    line = written.lines["action"]
    if not isinstance(main, Mapped) or ("url" in main) == ("function" in main):
        do = "Write `action: {url: https://…}` or `action: {function: name}`."
        reader.complain(line, "An action needs a `url` or a `function`", do)
        return {}
    reader.known(main, ACTION_KEYS, "an action")
    for name in written.get("into") or {}:
        check_slot(name, written.lines["into"], reader)
    return {key: reader.read(main, key, form) for key, form in ACTION_KEYS.items() if key in main}


def _digest(written: Any) -> str:
    """Short name of this content; order counts, comments and layout do not."""
    return hashlib.sha256(json.dumps(written, ensure_ascii=True).encode()).hexdigest()[:12]
