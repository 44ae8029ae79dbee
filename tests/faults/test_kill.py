"""The process is killed at every border, and at random: nothing is lost, answered twice, or out of order."""

from __future__ import annotations

import json
import random
import signal
import socket
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.channel import Address
from bot.desk import Database, Desk, open_for_reading
from bot.faults import CHANGE_FAULTS, FAULTS, die_at
from tests.desk_support import new_desk
from tests.faults.driver import database_url, rows

ROOT = Path(__file__).parents[2]
KILLED = -signal.SIGKILL
PARTS = [f"part {n}" for n in range(1, 6)]

Said = list[tuple[str, str]]


class Crash:
    """A folder in which the driver is run, killed, and run again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reading: Database | None = None
        self.attempts = 3
        """A message goes to people when this many attempts ended badly."""

    def users_write(self, said: Said) -> None:
        lines = [
            json.dumps({"id": f"m{n}", "thread": thread, "text": text})
            for n, (thread, text) in enumerate(said)
        ]
        (self.folder / "heard.jsonl").write_text("\n".join(lines) + "\n")

    def start(self, fault: str | None = None) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "tests.faults.driver",
                str(self.folder),
                fault or "",
                str(self.attempts),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, fault: str | None = None) -> int:
        process = self.start(fault)
        _, errors = process.communicate(timeout=120)
        assert process.returncode in (0, KILLED), errors
        return process.returncode

    def seen(self) -> dict[str, list[str]]:
        """What users see in each thread: the platform shows each key once."""
        shown: dict[str, dict[str, str]] = defaultdict(dict)
        for post in rows(self.folder / "posts.jsonl"):
            shown[post["thread"]].setdefault(post["key"], post["text"])
        return {thread: list(texts.values()) for thread, texts in shown.items()}

    def posts(self) -> list[str]:
        return [post["key"] for post in rows(self.folder / "posts.jsonl")]

    def desk(self) -> Desk:
        self.close()
        self.reading = open_for_reading(database_url(self.folder))
        return new_desk(self.reading)

    def close(self) -> None:
        if self.reading:
            self.reading.close()


@pytest.fixture
def crash(tmp_path: Path, kept: str) -> Iterator[Crash]:
    (tmp_path / "url").write_text(kept)
    crash = Crash(tmp_path)
    yield crash
    crash.close()


@pytest.fixture
def crash_alone(tmp_path: Path) -> Iterator[Crash]:
    """On SQLite, where one process owns the file."""
    crash = Crash(tmp_path)
    yield crash
    crash.close()


def expected(said: Said) -> dict[str, list[str]]:
    answers: dict[str, list[str]] = defaultdict(list)
    for thread, text in said:
        answers[thread] += PARTS if text == "many" else [f"you said: {text} [1]"]
    return answers


DIALOG: Said = [("one", "hello"), ("two", "many"), ("one", "again"), ("two", "bye")]


@pytest.mark.parametrize("fault", [*FAULTS, "send after:4", "sent after commit:4"])
def test_k1_to_k6_killed_at_each_border(crash: Crash, fault: str) -> None:
    crash.users_write(DIALOG)
    assert crash.run(fault) == KILLED
    assert crash.run() == 0
    assert crash.seen() == expected(DIALOG)
    desk = crash.desk()
    assert [getattr(desk.trace(n), "outcome", None) for n in message_ids(desk)] == ["answered"] * 4
    # Of each conversation at most one post is under way, so at most that one is posted again.
    assert len(crash.posts()) <= len(set(crash.posts())) + 2


@pytest.mark.parametrize("fault", CHANGE_FAULTS)
def test_killed_while_an_edit_or_a_deletion_is_kept(crash: Crash, fault: str) -> None:
    """Each is heard again until it is acknowledged, and has one effect."""
    heard = [
        {"id": "m1", "thread": "one", "text": "slow"},
        {"id": "m2", "thread": "one", "text": "first"},
        {"id": "m3", "thread": "one", "text": "human"},
        {"id": "e1", "thread": "one", "text": "second", "edits": "m2"},
        {"id": "d1", "thread": "one", "text": "", "deletes": "m3"},
    ]
    lines = "".join(json.dumps(row) + "\n" for row in heard)
    (crash.folder / "heard.jsonl").write_text(lines)
    assert crash.run(fault) == KILLED
    assert crash.run(f"{fault}:2" if fault == "change before commit" else None) in (0, KILLED)
    assert crash.run() == 0
    desk = crash.desk()
    shown = desk.transcript(Address("files", "one"))
    edited = next(line for line in shown if line.text == "second")
    assert edited.earlier == ("first",)
    assert [bool(line.deleted_at) for line in shown if line.text == "human"] == [True]
    offers = crash.seen()["one"].count("You changed it.")
    answered_before = "you said: first [1]" in crash.seen()["one"]
    assert offers == answered_before
    assert answered_before or "you said: second [1]" in crash.seen()["one"]


def message_ids(desk: Desk) -> list[int]:
    return [
        line.id
        for thread in ("one", "two")
        for line in desk.transcript(Address("files", thread))
        if line.author == "user"
    ]


def test_k8_killed_at_random_moments(crash: Crash) -> None:
    """Ten kills, at moments drawn from a fixed seed, while ninety messages go through."""
    chance = random.Random(8)
    crash.attempts = 100  # one message may be under way at several of the kills
    said = [(f"t{n % 6}", f"hello {n}") for n in range(90)]
    crash.users_write(said)
    points = [f"{chance.choice(FAULTS)}:{chance.randint(1, 12)}" for _ in range(10)]
    for point in points:
        crash.run(point)
    while crash.run() != 0:
        pass
    assert crash.seen() == expected(said)


def test_k9_sigterm_ends_cleanly_and_loses_nothing(crash: Crash) -> None:
    said = [(f"t{n % 3}", "slow") for n in range(12)]
    crash.users_write(said)
    process = crash.start()
    while not crash.posts():
        assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=30)
    assert (process.returncode, output) == (0, "stopped\n"), errors
    assert 0 < len(crash.posts()) < 12
    assert crash.run() == 0
    assert crash.seen() == expected(said)
    assert len(crash.posts()) == 12


def test_k10_a_second_process_is_refused_and_the_first_goes_on(crash_alone: Crash) -> None:
    crash = crash_alone
    crash.users_write([(f"t{n}", "slow") for n in range(8)])
    first = crash.start()
    while not crash.posts():
        assert first.poll() is None
    first.send_signal(signal.SIGSTOP)
    second = crash.start()
    _, errors = second.communicate(timeout=60)
    first.send_signal(signal.SIGCONT)
    assert second.returncode == 1
    assert f"process {first.pid} on {socket.gethostname()} since 20" in errors
    assert first.wait(timeout=60) == 0
    first.communicate()


def test_k12_a_message_that_kills_the_process_goes_to_people(crash: Crash) -> None:
    """It is tried three times; those beside it and behind it are answered."""
    crash.users_write([("bad", "die"), ("bad", "hello"), ("good", "hello"), ("fine", "many")])
    assert [crash.run() for _ in range(4)] == [KILLED, KILLED, KILLED, 0]
    seen = crash.seen()
    assert seen["bad"] == ["People take over. Your ticket is #1.", "you said: hello [1]"]
    assert (seen["good"], seen["fine"]) == (["you said: hello [1]"], PARTS)
    assert [ticket.reason for ticket in crash.desk().tickets()] == ["error"]


def test_a_fault_point_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="no fault point 'lunch'"):
        die_at("lunch")
