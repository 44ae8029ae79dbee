"""A folder of troubleshooting flows, one YAML file each. What is not proven is not served."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from indexer.sources.source import Content, NotReadable, merged, read_text, refused
from knowledge.content import Article, Problem
from knowledge.flows.check import check
from knowledge.flows.flow import FLOW, Flow
from knowledge.flows.reading import read_flow

SUFFIXES = {".yaml", ".yml"}


@dataclass(frozen=True, slots=True)
class FlowFolder:
    """All `.yaml` files in a folder (not below it: there are their tests), by name."""

    path: Path

    def read(self) -> Content:
        flows, problems, content = read_flows(self.path)
        wrong = {problem.path for problem in problems}
        sound = _without_callers(flows, {flow.id for flow in flows if flow.path in wrong})
        unread = frozenset(wrong | {flow.path for flow in flows if flow not in sound})
        mine = Content(tuple(map(as_article, sound)), tuple(problems), unread)
        return merged([content, mine])


def read_flows(folder: Path) -> tuple[list[Flow], list[Problem], Content]:
    """The flows in the folder, what is wrong with them, and what could not be read at all."""
    flows: list[Flow] = []
    problems: list[Problem] = []
    unread: list[Content] = []
    if not folder.is_dir():
        error = NotReadable("There is no such folder", "Create it, or name the right one.")
        return [], [], refused(str(folder), error)
    for file in sorted(folder.iterdir()):
        if file.suffix.lower() not in SUFFIXES or file.name.startswith("."):
            continue
        try:
            flow, own = read_flow(read_text(file), str(file), id=file.stem)
        except NotReadable as error:
            unread.append(refused(str(file), error))
            continue
        problems += own
        flows += [flow] if flow else []
    problems += [*check(flows), *_twice(flows)]
    return flows, problems, merged(unread)


def as_article(flow: Flow) -> Article:
    """The flow as the index keeps it: found by its triggers, carried as its YAML."""
    return Article(
        id=FLOW + flow.id,
        title=flow.title,
        body=flow.source,
        questions=flow.triggers,
        audience=flow.audience,
        path=flow.path,
        sort="flow",
    )


def _twice(flows: list[Flow]) -> list[Problem]:
    first: dict[str, Flow] = {}
    found = []
    for flow in flows:
        other = first.setdefault(flow.id, flow)
        if other is not flow:
            what = f"The id `{flow.id}` is taken by {other.path}"
            found.append(Problem(flow.path, 1, what, "Give one of the two flows another id."))
    return found


def _without_callers(flows: list[Flow], refused_ids: set[str]) -> list[Flow]:
    """Who calls a flow that is not served is not served either."""
    out = set(refused_ids)
    while more := {flow.id for flow in flows if flow.id not in out and out & set(flow.calls)}:
        out |= more
    return [flow for flow in flows if flow.id not in out]
