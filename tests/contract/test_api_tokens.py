"""Programs' keys: what they open, until when, and what is kept of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.api_tokens import ApiTokens, Scope, TokenRefused
from bot.audit import Audit
from bot.desk import Database
from tests.desk_support import NOON, opened


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def database(tmp_path: Path):  # type: ignore[no-untyped-def]
    with opened(tmp_path / "desk.db") as database:
        yield database


@pytest.mark.parametrize(
    ("scopes", "opens"),
    [
        ({Scope.ASK}, {Scope.ASK}),
        ({Scope.TICKETS_READ}, {Scope.TICKETS_READ}),
        ({Scope.TICKETS_WRITE}, {Scope.TICKETS_READ, Scope.TICKETS_WRITE}),
        ({Scope.METRICS, Scope.ASK}, {Scope.METRICS, Scope.ASK}),
        ({Scope.ADMIN}, set(Scope)),
    ],
)
def test_a_token_opens_what_its_scopes_say_and_no_more(
    database: Database, scopes: set[Scope], opens: set[Scope]
) -> None:
    tokens = ApiTokens(database)
    _, secret = tokens.add("a program", scopes, by="ada")
    assert {scope for scope in Scope if tokens.check(secret, scope)} == opens


def test_what_is_wrong_opens_nothing(database: Database) -> None:
    tokens = ApiTokens(database)
    made, secret = tokens.add("a program", set(Scope), by="ada")
    for wrong in ("", secret[:-1], secret.upper(), secret + " ", made.begins, "fl_", "\ud800"):
        assert tokens.check(wrong, Scope.ASK) is None


def test_it_ends_by_time_and_by_revoking(database: Database) -> None:
    clock = Clock()
    tokens = ApiTokens(database, clock=clock)
    _, short = tokens.add("short", {Scope.ASK}, by="ada", good_for=timedelta(days=1))
    made, long = tokens.add("long", {Scope.ASK}, by="ada")
    clock.now = NOON + timedelta(days=1)
    assert tokens.check(short, Scope.ASK) is None
    assert tokens.check(long, Scope.ASK)
    tokens.revoke(made.id, by="ada")
    assert tokens.check(long, Scope.ASK) is None
    assert tokens.revoke(made.id, by="bob").revoked_at == clock.now
    acts = [(line.who, line.what) for line in Audit(database).listed()]
    assert acts == [("ada", "token revoked"), ("ada", "token added"), ("ada", "token added")]


def test_the_secret_is_kept_nowhere(database: Database) -> None:
    tokens = ApiTokens(database)
    made, secret = tokens.add("a program", {Scope.ASK}, by="ada")
    tokens.check(secret, Scope.ASK)
    kept = [
        database.read(lambda s, t=table: str(s.execute(text(f"select * from {t}")).all()))  # noqa: S608
        for table in ("api_token", "audit_line")
    ]
    assert not [rows for rows in kept if secret in rows or secret[8:] in rows]
    assert secret not in repr(tokens.listed())
    assert tokens.listed()[0].used_at
    assert made.begins == secret[:8]


def test_what_is_not_accepted_is_told(database: Database) -> None:
    tokens = ApiTokens(database)
    with pytest.raises(TokenRefused, match="Give the token a name"):
        tokens.add(" ", {Scope.ASK}, by="ada")
    with pytest.raises(TokenRefused, match="tickets:read"):
        tokens.add("a program", (), by="ada")
    with pytest.raises(TokenRefused, match="There is no token 9"):
        tokens.revoke(9, by="ada")
