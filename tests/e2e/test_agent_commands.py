"""`firstline agent` and `audit` as admins type them."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.accounts import Accounts
from bot.desk import open_database
from bot.passwords import Passwords
from bot.sign_in import SignIn
from config.cli import main

PASSWORD = "four words not together"
Firstline = Callable[..., tuple[int, str, str]]


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    tiers = "[[tiers]]\nnumber = 1\n[[tiers]]\nnumber = 2\n[tickets]\nfirst_tier = 2\n"
    (tmp_path / "firstline.toml").write_text(tiers, "utf-8")
    return tmp_path


@pytest.fixture
def firstline(
    desk: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Firstline:
    """The command line on the desk: exit code, what it printed, what it complained about."""

    def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["firstline", *arguments, "--desk", str(desk)])
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        monkeypatch.setenv("NO_COLOR", "1")
        monkeypatch.setenv("COLUMNS", "200")
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return int(ended.value.code or 0), told.out, told.err

    return run


def test_an_account_from_its_making_to_its_end(firstline: Firstline) -> None:
    """On a desk that never ran: the tables are made."""
    added = firstline("agent", "add", "Ann", "--name", "Ann Lee", stdin=PASSWORD + "\n")
    assert added[0] == 0, added
    assert PASSWORD not in added[1] + added[2]
    (one,) = json.loads(firstline("agent", "list", "--json")[1])
    assert (one["login"], one["name"], one["role"], one["tiers"]) == (
        "ann",
        "Ann Lee",
        "agent",
        [2],
    )
    for arguments in (
        ("role", "ann", "lead"),
        ("tiers", "ann", "3", "1"),
        ("identity", "ann", "slack", "U1"),
        ("disable", "ann"),
    ):
        done = firstline("agent", *arguments)
        assert done[0] == 0, done
    (one,) = json.loads(firstline("agent", "list", "ann", "--json")[1])
    assert (one["role"], one["tiers"], one["disabled"]) == ("lead", [1, 3], True)
    assert one["identities"] == {"slack": "U1"}
    lines = json.loads(firstline("audit", "--json")[1])
    assert [(each["what"], each["on_whom"]) for each in reversed(lines)] == [
        ("account created", "ann"),
        ("account changed", "ann"),
        ("account changed", "ann"),
        ("identity changed", "ann"),
        ("account disabled", "ann"),
    ]
    assert all("(command line)" in each["who"] for each in lines)


def test_a_password_is_set_while_the_desk_runs(desk: Path, firstline: Firstline) -> None:
    assert firstline("agent", "add", "ann", stdin=PASSWORD)[0] == 0
    (desk / "var").mkdir(exist_ok=True)
    database = open_database(f"sqlite:///{desk / 'var' / 'firstline.db'}")
    try:
        signing_in = SignIn(database, Passwords(memory=8, rounds=1))
        token = signing_in.sign_in("ann", PASSWORD)
        assert signing_in.signed_in(token)
        done = firstline("agent", "password", "ann", stdin="other words not together")
        assert done[0] == 0, done
        assert signing_in.signed_in(token) is None
        assert signing_in.sign_in("ann", "other words not together")
        assert Accounts(database, Passwords(memory=8, rounds=1)).account("ann")
    finally:
        database.close()


@pytest.mark.parametrize(
    ("arguments", "stdin", "said"),
    [
        (("add", "ann"), "short\n", "at least 12 characters"),
        (("add", "ann"), "", "at least 12 characters"),
        (("add", "an n"), PASSWORD, "cannot be a login"),
        (("add", "ann", "--email", "ann"), PASSWORD, "no e-mail address"),
        (("add", "ann", "--tier", "0"), PASSWORD, "numbers from 1 to 99"),
        (("role", "nobody", "lead"), "", "There is no account 'nobody'"),
        (("identity", "ann", "fax", "1"), "", "no channel of people: slack, discord"),
    ],
)
def test_a_mistake_is_told_with_what_to_do(
    firstline: Firstline, arguments: tuple[str, ...], stdin: str, said: str
) -> None:
    done = firstline("agent", *arguments, stdin=stdin)
    assert done[0] == 2
    assert said in done[2]


def test_the_last_admin_stays(firstline: Firstline) -> None:
    assert firstline("agent", "add", "ada", "--role", "admin", stdin=PASSWORD)[0] == 0
    for arguments in (("disable", "ada"), ("role", "ada", "agent")):
        done = firstline("agent", *arguments)
        assert done[0] == 2
        assert "is the last admin" in done[2]


def test_a_token_is_shown_once_and_taken_back(firstline: Firstline) -> None:
    done = firstline("token", "add", "reports", "--scope", "tickets:read", "--days", "2", "--json")
    made = json.loads(done[1])
    assert made["token"].startswith(made["begins"])
    code, listed, _ = firstline("token", "list")
    assert code == 0
    assert made["begins"] in listed
    assert made["token"] not in listed
    assert "Revoked" in firstline("token", "revoke", str(made["id"]))[1]
    (line,) = json.loads(firstline("token", "list", "--json")[1])
    assert line["revoked_at"]
    code, _, complaint = firstline("token", "add", "x", "--scope", "tickets")
    assert code == 2
    assert "There is no scope 'tickets'" in complaint
