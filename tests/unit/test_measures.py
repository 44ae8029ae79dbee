"""The measures of `firstline evaluate`, on examples worked out by hand."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from indexer.measure import (
    Decision,
    Outcome,
    auroc,
    mean,
    ndcg,
    peak_mb,
    percentile,
    recall,
    reciprocal_rank,
    report,
    run,
)
from indexer.questions import Query, QuestionsRefused, read_queries, with_known_gold
from knowledge.search import Hits


def query(id: str, *gold: str) -> Query:
    return Query(id, f"question {id}", frozenset(gold), bool(gold))


def test_recall_tells_whether_a_right_article_is_among_the_first() -> None:
    assert recall(["x", "a", "b"], {"a"}, 1) == 0
    assert recall(["x", "a", "b"], {"a", "z"}, 2) == 1
    assert recall([], {"a"}, 5) == 0


def test_reciprocal_rank_counts_the_first_right_article() -> None:
    assert reciprocal_rank(["x", "y", "a", "b"], {"a", "b"}, 10) == pytest.approx(1 / 3)
    assert reciprocal_rank(["x", "y", "a"], {"a"}, 2) == 0


def test_ndcg_is_one_when_all_right_articles_come_first() -> None:
    assert ndcg(["a", "b", "x"], {"a", "b"}, 10) == pytest.approx(1)
    expected = (1 / math.log2(3)) / (1 + 1 / math.log2(3))
    assert ndcg(["x", "a"], {"a", "b"}, 10) == pytest.approx(expected)


def test_auroc_counts_pairs_and_ties_by_half() -> None:
    assert auroc([3, 1], [2, 0]) == pytest.approx(3 / 4)
    assert auroc([1], [1]) == 0.5
    assert auroc([1], []) is None


def test_percentiles_are_values_that_were_measured() -> None:
    assert percentile(list(range(1, 101)), 99) == 99
    assert percentile([5, 1, 3], 50) == 3
    assert percentile([7], 99) == 7
    assert percentile([], 50) is None


def test_the_mean_of_nothing_is_none() -> None:
    assert mean([]) is None
    assert mean([1, 2]) == 1.5


OUTCOMES = [
    Outcome(query("1", "a"), ("a", "b"), Decision("answer", 0.9, ("a",)), 1, 2),
    Outcome(query("2", "b"), ("a", "b"), Decision("answer", 0.8, ("a",)), 2, 3),
    Outcome(query("3", "c"), ("a", "b"), Decision("ask_back", 0.5), 3, 4),
    Outcome(query("4", "d"), (), Decision("abstain", 0.1), 4, 5),
    Outcome(query("5"), ("a",), Decision("answer", 0.6, ("a",)), 5, 6),
    Outcome(query("6"), ("a",), Decision("abstain", 0.0), 6, 7),
]


def test_the_report_is_one_flat_object() -> None:
    found = report(OUTCOMES, passages=7, index_seconds=1.5, peak_mb=200.0)

    assert found == {
        "n": 4,
        "recall@1": 0.25,
        "recall@5": 0.5,
        "mrr@10": 0.375,
        "ndcg@10": pytest.approx((1 + 1 / math.log2(3)) / 4),
        "oos_auroc": 6 / 8,
        "answered_in_scope": 0.5,
        "answered_out_of_scope": 0.5,
        "answered_precision": pytest.approx(1 / 3),
        "asked_back": 0.25,
        "abstained": 0.25,
        "search_ms_p50": 3,
        "search_ms_p95": 6,
        "search_ms_p99": 6,
        "answer_ms_p50": 4,
        "answer_ms_p95": 7,
        "answer_ms_p99": 7,
        "passages": 7,
        "index_seconds": 1.5,
        "peak_mb": 200.0,
    }


def test_a_folder_without_questions_out_of_scope_has_nothing_to_say_of_them() -> None:
    found = report(OUTCOMES[:4], passages=1, index_seconds=0, peak_mb=0)
    assert found["oos_auroc"] is None
    assert found["answered_out_of_scope"] is None


def test_every_question_is_asked_and_timed() -> None:
    ticks = iter([0.0, 0.010, 0.015, 1.0, 1.5, 2.0])
    seen: list[tuple[int, int]] = []

    outcomes = run(
        [query("1", "a"), query("2")],
        search=lambda text: Hits(text, (), "v1"),
        decide=lambda hits: Decision("abstain", len(hits.question)),
        clock=lambda: next(ticks),
        progress=lambda done, total: seen.append((done, total)),
    )

    assert [o.decision.in_scope for o in outcomes] == [10, 10]
    assert [round(o.search_ms) for o in outcomes] == [10, 500]
    assert [round(o.answer_ms) for o in outcomes] == [15, 1000]
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_the_peak_is_a_plausible_number_of_megabytes() -> None:
    assert 10 < peak_mb() < 100_000


def folder_with(tmp_path: Path, *rows: object, oos: tuple[object, ...] = ()) -> Path:
    text = "\n".join(json.dumps(row) for row in rows)
    (tmp_path / "queries.jsonl").write_text(text, "utf-8")
    if oos:
        lines = "\n".join(json.dumps(row) for row in oos)
        (tmp_path / "queries_oos.jsonl").write_text(lines, "utf-8")
    return tmp_path


ROW = {"id": "1", "text": "long text", "title": "short", "gold": ["a"], "in_scope": True}


def test_questions_are_read_by_text_or_title(tmp_path: Path) -> None:
    folder = folder_with(tmp_path, ROW, {**ROW, "title": ""})
    assert [q.text for q in read_queries(folder, field="title")] == ["short", "long text"]
    assert read_queries(folder)[0] == Query("1", "long text", frozenset({"a"}), True)


def test_checked_leaves_out_the_unread_but_not_those_out_of_scope(tmp_path: Path) -> None:
    outside = {"id": "o", "text": "weather", "gold": [], "in_scope": False}
    folder = folder_with(tmp_path, {**ROW, "checked": True}, {**ROW, "id": "2"}, oos=(outside,))
    assert [q.id for q in read_queries(folder, checked=True)] == ["1", "o"]


@pytest.mark.parametrize(
    "row",
    [
        7,
        {},
        {"id": "1", "gold": ["a"]},
        {"id": "1", "text": 5, "gold": ["a"]},
        {"id": "1", "text": "x", "gold": [], "in_scope": True},
        {"id": "1", "text": "x", "gold": "a"},
    ],
)
def test_a_row_that_is_no_question_is_refused_with_its_line(tmp_path: Path, row: object) -> None:
    folder = folder_with(tmp_path, ROW, row)
    with pytest.raises(QuestionsRefused, match=r"queries\.jsonl:2: "):
        read_queries(folder)


def test_a_missing_file_or_field_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QuestionsRefused, match="missing"):
        read_queries(tmp_path)
    with pytest.raises(QuestionsRefused, match="choose text or title"):
        read_queries(folder_with(tmp_path, ROW), field="body")
    with pytest.raises(QuestionsRefused, match="checked"):
        read_queries(folder_with(tmp_path, ROW), checked=True)


def test_gold_may_name_an_article_by_its_path_and_what_is_none_is_told() -> None:
    asked = [query("1", "setup/linux.md"), query("2", "plain"), query("3", "gone")]
    found, strangers = with_known_gold(asked, {"setup-linux", "plain"})
    assert [set(each.gold) for each in found] == [{"setup-linux"}, {"plain"}, {"gone"}]
    assert strangers == ("gone",)
