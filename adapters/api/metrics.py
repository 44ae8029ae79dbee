"""Figures for Prometheus, taken from the desk when they are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from adapters.api.readiness import Report
from adapters.http.stopwatch import Stopwatch

_OUTCOME = "outcome_"


def exposition(report: Report, stopwatch: Stopwatch) -> bytes:
    """The text that Prometheus scrapes."""
    registry = CollectorRegistry()
    registry.register(_Figures(report))
    return generate_latest(registry) + generate_latest(stopwatch.registry)


class _Figures(Collector):
    def __init__(self, report: Report) -> None:
        self._report = report

    def collect(self) -> Iterable[Metric]:
        knowledge, stats = self._report.knowledge, self._report.stats
        yield _labelled(
            "firstline_check",
            "Whether it works",
            {c.name: float(c.ok) for c in self._report.checks},
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
        yield from _counts(stats.counts)


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


def _labelled(name: str, meaning: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, meaning, labels=["check"])
    for label, value in values.items():
        family.add_metric([label], value)
    return family
