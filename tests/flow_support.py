"""Flows in tests: read from text, and played with ears that know words alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from textwrap import dedent
from typing import Any

from bot.flow_book import FlowShelf
from bot.flow_ears import FlowEars
from bot.flow_play import Player
from bot.flow_walk import Aids
from bot.turn import Reply
from bot.wording import Wording, load_wording
from knowledge.content import Problem
from knowledge.flows.check import check
from knowledge.flows.flow import Flow
from knowledge.flows.reading import read_flow

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


@cache
def wording() -> Wording:
    return load_wording("en")


def ears() -> FlowEars:
    return FlowEars(wording().flow_phrasings(), None)


def flow(text: str, id: str = "one") -> Flow:
    """A flow that can be read; whatever is wrong in it fails the test."""
    found, problems = read_flow(dedent(text), f"{id}.yaml", id=id)
    assert found is not None, problems
    assert problems == []
    return found


def wrong(*texts: str) -> list[Problem]:
    """All that is wrong with flows called `one`, `two`, …"""
    problems: list[Problem] = []
    flows = []
    for id, text in zip(("one", "two", "three"), texts, strict=False):
        found, own = read_flow(dedent(text), f"{id}.yaml", id=id)
        problems += own
        flows += [found] if found else []
    return problems + check(flows)


def player(*flows: Flow, answers: Mapping[str, str] | None = None, **facts: Any) -> Player:
    known = answers or {}

    def look(question: str) -> tuple[Reply, ...] | None:
        return (Reply(known[question]),) if question in known else None

    shelf = FlowShelf({each.id: each for each in flows})
    made = Player(shelf, Aids(ears(), wording()), NOON, look)
    made.begin(flows[0], {"problem": "it is broken", "channel": "test", **facts})
    return made


def texts(replies: tuple[Reply, ...]) -> str:
    return "\n".join(reply.text for reply in replies)


def folder() -> Path:
    """The flows that ship."""
    return Path(__file__).parents[1] / "knowledge" / "flows"
