"""Steps of messages as OpenTelemetry spans. The only home of OpenTelemetry.

    accept                  the root of the trace
      turn                  one for each attempt
        search
      delivery              one for each attempt of each reply

The ids follow from the message's number and the desk's secret: what happens in another
thread, or after a restart, belongs to the same trace, and nothing has to be remembered.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Mapping

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import (
    NonRecordingSpan,
    SpanContext,
    Status,
    StatusCode,
    TraceFlags,
    set_span_in_context,
)

from bot.timing import Step

EXPORT_SECONDS = 5
"""How long one export may take; at the end what is left has as long to go."""
DELAY_MS = 1000


class Traces:
    """Sends every step that it is told of. Safe to be used by many threads; never raises in `tell`."""

    def __init__(
        self, endpoint: str, service: str, headers: Mapping[str, str], secret: str
    ) -> None:
        self._ids = _Ids()
        self._secret = secret.encode()
        self._provider = TracerProvider(
            resource=Resource({"service.name": service}),
            id_generator=self._ids,
            shutdown_on_exit=False,
        )
        exporter = OTLPSpanExporter(endpoint=endpoint, headers=headers, timeout=EXPORT_SECONDS)
        batches = BatchSpanProcessor(exporter, schedule_delay_millis=DELAY_MS)
        self._provider.add_span_processor(batches)
        self._tracer = self._provider.get_tracer("firstline")

    def tell(self, step: Step) -> None:
        """The step becomes a span of its message's trace; without a message, a trace of its own."""
        if step.name == "accept" and not step.facts.get("new"):
            return  # a redelivery: the message has its trace
        parent = self._place(step)
        start = int(step.started * 1e9)
        message = {} if step.message is None else {"firstline.message": step.message}
        facts = {f"firstline.{name}": value for name, value in step.facts.items()}
        attributes = {"firstline.channel": step.channel, **message, **facts}
        span = self._tracer.start_span(step.name, parent, attributes=attributes, start_time=start)
        if "error" in step.facts or step.facts.get("outcome") in ("failed", "refused", "broken"):
            span.set_status(Status(StatusCode.ERROR))
        span.end(start + int(step.seconds * 1e9))

    def close(self) -> None:
        """Send what is left, for some seconds at most."""
        self._provider.shutdown()

    def _place(self, step: Step) -> Context:
        """Where the step belongs; its own ids are set for the span that is started next here."""
        if step.message is None:
            return Context()
        trace = int.from_bytes(self._digest("trace", step.message)[:16])
        if step.name == "accept":
            self._ids.next(trace, self._span("accept", step.message))
            return Context()
        attempt = f"turn {step.facts.get('attempt', 0)}"
        above = attempt if step.name == "search" else "accept"
        if step.name == "turn":
            self._ids.next(trace, self._span(attempt, step.message))
        context = SpanContext(
            trace,
            self._span(above, step.message),
            is_remote=True,
            trace_flags=TraceFlags(TraceFlags.SAMPLED),
        )
        return set_span_in_context(NonRecordingSpan(context), Context())

    def _span(self, what: str, message: int) -> int:
        return int.from_bytes(self._digest(what, message)[:8])

    def _digest(self, what: str, message: int) -> bytes:
        told = f"firstline.{what}\0{message}".encode()
        return hmac.new(self._secret, told, hashlib.sha256).digest()


class _Ids(RandomIdGenerator):
    """Random ids, but for the span that a thread is about to start with ids of its own."""

    def __init__(self) -> None:
        self._here = threading.local()

    def next(self, trace: int, span: int) -> None:
        self._here.trace, self._here.span = trace, span

    def generate_trace_id(self) -> int:
        return self._here.__dict__.pop("trace", None) or super().generate_trace_id()

    def generate_span_id(self) -> int:
        self._here.__dict__.pop("trace", None)
        return self._here.__dict__.pop("span", None) or super().generate_span_id()
