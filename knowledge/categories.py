"""Categories of questions, learned from examples: logistic regression over sentence vectors.

    learn(vectors, labels)     -> Categories, Learned      cross-validated, so it knows how sure it may be
    Categories.judge(vector)   -> Judgement                the likeliest category, how likely, sure or not
    write(file, …), read(file)                             a JSON file that names its embedder

Below `certain` a category is only a guess and is left to people. `certain` is the lowest
probability from which on as many examples as wanted were right, each judged by a model
that had not seen it.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from knowledge.embedder import Vectors

Matrix = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]

FORMAT = 1
FEWEST = 10
"""Examples that a category needs: with fewer it cannot be told whether it was learned."""
FOLDS = 5
_PENALTY = 1e-3
"""On squared weights. Of 1e-3, 3e-4 and 1e-4 the first was best on four splits (bot/README.md)."""
_STEPS = 400
_SMALL = 1e-5


class CategoriesRefused(Exception):
    """Examples that nothing can be learned from, or a file that cannot be used. Says what to do."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """The likeliest category of a text. `sure` is False when it should be left to people."""

    category: str
    probability: float
    sure: bool


@dataclass(frozen=True, slots=True)
class Learned:
    """How well it went, each example judged by a model that had not seen it.

    `precision` and `coverage` are of those that would be sorted without people: how many of
    them were right, and their share of all (both 0 when nothing is sure). `left_out` counts
    the examples of categories with too few of them.
    """

    examples: int
    left_out: int
    counts: dict[str, int]
    accuracy: float
    certain: float | None
    precision: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Categories:
    """What was learned. `weights` has a row for each category, and a column for each number of
    a vector and one more; `certain` None: never sure."""

    names: tuple[str, ...]
    weights: Matrix
    embedder: str
    certain: float | None

    def judge(self, vector: Vectors) -> Judgement:
        """The category of one vector, of the embedder's dimension."""
        chances = _chances(_with_one(vector[None, :]), self.weights.T)[0]
        best = int(chances.argmax())
        probability = float(chances[best])
        sure = self.certain is not None and probability >= self.certain
        return Judgement(self.names[best], probability, sure)


def learn(
    vectors: Vectors, labels: Sequence[str], *, embedder: str, wanted: float
) -> tuple[Categories, Learned]:
    """Learn from a row and a label for each example; `wanted` is the precision to be kept.

    The same examples give the same result. Raises CategoriesRefused when fewer than two
    categories have FEWEST examples.
    """
    counts = Counter(labels)
    names = tuple(sorted(name for name, count in counts.items() if count >= FEWEST))
    if len(names) < 2:
        raise CategoriesRefused(_too_few(counts))
    kept = [row for row, label in enumerate(labels) if label in set(names)]
    rows = _with_one(vectors[kept])
    y = np.array([names.index(labels[row]) for row in kept])
    likeliest, chance = _judged_unseen(rows, y, len(names))
    right = likeliest == y
    certain = certain_from(chance, right, wanted)
    sure = chance >= certain if certain is not None else np.zeros(len(y), dtype=bool)
    learned = Learned(
        examples=len(y),
        left_out=len(labels) - len(y),
        counts={name: counts[name] for name in names},
        accuracy=float(right.mean()),
        certain=certain,
        precision=float(right[sure].mean()) if sure.any() else 0.0,
        coverage=float(sure.mean()),
    )
    return Categories(names, _fit(rows, y, len(names)).T, embedder, certain), learned


def certain_from(
    chances: npt.NDArray[np.float64], right: npt.NDArray[np.bool_], wanted: float
) -> float | None:
    """The lowest probability from which on at least the share `wanted` was right; None: nowhere."""
    order = np.argsort(-chances, kind="stable")
    sorted_chances = chances[order]
    shares = right[order].cumsum() / np.arange(1, len(order) + 1)
    last_of_its_kind = np.append(sorted_chances[1:] != sorted_chances[:-1], True)
    enough = np.flatnonzero((shares >= wanted) & last_of_its_kind)
    return float(sorted_chances[enough[-1]]) if len(enough) else None


def write(file: Path, found: Categories, learned: Learned, now: datetime) -> None:
    """Keep it, whole or not at all."""
    data = {
        "format": FORMAT,
        "embedder": found.embedder,
        "learned_at": now.isoformat(),
        "examples": learned.counts,
        "accuracy": round(learned.accuracy, 4),
        "precision": round(learned.precision, 4),
        "coverage": round(learned.coverage, 4),
        "certain": found.certain,
        "categories": list(found.names),
        "weights": np.round(found.weights, 7).tolist(),
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    descriptor, aside = tempfile.mkstemp(dir=file.parent, prefix=file.name)
    with os.fdopen(descriptor, "w", encoding="utf-8") as target:
        json.dump(data, target)
        target.flush()
        os.fsync(target.fileno())
    Path(aside).replace(file)


def read(file: Path, *, embedder: str, dimension: int) -> Categories | None:
    """What was kept for vectors of this embedder; None when there is no such file.

    Raises CategoriesRefused when it is damaged or was learned with another embedder.
    """
    again = f"Run 'firstline ticket learn' again, or delete {file} to do without."
    try:
        data = json.loads(file.read_text("utf-8"))
        names = tuple(str(name) for name in data["categories"])
        certain = None if data["certain"] is None else float(data["certain"])
        found = Categories(names, np.array(data["weights"], np.float64), data["embedder"], certain)
        whole = data["format"] == FORMAT and bool(np.isfinite(found.weights).all())
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        raise CategoriesRefused(f"{file} is damaged. {again}") from None
    if found.embedder != embedder:
        raise CategoriesRefused(f"{file} was learned with another model. {again}")
    if not whole or found.weights.shape != (len(names), dimension + 1):
        raise CategoriesRefused(f"{file} is damaged. {again}")
    return found


def _judged_unseen(rows: Matrix, y: Numbers, count: int) -> tuple[Numbers, Matrix]:
    """For each example: its likeliest category and how likely, by a model of the other folds."""
    likeliest, chance = np.zeros(len(y), np.int64), np.zeros(len(y))
    folds = np.empty(len(y), np.int64)
    for category in range(count):  # every fold has its share of each category
        members = np.flatnonzero(y == category)
        folds[members] = np.random.default_rng(category).permutation(len(members)) % FOLDS
    for fold in range(FOLDS):
        unseen = folds == fold
        chances = _chances(rows[unseen], _fit(rows[~unseen], y[~unseen], count))
        likeliest[unseen], chance[unseen] = chances.argmax(axis=1), chances.max(axis=1)
    return likeliest, chance


def _fit(rows: Matrix, y: Numbers, count: int) -> Matrix:
    """Weights of multinomial logistic regression, by Nesterov's accelerated descent."""
    size, width = rows.shape
    wanted = np.eye(count)[y]
    weights = ahead = np.zeros((width, count))
    penalty = np.full((width, 1), _PENALTY)
    penalty[-1] = 0  # what every category has alike is not held back
    steepest = 0.5 * float(np.linalg.eigvalsh(rows.T @ rows)[-1]) / size + _PENALTY
    pace = 1.0
    for _ in range(_STEPS):
        slope = rows.T @ (_chances(rows, ahead) - wanted) / size + penalty * ahead
        if np.abs(slope).max() < _SMALL:
            break
        further = ahead - slope / steepest
        faster = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead = further + (pace - 1) / faster * (further - weights)
        weights, pace = further, faster
    return weights


def _chances(rows: Matrix, weights: Matrix) -> Matrix:
    scores = rows @ weights
    scores = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = scores / scores.sum(axis=1, keepdims=True)
    return shares


def _with_one(vectors: Vectors) -> Matrix:
    return np.hstack([vectors.astype(np.float64), np.ones((len(vectors), 1))])


def _too_few(counts: Counter[str]) -> str:
    had = ", ".join(f"{name} {count}" for name, count in counts.most_common(8)) or "none"
    return (
        f"At least two categories with {FEWEST} examples each are needed to learn from; "
        f"there were: {had}."
    )
