"""Figures for Prometheus, taken from the desk when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from adapters.api.readiness import Report
from adapters.http.stopwatch import Stopwatch
from bot.views import BOUNDS, Spread, Stats

_OUTCOME = "outcome_"
_STEPS = {
    "accept": "Keeping a message before it is acknowledged",
    "turn": "Responding to a message and keeping the response",
    "search": "One search",
    "delivery": "One attempt to deliver a reply",
}


def exposition(report: Report, stopwatch: Stopwatch) -> bytes:
    """The text that Prometheus scrapes."""
    registry = CollectorRegistry()
    registry.register(_Figures(report))
    ProcessCollector(registry=registry)
    return generate_latest(registry) + generate_latest(stopwatch.registry)


class _Figures(Collector):
    def __init__(self, report: Report) -> None:
        self._report = report

    def collect(self) -> Iterable[Metric]:
        knowledge, stats = self._report.knowledge, self._report.stats
        yield _labelled(
            "firstline_check",
            "Whether it works",
            "check",
            {c.name: float(c.ok) for c in self._report.checks},
        )
        if self._report.disk is not None:
            yield _gauge(
                "firstline_disk_free_bytes", "Room left for the desk", self._report.disk.free
            )
        yield _gauge("firstline_articles", "Articles served", knowledge.articles)
        yield _gauge("firstline_passages", "Passages indexed", knowledge.passages)
        yield _gauge("firstline_content_problems", "To be mended", len(knowledge.problems))
        index = GaugeMetricFamily("firstline_index_info", "The index served", labels=["version"])
        index.add_metric([knowledge.version], 1)
        yield index
        if stats is None:
            return
        yield _gauge("firstline_inbox_waiting", "Messages that wait for their turn", stats.inbox)
        yield _gauge("firstline_inbox_oldest_seconds", "Age of the oldest", stats.inbox_oldest)
        yield _gauge("firstline_inbox_dead", "Messages given up", stats.inbox_dead)
        yield _gauge("firstline_outbox_due", "Replies to be delivered", stats.outbox)
        yield _gauge("firstline_outbox_oldest_seconds", "Age of the oldest", stats.outbox_oldest)
        yield _gauge("firstline_outbox_dead", "Replies given up", stats.outbox_dead)
        yield _gauge("firstline_tickets_open", "Tickets not solved", stats.tickets_open)
        yield from _queues(stats)
        yield _gauge("firstline_outbox_uncertain", "Perhaps sent", stats.outbox_uncertain)
        timers, late = stats.flow_timers
        yield _gauge("firstline_flow_timers_overdue", "Timers of flows not fired yet", timers)
        yield _gauge("firstline_flow_timers_oldest_seconds", "Age of the oldest", late)
        at = stats.last_error_at.timestamp() if stats.last_error_at else 0.0
        yield _gauge("firstline_last_error_timestamp_seconds", "When something last failed", at)
        yield from _counts(stats.counts)
        yield from _durations(stats.spreads)


def _queues(stats: Stats) -> Iterable[Metric]:
    labels = ["queue", "channel"]
    waiting = GaugeMetricFamily("firstline_queue_waiting", "What waits", labels=labels)
    oldest = GaugeMetricFamily("firstline_queue_oldest_seconds", "Age of the oldest", labels=labels)
    for queue in stats.queues:
        waiting.add_metric([queue.name, queue.channel], queue.count)
        oldest.add_metric([queue.name, queue.channel], queue.oldest)
    return (waiting, oldest)


def _durations(spreads: Iterable[Spread]) -> Iterable[Metric]:
    """One histogram for each step, so that each can be looked at without the others."""
    found = {
        step: HistogramMetricFamily(f"firstline_{step}_seconds", meaning, labels=["channel"])
        for step, meaning in _STEPS.items()
    }
    bounds = [str(bound) for bound in BOUNDS]
    for spread in spreads:
        buckets = [*zip(bounds, spread.up_to, strict=True), ("+Inf", spread.count)]
        found[spread.step].add_metric([spread.channel], buckets, spread.seconds)
    return found.values()


def _counts(counts: Mapping[str, int]) -> Iterable[Metric]:
    messages = CounterMetricFamily(
        "firstline_messages", "Messages by what became of them", labels=["outcome"]
    )
    events = CounterMetricFamily("firstline_events", "What happened", labels=["event"])
    for name, count in sorted(counts.items()):
        if name.startswith(_OUTCOME):
            messages.add_metric([name.removeprefix(_OUTCOME)], count)
        else:
            events.add_metric([name], count)
    return (messages, events)


def _gauge(name: str, meaning: str, value: float) -> Metric:
    return GaugeMetricFamily(name, meaning, value=value)


def _labelled(name: str, meaning: str, label_name: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=[label_name])
    for label, value in values.items():
        family.add_metric([label], value)
    return family
