"""Tell whether PyTorch would be small here, before gigabytes are downloaded by accident.

Usage: python .ci/small_torch.py LOCK [pip options]. Run by the Makefile with the environment's
own Python. Exits 0 when pip would install a build without CUDA, else 1 with what to do.
"""

import json
import subprocess
import sys

ADVICE = (
    "PyTorch is left out: here pip would take its CUDA build, several GB. For the CPU build give "
    "the address that pytorch.org shows for Pip and CPU: TORCH_INDEX=<address>; for CUDA: GPU=1."
)


def planned(lock: str, options: list[str]) -> list[str]:
    """The names of the packages that pip would install for PyTorch, without downloading them."""
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--dry-run"]
    command += ["-qq", "--report", "-", "--constraint", lock, *options, "torch"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("PyTorch is left out: pip could not plan its installation, its message is above.")
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
