"""What is taken in over HTTP, how fast, and who may see what."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request

from adapters.http.doorbell import Doorbell, TooManyWaiting
from adapters.http.operators import require_operator
from adapters.http.options import HttpOptions
from adapters.http.stopwatch import Stopwatch
from adapters.http.strict_json import NotJson, loads
from adapters.http.throttle import Throttle

SECRET = "a secret that is only good for tests"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"[" * 100_000, "nested"),
        (b'{"a":' * 100_000, "nested"),
        (b'{"n": ' + b"9" * 1_000_000 + b"}", "digits"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b'{"a": {"b": 1, "b": 1}}', "twice"),
        (b"NaN", "NaN"),
        (b"[Infinity]", "Infinity"),
        (b"\xff\xfe\xfd", "UTF-8"),
        (b"", "position"),
        (b'{"a": 1', "position"),
    ],
)
def test_json_that_could_hurt_is_refused_with_the_reason(body: bytes, why: str) -> None:
    with pytest.raises(NotJson, match=why):
        loads(body)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values)
def test_all_other_json_is_read_as_it_is(value: object) -> None:
    assert loads(json.dumps(value).encode()) == value


@given(st.binary(max_size=60))
def test_any_bytes_are_a_value_or_refused(body: bytes) -> None:
    with contextlib.suppress(NotJson):
        loads(body)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_throttle_lets_some_through_at_once_and_then_at_its_rate() -> None:
    clock = Clock()
    throttle = Throttle(60, clock)
    assert [throttle.take("ann") for _ in range(20)] == [0.0] * 20
    wait = throttle.take("ann")
    assert wait == pytest.approx(1.0)
    clock.now += wait
    assert throttle.take("ann") == 0.0
    assert throttle.take("ann") > 0


def test_a_throttle_holds_each_by_itself() -> None:
    throttle = Throttle(9, Clock())
    while throttle.take("ann") == 0:
        pass
    assert throttle.take("ben") == 0


@given(st.lists(st.floats(0, 30), max_size=80))
def test_nobody_is_let_through_faster_than_the_rate(pauses: list[float]) -> None:
    clock = Clock()
    throttle = Throttle(30, clock)
    passed = 0
    for pause in pauses:
        clock.now += pause
        passed += throttle.take("ann") == 0
    assert passed <= 10 + clock.now / 2 + 1e-6


def test_a_throttle_forgets_who_was_away_longest() -> None:
    throttle = Throttle(9, Clock(), keys=10)
    for name in ("first", "last"):
        while throttle.take(name) == 0:
            pass
        for number in range(9):
            throttle.take(f"{name} {number}")
    assert throttle.take("last") > 0
    assert throttle.take("first") == 0  # forgotten: starts afresh


async def test_a_ring_wakes_the_readers_of_its_thread_only() -> None:
    bell = Doorbell()
    with bell.listen("a") as ann, bell.listen("b") as ben:
        bell.ring("a")
        assert await ann.wait(5)
        assert not await ben.wait(0.01)


async def test_a_ring_before_the_wait_is_not_lost() -> None:
    bell = Doorbell()
    with bell.listen("a") as ann:
        bell.ring("a")
        bell.ring("a")
        assert await ann.wait(5)
        assert not await ann.wait(0.01)


async def test_there_is_room_for_so_many_readers_and_it_is_given_back() -> None:
    bell = Doorbell(total=3, per_thread=2)
    with bell.listen("a"), bell.listen("a"):
        assert not bell.has_room("a")
        with pytest.raises(TooManyWaiting), bell.listen("a"):
            pass
        with bell.listen("b"):
            assert not bell.has_room("c")
    assert bell.waiting == 0
    assert bell.has_room("a")


async def test_closing_wakes_everybody_for_the_last_time() -> None:
    bell = Doorbell()
    with bell.listen("a") as ann:
        waiting = asyncio.create_task(ann.wait(30))
        await asyncio.sleep(0)
        bell.close()
        assert await waiting
        assert ann.closed


def test_a_stopwatch_measures_from_the_message_to_its_reply() -> None:
    clock = Clock()
    stopwatch = Stopwatch(clock)
    stopwatch.start("web", "a")
    clock.now = 2.0
    stopwatch.stop("web", "a")
    stopwatch.stop("web", "a")
    value = stopwatch.registry.get_sample_value
    assert value("firstline_answer_seconds_sum", {"channel": "web"}) == 2.0
    assert value("firstline_answer_seconds_count", {"channel": "web"}) == 1.0


def request(host: str = "127.0.0.1", **headers: str) -> Request:
    raw = [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()]
    return Request({"type": "http", "client": (host, 5), "headers": raw})


def basic(password: str) -> str:
    return "Basic " + base64.b64encode(f"op:{password}".encode()).decode()


def options(**more: str) -> HttpOptions:
    return HttpOptions(secret=SECRET, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "settings"),
    [
        (request(), options()),
        (request("::1"), options()),
        (request("10.0.0.7", authorization="Bearer tok"), options(operator_token="tok")),
        (request("10.0.0.7", authorization=basic("tok")), options(operator_token="tok")),
    ],
)
def test_the_operator_is_let_in(asked: Request, settings: HttpOptions) -> None:
    require_operator(asked, settings)


@pytest.mark.parametrize(
    ("asked", "settings", "status"),
    [
        (request("10.0.0.7"), options(), 403),
        (request("testclient"), options(), 403),
        (request("10.0.0.7"), options(operator_token="tok"), 401),
        (request("10.0.0.7", authorization="Bearer no"), options(operator_token="tok"), 401),
        (request("10.0.0.7", authorization="Bearer "), options(), 403),
        (request("10.0.0.7", authorization="Basic %%%"), options(operator_token="tok"), 401),
        (request("10.0.0.7", authorization=basic("no")), options(operator_token="tok"), 401),
        (request(x_forwarded_for="8.8.8.8"), options(), 403),
        (request(via="1.1 proxy"), options(), 403),
        (request(), options(public_url="https://help.example.com"), 403),
    ],
)
def test_nobody_else_is(asked: Request, settings: HttpOptions, status: int) -> None:
    with pytest.raises(HTTPException) as refused:
        require_operator(asked, settings)
    assert refused.value.status_code == status
