"""Progress of long work: a bar for people at a terminal, nothing in a pipe or a log."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

Count = Callable[[int, int], None]
"""Told how many of how many are done."""

CONSOLE = Console(stderr=True)


@contextmanager
def bar(title: str) -> Iterator[Count]:
    """A progress bar on standard error, gone when the work is done."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=CONSOLE, transient=True) as progress:
        task = progress.add_task(title, total=None, rate="")

        def count(done: int, total: int) -> None:
            speed = progress.tasks[0].speed
            rate = f"{speed:.0f}/s" if speed else ""
            progress.update(task, completed=done, total=total, rate=rate)

        yield count


def say(line: str) -> None:
    """A line for the person at the terminal, apart from what is printed for scripts."""
    CONSOLE.print(line, highlight=False, markup=False)
