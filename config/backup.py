"""Backing a desk up while it runs, and restoring it into a new folder.

back_up(place, file, …)    database, index, settings and content of its own -> one checked archive
restore(file, folder, …)   checked, unpacked aside, made ready to be served, then renamed
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bot.store.schema import SCHEMA
from bot.store.snapshot import copy, file_of, inspected, settle
from config.archive import ArchiveRefused, read, write
from config.settings import FILE
from config.wiring import Place, builds, database_url
from knowledge.index import IndexRefused, load

SECRETS = ".env"
DATABASE = "var/firstline.db"
INDEX = "var/index"
SHOWN_ONCE = ("web", "api", "terminal")
"""Channels that show the transcript itself: what is sent there again is not seen twice."""


def back_up(place: Place, file: Path, now: datetime, *, secrets: bool = False) -> dict[str, Any]:
    """Write the desk as it is now into a new file, and open it again to see that it is whole.

    Gives what is in it. Raises ArchiveRefused, DatabaseRefused.
    """
    if file.exists():
        raise ArchiveRefused(f"{file} exists already. Name a new file, or remove it first.")
    with _aside(file) as aside:
        taken = aside / "taken"
        taken.mkdir()
        members, left_out = _content(place, secrets)
        copy(database_url(place), taken / "database")
        members[_database_in(place)] = taken / "database"
        members |= _index(place, taken / "index")
        facts = {
            "made_at": now.isoformat(),
            "program": program(),
            "schema": inspected(taken / "database").schema,
            "database": _database_in(place),
            "left_out": left_out,
        }
        archive, opened = aside / "archive", aside / "opened"
        write(archive, members, facts)
        found = _checked(archive, opened)
        archive.rename(file)
        _sync(file.parent)
    return {**facts, **found, "file": str(file), "bytes": file.stat().st_size}


def restore(file: Path, folder: Path, *, catch_up: bool = True) -> dict[str, Any]:
    """Make the desk of the backup in a new or empty folder; gives what was restored.

    What was due when the backup was taken is set aside: see `bot.store.snapshot.settle`.
    Raises ArchiveRefused, DatabaseRefused; then nothing was made.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ArchiveRefused(f"{folder} is not an empty folder. Restore into a new one.")
    with _aside(folder) as aside:
        new = aside / "desk"
        found = _checked(file, new)
        settled = settle(new / found["database"], sure_of=SHOWN_ONCE, catch_up=catch_up)
        if folder.exists():
            folder.rmdir()
        new.rename(folder)
        _sync(folder.parent)
    return {**found, **asdict(settled), "folder": str(folder)}


def program() -> str:
    """The version of this program; "" when it runs from a checkout that is not installed."""
    try:
        return version("firstline")
    except PackageNotFoundError:
        return ""


def _checked(archive: Path, folder: Path) -> dict[str, Any]:
    """Unpack a backup and open what is in it."""
    folder.mkdir()
    facts = read(archive, folder)
    schema = str(facts.get("schema"))
    if schema > SCHEMA:
        raise ArchiveRefused(
            f"{archive} has schema {schema}, this program knows schemas up to {SCHEMA}. "
            "Restore it with the program that wrote it, or a newer one."
        )
    kept = asdict(inspected(folder / facts["database"]))
    return {**{k: v for k, v in facts.items() if k not in ("files", "format")}, **kept} | {
        "index": _opened_index(folder / INDEX)
    }


def _opened_index(folder: Path) -> str | None:
    """The version of the index in it. Raises ArchiveRefused when it cannot be used."""
    current = folder / "current"
    if not current.exists():
        return None
    try:
        return load(folder / current.read_text("utf-8").strip()).version
    except IndexRefused as refused:
        raise ArchiveRefused(f"The index in the backup cannot be used: {refused}") from refused


def _content(place: Place, secrets: bool) -> tuple[dict[str, Path], list[str]]:
    """The desk's own files by their names in it, and the sources that lie elsewhere."""
    home = place.folder.resolve()
    members, left_out = {FILE: home / FILE}, []
    if secrets and (home / SECRETS).exists():
        members[SECRETS] = home / SECRETS
    for source in place.settings.sources:
        path = (home / source.path).resolve()
        if not path.is_relative_to(home):
            left_out.append(str(source.path))
        for each in [path] if path.is_file() else sorted(path.rglob("*")):
            if each.is_file() and _belongs(each, home):
                members[each.relative_to(home).as_posix()] = each
    return members, left_out


def _belongs(path: Path, home: Path) -> bool:
    inside = path.resolve().is_relative_to(home)
    return inside and path.relative_to(home).parts[0] not in ("var", SECRETS)


def _database_in(place: Place) -> str:
    """The database's name in the archive: where the settings of the restored desk look for it."""
    path, home = file_of(database_url(place)), place.folder.resolve()
    return path.relative_to(home).as_posix() if path.is_relative_to(home) else DATABASE


def _index(place: Place, taken: Path) -> dict[str, Path]:
    """A copy of the build that is served. While it is copied a newer one may take its place."""
    folder = builds(place)
    while (current := folder.version) is not None:
        try:
            shutil.copytree(folder.path / current, taken / current)
        except (FileNotFoundError, shutil.Error):
            shutil.rmtree(taken, ignore_errors=True)
            if folder.version == current:
                raise ArchiveRefused(
                    f"The index {current} is not whole. Run `firstline index`, then again."
                ) from None
            continue
        (taken / "current").write_text(f"{current}\n", "utf-8")
        files = (path for path in taken.rglob("*") if path.is_file())
        return {f"{INDEX}/{path.relative_to(taken).as_posix()}": path for path in files}
    return {}


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A folder beside the target, on the same disk, gone afterwards."""
    parent = target.resolve().parent
    try:
        parent.mkdir(parents=True, exist_ok=True)
        aside = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=parent))
    except OSError as error:
        raise ArchiveRefused(f"{parent} cannot be written: {error.strerror}.") from error
    try:
        yield aside
    except OSError as error:
        raise ArchiveRefused(f"{error.filename or target}: {error.strerror}.") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
