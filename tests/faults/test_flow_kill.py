"""Kill -9 anywhere on the way of a flow: it goes on at the right step, and no action runs twice."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.faults import FLOW_FAULTS
from bot.flow_model import FlowRun
from bot.flow_state import run_of
from bot.model import Message
from bot.store import flows as rows
from tests.desk_support import opened

ROOT = Path(__file__).parents[2]
POINTS = [
    *FLOW_FAULTS,
    *(f"{point}:{n}" for point in ("turn responded", "turn before commit", "turn after commit") for n in (1, 2)),
    *(f"accept after commit:{n}" for n in (1, 2)),
]  # fmt: skip


def run(folder: Path, fault: str = "", kind: str = "") -> int:
    program = [sys.executable, "-m", "tests.faults.flow_driver"]
    files = [str(folder / "desk.db"), str(folder / "calls")]
    done = subprocess.run(
        [*program, *files, fault, kind],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGKILL), done.stderr
    return done.returncode


@pytest.mark.parametrize("fault", POINTS)
def test_it_goes_on_where_it_was_and_acts_once(tmp_path: Path, fault: str) -> None:
    assert run(tmp_path, fault) == -signal.SIGKILL
    assert run(tmp_path) == 0
    calls = (tmp_path / "calls").read_text().splitlines() if (tmp_path / "calls").exists() else []
    assert len(calls) <= 1
    with opened(tmp_path / "desk.db") as database:
        ended = database.read(lambda s: s.scalars(select(FlowRun)).all())
        assert len(ended) == 1
        state = run_of(ended[0].state)
        # Where nobody can know whether the order was made, people are told and nothing is repeated.
        unknown = fault in ("job started", "job run")
        assert state.over == ("handed_off" if unknown else "solved")
        assert state.slots["size"] == 27
        assert database.read(lambda s: rows.jobs(s, ("due", "running", "came"), 9)) == []
        said = database.read(
            lambda s: s.scalars(select(Message.text).where(Message.author == "bot")).all()
        )
        assert sum("Which size?" in text for text in said) == 1
        assert sum("Anything else?" in text for text in said) == (0 if unknown else 1)


def test_what_may_be_repeated_is_repeated_with_the_same_key(tmp_path: Path) -> None:
    assert run(tmp_path, "job run", "repeatable") == -signal.SIGKILL
    assert run(tmp_path, "", "repeatable") == 0
    first, second = (tmp_path / "calls").read_text().splitlines()
    assert first == second
    assert "Idempotency-Key" in first
