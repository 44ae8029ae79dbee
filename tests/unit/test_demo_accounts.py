"""The demo's accounts are in the demo's desk and in no other."""

from __future__ import annotations

from pathlib import Path

from bot.desk import open_database
from bot.passwords import Passwords
from bot.sign_in import SignIn
from config.cli.desk import demo_logins, demo_words
from config.demo_accounts import PASSWORD, PEOPLE, add_demo_accounts
from config.new_desk import make_demo, make_desk


def test_the_demo_has_one_account_for_each_role(tmp_path: Path) -> None:
    make_demo(tmp_path)
    assert add_demo_accounts(tmp_path)
    assert add_demo_accounts(tmp_path), "a second start changes nothing"
    words = demo_words("http://127.0.0.1:8080", demo_logins())
    database = open_database(f"sqlite:///{tmp_path}/var/firstline.db")
    try:
        sessions = SignIn(database, Passwords())
        for login, name, role, tiers in PEOPLE:
            found = sessions.signed_in(sessions.sign_in(login, PASSWORD))
            assert found
            assert (found.person.name, found.person.role) == (name, role)
            assert found.person.tiers == set(tiers)
            assert login in words
    finally:
        database.close()
    assert PASSWORD in words


def test_no_other_desk_gets_them(tmp_path: Path) -> None:
    make_desk(tmp_path / "real")
    assert not add_demo_accounts(tmp_path / "real")
    for number, line in enumerate(('host = "0.0.0.0"', 'public_url = "https://a.example"')):
        folder = tmp_path / str(number)
        make_demo(folder)
        settings = folder / "firstline.toml"
        settings.write_text(f"{settings.read_text('utf-8')}\n[web]\n{line}\n", "utf-8")
        assert not add_demo_accounts(folder)
    assert not list(tmp_path.rglob("*.db"))
