"""Fit the coefficients of bot/confidence.py on real questions, and show what they are worth.

    python tests/bench/fit_confidence.py measure FOLDER… [--outside FILE…] --into signs.jsonl
    python tests/bench/fit_confidence.py fit signs.jsonl

A FOLDER is what `firstline evaluate` reads: articles.jsonl, queries.jsonl {id, text, title?,
gold, in_scope, checked?}, and, where present, queries_silver.jsonl and queries_oos.jsonl. An
outside FILE holds texts {text, in_scope} that no folder can answer; those in scope elsewhere
count as well. Where questions are marked `checked`, these only test and all others fit; else
every second one fits. Each kind of questions weighs the same, whatever its number.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import astuple, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from bot.answers import Thresholds
from bot.confidence import IN_SCOPE, RIGHT, Signs, Weights, signs
from indexer.build import embed, plan
from knowledge.content import Article
from knowledge.embedders import open_embedder
from knowledge.search import HybridSearcher, Searcher

OUTSIDE = 400
UNNAMED = 0.1
"""How likely the first article answers though an unchecked question's label names another.

Labels are one helper's choice: on ff_support the first article is the labelled one in .33
of the checked questions and in .19 of the unchecked. Counting every such miss as wrong
makes the confidence on checked questions a third too low; with this it is right there on
the mean (.32 said, .33 right).
"""
RIDGE = 1.0
Rows = npt.NDArray[np.float64]


def read(path: Path) -> list[dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").split("\n") if path.exists() else []
    return [json.loads(line) for line in lines if line.strip()]


def questions(folder: Path, outside: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """All questions to ask in a folder, each with its `kind` and whether it is for fitting."""
    asked = read(folder / "queries.jsonl")
    judged = any("checked" in query for query in asked)
    for place, query in enumerate(asked):
        fit = not query["checked"] if judged else place % 2 == 0
        yield from _forms(folder, query, fit=fit)
    for query in read(folder / "queries_silver.jsonl"):
        yield from _forms(folder, query | {"checked": False}, fit=True)
    for place, query in enumerate(read(folder / "queries_oos.jsonl")):
        yield {**query, "gold": [], "kind": f"{folder.name} outside", "fit": place % 2 == 0}
    for place, query in enumerate(outside):
        kind = f"{folder.name} far outside"
        yield {"text": query["text"], "gold": [], "in_scope": False, "kind": kind} | {
            "fit": place % 2 == 0
        }


def _forms(folder: Path, query: dict[str, Any], *, fit: bool) -> Iterator[dict[str, Any]]:
    kind = folder.name if query["in_scope"] else f"{folder.name} outside"
    yield {**query, "kind": kind, "fit": fit}
    if query.get("title", query["text"]) != query["text"]:
        yield {**query, "text": query["title"], "kind": f"{kind} (titles)", "fit": fit}


def measure(folders: Sequence[Path], outside: Sequence[Path], cache: Path) -> Iterator[str]:
    """One line of JSON a question: its kind, whether the first hit was right, and the signs."""
    embedder = open_embedder(cache=cache, progress=tell)
    spread = [query for path in outside for query in read(path)]
    chosen = spread[:: max(1, len(spread) // OUTSIDE)][:OUTSIDE]
    for folder in folders:
        articles = [
            Article(a["id"], a["title"], a["body"], a.get("url", ""))
            for a in read(folder / "articles.jsonl")
        ]
        work = plan(articles, None, embedder=embedder.name)
        index = embed(work, embedder, now=datetime.now(UTC), progress=count)
        searcher = HybridSearcher(index, embedder)
        for query in questions(folder, chosen):
            yield json.dumps(_measured(searcher, query))


def _measured(searcher: Searcher, query: dict[str, Any]) -> dict[str, Any]:
    hits = searcher.search(query["text"])
    return {
        "kind": query["kind"],
        "fit": query["fit"],
        "in_scope": query["in_scope"],
        "right": bool(hits.hits) and hits.hits[0].article.id in query["gold"],
        "checked": query.get("checked"),
        "among_three": any(hit.article.id in query["gold"] for hit in hits.hits[:3]),
        "signs": astuple(signs(hits)) if hits.hits else None,
    }


def fitted(rows: Rows, truth: Rows, weights: Rows) -> Weights:
    """Logistic regression by Newton's method, each sign scaled to unit variance, with a ridge."""
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-9
    scaled = np.c_[(rows - mean) / scale, np.ones(len(rows))]
    found = np.zeros(scaled.shape[1])
    ridge = RIDGE * np.r_[np.ones(rows.shape[1]), 0]
    for _ in range(50):
        likely = 1 / (1 + np.exp(-scaled @ found))
        slope = scaled.T @ (weights * (likely - truth)) + ridge * found
        bend = (scaled.T * (weights * likely * (1 - likely))) @ scaled + np.diag(ridge + 1e-9)
        found -= np.linalg.solve(bend, slope)
    own = found[:-1] / scale
    return Weights(tuple(round(float(w), 3) for w in own), round(float(found[-1] - own @ mean), 3))


def fit(measured: Sequence[dict[str, Any]]) -> tuple[Weights, Weights]:
    """The two models, from the questions that are for fitting."""
    kept = [line for line in measured if line["fit"]]
    kinds = [line["kind"] for line in kept]
    weights = np.array([100 / kinds.count(kind) for kind in kinds])
    rows = np.array([line["signs"] for line in kept])
    right = np.array([_likely_right(line) for line in kept])
    scope = np.array([float(line["in_scope"]) for line in kept])
    return fitted(rows, right, weights), fitted(rows, scope, weights)


def _likely_right(line: dict[str, Any]) -> float:
    unnamed = line["in_scope"] and not line["right"] and line["checked"] is False
    return UNNAMED if unnamed else float(line["right"])


def show(measured: Sequence[dict[str, Any]], right: Weights, scope: Weights) -> None:
    """The worth on the questions that were not fitted."""
    standard = Thresholds()
    for kind in dict.fromkeys(line["kind"] for line in measured):
        held = [line for line in measured if line["kind"] == kind and not line["fit"]]
        if not held:
            continue
        seen = [Signs(*line["signs"]) for line in held]
        sure = np.array([right.probability(each) for each in seen])
        known = np.array([scope.probability(each) for each in seen]) >= standard.in_scope
        truth = np.array([line["right"] for line in held])
        print(
            f"{kind}: {len(held)} questions, first right {truth.mean():.2f}, among three "
            f"{np.mean([line['among_three'] for line in held]):.2f}, confidence on the mean "
            f"{sure.mean():.2f}, judged in scope {known.mean():.3f}"
        )
        for least in (0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
            answered = known & (sure >= least)
            worth = truth[answered].mean() if answered.any() else float("nan")
            print(f"    from {least:.2f}: answered {answered.mean():.3f}, right {worth:.2f}")
    _show_calibration(measured, right)


def _show_calibration(measured: Sequence[dict[str, Any]], right: Weights) -> None:
    held = [line for line in measured if not line["fit"]]
    sure = np.array([right.probability(Signs(*line["signs"])) for line in held])
    truth = np.array([line["right"] for line in held])
    print("confidence said and how often the first article was right, all kinds together:")
    for low in np.arange(0, 1, 0.1):
        some = (sure >= low) & (sure < low + 0.1)
        if some.any():
            print(f"    {sure[some].mean():.2f}: {truth[some].mean():.2f} ({some.sum()} questions)")


def tell(line: str) -> None:
    print(line, file=sys.stderr)


def count(done: int, total: int) -> None:
    print(f"\r{done} of {total} entries", end="", file=sys.stderr)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    commands = parser.add_subparsers(required=True)
    measuring = commands.add_parser("measure")
    measuring.add_argument("folders", nargs="+", type=Path)
    measuring.add_argument("--outside", nargs="*", type=Path, default=[])
    measuring.add_argument("--into", type=Path, required=True)
    measuring.add_argument("--model-cache", type=Path, default=Path("var/models"))
    fitting = commands.add_parser("fit")
    fitting.add_argument("signs", type=Path)
    chosen = parser.parse_args()
    if "signs" in chosen:
        measured = [line for line in read(chosen.signs) if line["signs"]]
        print([field.name for field in fields(Signs)])
        right, scope = fit(measured)
        print(f"RIGHT = {right}\nIN_SCOPE = {scope}")
        print("\nWith the coefficients of bot/confidence.py:")
        show(measured, RIGHT, IN_SCOPE)
        if (right, scope) != (RIGHT, IN_SCOPE):
            print("\nWith the ones fitted now:")
            show(measured, right, scope)
        return
    with chosen.into.open("w", encoding="utf-8") as file:
        for line in measure(chosen.folders, chosen.outside, chosen.model_cache):
            file.write(line + "\n")


if __name__ == "__main__":
    main()
