"""Serving the pages: live news, limits (R1, R7, R10), what is not kept, and the end."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from adapters.http.server import PortTaken, listen
from bot.channel import Heard
from bot.desk import Accepted, DatabaseFailed
from bot.help_centre import HelpCentre
from tests.desk_support import new_desk, opened
from tests.web_support import Site, SmallKnowledge, running_site, served
from tests.web_visitor import form_token, say, visitor


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site")
    with running_site(folder, rate_per_session=100_000, rate_per_client=100_000) as running:
        yield running


@pytest.fixture
def ann(site: Site) -> Iterator[httpx.Client]:
    with visitor(site) as client:
        yield client


# Live


def events(client: httpx.Client, after: int, until: str) -> list[tuple[str, str]]:
    """(event, id) of the stream until a line that starts with `until`."""
    found: list[tuple[str, str]] = []
    id = ""
    headers = {"last-event-id": str(after)}
    with client.stream("GET", "/conversations/1/events", headers=headers) as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        for line in response.iter_lines():
            if line.startswith("id: "):
                id = line[4:]
            elif line.startswith("event: "):
                found.append((line[7:], id))
            if until in line:
                return found
    return found


def test_the_stream_replays_what_came_after_the_last_event(ann: httpx.Client) -> None:
    say(ann, "How do I install it?")
    all_of_it = [id for event, id in events(ann, 0, "event: state") if event == "message"]
    assert len(all_of_it) == 2
    rest = [
        id for event, id in events(ann, int(all_of_it[0]), "event: state") if event == "message"
    ]
    assert rest == all_of_it[1:]


def test_an_answer_comes_live(ann: httpx.Client) -> None:
    form_token(ann)
    with ThreadPoolExecutor(1) as pool:
        listening = pool.submit(events, ann, 0, "Python 3.11")
        say(ann, "How do I install it?")
        assert [event for event, _ in listening.result(15)].count("message") == 2


def test_a_conversation_has_room_for_so_many_readers(site: Site, ann: httpx.Client) -> None:
    form_token(ann)
    opened = threading.Barrier(13, timeout=20)
    close = threading.Event()

    def read() -> None:
        with ann.stream("GET", "/conversations/1/events") as response:
            lines = response.iter_lines()
            assert next(lines)
            opened.wait()
            close.wait(20)

    with ThreadPoolExecutor(12) as pool:
        readers = [pool.submit(read) for _ in range(12)]
        opened.wait()
        assert ann.get("/conversations/1/events").status_code == 503
        close.set()
        for reader in readers:
            reader.result(20)


# What is taken in (R1, R9, R10)


def test_a_body_that_is_too_large_is_refused_kindly(ann: httpx.Client) -> None:
    assert say(ann, "x" * 2_100_000).status_code == 413
    long = say(ann, "y" * 100_001)
    assert long.status_code == 422
    assert "Please shorten it" in long.text


def test_what_was_not_said_stays_in_the_box(tmp_path: Path) -> None:
    with running_site(tmp_path, rate_per_session=9) as site, visitor(site) as ann:
        for _ in range(3):
            say(ann, "quick")
        slow = say(ann, "my long <question>")
    assert slow.status_code == 429
    assert int(slow.headers["retry-after"]) >= 1
    assert "faster than we can answer" in slow.text
    assert "my long &lt;question&gt;</textarea>" in slow.text


def test_a_network_address_has_a_limit_over_all_its_sessions(tmp_path: Path) -> None:
    with running_site(tmp_path, rate_per_client=12) as site:
        statuses = []
        for _ in range(6):
            with visitor(site) as somebody:
                statuses.append(say(somebody, "hello").status_code)
    assert statuses == [200] * 4 + [429] * 2


@pytest.mark.parametrize(
    "text",
    [
        "emoji 👩‍👩‍👧‍👦 only",
        "مرحبا، كيف أثبت البرنامج؟",
        "z̷a̷l̷g̷o̷" * 50,
        "\u202ereversed",
        "NUL \0 inside",
        "如何安装？",
        "a" * 50_000,
    ],
)
def test_any_text_is_kept_and_shown(ann: httpx.Client, text: str) -> None:
    response = say(ann, text)
    assert response.status_code == 200


# Serving


def test_a_port_that_is_taken_is_said_or_passed_over() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"port {port}"):
            listen("127.0.0.1", port)
        with listen("127.0.0.1", port, tries=20) as other:
            assert other.getsockname()[1] > port


def test_an_open_page_does_not_hold_up_the_end(tmp_path: Path) -> None:
    listening = threading.Event()

    def read(site: Site) -> None:
        with visitor(site) as client:
            form_token(client)
            with client.stream("GET", "/conversations/1/events") as response:
                for _ in response.iter_lines():
                    listening.set()

    with ThreadPoolExecutor(1) as pool:
        with running_site(tmp_path) as site:
            reader = pool.submit(read, site)
            assert listening.wait(10)
        reader.result(10)  # the stream ended by itself, properly


async def test_what_was_not_kept_is_not_acknowledged(tmp_path: Path) -> None:
    async def disk_full(_heard: Heard) -> Accepted:
        raise DatabaseFailed("disk full")

    listener = listen("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    with opened(tmp_path / "desk.db") as database:
        knowledge = SmallKnowledge()
        centre = HelpCentre(knowledge, database)
        _, web = served(new_desk(database), centre, knowledge, {}, listener)
        running = asyncio.create_task(web.run(disk_full))
        async with httpx.AsyncClient(base_url=url) as client:
            page = (await client.get("/")).text
            token = re.findall(r'name="form_token" value="(\w+)"', page)[0]
            fields = {"form_token": token, "message": "message-1", "text": "hello"}
            failed = await client.post("/conversations/1/messages", data=fields)
        running.cancel()
        await asyncio.wait([running])
    assert failed.status_code == 503
    assert failed.headers["retry-after"] == "2"
    assert "disk full" not in failed.text


def test_a_reader_that_takes_nothing_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.web.chat.SEND_SECONDS", 0.5)
    with running_site(tmp_path, rate_per_session=10**6, max_text=10**6) as site:
        with visitor(site) as ann:
            token = form_token(ann)
            cookie = ann.cookies["firstline_session"]
            with socket.create_connection(("127.0.0.1", int(site.url.rsplit(":", 1)[1]))) as slow:
                slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                slow.sendall(
                    b"GET /conversations/1/events HTTP/1.1\r\nhost: desk\r\n"
                    b"cookie: firstline_session=" + cookie.encode() + b"\r\n\r\n"
                )
                wait_until(lambda: site.web.readers == 1)
                for number in range(12):  # more than all buffers on the way hold
                    fields = {"form_token": token, "message": f"message-{number}"}
                    ann.post(
                        "/conversations/1/messages",
                        data=fields | {"text": "x" * 900_000},
                        headers={"accept": "application/json"},
                    )
                wait_until(lambda: site.web.readers == 0)
        assert httpx.get(site.url).status_code == 200


def wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
