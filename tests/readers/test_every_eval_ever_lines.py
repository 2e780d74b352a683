"""Instance-level lines of Every Eval Ever: items arrive under the benchmark of their document, and count once."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from confounded.errors import UnreadableError, UnsettledError
from confounded.readers import read_items, read_scores

SCORES = (1.0, 0.0, 0.0, 1.0)


def line(sample: object, score: float | None, **other: Any) -> dict[str, Any]:
    return {
        "schema_version": "instance_level_eval_0.3.0",
        "evaluation_id": "exams/org_a/1",
        "model_id": "org/a",
        "evaluation_name": "Exams",
        "evaluation_result_id": "accuracy",
        "sample_id": sample,
        "interaction_type": "single_turn",
        "input": {"raw": "Which?", "reference": ["A"]},
        "output": {"raw": ["A"]},
        "answer_attribution": [],
        "evaluation": {"score": score, "is_correct": score == 1},
    } | other


def lines(scores: Sequence[float | None] = SCORES, **other: Any) -> list[dict[str, Any]]:
    return [line(f"exam-{number}", score, **other) for number, score in enumerate(scores)]


def document(score: float = 0.5, **result: Any) -> dict[str, Any]:
    return {
        "schema_version": "0.3.0",
        "evaluation_id": "exams/org_a/1",
        "source_metadata": {"source_name": "school"},
        "model_info": {"id": "org/a", "name": "A", "developer": "org"},
        "evaluation_results": [
            {
                "evaluation_name": "Exams",
                "evaluation_result_id": "accuracy",
                "metric_config": {"metric_id": "acc", "lower_is_better": False},
                "score_details": {"score": score},
            }
            | result
        ],
    }


def written(folder: Path, name: str, rows: Sequence[object]) -> Path:
    path = folder / name
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_items_have_the_benchmark_and_the_direction_of_the_document_beside_them(tmp_path: Path) -> None:
    written(tmp_path, "1.json", [document()])
    path = written(tmp_path, "1_samples.jsonl", lines())
    for source in (path, tmp_path):
        found = read_items(source)
        assert found.items.select("model", "benchmark", "metric", "item", "score").rows() == [
            ("org/a", "school/Exams:acc", "acc", f"exam-{number}", score)
            for number, score in enumerate(SCORES)
        ]
        assert found.benchmarks.select("benchmark", "direction").rows() == [("school/Exams:acc", "higher")]
        assert found.models["name"].to_list() == ["A"]
        assert found.issues == ()


def test_lines_beside_their_document_are_no_second_scores(tmp_path: Path) -> None:
    written(tmp_path, "1.json", [document()])
    written(tmp_path, "1_samples.jsonl", lines())
    written(tmp_path, "elsewhere.jsonl", lines())
    table = read_scores(tmp_path)
    assert table.scores.select("benchmark", "score").rows() == [("school/Exams:acc", 0.5)]
    assert table.issues == ()


def test_lines_alone_are_means_over_items_without_a_direction(tmp_path: Path) -> None:
    table = read_scores(written(tmp_path, "1_samples.jsonl", lines()))
    row = table.scores.row(0, named=True)
    assert (row["benchmark"], row["score"], row["n_items"]) == ("Exams:accuracy", 0.5, 4)
    assert row["stderr"] == pytest.approx((1 / 3) ** 0.5 / 2)
    assert table.benchmarks["direction"].to_list() == [None]
    assert any("without their document" in issue.what for issue in table.issues)


def test_lines_of_an_evaluation_without_a_document_join_those_that_have_one(tmp_path: Path) -> None:
    written(tmp_path, "1.json", [document()])
    written(tmp_path, "2_samples.jsonl", lines((1.0, 1.0), evaluation_id="exams/org_b/1", model_id="org/b"))
    found = dict(read_scores(tmp_path).scores.select("model", "score").iter_rows())
    assert found == {"org/a": 0.5, "org/b": 1.0}


def test_lines_without_a_result_id_belong_to_the_only_result_of_their_evaluation(tmp_path: Path) -> None:
    both = document()
    both["evaluation_results"].append({**both["evaluation_results"][0], "evaluation_name": "Other"})
    written(tmp_path, "1.json", [both])
    path = written(tmp_path, "1_samples.jsonl", lines(evaluation_result_id=None))
    assert set(read_items(path).items["benchmark"]) == {"school/Exams:acc"}
    doubled = document()
    doubled["evaluation_results"] *= 2
    doubled["evaluation_results"][1] = {**doubled["evaluation_results"][1], "evaluation_result_id": "f1"}
    written(tmp_path, "1.json", [doubled])
    assert set(read_items(path).items["benchmark"]) == {"Exams"}  # which of the two is not said


def test_several_lines_of_an_item_count_once_with_their_mean(tmp_path: Path) -> None:
    path = written(tmp_path, "1_samples.jsonl", [*lines(), *lines((0.0, 0.0, 0.0, 1.0))])
    found = read_items(path)
    assert found.items["score"].to_list() == [0.5, 0.0, 0.0, 1.0]
    assert "4 items have several lines of one evaluation" in found.issues[0].what


def test_two_evaluations_of_one_model_stop(tmp_path: Path) -> None:
    path = written(tmp_path, "x.jsonl", [*lines(), *lines((0.0,), evaluation_id="exams/org_a/2")])
    with pytest.raises(UnsettledError, match="several evaluations of one model"):
        read_items(path)
    assert read_items(path, lenient=True).items["score"].to_list() == [0.5, 0.0, 0.0, 1.0]


def test_different_samples_under_one_id_are_two_items(tmp_path: Path) -> None:
    rows = [
        line("1", 1.0, sample_hash="aa"),
        line("1", 0.0, sample_hash="bb"),
        line("2", 1.0, sample_hash="cc"),
    ]
    found = read_items(written(tmp_path, "x.jsonl", rows))
    assert found.items["item"].to_list() == ["1#aa", "1#bb", "2"]


@pytest.mark.parametrize(("stated", "kept"), [(0.5, 4), (2 / 3, 3)])
def test_lines_with_an_error_count_where_the_document_counted_them(
    tmp_path: Path, stated: float, kept: int
) -> None:
    written(tmp_path, "1.json", [document(stated)])
    rows = [*lines((1.0, 0.0, 1.0)), line("late", 0.0, error="timeout")]
    found = read_items(written(tmp_path, "1_samples.jsonl", rows))
    assert found.items.height == kept
    assert bool(found.issues) == (kept == 3)


def test_items_whose_mean_is_not_the_score_are_left_out_and_told(tmp_path: Path) -> None:
    written(tmp_path, "1.json", [document(0.9)])
    path = written(tmp_path, "1_samples.jsonl", lines())
    with pytest.raises(UnreadableError, match="are not the scores of their documents"):
        read_items(path)


def test_a_score_in_percent_is_the_mean_of_fractions(tmp_path: Path) -> None:
    written(tmp_path, "1.json", [document(50.0)])
    assert read_items(written(tmp_path, "1_samples.jsonl", lines())).items.height == 4


def test_a_line_without_a_score_is_left_out_and_told(tmp_path: Path) -> None:
    found = read_items(written(tmp_path, "x.jsonl", lines((1.0, None, float("nan"), 0.0))))
    assert found.items["item"].to_list() == ["exam-0", "exam-3"]
    assert "2 line(s) without a score were left out" in found.issues[0].what


@pytest.mark.parametrize("field", ["evaluation_id", "model_id", "sample_id", "evaluation"])
def test_a_line_that_lacks_a_field_is_one_error_that_names_the_line(tmp_path: Path, field: str) -> None:
    rows = lines()
    del rows[2][field]
    path = written(tmp_path, "x.jsonl", rows)
    with pytest.raises(UnreadableError, match=r"x\.jsonl, line 3"):
        read_scores(path)


def test_names_of_one_evaluation_do_not_depend_on_what_is_read_with_it(tmp_path: Path) -> None:
    one = written(tmp_path, "x.jsonl", lines())
    alone = set(read_items(one).items["benchmark"])
    written(tmp_path, "y.jsonl", lines(evaluation_name="Other", evaluation_id="other/1"))
    together = read_items(tmp_path).items.filter(pl.col("source").str.ends_with("x.jsonl"))
    assert set(together["benchmark"]) == alone
