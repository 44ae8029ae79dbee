"""What is installed elsewhere: the wheel, the systemd unit and the container."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.real_model import ROOT

PACKAGING = ROOT / "config" / "packaging"
ROOMS = ("config", "adapters", "bot", "indexer", "knowledge")


def run(*command: object, **more: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(each) for each in command],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
        **more,  # type: ignore[call-overload]
    )


def tracked() -> list[str]:
    listed = run("git", "ls-files", "--cached", "--others", "--exclude-standard", cwd=ROOT)
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy, so that nothing is left in the checkout."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in tracked():
        if name.split("/")[0] in (*ROOMS, "pyproject.toml", "README.md", "LICENSE"):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, source / name)
    done = run(
        *(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"),
        *("--wheel-dir", out, source),
    )
    assert done.returncode == 0, done.stderr
    (built,) = out.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel in it, and the packages of this one behind it."""
    folder = tmp_path_factory.mktemp("venv")
    venv.create(folder, with_pip=False, symlinks=True)
    site = next((folder / "lib").glob("python*/site-packages"))
    done = run(
        *(sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index"),
        *("--prefix", folder, "--ignore-installed", wheel),
    )
    assert done.returncode == 0, done.stderr
    (site / "behind.pth").write_text(sysconfig.get_path("purelib") + "\n")
    program = folder / "bin" / "firstline"
    first, *rest = program.read_text().splitlines()
    assert first.startswith("#!")
    program.write_text("\n".join([f"#!{folder}/bin/python", *rest]) + "\n")
    return program


def test_everything_in_the_rooms_is_in_the_wheel(wheel: Path) -> None:
    packed = set(ZipFile(wheel).namelist())
    missing = [name for name in tracked() if name.split("/")[0] in ROOMS and name not in packed]
    assert missing == []
    assert not [name for name in packed if name.startswith("tests/")]


def test_the_installed_program_makes_a_desk_and_checks_it(installed: Path, tmp_path: Path) -> None:
    clean = {n: v for n, v in os.environ.items() if not n.startswith(("FIRSTLINE_", "PYTHON"))}
    how = {"cwd": tmp_path, "env": clean | {"NO_COLOR": "1", "COLUMNS": "200"}}
    where = run(installed.parent / "python", "-c", "import bot; print(bot.__file__)", **how)
    assert str(installed.parent.parent) in where.stdout, where.stderr
    assert "firstline demo" in run(installed, "--help", **how).stdout
    made = run(installed, "init", "desk", **how)
    assert made.returncode == 0, made.stderr
    assert (tmp_path / "desk" / ".gitignore").exists()
    checked = run(installed, "check", "--desk", "desk", **how)
    assert (checked.returncode, checked.stderr) == (0, ""), checked.stdout
    assert checked.stdout.endswith("no problems\n")
    reference = run(installed, "settings", "--reference", **how)
    assert reference.stdout == (ROOT / "config" / "firstline.toml").read_text("utf-8")


def test_the_systemd_unit_is_sound_and_tight(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("needs systemd-analyze (Debian: apt-get install systemd)")
    unit = (PACKAGING / "firstline.service").read_text("utf-8")
    here = tmp_path / "firstline.service"
    here.write_text(unit.replace("/opt/firstline/bin/firstline", sys.executable), "utf-8")
    verified = run(analyze, "verify", here)
    assert (verified.returncode, verified.stderr) == (0, "")
    rated = run(analyze, "security", "--offline=true", "--no-pager", here)
    exposure = re.search(r"exposure level for firstline.service: ([\d.]+)", rated.stdout)
    assert exposure, rated.stderr
    assert float(exposure[1]) <= 2.0


def test_the_unit_starts_a_command_that_exists(installed: Path) -> None:
    unit = (PACKAGING / "firstline.service").read_text("utf-8")
    (line,) = re.findall(
        r"^ExecStart=/opt/firstline/bin/firstline (\w+) --desk", unit, re.MULTILINE
    )
    assert run(installed, line, "--help").returncode == 0


def test_the_containerfile_passes_the_linter() -> None:
    """Every finding counts, but for pins of the distribution's packages, of which it takes none."""
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    done = run(hadolint, "--no-color", "--failure-threshold", "info", PACKAGING / "Containerfile")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_container_does_not_run_as_root_and_names_its_own_version_of_things() -> None:
    lines = (PACKAGING / "Containerfile").read_text("utf-8").splitlines()
    last = max(n for n, line in enumerate(lines) if line.startswith("FROM "))
    users = [line for line in lines[last:] if line.startswith("USER ")]
    assert users == ["USER 10001:10001"]
    assert not [line for line in lines if line.startswith("ADD ") or ":latest" in line]
