"""The arithmetic by which articles are judged, on numbers that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.evidence import Shape, best_and_next, best_places, centroids, scaled


def floats(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def test_rows_of_an_article_come_together_wherever_they_stood() -> None:
    shape = Shape.of(np.array([1, 0, -1, 1, 2]), 3)
    rows, begins = shape.rows(np.array([1, 2]))
    assert rows.tolist() == [0, 3, 4]
    assert begins.tolist() == [0, 2]


def test_a_centroid_is_the_direction_of_the_mean() -> None:
    vectors = np.array([[1, 0], [0, 1], [0, -1]], dtype=np.float32)
    found = centroids(vectors, Shape.of(np.array([0, 0, 1]), 2))
    np.testing.assert_allclose(found, [[0.5**0.5, 0.5**0.5], [0, -1]], rtol=1e-6)


def test_best_and_mean_of_the_three_best() -> None:
    best, following = best_and_next(floats(1, 4, 3, 2, 7, 5), np.array([0, 4, 5]))
    assert best.tolist() == [4, 7, 5]
    assert following.tolist() == [3, 7, 5]


@given(st.lists(st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=9), min_size=1))
def test_best_and_next_agree_with_sorting(runs: list[list[float]]) -> None:
    begins = np.cumsum([0, *map(len, runs)])[:-1]
    best, following = best_and_next(floats(*(v for run in runs for v in run)), begins)
    for run, first, mean in zip(runs, best, following, strict=True):
        assert first == pytest.approx(max(run))
        top = sorted(run, reverse=True)[:3]
        assert mean == pytest.approx(sum(top) / len(top), abs=1e-6)


def test_words_that_cover_all_of_a_question_score_one() -> None:
    assert scaled(floats(4, 1, 0), 4.0).tolist() == [1, 0.25, 0]


def test_words_scattered_over_many_texts_score_little() -> None:
    assert scaled(floats(4, 2), 16.0).tolist() == [0.5, 0.25]


def test_no_known_word_scores_nothing() -> None:
    assert scaled(floats(0, 0), 0.0).tolist() == [0, 0]
    assert scaled(floats(), 0.0).tolist() == []


def test_best_places_are_above_nothing() -> None:
    assert sorted(best_places(floats(0, 3, 1, 2), 2).tolist()) == [1, 3]
    assert sorted(best_places(floats(0, 3, 0), 5).tolist()) == [1]
    assert best_places(floats(0, 0), 1).tolist() == []
