"""Renew the lock: resolve pyproject.toml (its extra and groups too) afresh and write exact pins.

Usage: python .ci/lock.py LOCK [pip options or requirements]. Nothing is installed. Local version
labels ("+cpu") are left out, so that the lock fits every build of the same release.
"""

import json
import re
import subprocess
import sys
from pathlib import Path

from small_torch import is_cuda

HEAD = """\
# Exact versions of all that Firstline installs, tools for tests and checks included.
# A constraints file: `pip install --constraint` takes from it what is needed on the platform.
# Renewed with `make lock` (then `make check` and `make test`); not edited by hand.
"""

CUDA = """\
Stopped: the newest PyTorch that pip finds here comes with CUDA. Either name the CPU build's address
(make lock TORCH_INDEX=<address>, see README.md) or hold a release that has one where you are
(make lock ARGS="torch==<version>")."""


def resolve(options: list[str]) -> list[tuple[str, str]]:
    """Name and version of every package that a fresh installation would bring."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--dry-run"]
    command += ["-qq", "--ignore-installed", "--report", "-", *options]
    command += ["--no-build-isolation", "--editable", ".[sentence-transformers]"]
    command += ["--group", "model", "--group", "dev", "pip", "setuptools"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found = (item["metadata"] for item in json.loads(done.stdout)["install"])
    return [(item["name"], item["version"]) for item in found]


def pins(packages: list[tuple[str, str]]) -> list[str]:
    """Sorted `name==version` lines with normalised names, without Firstline itself."""
    names = ((re.sub(r"[-_.]+", "-", name).lower(), version) for name, version in packages)
    return sorted(f"{name}=={v.partition('+')[0]}" for name, v in names if name != "firstline")


def main() -> None:
    """Write the lock and say how many packages it pins."""
    lock, *options = sys.argv[1:]
    packages = resolve(options)
    if any(is_cuda(name) for name, _ in packages):
        sys.exit(CUDA)
    lines = pins(packages)
    Path(lock).write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    print(f"{lock}: {len(lines)} packages")


if __name__ == "__main__":
    main()
