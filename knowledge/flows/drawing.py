"""A flow as a drawing: Mermaid text, and SVG that needs neither browser nor another program.

    mermaid(flow)            for Markdown pages that render it
    svg(flow, counts)        for everything else; with how many people went each way

The layout of the SVG (layers, crossings, bent edges) is graphlay's: a compiled wheel that
draws without a browser or `dot`. Our part is only what a box says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import graphlay

from knowledge.flows.flow import Edge, Flow, Step
from knowledge.flows.kinds import KINDS

Counts = Mapping[tuple[str, str], int]
"""How many people left a step by an edge: `(step, edge)`. With the edge `""`: how many left the
flow there without an end."""

_WIDE, _LETTER, _LINE = 30, 6.6, 15
_COLOURS = {
    "ask": "#e8f0fe", "instruct": "#e8f0fe", "fixes": "#e8f0fe", "approve": "#fff4d6",
    "wait": "#fff4d6", "action": "#fde7f3", "search": "#f0e9fd", "solved": "#dff3e3",
    "hand_off": "#fde3df", "end": "#eeeeee",
}  # fmt: skip
_VALUE = re.compile(r"\{\{\s*([^}|]*?)\s*(?:\|[^}]*)?\}\}")
_MARKUP = re.compile(r"[`*_\[\]<>#|{}\"]+")


def words_of(step: Step) -> str:
    """What a box says: the kind, and the beginning of the text."""
    values = step.values
    said = step.text or str(values.get("flow") or values.get("url") or values.get("function") or "")
    if step.kind == "fixes":
        said = f"{len(values['fixes'])} fixes"
    if step.kind == "set":
        said = ", ".join(values["set"])
    plain = " ".join(_MARKUP.sub("", _VALUE.sub(r"‹\1›", said)).split())
    return f"{step.kind}: {plain}" if plain else step.kind


def mermaid(flow: Flow) -> str:
    """The flow as a Mermaid flowchart."""
    numbers = {name: f"s{number}" for number, name in enumerate(flow.steps)}
    lines = ["flowchart TD"]
    for name, step in flow.steps.items():
        text = _short(words_of(step), 60).replace("&", "&amp;")
        opens, closes = _shape(step.kind)
        lines.append(f'    {numbers[name]}{opens}"{name}<br/>{text}"{closes}')
    for name, step in flow.steps.items():
        for edge in step.edges:
            if edge.to in numbers:
                arrow = "-.->" if edge.back else "-->"
                label = (
                    f'|"{_short(_MARKUP.sub(" ", edge.name).strip(), 40)}"|'
                    if edge.name != "next"
                    else ""
                )
                lines.append(f"    {numbers[name]} {arrow}{label} {numbers[edge.to]}")
    return "\n".join(lines) + "\n"


def _shape(kind: str) -> tuple[str, str]:
    if kind == "branch":
        return "{", "}"
    if KINDS[kind].ends:
        return "([", "])"
    return ("[/", "/]") if kind in ("ask", "instruct", "fixes") else ("[", "]")


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def svg(flow: Flow, counts: Counts | None = None) -> str:
    """The flow as an SVG image with a title, a description of every box, and no scripts."""
    graph = graphlay.Graph()
    boxes: dict[str, list[str]] = {}
    for name, step in flow.steps.items():
        boxes[name] = _lines(name, step, counts)
        wide = max(len(line) for line in boxes[name])
        graph.node(name, width=wide * _LETTER + 16, height=len(boxes[name]) * _LINE + 12)
    drawn: list[tuple[str, Edge]] = []
    for name, step in flow.steps.items():
        for edge in step.edges:
            if edge.to in flow.steps:
                drawn.append((name, edge))
                label = _label(name, edge, counts)
                middle = f"{name}\0{edge.name}"
                boxes[middle] = [label] if label else []
                graph.node(middle, width=max(len(label) * _LETTER, 4), height=_LINE if label else 2)
                graph.edge(name, middle)
                graph.edge(middle, edge.to)
    layout = graphlay.layout(graph, options={"direction": "topbottom"})
    return _image(flow, layout, boxes)


def _lines(name: str, step: Step, counts: Counts | None) -> list[str]:
    left = (counts or {}).get((name, ""), 0)
    more = [f"{left} left here"] if left else []
    return [_short(name, _WIDE), _short(words_of(step), _WIDE), *more]


def _label(name: str, edge: Edge, counts: Counts | None) -> str:
    label = "" if edge.name == "next" else _short(edge.name, 24)
    count = (counts or {}).get((name, edge.name), 0)
    return f"{label} {count}".strip() if counts is not None else label


def _image(flow: Flow, layout: Any, boxes: Mapping[str, list[str]]) -> str:
    low, high = layout.bounds["min"], layout.bounds["max"]
    x, y = low["x"] - 20, low["y"] - 20
    wide, tall = high["x"] - x + 20, high["y"] - y + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="{x:.0f} {y:.0f} '
        f'{wide:.0f} {tall:.0f}" width="{wide:.0f}" height="{tall:.0f}" '
        'font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape(flow.title)}</title>",
        '<defs><marker id="to" markerWidth="9" markerHeight="9" refX="7" refY="4" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#555"/></marker></defs>',
    ]
    parts += [_line(edge, number) for number, edge in enumerate(layout.edges)]
    parts += [
        _box(flow, id, place, boxes[id])
        for id, place in zip(layout.ids, layout.nodes, strict=True)
        if boxes[id]
    ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _line(edge: Mapping[str, Any], number: int) -> str:
    """Edges go in pairs: into the label in the middle, and with an arrow out of it."""
    points = " ".join(f"{point['x']:.1f},{point['y']:.1f}" for point in edge["points"])
    arrow = ' marker-end="url(#to)"' if number % 2 else ""
    return f'<polyline points="{points}" fill="none" stroke="#555"{arrow}/>'


def _box(flow: Flow, id: str, place: Mapping[str, Any], lines: list[str]) -> str:
    x, y = place["center"]["x"], place["center"]["y"]
    wide, tall = place["size"]["width"], place["size"]["height"]
    step = flow.steps.get(id)
    fill = _COLOURS.get(step.kind, "#ffffff") if step else "#ffffff"
    stroke = ' stroke="#555"' if step else ""
    bold = ' font-weight="600"'
    top = y - (len(lines) - 1) * _LINE / 2 + 4
    texts = "".join(
        f'<text x="{x:.1f}" y="{top + number * _LINE:.1f}" text-anchor="middle"'
        f"{bold if step and not number else ''}>{escape(line)}</text>"
        for number, line in enumerate(lines)
    )
    rect = (
        f'<rect x="{x - wide / 2:.1f}" y="{y - tall / 2:.1f}" width="{wide:.1f}" '
        f'height="{tall:.1f}" rx="4" fill="{fill}"{stroke}/>'
    )
    return f"<g>{rect}{texts}</g>"
