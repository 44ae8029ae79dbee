"""`firstline webhook …` as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from config.cli import app
from tests.desk_support import opened


def test_a_webhook_is_added_listed_tried_and_removed(tmp_path: Path) -> None:
    (tmp_path / "firstline.toml").write_text("[desk]\nname = 'Test'\n")
    (tmp_path / ".env").write_text("FIRSTLINE_SECRET=" + "x" * 40 + "\n")
    (tmp_path / "var").mkdir()
    with opened(tmp_path / "var" / "firstline.db"):
        pass  # made, and brought forward

    def run(*words: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["webhook", *words, "--desk", str(tmp_path)])
        return done.exit_code, done.output

    made = json.loads(run("add", "http://127.0.0.1:9/x", "-e", "solved", "--json")[1])
    assert made["secret"].startswith("whsec_")
    listed = run("list", "--json")[1]
    assert json.loads(listed) == [{k: v for k, v in made.items() if k != "secret"}]
    assert made["secret"] not in listed
    code, said = run("test", str(made["id"]))
    assert code == 1
    assert "webhooks.private_hosts" in said
    assert "no deliveries" in run("log", "--dead")[1]
    assert "Removed" in run("remove", str(made["id"]))[1]
    assert "No webhooks" in run("list")[1]
