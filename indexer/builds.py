"""The folder of builds: which index is current, and how a new one takes its place.

    builds/current             one line: the version that is served
    builds/<version>/          a whole index, never changed again
    builds/.new-<version>/     one that is being written; left over after a crash
    builds/.lock               held by the process that builds

`current` is replaced by a rename, after everything it points to is on the disk: a crash
at any moment leaves it pointing to a whole index.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from knowledge.index import Index, IndexRefused, load, write

_CURRENT = "current"
_ASIDE = ".new-"


class BuildRunning(Exception):
    """Another process builds into the same folder; says which."""


def _unwatched(_step: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class IndexFolder:
    """The builds of one desk; `keep` of them are left on the disk, the current one among them."""

    path: Path
    keep: int = 3

    @property
    def version(self) -> str | None:
        """The current build's version, or None when there is none yet."""
        try:
            name = (self.path / _CURRENT).read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        return name if name and Path(name).name == name else None

    def current(self, *, embedder: str | None = None) -> Index:
        """The current index. Raises IndexRefused, see `knowledge.index.load`."""
        version = self.version
        if version is None:
            raise IndexRefused("There is no index yet. Run `firstline index`.")
        try:
            return load(self.path / version, embedder=embedder)
        except IndexRefused:
            if self.version == version:
                raise
            return self.current(embedder=embedder)

    @contextmanager
    def building(self) -> Iterator[None]:
        """Holds the folder for one builder. Raises BuildRunning when another has it."""
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / ".lock").open("a+", encoding="utf-8") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                lock.seek(0)
                owner = lock.read().strip() or "unknown"
                raise BuildRunning(
                    f"Another build runs in {self.path} (process {owner}). Wait until it is done."
                ) from error
            lock.truncate(0)
            lock.write(str(os.getpid()))
            lock.flush()
            yield

    def publish(self, index: Index, *, step: Callable[[str], None] = _unwatched) -> None:
        """Make the index the current one; called inside `building`. `step` hears how far it got."""
        aside = self.path / f"{_ASIDE}{index.version}"
        self._sweep()
        step("writing")
        write(index, aside)
        step("written")
        self._discard(index.version)
        aside.rename(self.path / index.version)
        _sync(self.path)
        step("named")
        self._point_to(index.version, step)
        step("switched")
        self._prune(index.version)
        step("pruned")

    def _point_to(self, version: str, step: Callable[[str], None]) -> None:
        new = self.path / f"{_ASIDE}{_CURRENT}"
        with new.open("w", encoding="utf-8") as file:
            file.write(version + "\n")
            file.flush()
            os.fsync(file.fileno())
        step("pointed")
        new.replace(self.path / _CURRENT)
        _sync(self.path)

    def _sweep(self) -> None:
        for left in self.path.glob(f"{_ASIDE}*"):
            _remove(left)

    def _prune(self, current: str) -> None:
        builds = sorted(
            (build for build in self.path.iterdir() if build.is_dir() and build.name != current),
            key=lambda build: (build.stat().st_mtime_ns, build.name),
        )
        for build in builds[: max(0, len(builds) - (self.keep - 1))]:
            self._discard(build.name)

    def _discard(self, version: str) -> None:
        """Remove a build; renamed first, for half a build must never look like a whole one."""
        build = self.path / version
        if build.exists():
            _remove(build.rename(self.path / f"{_ASIDE}dead-{version}"))


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
