"""Actions of flows reach public addresses only, at every turn of the trick; and secrets stay out."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from bot.flow_http import LARGEST, RequestRefused, call, is_public, public_address
from bot.flow_jobs import Actions

PRIVATE = [
    "127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "100.64.0.1",
    "::1", "::", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "fe80::1%eth0", "fc00::1", "2002:7f00:1::",
    "64:ff9b::7f00:1", "224.0.0.1", "ff02::1", "255.255.255.255", "nonsense", "0.0." + "0.0",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_private_addresses_are_known(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["1.1.1.1", "93.184.215.14", "2606:4700::1111", "::ffff:8.8.8.8"]
)
def test_public_addresses_are_known(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://0x7f.1/", "http://2130706433/",
     "http://169.254.169.254/latest", "http://localhost/", "file:///etc/passwd", "gopher://x/", "http://",
     "https://user:pw@1.1.1.1/", "not a url", "http://[::1", "http://a\n.example/"],
)  # fmt: skip
def test_no_private_address_is_called(url: str) -> None:
    called = call("GET", url, {}, None, 2)
    assert called.edge == "failure"
    assert called.result["error"]


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    with pytest.raises(RequestRefused, match=r"flows\.private_hosts"):
        public_address("x.example", 80, lambda _h, _p: ["1.1.1.1", "10.0.0.1"], ())
    assert (
        public_address("x.example", 80, lambda _h, _p: ["10.0.0.1"], ("x.example",)) == "10.0.0.1"
    )


class Handler(http.server.BaseHTTPRequestHandler):
    heard: ClassVar[list[tuple[str, str, str, bytes]]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.heard.append((self.path, self.headers["Host"], self.headers["Idempotency-Key"], body))
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "http://169.254.169.254/")
            self.end_headers()
            return
        self.send_response(500 if self.path == "/broken" else 200)
        self.end_headers()
        if self.path == "/huge":
            self.wfile.write(b"x" * (LARGEST + 100_000))
        else:
            self.wfile.write(b'{"number": 7}')

    def log_message(self, *_arguments: Any) -> None:
        """Quiet."""


@pytest.fixture
def server() -> Iterator[int]:
    Handler.heard = []
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as made:
        threading.Thread(target=made.serve_forever, daemon=True).start()
        yield made.server_address[1]
        made.shutdown()


def posted(port: int, path: str, **options: Any) -> Any:
    return call(
        "POST", f"http://shop.example:{port}{path}", {"Idempotency-Key": "k"}, {"a": 1}, 5,
        private=("shop.example",), resolve=lambda _h, _p: ["127.0.0.1"], **options,
    )  # fmt: skip


def test_the_address_that_was_checked_is_the_one_that_is_called(server: int) -> None:
    lookups = []

    def changes(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return ["127.0.0.1"] if len(lookups) == 1 else ["10.9.9.9"]

    called = call(
        "POST", f"http://shop.example:{server}/x", {}, {"a": 1}, 5,
        private=("shop.example",), resolve=changes,
    )  # fmt: skip
    assert (called.edge, called.result, lookups) == ("success", {"number": 7}, ["shop.example"])
    assert Handler.heard[0][1] == f"shop.example:{server}"


def test_a_redirect_is_not_followed_and_errors_are_failures(server: int) -> None:
    assert posted(server, "/redirect").edge == "failure"
    assert posted(server, "/broken").edge == "failure"
    assert "larger" in posted(server, "/huge").result["error"]


def test_what_takes_too_long_is_timed_out(server: int) -> None:
    times = iter([0.0, 100.0])
    assert posted(server, "/slow", clock=lambda: next(times)).edge == "timed_out"


def test_headers_take_their_secrets_only_when_they_are_sent() -> None:
    sent: list[Any] = []

    def outside(*request: Any, **_options: Any) -> Any:
        sent.append(request)

    actions = Actions(secrets={"crm": "s3cret"}, call=outside)
    request = {
        "function": "", "headers": {"Authorization": "Bearer {{ secret.crm }}"}, "key": "k", "method": "GET",
        "url": "https://x.example", "body": None, "seconds": 1,
    }  # fmt: skip
    actions.run(request)
    assert sent[0][2] == {"Authorization": "Bearer s3cret", "Idempotency-Key": "k"}


def test_functions_succeed_fail_and_may_be_missing() -> None:
    def broken(_arguments: Any) -> Any:
        raise OSError("disk")

    actions = Actions(functions={"double": lambda a: a["n"] * 2, "broken": broken})
    request = {"function": "double", "arguments": {"n": 4}}
    assert actions.run(request).result == {"value": 8}
    assert actions.run({"function": "broken", "arguments": {}}).edge == "failure"
    assert "no function" in actions.run({"function": "none", "arguments": {}}).result["error"]
