"""What holds for all tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.postgres_server import PostgresServer, postgres_server

# How long an example takes says something of the machine, not of the code: time is measured in
# tests/bench only.
settings.register_profile("firstline", deadline=None)
settings.load_profile("firstline")


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of this test session's own."""
    with postgres_server() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def kept(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a new database, once on each kind: what holds for one holds for the other."""
    yield from new_database(request, tmp_path)


@pytest.fixture(params=["sqlite", "postgres"], scope="module")
def kept_by_module(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The same, shared by the tests of a module."""
    yield from new_database(request, tmp_path_factory.mktemp("kept"))


def new_database(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{folder}/desk.db"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    url = server.new_database()
    yield url
    server.drop(url)
