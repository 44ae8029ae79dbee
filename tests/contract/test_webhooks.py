"""Webhooks, against a real receiver on this machine: told at least once, in order, signed, and given up."""

from __future__ import annotations

import hashlib
import hmac
import http.server
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest

from bot.webhook_post import PostRules, WebhookPost
from bot.webhooks import WebhookRefused, Webhooks
from tests.desk_support import opened
from tests.ticket_support import LEA, MIA, House

DESK_SECRET = "a secret that is only good for tests"


class Receiver(http.server.BaseHTTPRequestHandler):
    """Keeps what it is told; `answers` are the next statuses, then 200."""

    told: ClassVar[list[tuple[dict[str, str], bytes]]] = []
    answers: ClassVar[list[int]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.told.append((dict(self.headers), body))
        status = self.answers.pop(0) if self.answers else 200
        self.send_response(status)
        if status == 302:
            self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/hook"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    Receiver.told.clear()
    Receiver.answers.clear()
    with opened(tmp_path / "desk.db") as database:
        yield House(database)


def post(house: House, **more: Any) -> WebhookPost:
    rules = PostRules(seconds=5, private=("127.0.0.1",), give_up=timedelta(hours=1))
    return WebhookPost(
        house.database,
        DESK_SECRET,
        more.pop("rules", rules),
        clock=house.clock,
        chance=lambda: 0.99,
        **more,
    )


def door(house: House) -> Webhooks:
    return Webhooks(house.database, DESK_SECRET, clock=house.clock)


def heard() -> list[tuple[str, str]]:
    """The ids and events that were told, in order."""
    return [(told["id"], told["event"]) for told in (json.loads(body) for _, body in Receiver.told)]


def events() -> list[str]:
    return [event for _, event in heard()]


def test_what_happens_is_told_in_order_and_signed(house: House, address: str) -> None:
    before = house.handed_over("before")
    _, secret = door(house).add(address, by="test")
    chore = post(house)
    number = house.handed_over()
    house.console.claim(MIA, number)
    house.console.note(MIA, number, "between us")
    house.console.solve(LEA, number)
    for _ in range(6):
        chore.post()
    assert events() == ["opened", "claimed", "noted", "solved"]
    headers, body = Receiver.told[1]
    signed = f"{headers['X-Firstline-Timestamp']}.".encode() + body
    expected = "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(headers["X-Firstline-Signature"], expected)
    told = json.loads(body)
    assert (told["ticket"], told["name"], told["now"]["id"]) == (number, "Mia", number)
    assert told["id"] == headers["X-Firstline-Delivery"]
    assert b"between us" not in b"".join(body for _, body in Receiver.told)
    assert before not in {json.loads(body)["ticket"] for _, body in Receiver.told}
    assert {line.state for line in door(house).log()} == {"sent"}


def test_only_the_wanted_events_are_told(house: House, address: str) -> None:
    door(house).add(address, ["solved"], by="test")
    number = house.handed_over()
    house.console.claim(MIA, number)
    house.console.solve(MIA, number)
    chore = post(house)
    assert (chore.post(), chore.post()) == (2, 0)
    assert events() == ["solved"]


@pytest.mark.parametrize("status", [500, 302, 404, 429])
def test_a_failure_is_tried_again_and_what_follows_waits(
    house: House, address: str, status: int
) -> None:
    door(house).add(address, by="test")
    chore = post(house)
    number = house.handed_over()
    house.console.claim(MIA, number)
    Receiver.answers[:] = [status, status]
    chore.post()
    assert events() == ["opened"]
    chore.post()
    assert len(heard()) == 1, "not before its time"
    house.clock.move(seconds=1)
    chore.post()
    house.clock.move(seconds=1)
    chore.post()
    assert len(heard()) == 2, "the second wait is longer"
    house.clock.move(seconds=1)
    chore.post()
    chore.post()
    assert events() == ["opened", "opened", "opened", "claimed"]
    assert len({id for id, event in heard() if event == "opened"}) == 1
    assert len({body for _, body in Receiver.told[:3]}) == 1


def test_what_never_arrives_is_given_up_shown_and_can_be_put_back(
    house: House, address: str
) -> None:
    door(house).add(address, by="test")
    chore = post(house)
    house.handed_over("one")
    house.handed_over("two")
    Receiver.answers[:] = [503] * 50
    for _ in range(20):
        chore.post()
        house.clock.move(minutes=10)
    (last, first) = door(house).log(state="dead")
    assert (door(house).dead(), first.error, first.status) == (2, "answered 503", 503)
    assert chore.post() == 0
    Receiver.answers.clear()
    Receiver.told.clear()
    door(house).retry(first.id, by="test")
    door(house).drop(last.id, by="test")
    house.clock.move(minutes=11)
    chore.post()
    assert events() == ["opened"]
    assert door(house).dead() == 0
    with pytest.raises(WebhookRefused, match="no dead delivery"):
        door(house).retry(first.id, by="test")


class Died(Exception):
    """As if the process had ended there."""


@pytest.mark.parametrize(("point", "times"), [("webhook claimed", 1), ("webhook sent", 2)])
def test_who_dies_around_sending_sends_it_again_with_the_same_id(
    house: House, address: str, point: str, times: int
) -> None:
    door(house).add(address, by="test")
    house.handed_over()

    def fault(at: str) -> None:
        if at == point:
            raise Died

    with pytest.raises(Died):
        post(house, fault=fault).post()
    after = post(house)
    after.post()
    assert len(heard()) == times - 1, "it may still be under way elsewhere"
    house.clock.move(minutes=2)
    after.post()
    assert len(heard()) == times
    assert len(set(heard())) == 1
    assert [line.state for line in door(house).log()] == ["sent"]


def test_one_that_is_down_keeps_nobody_else_waiting(house: House, address: str) -> None:
    """Nothing listens at the first one's port any more."""
    door(house).add("http://127.0.0.1:9/", by="test")
    door(house).add(address, by="test")
    house.handed_over()
    post(house).post()
    assert events() == ["opened"]
    down, well = door(house).listed()
    assert (down.failures, well.failures) == (1, 0)


def test_no_private_address_is_told_unless_allowed(house: House, address: str) -> None:
    made, _ = door(house).add(address, by="test")
    refused = post(house, rules=PostRules()).test(made.id)
    assert not refused.ok
    assert "webhooks.private_hosts" in refused.error
    assert Receiver.told == []
    assert post(house).test(made.id).ok
    assert events() == ["test"]


@pytest.mark.parametrize(
    ("url", "wanted"),
    [("ftp://example.com", []), ("https://u:p@example.com", []), ("nonsense", []),
     ("https://exa mple.com", []), ("https://example.com", ["sloved"])],
)  # fmt: skip
def test_what_cannot_be_is_refused(house: House, url: str, wanted: list[str]) -> None:
    with pytest.raises(WebhookRefused):
        door(house).add(url, wanted, by="test")


def test_what_arrived_is_forgotten_in_time_and_a_webhook_goes_with_its_log(
    house: House, address: str
) -> None:
    made, _ = door(house).add(address, by="test")
    house.handed_over()
    chore = post(house)
    chore.post()
    assert len(door(house).log(made.id)) == 1
    house.clock.move(days=31)
    chore.post()
    assert door(house).log() == ()
    house.handed_over("other")
    chore.post()
    door(house).remove(made.id, by="test")
    assert (door(house).listed(), door(house).log()) == ((), ())


def test_two_processes_tell_it_once(house: House, address: str) -> None:
    door(house).add(address, by="test")
    house.handed_over()
    chores = [post(house), post(house)]
    threads = [threading.Thread(target=chore.post) for chore in chores]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert events() == ["opened"]
