"""A message's way as one trace, received by a collector on a real socket."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from pydantic import SecretStr

from adapters.memory import MemoryAdapter
from bot.channel import SendError
from bot.timed_knowledge import TimedKnowledge
from bot.timing import Tell, Timings
from bot.turn import Response, Turn
from bot.worker import run
from config.problems import SettingsRefused
from config.sections import TelemetrySettings
from config.telemetry import telemetry
from tests.desk_support import new_desk, opened, respond
from tests.real_model import ROOT
from tests.web_support import SECRET, SmallKnowledge

QUESTION = "How do I install the canary-4711?"


class Collector(ThreadingHTTPServer):
    """Keeps the spans, and the headers that came with them."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Receive)
        self.spans: list[Any] = []
        self.headers: list[dict[str, str]] = []
        self.raw = b""

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1/traces"


class _Receive(BaseHTTPRequestHandler):
    server: Collector

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        request = ExportTraceServiceRequest.FromString(body)
        self.server.raw += body
        self.server.headers.append({k.lower(): v for k, v in self.headers.items()})
        for resource in request.resource_spans:
            for scope in resource.scope_spans:
                self.server.spans += scope.spans
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Nothing on the terminal."""


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def settings(collector: Collector) -> TelemetrySettings:
    return TelemetrySettings(
        enabled=True,
        endpoint=collector.endpoint,
        headers=SecretStr('{"authorization": "Bearer collector-token"}'),
    )


async def talked(folder: Path, tell: Tell | None) -> None:
    """One question whose answer is delivered at the second attempt."""
    timings = Timings(tell)
    knowledge = TimedKnowledge(SmallKnowledge(), timings)

    def searching(turn: Turn) -> Response:
        knowledge.search(turn.message.text)
        return respond(turn)

    with opened(folder / "desk.db") as database:
        desk = new_desk(database, respond=searching, timings=timings, chance=lambda: 0.0)
        channel = MemoryAdapter()
        channel.failures.append(SendError("down", retry_after=0.0))
        serving = asyncio.create_task(run(desk, [channel]))
        async with asyncio.timeout(30):
            await channel.say(QUESTION)
            await channel.replies(1)
        serving.cancel()
        await asyncio.gather(serving, return_exceptions=True)


def traced(folder: Path, settings: TelemetrySettings) -> None:
    with telemetry(settings, SECRET) as tell:
        asyncio.run(talked(folder, tell))


def attributes(span: Any) -> dict[str, Any]:
    return {
        each.key: getattr(each.value, each.value.WhichOneof("value")) for each in span.attributes
    }


def test_one_message_is_one_trace_from_accept_to_delivery(
    collector: Collector, tmp_path: Path
) -> None:
    traced(tmp_path, settings(collector))
    spans = sorted(collector.spans, key=lambda span: span.start_time_unix_nano)
    assert len({span.trace_id for span in spans}) == 1
    assert [span.name for span in spans] == ["accept", "turn", "search", "delivery", "delivery"]
    accept, turn, search, failed, sent = spans
    assert (accept.parent_span_id, search.parent_span_id) == (b"", turn.span_id)
    assert {turn.parent_span_id, failed.parent_span_id, sent.parent_span_id} == {accept.span_id}
    assert [attributes(span)["firstline.message"] for span in spans] == [1] * 5
    assert attributes(turn)["firstline.outcome"] == "answered"
    outcomes = [attributes(span)["firstline.outcome"] for span in (failed, sent)]
    assert outcomes == ["failed", "sent"]
    assert (failed.status.code, sent.status.code) == (2, 0)
    assert all(span.end_time_unix_nano >= span.start_time_unix_nano for span in spans)


def test_nothing_that_was_said_is_in_a_trace_and_the_collector_gets_its_headers(
    collector: Collector, tmp_path: Path
) -> None:
    traced(tmp_path, settings(collector))
    assert collector.spans
    assert b"canary" not in collector.raw
    assert SECRET.encode() not in collector.raw
    assert collector.headers[0]["authorization"] == "Bearer collector-token"


def test_a_collector_that_is_not_there_holds_nobody_up(tmp_path: Path) -> None:
    away = TelemetrySettings(enabled=True, endpoint="http://127.0.0.1:9/v1/traces")
    traced(tmp_path, away)


def test_it_is_off_by_default_and_then_not_even_imported(tmp_path: Path) -> None:
    with telemetry(TelemetrySettings(), SECRET) as tell:
        assert tell is None
    program = "import sys, config.serving, config.cli.serve\n"
    program += "print(any(name.startswith('opentelemetry.sdk') for name in sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("headers", ["not json", "[]", '{"a": 1}'])
def test_headers_that_are_none_are_refused_without_being_shown(headers: str) -> None:
    wrong = TelemetrySettings(enabled=True, headers=SecretStr(headers))
    with (
        pytest.raises(SettingsRefused, match="FIRSTLINE_TELEMETRY__HEADERS") as refused,
        telemetry(wrong, SECRET),
    ):
        pass
    assert headers not in str(refused.value)
