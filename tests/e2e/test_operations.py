"""Health, readiness and metrics: true, and for those they are meant for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from adapters.api.readiness import report
from bot.help_centre import HelpCentre
from knowledge.content import Problem
from tests.api_conversation import API, Conversation
from tests.desk_support import new_desk, opened
from tests.web_support import Site, SmallKnowledge, running_site

TOKEN = "the operator's own token"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, rate_per_session=10**6, rate_per_client=10**6) as running:
        yield running


def test_it_is_alive_and_ready(site: Site) -> None:
    assert httpx.get(f"{site.url}/healthz").text == "ok\n"
    ready = httpx.get(f"{site.url}/readyz")
    assert ready.status_code == 200
    assert ready.json()["ready"]


def test_it_is_not_ready_with_nothing_to_answer_from(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        site.knowledge.content = []
        unready = httpx.get(f"{site.url}/readyz")
        page = httpx.get(f"{site.url}/health")
    assert (unready.status_code, page.status_code) == (503, 503)
    assert unready.json()["checks"]["index"] == "failing"
    assert "firstline index" in page.text


def test_it_is_not_ready_when_the_database_is_gone(tmp_path: Path) -> None:
    knowledge = SmallKnowledge()
    with opened(tmp_path / "desk.db") as database:
        desk = new_desk(database)
        help_centre = HelpCentre(knowledge, database)
    (tmp_path / "desk.db").rename(tmp_path / "moved.db")
    (tmp_path / "desk.db").mkdir()
    found = report(desk, help_centre, dict, dict)
    assert not found.ready
    assert [(check.name, check.ok) for check in found.checks] == [
        ("database", False),
        ("index", True),
    ]


def test_the_health_page_says_what_to_mend(tmp_path: Path) -> None:
    with running_site(tmp_path) as site:
        site.knowledge.problems = (Problem("a/<b>.md", 3, "unknown key 'x'", "Remove it."),)
        page = httpx.get(f"{site.url}/health").text
    assert "a/&lt;b&gt;.md" in page
    assert "unknown key" in page
    assert "Remove it." in page


def test_a_channel_that_cannot_send_is_shown_and_the_desk_stays_ready(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db") as database:
        desk = new_desk(database)
        desk.channel_broken("slack", "token_revoked. Install the app again.")
        found = report(desk, HelpCentre(SmallKnowledge(), database), dict, dict)
    (check,) = (check for check in found.checks if not check.ok)
    assert check.name == "channel slack"
    assert check.advice.startswith("token_revoked. Install the app again.")
    assert found.ready


def test_a_platform_is_shown_with_its_trouble(tmp_path: Path) -> None:
    with opened(tmp_path / "desk.db") as database:
        desk = new_desk(database)
        troubles = {"slack": "", "discord": "Discord refuses the token."}
        found = report(desk, HelpCentre(SmallKnowledge(), database), dict, lambda: troubles)
    shown = {check.name: (check.ok, check.advice) for check in found.checks}
    assert shown["channel slack"] == (True, "")
    assert shown["channel discord"] == (False, "Discord refuses the token.")
    assert found.ready


def test_operators_pages_are_for_operators(tmp_path: Path) -> None:
    options = {"operator_token": TOKEN, "public_url": "https://help.example.com"}
    with running_site(tmp_path, **options) as site:
        for path in ("/health", "/metrics"):
            assert httpx.get(site.url + path).status_code == 401
            assert httpx.get(site.url + path, auth=("operator", "wrong")).status_code == 401
            assert httpx.get(site.url + path, auth=("operator", TOKEN)).status_code == 200
        assert httpx.get(f"{site.url}/readyz").status_code == 200


def test_metrics_count_what_happened(tmp_path: Path) -> None:
    with running_site(tmp_path) as site, httpx.Client(base_url=site.url + API) as client:
        conversation = Conversation(client)
        conversation.answer(conversation.write("How do I install it?").json()["id"])
        metrics = httpx.get(f"{site.url}/metrics").text
    assert 'firstline_messages_total{outcome="answered"} 1.0' in metrics
    assert 'firstline_answer_seconds_count{channel="api"} 1.0' in metrics
    assert 'firstline_index_info{version="v1"} 1.0' in metrics
    assert "firstline_inbox_waiting 0.0" in metrics
