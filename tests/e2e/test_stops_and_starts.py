"""The whole program: told to stop with work under way, and met by a second one (K9, K10)."""

from __future__ import annotations

import re
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.program_support import PROGRAM, ROOT, Program, program, until

QUESTIONS = 12
PATIENT = "[limits]\nquestions_per_minute = 100000\nrequests_per_minute = 100000\n"


@pytest.fixture
def desk(tmp_path: Path) -> Program:
    return program(tmp_path, PATIENT)


def address(desk: Program) -> str:
    """Where the newest process serves. It is behind a public address, so its log says the port."""
    log = (desk.folder / "log.txt").read_text()
    return "http://127.0.0.1:" + re.findall(r"Port \d+ is taken, so this is on (\d+)", log)[-1]


def ask(client: httpx.Client, number: int) -> Any:
    opened = client.post("/api/v1/conversations").json()
    headers = {"Authorization": f"Bearer {opened['token']}"}
    path = f"/api/v1/conversations/{opened['id']}/messages"
    answer = client.post(
        path, json={"text": f"How do I change the port? {number}"}, headers=headers
    )
    assert answer.status_code == 202
    return answer.json()["id"]


async def test_k9_told_to_stop_with_work_under_way_it_ends_with_0_and_loses_nothing(
    desk: Program,
) -> None:
    async with desk.serving() as process:
        with httpx.Client(base_url=address(desk)) as client:
            kept = [ask(client, number) for number in range(QUESTIONS)]
            process.send_signal(signal.SIGTERM)
        assert await until(lambda: process.poll() is not None)
        assert process.returncode == 0
    assert (desk.folder / "log.txt").read_text().rstrip().endswith("Stopped.")
    states = desk.rows("select state, count(*) from message where author = 'user' group by state")
    assert sum(count for _, count in states) == len(kept)
    async with desk.serving():
        await until(
            lambda: desk.rows("select count(*) from outbox where state = 'sent'") >= [(12,)]
        )
    replies = "select count(*), count(distinct in_reply_to) from message where author = 'bot'"
    assert desk.rows(replies) == [(QUESTIONS, QUESTIONS)]


def test_told_to_stop_before_it_serves_it_ends_with_0(desk: Program) -> None:
    """While the index is built, say."""
    shutil.rmtree(desk.folder / "var" / "index")
    with subprocess.Popen(
        [*PROGRAM, "serve", "--desk", str(desk.folder), "--port", "0"],
        stderr=subprocess.PIPE,
        cwd=ROOT,
        env=desk.environment,
        text=True,
    ) as process:
        while not (desk.folder / "var" / "index" / ".lock").exists():
            assert process.poll() is None
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert "Traceback" not in errors


async def test_k10_a_second_process_is_refused_with_who_has_the_file(desk: Program) -> None:
    async with desk.serving() as first:
        second = await desk.command("serve", "--port", "0")
        assert second.returncode == 2
        owner = rf"in use by process {first.pid} on {re.escape(socket.gethostname())} since 20\d\d-"
        assert re.search(owner, second.stderr)
        assert first.poll() is None
        listed = await desk.command("dead", "list")
        assert (listed.returncode, listed.stdout) == (0, "no dead letters\n")
        saved = await desk.command("backup", str(desk.folder / "one.backup"))
        assert saved.returncode == 0, saved.stderr
        assert "opened and checked" in saved.stdout
    restored = desk.run("dead", "retry", "m1", "--dry-run")
    assert (restored.returncode, restored.stderr) == (
        1,
        "m1: no dead letter waits under that name\n",
    )
