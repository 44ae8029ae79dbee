"""The command line as its users call it: a new desk, questions, mistakes, stops."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from tests.real_model import ROOT, real_embedder

PROGRAM = [sys.executable, "-c", "from config.cli import main; main()"]


def firstline(*arguments: object, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env=environment(),
        check=False,
    )


def environment() -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("FIRSTLINE_")}
    return ours | {"NO_COLOR": "1", "COLUMNS": "200", "TERM": "dumb"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    real_embedder()
    folder = tmp_path_factory.mktemp("desks") / "desk"
    assert firstline("init", folder).returncode == 0
    (folder / "var").mkdir()
    (folder / "var" / "models").symlink_to(ROOT / "var" / "models")
    return folder


def asked(desk: Path, question: str) -> dict[str, object]:
    done = firstline("ask", "--desk", desk, "--json", question)
    assert done.returncode == 0, done.stderr
    found: dict[str, object] = json.loads(done.stdout)
    return found


def test_help_teaches_where_to_begin() -> None:
    done = firstline("--help")
    assert "firstline demo" in done.stdout
    assert "firstline init" in done.stdout


def test_a_new_desk_answers_at_once(desk: Path) -> None:
    answer = asked(desk, "I forgot my password")
    assert answer["outcome"] == "answer"
    assert "Forgot password" in str(answer["text"])
    (source, *_) = answer["sources"]  # type: ignore[misc]
    assert source["url"].startswith("http://127.0.0.1:8080/help/")


def test_what_the_articles_do_not_say_is_not_answered(desk: Path) -> None:
    answer = asked(desk, "which stocks should I buy this week?")
    assert answer["outcome"] == "abstain"
    assert answer["sources"] == []


def test_ask_answers_from_the_articles_as_they_are_now(desk: Path) -> None:
    article = desk / "articles" / "opening-hours.md"
    former = article.read_text("utf-8")
    article.write_text(former.replace("9:00 to 17:00", "7:30 to 19:45"), "utf-8")
    assert "7:30 to 19:45" in str(asked(desk, "What are your support hours?")["text"])
    article.unlink()
    assert "7:30" not in str(asked(desk, "What are your support hours?")["text"])
    article.write_text(former, "utf-8")
    assert "9:00 to 17:00" in str(asked(desk, "What are your support hours?")["text"])


def test_explain_shows_scores_and_why(desk: Path) -> None:
    shown = firstline("ask", "--desk", desk, "--explain", "I forgot my password").stdout
    assert "Why: the first article is right with" in shown
    assert "cosine" in shown


def test_index_shows_first_what_would_change(desk: Path) -> None:
    new = desk / "articles" / "new-one.md"
    new.write_text("---\ntitle: A new one\n---\nSome text of it.\n", "utf-8")
    dry = json.loads(firstline("index", "--desk", desk, "--dry-run", "--json").stdout)
    assert dry["new"] == ["new-one"]
    done = json.loads(firstline("index", "--desk", desk, "--json").stdout)
    assert done["new"] == ["new-one"]
    again = json.loads(firstline("index", "--desk", desk, "--json").stdout)
    assert again["embedded"] == 0
    new.unlink()


def test_check_names_file_line_and_what_to_do(desk: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.md").write_text("---\ntitle: Bad\ntagz: [x]\n---\nText.\n", "utf-8")
    done = firstline("check", tmp_path)
    assert done.returncode == 1
    assert re.search(r"bad\.md:3: .*tagz", done.stdout)
    assert firstline("check", "--desk", desk).returncode == 0


def test_our_own_help_centre_is_sound() -> None:
    done = firstline("check", ROOT / "knowledge" / "articles")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("ask", "--desk", "/nowhere", "x"), "firstline init"),
        (("init", ROOT), "is not an empty folder"),
        (("tickets", "--desk", "/nowhere"), "firstline init"),
    ],
)
def test_a_mistake_is_told_without_a_traceback(arguments: tuple[object, ...], said: str) -> None:
    done = firstline(*arguments)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_chat_opens_a_ticket_and_the_ticket_can_be_read(desk: Path) -> None:
    said = firstline("chat", "--desk", desk, stdin="I forgot my password\ntalk to a human\n").stdout
    assert "Forgot password" in said
    assert ": http://127.0.0.1:8080/help/" in said
    assert "#1" in said
    listed = json.loads(firstline("tickets", "--desk", desk, "--json").stdout)
    assert [ticket["id"] for ticket in listed] == [1]
    page = firstline("tickets", "1", "--desk", desk).stdout
    assert "I forgot my password" in page
    assert "talk to a human" in page
    assert firstline("tickets", "99", "--desk", desk).returncode == 1
    trace = json.loads(firstline("trace", "1", "--desk", desk, "--json").stdout)
    assert trace["outcome"] == "answered"


def test_evaluate_measures_a_folder_and_writes_nothing_into_the_desk(
    desk: Path, tmp_path: Path
) -> None:
    """The figures of three questions: two found and answered, one that nobody should answer."""
    article = {"id": "reset", "title": "Reset your password", "body": "Press **Forgot password**."}
    other = {"id": "hours", "title": "Opening hours", "body": "We answer on weekdays from 9 to 5."}
    write_lines(tmp_path / "articles.jsonl", article, other)
    write_lines(
        tmp_path / "queries.jsonl",
        {"id": "1", "text": "how do I reset my password", "gold": ["reset"], "in_scope": True},
        {"id": "2", "text": "what are your opening hours", "gold": ["hours"], "in_scope": True},
        {"id": "3", "text": "recipe for onion soup", "gold": [], "in_scope": False},
    )
    before = {path: path.stat().st_mtime_ns for path in desk.rglob("*")}
    done = firstline("evaluate", tmp_path, "--desk", desk, "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["n"], found["recall@1"], found["passages"]) == (2, 1.0, 2)
    assert (found["oos_auroc"], found["answered_out_of_scope"]) == (1.0, 0.0)
    assert {path: path.stat().st_mtime_ns for path in desk.rglob("*")} == before


def write_lines(path: Path, *rows: dict[str, object]) -> None:
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")


def test_serve_answers_and_ends_cleanly_on_sigterm(desk: Path) -> None:
    with subprocess.Popen(
        [*PROGRAM, "serve", "--desk", str(desk), "--port", "0"],
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(),
    ) as server:
        assert server.stderr is not None
        lines = iter(server.stderr)
        address = next(m[0] for line in lines if (m := re.search(r"http://[\d.]+:\d+", line)))
        with urllib.request.urlopen(f"{address}/readyz", timeout=10) as answer:  # noqa: S310
            assert json.load(answer)["ready"] is True
        second = firstline("chat", "--desk", desk)
        assert second.returncode == 2
        assert str(server.pid) in second.stderr
        server.send_signal(signal.SIGTERM)
        assert "Stopped." in "".join(lines)
    assert server.returncode == 0
