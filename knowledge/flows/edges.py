"""The ways out of a step, as its writer wrote them: choices, branches, and edges by name."""

from __future__ import annotations

from typing import Any

from knowledge.flows.flow import Edge
from knowledge.flows.forms import Reader, near_miss, slot_name
from knowledge.flows.kinds import ANSWERS, KINDS, Kind
from knowledge.flows.yaml_lines import Listed, Mapped


def ask_edges(
    name: str, values: dict[str, Any], written: Mapped, below: str, reader: Reader
) -> list[Edge]:
    """The ways out of an `ask`: its choices, or on; also settles its type and slot."""
    line = written.lines["ask"]
    choices = written.get("choices")
    usual = "choice" if choices else "text"
    kind = values["type"] = values["type"] or usual
    if kind not in ANSWERS:
        do = near_miss(kind, ANSWERS) or f"Known are: {', '.join(ANSWERS)}."
        reader.complain(written.lines["type"], f"Unknown type `{kind}`", do)
    if (kind == "choice") != bool(choices):
        do = "`choices:` go with `type: choice`, one `label: step` a line."
        reader.complain(line, f"`{name}` has a type without its choices", do)
    if kind == "pattern" and not values["pattern"]:
        reader.complain(line, f"`{name}` has no pattern", "Add `pattern: '…'`.")
    values["slot"] = values["slot"] or name.replace("-", "_")
    check_slot(values["slot"], written.lines.get("slot", line), reader)
    edges = plain_edges("ask", KINDS["ask"], None, written, below)
    if kind == "yes_no":
        return _yes_no(name, edges, line, reader)
    others = [edge for edge in edges if edge.name in ("yes", "no")]
    for edge in others:
        do = "Write `type: yes_no`, or name the choices below `choices:`."
        reader.complain(edge.line, f"`{edge.name}` is no answer to `{name}`", do)
    if choices:
        edges = [edge for edge in edges if edge.name != "next"]
    return [*_choices(choices, written, reader), *edges]


def _yes_no(name: str, edges: list[Edge], line: int, reader: Reader) -> list[Edge]:
    """Both answers lead somewhere: to their own step, or both to the next one."""
    onward = next((edge for edge in edges if edge.name == "next"), None)
    found = [edge for edge in edges if edge.name != "next"]
    named = {edge.name for edge in found}
    for answer in ("yes", "no"):
        if answer not in named and onward:
            found.append(Edge(answer, onward.to, onward.line))
        elif answer not in named:
            do = f"Add `{answer}: step`, or `next: step` for both."
            reader.complain(line, f"The answer `{answer}` to `{name}` leads nowhere", do)
    return found


def _choices(choices: Any, written: Mapped, reader: Reader) -> list[Edge]:
    if choices is None:
        return []
    line = written.lines["choices"]
    shared = written.get("next")
    if isinstance(choices, Listed):
        edges = [
            _choice(str(label), None, at, shared)
            for label, at in zip(choices, choices.lines, strict=True)
        ]
    elif isinstance(choices, Mapped):
        edges = [_choice(label, to, choices.lines[label], shared) for label, to in choices.items()]
    else:
        reader.complain(line, "`choices` cannot be used", "Write `label: step` lines below it.")
        return []
    for edge in edges:
        if not edge.to:
            do = f"Write `{edge.name}: step`, or `next: step` for all choices."
            reader.complain(edge.line, f"The choice `{edge.name}` leads nowhere", do)
    return [edge for edge in edges if edge.to]


def _choice(label: str, to: Any, line: int, shared: Any) -> Edge:
    if isinstance(to, Mapped):
        means = to.get("means") or ()
        words = tuple(map(str, means)) if isinstance(means, list) else (str(means),)
        return Edge(label, str(to.get("to") or shared or ""), line, means=words)
    return Edge(label, str(to or shared or ""), line)


def branch_edges(main: Any, written: Mapped, reader: Reader) -> list[Edge]:
    """The ways of a `branch`, in the order in which they are looked at."""
    line = written.lines["branch"]
    edges: list[Edge] = []
    for each in main if isinstance(main, Listed) else ():
        if isinstance(each, Mapped) and set(each) == {"when", "to"}:
            when = reader.read(each, "when", "expression") or "false"
            edges.append(Edge(when, str(each["to"]), each.lines["to"], when=when))
        elif isinstance(each, Mapped) and set(each) == {"else"}:
            edges.append(Edge("else", str(each["else"]), each.lines["else"]))
        else:
            do = "Write `- when: expression` with `to: step`, and last `- else: step`."
            reader.complain(getattr(each, "line", line), "A branch cannot be read", do)
    if not edges or edges[-1].name != "else" or any(e.name == "else" for e in edges[:-1]):
        do = "End it with `- else: step`: else a user whom nothing fits is stuck."
        reader.complain(line, "The branch has no way for all others", do)
    return edges


def plain_edges(kind: str, known: Kind, main: Any, written: Mapped, below: str) -> list[Edge]:
    """The ways that keys of their own name give, and the one onward."""
    if kind == "goto":
        return [Edge("next", str(main or ""), written.lines["goto"])]
    edges = [
        Edge(name, str(written[name]), written.lines[name])
        for name in known.edges
        if written.get(name) is not None
    ]
    if kind == "repeat":
        edges.append(Edge("again", str(main or ""), written.lines["repeat"], back=True))
    named = {edge.name for edge in edges}
    to = written.get("next") or (below if known.goes_on else "")
    if main == "reply" and kind == "wait" and not (written.get("next") or written.get("until")):
        return edges
    if kind == "instruct":
        missing = [name for name in ("no", "cannot") if name not in named and to]
        return [*edges, *(Edge(name, str(to), _line(written, "next", kind)) for name in missing)]
    if to and kind in KINDS and known.goes_on:
        edges.append(Edge("next", str(to), _line(written, "next", kind)))
    return edges


def _line(written: Mapped, key: str, kind: str) -> int:
    return written.lines.get(key, written.lines[kind])


def complain_of_missing(
    name: str, kind: str, known: Kind, edges: list[Edge], written: Mapped, reader: Reader
) -> None:
    """Say which ways the step must have and has not."""
    ways = {edge.name for edge in edges}
    needed = [*known.needed, *(["reply"] if written.get("wait") == "reply" else [])]
    for way in needed:
        if way not in ways:
            do = f"Add `{way}: step`."
            reader.complain(written.lines[kind], f"The {kind} step `{name}` has no `{way}`", do)


def check_slot(name: Any, line: int, reader: Reader) -> None:
    """Say what is wrong with the name of a slot."""
    try:
        slot_name(name)
    except ValueError as error:
        reader.complain(line, f"`{name}` cannot be a slot", str(error))
