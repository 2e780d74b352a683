"""Samples of lm-evaluation-harness: what one model got on each document, and the scores where nothing else has them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from confounded.errors import UnreadableError, UnsettledError
from confounded.readers import lm_evaluation_lines, read_items, read_scores
from tests.readers.samples import HARNESS, HARNESS_SAMPLES

TIME = "2026-02-03T04-05-06.789"


def written(folder: Path, rows: Any, task: str = "truthfulqa_mc1", model: str = "org__ada-7b") -> Path:
    path = folder / model / f"samples_{task}_{TIME}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def results(folder: Path, **changes: Any) -> Path:
    path = folder / "org__ada-7b" / f"results_{TIME}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({**HARNESS, **changes}), encoding="utf-8")
    return path


def old(*values: float, filters: int = 1) -> list[dict[str, Any]]:
    """Lines as versions before 0.4.9 wrote them: without filter and metrics."""
    fields = ("doc_id", "doc", "target", "arguments", "resps", "filtered_resps", "doc_hash")
    rows = [{name: one[name] for name in fields} for one in HARNESS_SAMPLES[: len(values)]]
    return [{**row, "acc": value} for _ in range(filters) for row, value in zip(rows, values, strict=True)]


def test_alone_they_are_means_with_errors_and_counts_and_say_so(tmp_path: Path) -> None:
    table = read_scores(written(tmp_path, HARNESS_SAMPLES))
    (row,) = table.scores.iter_rows(named=True)
    assert (row["model"], row["benchmark"], row["n_items"]) == ("org/ada-7b", "truthfulqa_mc1", 7)
    assert row["score"] == pytest.approx(4 / 7)
    assert row["stderr"] == pytest.approx((4 / 7 * 3 / 7 / 6) ** 0.5)
    told = " ".join(issue.what for issue in table.issues)
    assert "'org/ada-7b' was taken from the name of the folder" in told
    assert "means over their items" in told


def test_beside_their_results_they_are_no_second_scores(tmp_path: Path) -> None:
    results(tmp_path)
    written(tmp_path, HARNESS_SAMPLES)
    table = read_scores(tmp_path)
    (score,) = table.scores.filter(benchmark="truthfulqa_mc1")["score"]
    assert score == 0.3127
    assert table.issues == read_scores(results(tmp_path)).issues


def test_a_task_that_the_results_lack_is_read_from_its_samples(tmp_path: Path) -> None:
    results(tmp_path)
    written(tmp_path, HARNESS_SAMPLES, task="wmdp_bio")
    scores = dict(read_scores(tmp_path).scores.select("benchmark", "score").iter_rows())
    assert scores["wmdp_bio"] == pytest.approx(4 / 7)
    assert scores["truthfulqa_mc1"] == 0.3127


def test_items_take_model_and_direction_from_the_results_beside_them(tmp_path: Path) -> None:
    results(tmp_path, model_name="other/name")
    written(tmp_path, HARNESS_SAMPLES)
    table = read_items(tmp_path)
    assert table.items["score"].to_list() == [1, 0, 0, 1, 1, 0, 1]
    assert table.items["item"].to_list() == [str(n) for n in range(7)]
    assert set(table.items["model"]) == {"other/name"}
    assert table.benchmarks["direction"].to_list() == ["higher"]


def test_lines_without_filters_are_told_apart_by_the_results_or_stop(tmp_path: Path) -> None:
    path = written(tmp_path, old(1.0, 0.0, filters=2), task="gsm8k")
    with pytest.raises(UnsettledError, match="nothing says by which filter"):
        read_items(path)
    once = written(tmp_path, old(1.0, 0.0))
    assert read_items(once).items["score"].to_list() == [1, 0]


def test_true_and_false_are_right_and_wrong_and_lists_are_told(tmp_path: Path) -> None:
    rows = [
        {**row, "metrics": ["acc", "ppl"], "acc": bool(row["acc"]), "ppl": [1, 2]} for row in HARNESS_SAMPLES
    ]
    table = read_items(written(tmp_path, rows))
    assert table.items["score"].sum() == 4
    assert any("no score for each document and were left out: ppl" in issue.what for issue in table.issues)


@pytest.mark.parametrize("value", [float("inf"), float("nan"), None])
def test_an_item_without_a_finite_score_stops(tmp_path: Path, value: object) -> None:
    rows = [{**row, "acc": value} if row["doc_id"] == 3 else row for row in HARNESS_SAMPLES]
    path = written(tmp_path, rows)
    with pytest.raises(UnsettledError, match="1 item score"):
        read_scores(path)
    assert read_items(path, lenient=True).items.height == 6


def test_a_document_with_two_scores_stops_and_one_that_stands_twice_counts_once(tmp_path: Path) -> None:
    path = written(tmp_path, [*HARNESS_SAMPLES, {**HARNESS_SAMPLES[2], "acc": 1.0}])
    with pytest.raises(UnsettledError, match=r"with different scores.*doc_id 2"):
        read_items(path)
    same = written(tmp_path, [*HARNESS_SAMPLES, HARNESS_SAMPLES[2]])
    assert read_items(same).items.height == 7


def test_two_runs_of_one_model_with_other_scores_stop(tmp_path: Path) -> None:
    written(tmp_path / "a", HARNESS_SAMPLES)
    written(tmp_path / "b", [{**row, "acc": 1.0} for row in HARNESS_SAMPLES])
    with pytest.raises(UnsettledError, match="2 scores of model 'org/ada-7b' on benchmark 'truthfulqa_mc1'"):
        read_scores(tmp_path)


def test_a_line_of_something_else_is_named(tmp_path: Path) -> None:
    path = written(tmp_path, [*HARNESS_SAMPLES, {"doc_id": 9}])
    with pytest.raises(UnreadableError, match=r"jsonl, line 8: expected a line of samples"):
        read_scores(path)
    path.write_text(path.read_text(encoding="utf-8") + '{"doc_id": ', encoding="utf-8")
    with pytest.raises(UnreadableError, match=r"line 8|line 9"):
        read_items(path)


def test_a_line_that_is_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = written(tmp_path, HARNESS_SAMPLES)
    monkeypatch.setattr(lm_evaluation_lines, "LONGEST_LINE", 100)
    with pytest.raises(UnreadableError, match=r"line 1: .*a longer one"):
        read_scores(path)


def test_broken_results_beside_samples_are_named(tmp_path: Path) -> None:
    results(tmp_path).write_text('{"results": {', encoding="utf-8")
    written(tmp_path, HARNESS_SAMPLES)
    with pytest.raises(UnreadableError, match=rf"results_{TIME}\.json"):
        read_scores(tmp_path)
