"""Refuse to download gigabytes by accident: stop when pip would install PyTorch's CUDA build.

Usage: python .ci/refuse_cuda.py LOCK [pip options]. Run by the Makefile with the environment's
own Python, before anything large is downloaded. Exits 0 when all is well, else says what to do.
"""

import json
import subprocess
import sys

ADVICE = """\
Stopped: pip would install PyTorch with CUDA here, several GB that Firstline does not need.

Tell pip where PyTorch's CPU build is. The "Get Started" page of pytorch.org shows the address
(choose: Stable, your system, Pip, Python, CPU; it is what follows --index-url):

    make demo TORCH_INDEX=<that address>

To install the CUDA build on purpose, for a GPU:

    make demo GPU=1"""


def planned(lock: str, options: list[str]) -> list[str]:
    """The names of the packages that pip would install for PyTorch, without downloading them."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--dry-run"]
    command += ["-qq", "--report", "-", "--constraint", lock, *options, "torch"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("pip could not plan the installation: its message is above.")
    return [item["metadata"]["name"] for item in json.loads(done.stdout)["install"]]


def is_cuda(name: str) -> bool:
    """Whether the package belongs to the CUDA build of PyTorch."""
    return name.lower().startswith(("nvidia-", "cuda-"))


def main() -> None:
    """Exit with the advice when one of the planned packages belongs to CUDA."""
    lock, *options = sys.argv[1:]
    if any(is_cuda(name) for name in planned(lock, options)):
        sys.exit(ADVICE)


if __name__ == "__main__":
    main()
