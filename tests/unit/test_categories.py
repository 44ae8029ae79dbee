"""Categories learned from examples: what is told apart, how sure, and what is kept in a file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.categories import (
    FEWEST,
    CategoriesRefused,
    certain_from,
    learn,
    read,
    write,
)
from knowledge.embedder import Vectors

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def cloud(axis: int, count: int, spread: float, seed: int) -> Vectors:
    """Unit vectors around one axis of eight."""
    found = np.eye(8)[axis] + np.random.default_rng(seed).normal(0, spread, (count, 8))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float32)


def examples(spread: float, count: int = 40) -> tuple[Vectors, list[str]]:
    names = ("billing", "sync", "tabs")
    rows = np.vstack([cloud(axis, count, spread, axis) for axis in range(len(names))])
    return rows, [name for name in names for _ in range(count)]


def test_what_is_apart_is_told_apart_and_surely() -> None:
    vectors, labels = examples(0.1)
    found, learned = learn(vectors, labels, embedder="e", wanted=0.9)
    assert learned.accuracy == 1
    assert learned.coverage == 1
    unseen = cloud(1, 20, 0.1, seed=9)
    assert {found.judge(row).category for row in unseen} == {"sync"}
    assert found.judge(np.eye(8, dtype=np.float32)[1]).sure


def test_between_two_categories_nothing_is_sure() -> None:
    found, _ = learn(*examples(0.5), embedder="e", wanted=0.95)
    half = (np.eye(8)[0] + np.eye(8)[1]).astype(np.float32) / np.float32(2**0.5)
    judged = found.judge(half)
    assert judged.category in ("billing", "sync")
    assert not judged.sure


def test_labels_that_say_nothing_make_it_sure_of_nothing_much() -> None:
    vectors = cloud(0, 300, 1.0, seed=3)
    labels = [("a", "b", "c")[n % 3] for n in range(300)]
    _, learned = learn(vectors, labels, embedder="e", wanted=0.9)
    assert learned.accuracy < 0.5
    assert learned.coverage < 0.1


def test_the_same_examples_give_the_same_result() -> None:
    one, _ = learn(*examples(0.4), embedder="e", wanted=0.9)
    two, _ = learn(*examples(0.4), embedder="e", wanted=0.9)
    assert np.array_equal(one.weights, two.weights)
    assert one.certain == two.certain


def test_categories_with_few_examples_are_left_out_and_counted() -> None:
    vectors, labels = examples(0.1)
    labels[:5] = ["rare"] * 5
    found, learned = learn(vectors, labels, embedder="e", wanted=0.9)
    assert found.names == ("billing", "sync", "tabs")
    assert (learned.left_out, learned.examples) == (5, 115)


@pytest.mark.parametrize("labels", [[], ["a"] * 20, ["a"] * 20 + ["b"] * (FEWEST - 1)])
def test_one_category_is_nothing_to_learn(labels: list[str]) -> None:
    with pytest.raises(CategoriesRefused, match="At least two categories"):
        learn(cloud(0, len(labels), 0.1, seed=1), labels, embedder="e", wanted=0.9)


pairs = st.lists(st.tuples(st.integers(0, 10).map(lambda n: n / 10), st.booleans()), max_size=30)


@given(pairs=pairs, wanted=st.sampled_from((0.5, 0.75, 0.9, 1.0)))
def test_certainty_is_the_lowest_that_keeps_the_promise(
    pairs: list[tuple[float, bool]], wanted: float
) -> None:
    chances = np.array([chance for chance, _ in pairs], float)
    right = np.array([each for _, each in pairs], bool)

    def share(limit: float) -> float:
        above = right[chances >= limit]
        return float(above.mean()) if len(above) else 0.0

    keeping = [limit for limit in sorted(set(chances.tolist())) if share(limit) >= wanted]
    assert certain_from(chances, right, wanted) == (keeping[0] if keeping else None)


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    vectors, labels = examples(0.3)
    found, learned = learn(vectors, labels, embedder="e", wanted=0.9)
    file = tmp_path / "var" / "categories.json"
    write(file, found, learned, NOW)
    again = read(file, embedder="e", dimension=8)
    assert again is not None
    assert (again.names, again.certain) == (found.names, found.certain)
    for row in vectors[::7]:
        assert again.judge(row).category == found.judge(row).category
        assert again.judge(row).probability == pytest.approx(found.judge(row).probability, abs=1e-4)
    assert list(file.parent.iterdir()) == [file]


def test_no_file_is_no_categories(tmp_path: Path) -> None:
    assert read(tmp_path / "none.json", embedder="e", dimension=8) is None


def test_vectors_of_another_model_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "categories.json"
    write(file, *learn(*examples(0.3), embedder="e", wanted=0.9), NOW)
    with pytest.raises(CategoriesRefused, match="another model"):
        read(file, embedder="f", dimension=8)
    with pytest.raises(CategoriesRefused, match="damaged"):
        read(file, embedder="e", dimension=9)


@pytest.mark.parametrize(
    "damage", ["", "[]", "{}", "{", '{"format": 1}', '{"weights": [[NaN]]}', "null"]
)
def test_a_damaged_file_says_what_to_do(tmp_path: Path, damage: str) -> None:
    file = tmp_path / "categories.json"
    file.write_text(damage, "utf-8")
    with pytest.raises(CategoriesRefused, match="firstline ticket learn"):
        read(file, embedder="e", dimension=8)


@pytest.mark.parametrize(
    ("key", "value"), [("weights", [[1.0, 2.0], [3.0]]), ("certain", "x"), ("format", 99)]
)
def test_a_file_with_one_wrong_value_is_damaged(tmp_path: Path, key: str, value: object) -> None:
    file = tmp_path / "categories.json"
    write(file, *learn(*examples(0.3), embedder="e", wanted=0.9), NOW)
    data = json.loads(file.read_text("utf-8"))
    file.write_text(json.dumps(data | {key: value}), "utf-8")
    with pytest.raises(CategoriesRefused, match="damaged"):
        read(file, embedder="e", dimension=8)
