"""Documents of Every Eval Ever: what they say arrives, and what they do not say is not made up."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from confounded.errors import ContentError, UnreadableError
from confounded.readers import read_scores
from confounded.readers.every_eval_ever import read_every_eval_ever

SOURCES = Path(__file__).parents[2].parent / "shared" / "sources" / "every_eval_ever"
SECONDS = 5.0
"""What reading the whole collection may take: the bound that the project set itself."""


def result(name: str = "Safety", score: float | None = 0.5, **metric: Any) -> dict[str, Any]:
    config = {"lower_is_better": False, "min_score": 0.0, "max_score": 1.0} | metric
    return {
        "evaluation_name": name,
        "source_data": {"dataset_name": "RewardBench"},
        "metric_config": config,
        "score_details": {"score": score},
    }


def document(*results: dict[str, Any], model: str = "org/a", source: str = "RewardBench") -> dict[str, Any]:
    return {
        "schema_version": "0.2.0",
        "source_metadata": {"source_name": source},
        "model_info": {"id": model, "name": model.upper(), "developer": "org"},
        "evaluation_results": list(results),
    }


def written(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_a_document_becomes_one_score_a_result(tmp_path: Path) -> None:
    worse = result("Attack", 0.25, lower_is_better=True)
    worse["score_details"]["uncertainty"] = {"standard_error": {"value": 0.01}, "num_samples": 400}
    table = read_scores(written(tmp_path, "a.json", document(result(), worse)))
    rows = table.scores.sort("benchmark").select("model", "benchmark", "score", "stderr", "n_items").rows()
    assert rows == [
        ("org/a", "RewardBench/Attack", 0.25, 0.01, 400),
        ("org/a", "RewardBench/Safety", 0.5, None, None),
    ]
    assert table.benchmarks["direction"].to_list() == ["lower", "higher"]
    assert table.models.select("name", "organisation").rows() == [("ORG/A", "org")]
    assert table.issues == ()


def test_a_direction_that_is_not_stated_is_not_assumed(tmp_path: Path) -> None:
    table = read_scores(written(tmp_path, "a.json", document(result(lower_is_better=None))))
    assert table.benchmarks["direction"].to_list() == [None]


def test_a_benchmark_has_the_same_name_whatever_is_read_with_it(tmp_path: Path) -> None:
    one = written(tmp_path, "x/one.json", document(result()))
    written(tmp_path, "x/y/two.json", document(result(), source="RewardBench 2"))
    alone = set(read_scores(one).scores["benchmark"])
    together = set(read_scores(tmp_path / "x").scores["benchmark"])
    assert alone == {"RewardBench/Safety"}
    assert together == alone | {"RewardBench 2/RewardBench/Safety"}


def test_two_metrics_of_one_evaluation_are_two_benchmarks(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", document(result(metric_id="acc"), result(metric_id="f1", score=0.1)))
    found = dict(read_scores(path).scores.select("benchmark", "score").iter_rows())
    assert found == {"RewardBench/Safety:acc": 0.5, "RewardBench/Safety:f1": 0.1}


def test_two_runs_of_one_model_are_refused_even_under_two_descriptions(tmp_path: Path) -> None:
    for name in ("one", "two"):
        written(tmp_path, f"{name}.json", document(result(evaluation_description=name)))
    with pytest.raises(ContentError, match="2 for model 'org/a'") as caught:
        read_scores(tmp_path)
    assert "one.json" in str(caught.value)
    assert "two.json" in str(caught.value)


def test_contrary_directions_are_refused(tmp_path: Path) -> None:
    written(tmp_path, "a.json", document(result()))
    written(tmp_path, "b.json", document(result(lower_is_better=True), model="org/b"))
    with pytest.raises(ContentError, match="one direction of benchmark 'RewardBench/Safety'"):
        read_scores(tmp_path)


def test_contrary_names_of_a_model_are_an_issue_and_neither_is_taken(tmp_path: Path) -> None:
    written(tmp_path, "a.json", document(result()))
    other = document(result("Chat"))
    other["model_info"]["name"] = "Other"
    written(tmp_path, "b.json", other)
    table = read_scores(tmp_path)
    assert table.models["name"].to_list() == [None]
    assert [issue.what for issue in table.issues] == [
        "documents differ on the name of 1 model(s); none was taken: org/a"
    ]


def test_a_missing_score_and_one_out_of_range_are_stated(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", document(result(score=None), result("Chat", 87.5)))
    table = read_scores(path)
    assert table.scores["score"].to_list() == [87.5]
    said = " ".join(issue.what for issue in table.issues)
    assert "1 result(s) without a score were left out, on RewardBench/Safety" in said
    assert "1 score(s) lie outside the range that their document states, on RewardBench/Chat" in said


@pytest.mark.parametrize("field", ["model_info", "evaluation_results", "source_metadata"])
def test_a_document_that_lacks_a_field_is_one_clear_error(tmp_path: Path, field: str) -> None:
    content = document(result())
    content[field] = 3
    with pytest.raises(UnreadableError, match=r"a\.json"):
        read_scores(written(tmp_path, "a.json", content))


def test_a_nan_score_is_a_missing_one(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", document(result(score=float("nan")), result("Chat")))
    assert read_scores(path).scores["benchmark"].to_list() == ["RewardBench/Chat"]


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the collection is not on this machine")
def test_the_whole_collection_is_read_in_time_and_nothing_is_lost() -> None:
    paths = [path for path in SOURCES.rglob("*.json") if path.is_file()]
    begun = time.perf_counter()
    table = read_every_eval_ever(paths)
    assert time.perf_counter() - begun < SECONDS
    expected = sum(len(json.loads(path.read_bytes())["evaluation_results"]) for path in paths)
    assert table.scores.height == expected
    assert set(table.benchmarks["direction"]) == {"higher"}


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the collection is not on this machine")
def test_a_folder_of_real_documents_is_read_at_any_depth() -> None:
    table = read_scores(SOURCES / "helm_lite")
    assert (table.models.height, table.benchmarks.height, table.scores.height) == (91, 10, 910)
