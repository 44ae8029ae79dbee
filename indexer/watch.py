"""Says when to look at the content again.

The operating system's hints make it quick, the look at sizes and times makes it sure:
network drives and containers often give no hint, and a watch dies with its folder.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from watchfiles import watch

log = logging.getLogger(__name__)

_QUIET_MS = 50
"""A burst of changes is over when nothing came for so long."""
_LONGEST_BURST_MS = 300
_LOOK_MS = 500
"""How often the content is looked at without a hint."""

Looks = frozenset[tuple[str, int, int, int]]


def moments(paths: Sequence[Path], stop: threading.Event) -> Iterator[bool]:
    """Whether something at the paths may have changed: True at once, then as it is seen.

    False comes about twice a second while nothing happens; it ends when `stop` is set.
    """
    seen = looks(paths)
    yield True
    while not stop.is_set():
        for hinted in _hints(paths, stop):
            now = looks(paths)
            moved = _roots(now, paths) != _roots(seen, paths)
            changed = hinted or now != seen
            seen = now
            yield changed
            if moved:
                break  # The watch hangs on a folder that is no longer the one at the path.


def looks(paths: Sequence[Path]) -> Looks:
    """Identity, size and time of every file below the paths."""
    return frozenset(look for path in paths for file in _files(path) for look in _look(file))


def _files(path: Path) -> Iterator[Path]:
    yield path
    if path.is_dir():
        for parent, folders, names in os.walk(path):
            folders[:] = [name for name in folders if not name.startswith(".")]
            yield from (Path(parent, name) for name in names)


def _look(file: Path) -> Iterator[tuple[str, int, int, int]]:
    try:
        found = file.stat()
    except OSError:
        return
    if file.is_dir():
        yield str(file), found.st_ino, 0, 0
    else:
        yield str(file), found.st_ino, found.st_size, found.st_mtime_ns


def _roots(seen: Looks, paths: Sequence[Path]) -> set[tuple[str, int]]:
    roots = {str(path) for path in paths}
    return {(path, inode) for path, inode, _, _ in seen if path in roots}


def _hints(paths: Sequence[Path], stop: threading.Event) -> Iterator[bool]:
    """True for a hint, False when it is time to look by oneself."""
    # A file is watched through its folder: editors replace files, and a watch dies with its file.
    places = {path if path.is_dir() else path.parent for path in paths}
    there = [place for place in places if place.is_dir()]
    if there:
        try:
            yield from _watched(there, paths, stop)
        except (OSError, RuntimeError) as error:
            log.warning("no watch on the content, looking every %d ms instead: %s", _LOOK_MS, error)
    while not stop.wait(_LOOK_MS / 1000):
        yield False


def _watched(
    places: Sequence[Path], paths: Sequence[Path], stop: threading.Event
) -> Iterator[bool]:
    wanted = [path.resolve() for path in paths]
    for changes in watch(
        *places,
        watch_filter=None,
        debounce=_LONGEST_BURST_MS,
        step=_QUIET_MS,
        stop_event=stop,
        rust_timeout=_LOOK_MS,
        yield_on_timeout=True,
        raise_interrupt=False,
    ):
        changed = (Path(path).resolve() for _, path in changes)
        yield any(path.is_relative_to(place) for path in changed for place in wanted)
