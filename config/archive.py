"""One file that holds many: written whole or not at all, read only if every byte is as it was.

write(file, members, facts)   tar, compressed; the manifest with the checksums is its last member
read(file, folder)            everything into a new folder, compared with the manifest
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

MANIFEST = "manifest.json"
FORMAT = 1
_LONGEST_MANIFEST = 50_000_000


class ArchiveRefused(Exception):
    """A backup that cannot be written or must not be used; says what to do."""


def write(file: Path, members: Mapping[str, Path], facts: Mapping[str, Any]) -> None:
    """Write a new archive, for its owner's eyes only, and have it on the disk. Raises ArchiveRefused.

    `members` are files by the name that they get in it.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as raw:
        with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=6) as archive:
            sums = {name: _add(archive, name, path) for name, path in sorted(members.items())}
            manifest = json.dumps({"format": FORMAT, **facts, "files": sums}, indent=1).encode()
            archive.addfile(_entry(MANIFEST, len(manifest)), io.BytesIO(manifest))
        raw.flush()
        os.fsync(raw.fileno())


def read(file: Path, folder: Path) -> dict[str, Any]:
    """Unpack into the new folder; the manifest's facts. Raises ArchiveRefused.

    Nothing is written outside of the folder, and no links are made.
    """
    try:
        with tarfile.open(file, "r:gz") as archive:
            for entry in archive:
                if not entry.isfile():
                    raise ArchiveRefused(f"{file} holds {entry.name!r}, which is not a file.")
                archive.extract(entry, folder, filter="data")
        facts = _manifest(file, folder)
    except FileNotFoundError:
        raise ArchiveRefused(f"There is no file {file}.") from None
    except (tarfile.TarError, EOFError, OSError) as error:
        raise ArchiveRefused(
            f"{file} is no whole backup of Firstline ({error}). Use another one."
        ) from error
    _compare(file, folder, facts["files"])
    return facts


def _add(archive: tarfile.TarFile, name: str, path: Path) -> dict[str, Any]:
    with path.open("rb") as content:
        size = os.fstat(content.fileno()).st_size
        passing = _Passing(content)
        archive.addfile(_entry(name, size), passing)
    return {"bytes": size, "sha256": passing.sum.hexdigest()}


class _Passing(io.RawIOBase):
    """A file that is summed up while it is read, so that the sum is of what was written."""

    def __init__(self, content: BinaryIO) -> None:
        self._content = content
        self.sum = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        piece = self._content.read(size)
        self.sum.update(piece)
        return piece


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _manifest(file: Path, folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        if path.stat().st_size > _LONGEST_MANIFEST:
            raise ArchiveRefused(f"{file}: its manifest is too long.")
        facts = dict(json.loads(path.read_bytes()))
        _ = facts["files"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ArchiveRefused(
            f"{file} has no manifest of a backup: it was cut short, or is something else."
        ) from error
    path.unlink()
    if facts.get("format") != FORMAT:
        raise ArchiveRefused(
            f"{file} has format {facts.get('format')}; this program reads {FORMAT}."
        )
    return facts


def _compare(file: Path, folder: Path, sums: Mapping[str, Any]) -> None:
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    if found != set(sums):
        odd = sorted(found ^ set(sums))
        raise ArchiveRefused(f"{file} holds other files than its manifest names: {odd[0]}.")
    for name, told in sums.items():
        with (folder / name).open("rb") as content:
            if hashlib.file_digest(content, "sha256").hexdigest() != told["sha256"]:
                raise ArchiveRefused(f"{file}: {name} is damaged. Use another backup.")
