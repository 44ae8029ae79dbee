"""R8: no regular expression of ours can be made to run away by what people write."""

from __future__ import annotations

import ast
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from adapters.discord.links import plain_links
from bot.sentences import sentences
from bot.words import stems
from knowledge.markdown import blocks, to_plain
from knowledge.question import prepare

ROOT = Path(__file__).parents[2]
ROOMS = ("adapters", "bot", "config", "indexer", "knowledge")
LIMIT = 2.0
"""Processor seconds. What backtracks exponentially would take years for these texts."""

PIECES = (
    "a",
    " ",
    "a ",
    "\n",
    "-",
    "0",
    ".a",
    "<a ",
    "[",
    "`",
    "* ",
    "| ",
    "1. ",
    "a@",
    "://",
    "\t ",
)


def nasty(length: int) -> Iterator[str]:
    for piece in PIECES:
        for end in ("", "!", "\x00"):
            yield piece * (length // len(piece)) + end


def patterns() -> Iterator[tuple[str, re.Pattern[str]]]:
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            yield from of_file(file)


def of_file(file: Path) -> Iterator[tuple[str, re.Pattern[str]]]:
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if not isinstance(node, ast.Call) or ast.unparse(node.func) != "re.compile":
            continue
        if not isinstance(node.args[0], ast.Constant):
            continue
        flags = re.VERBOSE if "VERBOSE" in ast.unparse(node) else 0
        pattern = node.args[0].value
        if isinstance(pattern, str):
            yield f"{file.relative_to(ROOT)}:{node.lineno}", re.compile(pattern, flags)


FOUND = dict(patterns())


def test_there_are_patterns_to_look_at() -> None:
    assert len(FOUND) > 10


@pytest.mark.parametrize("place", FOUND)
def test_r8_no_pattern_runs_away(place: str) -> None:
    began = time.process_time()
    for text in nasty(1_000):
        FOUND[place].search(text)
        FOUND[place].fullmatch(text)
        assert time.process_time() - began < LIMIT, repr(text[:20])


@pytest.mark.parametrize(
    "read", [prepare, sentences, plain_links, stems, to_plain, blocks], ids=lambda f: f.__name__
)
def test_r8_long_texts_are_read_in_bounded_time(read: Callable[[str], object]) -> None:
    for text in nasty(50_000):
        began = time.process_time()
        read(text)
        assert time.process_time() - began < 5 * LIMIT, repr(text[:20])
