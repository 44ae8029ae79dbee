"""How well tickets are sorted by what was learned from others: a fixed 70/30 split.

python tests/bench/bench_categories.py TICKETS.jsonl     lines of {id, subject, body, category}

Of each category the 30 % whose SHA-256 of the id is highest are not learned from.

Prints the accuracy on the 30 % that were not learned from, and for each wanted precision
the probability from which on it was kept while learning, and what it came to on the rest.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from config.ticket_examples import read_examples
from knowledge.categories import learn
from tests.real_model import real_embedder


def main(file: Path) -> None:
    examples = read_examples(file)
    ids = [json.loads(line)["id"] for line in file.read_text("utf-8").splitlines()]
    labels = [each.category for each in examples]
    learn_from, rest = split(ids, labels)
    vectors = real_embedder().embed([each.text for each in examples])
    for wanted in (0.75, 0.8, 0.85, 0.9, 0.95):
        found, learned = learn(
            vectors[learn_from],
            [labels[row] for row in learn_from],
            embedder="bench",
            wanted=wanted,
        )
        judged = [found.judge(vectors[row]) for row in rest]
        right = np.array([j.category == labels[row] for j, row in zip(judged, rest, strict=True)])
        sure = np.array([each.sure for each in judged])
        line = {
            "wanted": wanted,
            "certain": learned.certain,
            "accuracy_while_learning": learned.accuracy,
            "accuracy": float(right.mean()),
            "coverage": float(sure.mean()),
            "precision": float(right[sure].mean()) if sure.any() else None,
        }
        print(json.dumps(line))
    chances = np.array([each.probability for each in judged])
    print(json.dumps({"mean_probability": chances.mean(), "examples": len(labels)}))


def split(ids: list[str], labels: list[str]) -> tuple[list[int], list[int]]:
    """The rows to learn from and those to judge: the same on every machine."""
    order = sorted(range(len(ids)), key=lambda row: hashlib.sha256(ids[row].encode()).hexdigest())
    learn_from, rest = [], []
    for label in sorted(set(labels)):
        rows = [row for row in order if labels[row] == label]
        cut = round(0.7 * len(rows))
        learn_from += rows[:cut]
        rest += rows[cut:]
    return learn_from, rest


if __name__ == "__main__":
    main(Path(sys.argv[1]))
