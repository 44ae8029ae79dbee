"""The files of an index: sealed by a manifest, and read back only if every byte is as it was.

seal(folder, files, facts)   sync each file, then write the manifest
unseal(folder)               -> facts and the files' bytes, sizes and checksums compared first
"""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Iterable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

FORMAT = 1
MANIFEST = "manifest.json"
_LONGEST_MANIFEST = 100_000
_AGAIN = "run `firstline index`, it builds a new one"


class IndexRefused(Exception):
    """An index that must not be used: missing, damaged, or built by another model. Says what to do."""


def seal(folder: Path, files: Mapping[str, bytes], facts: Mapping[str, object]) -> None:
    """Write the files, then the manifest over them; each is on the disk before the next step."""
    for name, content in files.items():
        _write(folder / name, content)
    sums = {name: {"bytes": len(c), "sha256": _sha256(c)} for name, c in files.items()}
    manifest = {"format": FORMAT, **facts, "files": sums}
    manifest["seal"] = _sha256(_canonical(manifest))
    _sync(folder)
    _write(folder / MANIFEST, json.dumps(manifest, indent=1).encode())
    _sync(folder)


def unseal(folder: Path, names: Iterable[str]) -> tuple[dict[str, Any], dict[str, bytes]]:
    """The manifest's facts and the content of the files. Raises IndexRefused."""
    facts = _manifest(folder / MANIFEST)
    sums = facts["files"]
    if set(sums) != set(names):
        raise refused(folder, "its manifest names other files than this version writes")
    return facts, {name: _read(folder / name, sums[name]) for name in names}


def refused(path: Path, why: str) -> IndexRefused:
    """The error for an index that can only be built again."""
    return IndexRefused(f"the index in {path} cannot be used: {why}; {_AGAIN}")


def array_bytes(array: npt.NDArray[Any]) -> bytes:
    """An array as the content of a .npy file, rows first."""
    return _header(array.shape, array.dtype) + np.ascontiguousarray(array).tobytes()


def array_of(
    path: Path, content: bytes, dtype: type[np.generic], shape: tuple[int, ...]
) -> npt.NDArray[Any]:
    """The array in a .npy file, which must have just this type and shape. Raises IndexRefused.

    The header is compared, never believed, so one that lies can make nothing large. The
    array is a view of the bytes and cannot be written to.
    """
    header = _header(shape, np.dtype(dtype))
    length = math.prod(shape) * np.dtype(dtype).itemsize
    if not content.startswith(header) or len(content) != len(header) + length:
        raise refused(path.parent, f"{path.name} does not hold what the manifest says")
    return np.frombuffer(content, dtype, offset=len(header)).reshape(shape)


def _header(shape: tuple[int, ...], dtype: np.dtype[Any]) -> bytes:
    buffer = BytesIO()
    facts = {"descr": dtype.str, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(buffer, facts)
    return buffer.getvalue()


def _manifest(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LONGEST_MANIFEST:
            raise refused(path.parent, "its manifest is too long")
        facts = json.loads(path.read_bytes())
        told = facts.pop("seal")
    except FileNotFoundError:
        raise refused(path.parent, "there is no whole index there") from None
    except (OSError, ValueError, KeyError, AttributeError, RecursionError) as error:
        raise refused(path.parent, f"its manifest cannot be read ({error})") from error
    if facts.get("format") != FORMAT:
        raise refused(path.parent, f"it has format {facts.get('format')}, not {FORMAT}")
    if told != _sha256(_canonical(facts)):
        raise refused(path.parent, "its manifest was changed after it was written")
    return dict(facts)


def _read(path: Path, told: Mapping[str, Any]) -> bytes:
    """The file's content, when it is as long as was told (looked at first) and has that sum."""
    try:
        if path.stat().st_size == told["bytes"]:
            content = path.read_bytes()
            if _sha256(content) == told["sha256"]:
                return content
    except FileNotFoundError:
        raise refused(path.parent, f"{path.name} is missing") from None
    except OSError as error:
        raise refused(path.parent, f"{path.name} cannot be read ({error})") from error
    raise refused(path.parent, f"{path.name} is damaged")


def _canonical(facts: Mapping[str, object]) -> bytes:
    return json.dumps(facts, sort_keys=True).encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
