"""The writers' own tests of flows: dialogs in Markdown, and which ways none of them took.

    # The token was wrong                    a dialog and its name
    flow: slack-silent                       which flow; then facts, as `channel: slack`
    article: what is a token => A key.       what the articles would answer
    Is the bot in the channel?               what the bot says, `…` being anything
    > yes                                    what the user says; `> [log.txt]` sends a file
    < succeeds {"number": 7}                 what comes from outside, or `< 2d later`
    = solved                                 how it ends (optional)

Buttons are compared where the dialog writes them: `[Yes] [No]`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot.flow_book import FlowShelf
from bot.flow_play import CAME, Player
from bot.flow_walk import Aids, Ears, Wording
from bot.turn import Reply
from knowledge.content import Problem
from knowledge.flows.flow import Flow
from knowledge.flows.forms import duration

_HEAD = re.compile(r"(flow|article|channel|platform|problem|business_hours|known \w+):\s*(.*)")
_ENDS = {"solved": "solved", "handed off": "handed_off", "ended": "ended", "closed": "closed",
         "cancelled": "cancelled", "waiting": None}  # fmt: skip
_FILE = re.compile(r"\[([^\]]+)\]")


@dataclass(slots=True)
class Exchange:
    """What happens (empty for the beginning), and what the bot must say to it."""

    line: int
    happens: str = ""
    expected: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Dialog:
    """One dialog as it was written."""

    name: str
    line: int
    head: dict[str, str] = field(default_factory=dict)
    articles: dict[str, str] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    end: str = ""


def read_dialogs(text: str, path: str) -> tuple[list[Dialog], list[Problem]]:
    """The dialogs of a file, and what is wrong with how they are written."""
    dialogs: list[Dialog] = []
    problems: list[Problem] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.startswith("# "):
            dialogs.append(Dialog(line[2:].strip(), number, exchanges=[Exchange(number)]))
        elif dialogs:
            _line(dialogs[-1], line.strip(), number)
    for dialog in dialogs:
        if "flow" not in dialog.head:
            problem = f"The dialog `{dialog.name}` names no flow"
            problems.append(Problem(path, dialog.line, problem, "Add `flow: id` below its name."))
        if dialog.end and dialog.end not in _ENDS:
            do = f"Write one of: {', '.join(_ENDS)}."
            problems.append(Problem(path, dialog.line, f"No such end: `{dialog.end}`", do))
    if not dialogs:
        problems.append(Problem(path, 1, "The file holds no dialog", "Begin one with `# name`."))
    return dialogs, problems


def _line(dialog: Dialog, line: str, number: int) -> None:
    head = _HEAD.fullmatch(line)
    first = len(dialog.exchanges) == 1 and not dialog.exchanges[0].expected
    if first and head and head[1] == "article":
        question, _, answer = head[2].partition("=>")
        dialog.articles[question.strip()] = answer.strip()
    elif first and head:
        dialog.head[head[1]] = head[2].strip()
    elif line.startswith(("> ", "< ")):
        dialog.exchanges.append(Exchange(number, line))
    elif line.startswith("= "):
        dialog.end = line[2:].strip()
    elif line:
        dialog.exchanges[-1].expected.append(line)


@dataclass(frozen=True, slots=True)
class Tester:
    """Plays dialogs with these flows. `now` is when each begins."""

    flows: Mapping[str, Flow]
    ears: Ears
    say: Wording
    now: datetime

    def play(self, dialog: Dialog, path: str) -> tuple[list[Problem], set[tuple[str, str, str]]]:
        """What went otherwise than written, and the ways that were passed."""
        flow = self.flows.get(dialog.head.get("flow", ""))
        if flow is None:
            what = f"There is no flow `{dialog.head.get('flow')}`"
            known = ", ".join(sorted(self.flows))
            return [Problem(path, dialog.line, what, f"There are: {known}.")], set()
        player = self._player(dialog)
        problems = []
        for exchange in dialog.exchanges:
            try:
                replies = _happens(player, flow, dialog, exchange)
            except (ValueError, KeyError) as error:
                do = f"Write `> text`, `< 2d later`, or `< ` and one of: {', '.join(CAME)}."
                problems.append(Problem(path, exchange.line, f"Not understood: {error}", do))
                break
            problems += _difference(exchange, replies, path)
        return problems + _end(dialog, player, path), player.passed

    def _player(self, dialog: Dialog) -> Player:
        def look(question: str) -> tuple[Reply, ...] | None:
            answer = dialog.articles.get(question)
            return (Reply(answer),) if answer else None

        return Player(FlowShelf(dict(self.flows)), Aids(self.ears, self.say), self.now, look)


def _happens(player: Player, flow: Flow, dialog: Dialog, exchange: Exchange) -> tuple[Reply, ...]:
    said = exchange.happens
    if not said:
        return player.begin(flow, _facts(dialog.head))
    if said.startswith("> "):
        files = tuple(_FILE.findall(said)) if said.startswith("> [") else ()
        return player.say("" if files else said[2:].strip(), files)
    happened = said[2:].strip()
    if happened.endswith(" later"):
        return player.later(duration(happened.removesuffix(" later")))
    how = next((how for how in CAME if happened.startswith(how)), None)
    if how is None:
        raise ValueError(happened)
    rest = happened.removeprefix(how).strip()
    return player.comes(how, json.loads(rest) if rest else {})


def _facts(head: Mapping[str, str]) -> dict[str, Any]:
    known = {key.removeprefix("known "): v for key, v in head.items() if key.startswith("known ")}
    return {
        "problem": head.get("problem", ""),
        "channel": head.get("channel", "web"),
        "platform": head.get("platform", ""),
        "business_hours": head.get("business_hours", "true") != "false",
        "audience": "public",
        "requester": "a tester",
        "known": known,
    }


def _difference(exchange: Exchange, replies: Sequence[Reply], path: str) -> list[Problem]:
    expected = " ".join(exchange.expected)
    with_buttons = "[" in expected
    got = " ".join(_words(reply, with_buttons) for reply in replies)
    if matches(expected, got):
        return []
    said = exchange.happens or "(the beginning)"
    what = f"To `{said}` the bot says: {' '.join(got.split()) or '(nothing)'}"
    return [Problem(path, exchange.line, what, "Correct the dialog or the flow.")]


def _words(reply: Reply, with_buttons: bool) -> str:
    buttons = " ".join(f"[{choice.label}]" for choice in reply.choices)
    return f"{reply.text} {buttons}" if with_buttons else reply.text


def matches(expected: str, got: str) -> bool:
    """Whether the words are the same, `…` being any; white space does not count."""
    parts = [re.escape("".join(part.split())) for part in expected.split("…")]
    return re.fullmatch(".*".join(parts), "".join(got.split()), re.DOTALL) is not None


def _end(dialog: Dialog, player: Player, path: str) -> list[Problem]:
    over = player.run.over if player.run else None
    if not dialog.end or _ENDS.get(dialog.end) == over:
        return []
    found = next(name for name, end in _ENDS.items() if end == over)
    what = f"The dialog `{dialog.name}` ends {found}, not {dialog.end}"
    return [Problem(path, dialog.line, what, "Correct the dialog or the flow.")]


def uncovered(flows: Mapping[str, Flow], passed: set[tuple[str, str, str]]) -> Iterator[str]:
    """Every way out of a step that no dialog took, as `flow: step (edge)`."""
    for flow in flows.values():
        for step in flow.steps.values():
            for edge in step.edges:
                if (flow.id, step.name, edge.name) not in passed:
                    yield f"{flow.path}:{edge.line}: no test takes {flow.id}: {step.name} ({edge.name})"
