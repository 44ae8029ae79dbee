"""How well questions are answered: pure measures, and the loop that asks them all.

queries, search, decide -> run()    -> [Outcome]           one a question, with its times
[Outcome]               -> report() -> {"n", "recall@1", ...}   one flat object           pure
"""

from __future__ import annotations

import math
import resource
import sys
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from indexer.questions import Query
from knowledge.search import Hits

_DEPTH = 10
"""Articles of each answer that are looked at."""

Report = dict[str, float | int | None]


@dataclass(frozen=True, slots=True)
class Decision:
    """What was made of the hits: `cited` are the articles that an answer names as its sources.

    `in_scope` is how surely the content is about the question at all, from 0 to 1.
    """

    outcome: Literal["answer", "ask_back", "abstain"]
    in_scope: float
    cited: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outcome:
    """One question asked: the articles found (best first), the decision, the milliseconds."""

    query: Query
    found: tuple[str, ...]
    decision: Decision
    search_ms: float
    answer_ms: float


def run(
    queries: Sequence[Query],
    *,
    search: Callable[[str], Hits],
    decide: Callable[[Hits], Decision],
    clock: Callable[[], float],
    progress: Callable[[int, int], None],
) -> list[Outcome]:
    """Ask every question. `clock` gives seconds; `progress` is told (done, total).

    `answer_ms` includes `search_ms`.
    """
    outcomes = []
    progress(0, len(queries))
    for done, query in enumerate(queries, start=1):
        begun = clock()
        hits = search(query.text)
        searched = clock()
        decision = decide(hits)
        decided = clock()
        found = tuple(hit.article.id for hit in hits.hits[:_DEPTH])
        times = ((searched - begun) * 1000, (decided - begun) * 1000)
        outcomes.append(Outcome(query, found, decision, *times))
        progress(done, len(queries))
    return outcomes


def report(
    outcomes: Sequence[Outcome], *, passages: int, index_seconds: float, peak_mb: float
) -> Report:
    """All measures of the questions asked, as one flat object; None where there was nothing to measure.

    `n`, `recall`, `mrr`, `ndcg`, `asked_back` and `abstained` are over the questions in
    scope; `answered_precision` is the share of all answers that cite a right article.
    """
    inside = [o for o in outcomes if o.query.in_scope]
    outside = [o for o in outcomes if not o.query.in_scope]
    answered = [o for o in outcomes if o.decision.outcome == "answer"]
    search, answer = ([getattr(o, f"{t}_ms") for o in outcomes] for t in ("search", "answer"))
    return {
        "n": len(inside),
        "recall@1": mean([recall(o.found, o.query.gold, 1) for o in inside]),
        "recall@5": mean([recall(o.found, o.query.gold, 5) for o in inside]),
        "mrr@10": mean([reciprocal_rank(o.found, o.query.gold, _DEPTH) for o in inside]),
        "ndcg@10": mean([ndcg(o.found, o.query.gold, _DEPTH) for o in inside]),
        "oos_auroc": auroc(
            [o.decision.in_scope for o in inside], [o.decision.in_scope for o in outside]
        ),
        "answered_in_scope": _share(inside, "answer"),
        "answered_out_of_scope": _share(outside, "answer"),
        "answered_precision": mean([float(_is_right(o)) for o in answered]),
        "asked_back": _share(inside, "ask_back"),
        "abstained": _share(inside, "abstain"),
        **{f"search_ms_p{p}": percentile(search, p) for p in (50, 95, 99)},
        **{f"answer_ms_p{p}": percentile(answer, p) for p in (50, 95, 99)},
        "passages": passages,
        "index_seconds": index_seconds,
        "peak_mb": peak_mb,
    }


def recall(found: Sequence[str], gold: Collection[str], depth: int) -> float:
    """1 if a right article is among the first `depth` found, else 0."""
    return float(any(id in gold for id in found[:depth]))


def reciprocal_rank(found: Sequence[str], gold: Collection[str], depth: int) -> float:
    """1 / the rank of the first right article among the first `depth`, 0 if there is none."""
    ranks = (1 / rank for rank, id in enumerate(found[:depth], start=1) if id in gold)
    return next(ranks, 0.0)


def ndcg(found: Sequence[str], gold: Collection[str], depth: int) -> float:
    """Normalised discounted cumulative gain: 1 when all right articles come first."""
    gain = sum(1 / math.log2(r + 1) for r, id in enumerate(found[:depth], start=1) if id in gold)
    ideal = sum(1 / math.log2(r + 1) for r in range(1, min(len(gold), depth) + 1))
    return gain / ideal if ideal else 0.0


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float | None:
    """How often a question in scope scores above one out of scope, ties counting half."""
    if not inside or not outside:
        return None
    wins = sum((i > o) + (i == o) / 2 for i in inside for o in outside)
    return wins / (len(inside) * len(outside))


def percentile(values: Sequence[float], percent: int) -> float | None:
    """The smallest value that at least `percent` of the values do not exceed (nearest rank)."""
    if not values:
        return None
    return sorted(values)[max(math.ceil(percent / 100 * len(values)), 1) - 1]


def mean(values: Sequence[float]) -> float | None:
    """The mean, None of nothing."""
    return sum(values) / len(values) if values else None


def peak_mb() -> float:
    """The most memory that this process has held so far, in megabytes."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1024**2 if sys.platform == "darwin" else 1024)


def _share(outcomes: Sequence[Outcome], name: str) -> float | None:
    return mean([float(o.decision.outcome == name) for o in outcomes])


def _is_right(outcome: Outcome) -> bool:
    return any(id in outcome.query.gold for id in outcome.decision.cited)
