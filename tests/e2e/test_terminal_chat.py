"""`firstline chat` as its users meet it: at a keyboard (a real pseudo-terminal) and in a pipe."""

from __future__ import annotations

import asyncio
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.terminal import TerminalAdapter
from bot.desk import Desk
from bot.worker import run
from tests.desk_support import new_desk, opened


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path / "desk.db") as database:
        yield new_desk(database)


async def test_a_pipe_gives_each_answer_before_the_next_line(desk: Desk) -> None:
    lines = io.StringIO("hello\n\nmany\nchoose\n2\n👍\nquiet\nhuman")
    shown = io.StringIO()
    async with asyncio.timeout(30):
        await run(desk, [TerminalAdapter(desk.waiting, read=lines, write=shown)])
    assert shown.getvalue().strip().split("\n\n") == [
        "you said: hello [1]",
        "[1] Echo > How: https://example.org/echo",
        *[f"part {n}" for n in range(1, 6)],
        "Which one?",
        "1) macOS\n2) Windows",
        "chosen: win",
        "People take over. Your ticket is #1.",
    ]
    assert desk.stats().counts["ratings"] == 1


async def test_a_keyboard_sees_sources_choices_and_a_working_sign(desk: Desk) -> None:
    keyboard, terminal = os.openpty()
    with (
        open(terminal, encoding="utf-8", closefd=False) as read,  # noqa: ASYNC230
        open(terminal, "w", encoding="utf-8", closefd=False) as write,  # noqa: ASYNC230
    ):
        os.write(keyboard, b"hello\nchoose\n1\n\x04")
        async with asyncio.timeout(30):
            await run(desk, [TerminalAdapter(desk.waiting, read=read, write=write)])
    shown = os.read(keyboard, 1 << 16).decode()
    os.close(terminal)
    os.close(keyboard)
    assert "working…" in shown
    assert "[1] Echo > How: https://example.org/echo" in shown
    assert "2) Windows" in shown
    assert "chosen: mac" in shown
    assert "\x1b[" in shown
