"""The HTTP API by example."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from bot.channel import Address, Incoming, Sender
from tests.api_conversation import API, Conversation
from tests.web_support import Site, running_site


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, rate_per_session=10**6, rate_per_client=10**6) as running:
        yield running


@pytest.fixture(scope="module")
def client(site: Site) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=site.url + API, timeout=30) as client:
        yield client


@pytest.fixture
def conversation(client: httpx.Client) -> Conversation:
    return Conversation(client)


def test_a_question_is_answered_with_its_source(client: httpx.Client) -> None:
    answer = client.post("/ask", json={"question": "How do I install it?"}).json()
    assert answer["outcome"] == "answer"
    assert answer["sources"][0]["url"] == "/help/install"
    assert client.post("/ask", json={"question": "zebra"}).json()["outcome"] == "abstain"


def test_links_are_whole_where_the_public_address_is_known(tmp_path: Path) -> None:
    with running_site(
        tmp_path, public_url="https://help.example.com", site="https://help.example.com"
    ) as site:
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
