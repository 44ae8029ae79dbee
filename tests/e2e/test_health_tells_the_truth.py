"""The health page, readiness and the metrics say what is so; the dashboard asks for what there is."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from adapters.api.probe import WriteProbe
from adapters.api.readiness import Disk, Report, report
from bot.channel import SendError
from bot.desk import Database, Desk
from bot.help_centre import HelpCentre
from tests.api_conversation import API, Conversation
from tests.desk_support import deliver_all, message, new_desk, opened
from tests.real_model import ROOT
from tests.web_support import Site, SmallKnowledge, running_site


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with opened(tmp_path / "desk.db") as database:
        yield database


@pytest.fixture
def desk(database: Database) -> Desk:
    return new_desk(database)


def found(desk: Desk, database: Database, **more: object) -> Report:
    centre = HelpCentre(SmallKnowledge(), database)
    return report(desk, centre, dict, dict, **more)  # type: ignore[arg-type]


def failing(told: Report) -> dict[str, str]:
    return {check.name: check.advice for check in told.checks if not check.ok}


def test_b2_it_is_not_ready_while_the_database_cannot_be_written(tmp_path: Path) -> None:
    """Another program holds the write lock: reading works, keeping a message does not."""
    with running_site(tmp_path) as site:
        assert httpx.get(f"{site.url}/readyz").status_code == 200
        with closing(sqlite3.connect(tmp_path / "desk.db")) as other:
            other.execute("begin immediate")
            probe = WriteProbe(site.desk, lambda: 0.0)
            assert "locked" in probe()
            other.rollback()
        assert WriteProbe(site.desk, lambda: 0.0)() == ""


def test_what_cannot_be_written_is_said_and_the_desk_is_not_ready(
    desk: Desk, database: Database
) -> None:
    told = found(desk, database, unwritable=lambda: "database or disk is full")
    assert not told.ready
    assert "disk is full" in failing(told)["database"]


def test_the_database_is_tried_at_most_every_five_seconds(desk: Desk, tmp_path: Path) -> None:
    times = iter([0.0, 1.0, 5.1, 5.2])
    probe = WriteProbe(desk, lambda: next(times))
    written = []
    for _ in range(3):
        probe()
        with closing(sqlite3.connect(tmp_path / "desk.db")) as raw:
            written.append(raw.execute("select mark from bookmark").fetchone()[0])
    assert written[0] == written[1] != written[2]


def test_little_room_on_the_disk_is_a_warning(desk: Desk, database: Database) -> None:
    told = found(desk, database, disk=lambda: Disk("/srv/var", 312_000_000, 500_000_000))
    assert told.ready
    assert "Only 312 MB are left for /srv/var" in failing(told)["disk"]


def test_each_channel_is_shown_with_what_waits_there(desk: Desk, database: Database) -> None:
    desk.accept(message("one", "1"))
    desk.accept(message("two", "2", thread="other"))
    desk.take_turn()
    told = found(desk, database, channels=("memory", "web"))
    memory, web = told.channels
    assert (memory.name, memory.trouble, memory.inbox, memory.outbox) == ("memory", "", 1, 1)
    assert (web.inbox, web.outbox) == (0, 0)
    (orphan,) = found(desk, database, channels=()).channels
    assert orphan.trouble == "It is not served by this process."


def test_dead_letters_are_shown_and_the_desk_stays_ready(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        site.talk.hold.clear()  # nothing is delivered by the worker meanwhile
        other = new_desk(site.database)
        other.accept(message("fail", "1"))
        deliver_all(other)
        other.accept(message("<b>hello</b>", "2"))
        other.take_turn()
        (reply,) = other.due(1, "memory")
        other.failed(reply.key, SendError("<i>channel_not_found", permanent=True))
        page = httpx.get(f"{site.url}/health")
        site.talk.hold.set()
    assert page.status_code == 200
    assert "m1" in page.text
    assert "&lt;i&gt;channel_not_found" in page.text
    assert "hello" not in page.text
    assert "firstline dead retry" in page.text


DASHBOARD = json.loads((ROOT / "config" / "grafana.json").read_text("utf-8"))
ALERTS = (ROOT / "knowledge" / "articles" / "alerts.md").read_text("utf-8")
NAME = re.compile(r"\b(?:firstline|process)_[a-z_]+\b")


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The metrics of a desk at which something of everything happened."""
    with running_site(tmp_path_factory.mktemp("site")) as site:
        with httpx.Client(base_url=site.url + API) as client:
            conversation = Conversation(client)
            conversation.answer(conversation.write("How do I install it?").json()["id"])
        something_waits(site)
        return httpx.get(f"{site.url}/metrics").text


def something_waits(site: Site) -> None:
    new_desk(site.database).accept(message("hello", "1"))
    assert site.talk.hold.is_set()


def named(text: str) -> set[str]:
    """Metrics by name, without what the names of a histogram's and a counter's parts end in."""
    return {re.sub(r"_(bucket|count|sum|total)$", "", name) for name in NAME.findall(text)}


@pytest.mark.parametrize("panel", DASHBOARD["panels"], ids=lambda panel: panel["title"])
def test_every_metric_of_the_dashboard_is_exported(panel: dict[str, object], exported: str) -> None:
    asked = named(json.dumps(panel["targets"]))
    assert asked
    assert asked <= named(exported)


def test_every_metric_of_the_alerts_is_exported(exported: str) -> None:
    assert named(ALERTS)
    assert named(ALERTS) <= named(exported)


def test_what_is_exported_is_on_the_dashboard(exported: str) -> None:
    ours = {name for name in named(exported) if name.startswith("firstline_")}
    shown = named(json.dumps(DASHBOARD)) | {"firstline_index_info"}
    assert {name.removesuffix("_created") for name in ours} - shown == set()


def test_durations_are_exported_by_step_and_channel(exported: str) -> None:
    for step in ("accept", "turn", "delivery"):
        assert re.search(
            rf'^firstline_{step}_seconds_count{{channel="api"}} 1.0$', exported, re.MULTILINE
        )
