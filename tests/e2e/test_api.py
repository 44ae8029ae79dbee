"""The HTTP API: by example, and by schemathesis from its own description."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.schemas import APIOperation

from adapters.api.readiness import report
from bot.channel import Address, Incoming, Sender
from bot.help_centre import HelpCentre
from knowledge.content import Problem
from tests.desk_support import new_desk, opened
from tests.web_support import Site, SmallKnowledge, running_site

API = "/api/v1"
TOKEN = "the operator's own token"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, rate_per_session=10**6, rate_per_client=10**6) as running:
        yield running


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url + API, timeout=30) as client:
        yield client


class Conversation:
    def __init__(self, client: httpx.Client) -> None:
        begun = client.post("/conversations")
        assert begun.status_code == 201
        self.id, self.token = begun.json()["id"], begun.json()["token"]
        self.path = f"/conversations/{self.id}"
        self.headers = {"authorization": f"Bearer {self.token}"}
        self._client = client

    def write(self, text: str, key: str = "", **more: Any) -> httpx.Response:
        headers = self.headers | ({"idempotency-key": key} if key else {})
        body = {"text": text} | more
        return self._client.post(f"{self.path}/messages", json=body, headers=headers)

    def news(self, after: int = 0, wait: float = 0) -> Any:
        query = {"after": str(after), "wait": str(wait)}
        return self._client.get(f"{self.path}/messages", params=query, headers=self.headers).json()

    def answer(self, after: int) -> Any:
        return self.news(after, wait=10)["messages"][0]


@pytest.fixture
def conversation(client: httpx.Client) -> Conversation:
    return Conversation(client)


def test_a_question_is_answered_with_its_source(client: httpx.Client) -> None:
    answer = client.post("/ask", json={"question": "How do I install it?"}).json()
    assert answer["outcome"] == "answer"
    assert answer["sources"][0]["url"] == "/help/install"
    assert client.post("/ask", json={"question": "zebra"}).json()["outcome"] == "abstain"


def test_links_are_whole_where_the_public_address_is_known(tmp_path: Path) -> None:
    with running_site(tmp_path, public_url="https://help.example.com") as site:
        url = site.url + API
        answer = httpx.post(f"{url}/ask", json={"question": "How do I install it?"}).json()
    assert answer["sources"][0]["url"] == "https://help.example.com/help/install"


def test_a_conversation_from_its_begin_to_its_rating(
    client: httpx.Client, conversation: Conversation
) -> None:
    kept = conversation.write("How do I install it?").json()
    assert kept["new"]
    answer = conversation.answer(kept["id"])
    assert answer["author"] == "bot"
    assert answer["sources"][0]["title"] == "Install Firstline"
    body = {"message": answer["id"], "helpful": False, "comment": "no"}
    rated = client.post(f"{conversation.path}/feedback", json=body, headers=conversation.headers)
    assert rated.json() == {"message": answer["id"], "helpful": False}
    whole = client.get(conversation.path, headers=conversation.headers).json()
    assert [m["author"] for m in whole["messages"]] == ["user", "bot"]
    assert whole["messages"][1]["rated"] is False


def test_a_choice_can_be_pressed(conversation: Conversation) -> None:
    first = conversation.write("hm").json()
    offered = conversation.answer(first["id"])
    choice = offered["choices"][0]
    pressed = conversation.write(choice["label"], choice=choice["id"]).json()
    assert "Python 3.11" in conversation.answer(pressed["id"])["text"]


def test_the_same_key_is_the_same_message(conversation: Conversation) -> None:
    first = conversation.write("once", key="k-1")
    again = conversation.write("once", key="k-1")
    assert (first.json()["new"], again.json()["new"]) == (True, False)
    assert first.json()["id"] == again.json()["id"]


def test_the_same_key_with_another_body_is_a_conflict(conversation: Conversation) -> None:
    conversation.write("one", key="k-2")
    conflict = conversation.write("two", key="k-2")
    assert conflict.status_code == 409
    assert conflict.headers["content-type"] == "application/problem+json"
    assert [m["text"] for m in conversation.news()["messages"] if m["author"] == "user"] == ["one"]


def test_a_key_means_nothing_in_another_conversation(client: httpx.Client) -> None:
    one, other = Conversation(client), Conversation(client)
    assert one.write("one", key="shared").json()["new"]
    assert other.write("two", key="shared").json()["new"]


def test_many_at_once_with_one_key_are_one_message(conversation: Conversation) -> None:
    with ThreadPoolExecutor(8) as pool:
        sent = list(pool.map(lambda _: conversation.write("at once", key="k-3"), range(8)))
    assert [response.status_code for response in sent] == [202] * 8
    assert len({response.json()["id"] for response in sent}) == 1
    assert sum(response.json()["new"] for response in sent) == 1


def test_waiting_for_news_ends_when_there_are_none(conversation: Conversation) -> None:
    assert conversation.news(wait=0.05) == {"messages": [], "waiting": False}


def test_nothing_opens_without_its_own_token(client: httpx.Client) -> None:
    mine, other = Conversation(client), Conversation(client)
    mine.write("My secret is 4711.")
    requests = [
        ("GET", mine.path, None),
        ("GET", f"{mine.path}/messages", None),
        ("POST", f"{mine.path}/messages", {"text": "forged"}),
        ("POST", f"{mine.path}/feedback", {"message": 1, "helpful": True}),
    ]
    for method, path, body in requests:
        for authorization in (other.headers["authorization"], "Bearer x", f"Bearer {mine.id}"):
            headers = {"authorization": authorization}
            refused = client.request(method, path, json=body, headers=headers)
            assert refused.status_code in (401, 404)
            assert "4711" not in refused.text
        bare = client.request(method, path, json=body)
        assert bare.status_code == 401
        assert bare.headers["www-authenticate"] == "Bearer"
    assert "forged" not in client.get(mine.path, headers=mine.headers).text


def test_a_message_of_another_conversation_cannot_be_rated(client: httpx.Client) -> None:
    mine, other = Conversation(client), Conversation(client)
    answer = mine.answer(mine.write("How do I install it?").json()["id"])
    body = {"message": answer["id"], "helpful": True}
    rated = client.post(f"{other.path}/feedback", json=body, headers=other.headers)
    assert rated.status_code == 404


def test_the_web_channel_s_conversations_are_not_reached(site: Site, client: httpx.Client) -> None:
    address = Address("web", "a" * 40)
    message = Incoming(address, "x", Sender("s"), "4711", datetime.now(UTC))
    site.desk.accept(message)
    headers = {"authorization": "Bearer " + "a" * 43}
    assert client.get(f"/conversations/{'a' * 40}", headers=headers).status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"[" * 100_000, 400),
        (b'{"question": ' + b"9" * 100_000 + b"}", 400),
        (b'{"question": "a", "question": "b"}', 400),
        (b'{"question": NaN}', 400),
        (b"\xff\xfe", 400),
        (b"", 422),
        (b'{"question": "a", "more": 1}', 422),
        (b'{"question": 1}', 422),
        (b'{"question": "  "}', 422),
        (b'{"question": "\\ud800"}', 422),
        (json.dumps({"question": "x" * 100_001}).encode(), 422),
        (b'{"question": "' + b"x" * 2_100_000 + b'"}', 413),
    ],
)
def test_a_body_that_could_hurt_is_refused(client: httpx.Client, body: bytes, status: int) -> None:
    refused = client.post("/ask", content=body, headers={"content-type": "application/json"})
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["status"] == status


def test_too_fast_is_said_with_the_time_to_wait(tmp_path: Path) -> None:
    with running_site(tmp_path, rate_per_client=9) as site:
        sent = [httpx.post(f"{site.url}{API}/ask", json={"question": "install"}) for _ in range(4)]
    assert [response.status_code for response in sent] == [200, 200, 200, 429]
    assert int(sent[-1].headers["retry-after"]) >= 1


def test_the_documentation_page_names_every_operation(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    page = client.get("/docs")
    assert page.status_code == 200
    assert "<script" not in page.text
    for path, methods in described["paths"].items():
        for method in methods:
            assert f"{method.upper()} {path}" in page.text


# Operations


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
    found = report(desk, help_centre, dict)
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


# By its own description


PROMISES = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
OPERATIONS = [
    "POST /ask",
    "POST /conversations",
    "GET /conversations/{id}",
    "POST /conversations/{id}/messages",
    "GET /conversations/{id}/messages",
    "POST /conversations/{id}/feedback",
]


@pytest.fixture(scope="module")
def described(site: Site) -> Mapping[str, APIOperation]:
    found = schemathesis.openapi.from_url(f"{site.url}{API}/openapi.json").get_all_operations()
    operations = [result.ok() for result in found]
    return {f"{operation.method.upper()} {operation.path}": operation for operation in operations}


def test_all_operations_are_tried(described: Mapping[str, APIOperation]) -> None:
    assert sorted(described) == sorted(OPERATIONS)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_the_api_keeps_its_description(
    described: Mapping[str, APIOperation],
    client: httpx.Client,
    name: str,
    mode: GenerationMode,
) -> None:
    if (mode, name) == (GenerationMode.NEGATIVE, "POST /conversations"):
        return  # it takes nothing, so nothing about it can be wrong
    conversation = Conversation(client)

    @settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=described[name].as_strategy(generation_mode=mode))
    def kept(case: Case) -> None:
        if case.path_parameters:
            case.path_parameters["id"] = conversation.id
        if isinstance(case.query, dict) and case.query.get("wait"):
            case.query["wait"] = 0
        case.call_and_validate(headers=conversation.headers, checks=PROMISES)

    kept()
