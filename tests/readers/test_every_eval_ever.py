"""Documents of Every Eval Ever: what they say arrives, and what they do not say is not made up."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from confounded.errors import UnreadableError, UnsettledError
from confounded.readers import read_scores
from confounded.readers.every_eval_ever import benchmark_names
from confounded.readers.every_eval_ever import document as read_document

SOURCES = Path(__file__).parents[2].parent / "shared" / "sources" / "every_eval_ever"


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


def test_two_runs_of_one_model_stop_and_what_sets_them_apart_is_said(tmp_path: Path) -> None:
    for name, score in (("one", 0.5), ("two", 0.7)):
        run = document(result(score=score, evaluation_description=name), result("Chat", 0.25))
        run["model_info"]["additional_details"] = {"precision": f"precision-{name}", "same": "same"}
        written(tmp_path, f"{name}.json", run)
    with pytest.raises(UnsettledError, match="2 documents of model 'org/a'") as caught:
        read_scores(tmp_path)
    message = str(caught.value)
    assert "0.5 and 0.7 on 'RewardBench/Safety'" in message
    assert "they differ in precision (precision-one, precision-two); their means are taken" in message
    assert all(part in message for part in ("one.json", "two.json", "--lenient", '"id"'))
    table = read_scores(tmp_path, lenient=True)
    found = dict(table.scores.select("benchmark", "score").iter_rows())
    assert found == {"RewardBench/Safety": pytest.approx(0.6), "RewardBench/Chat": 0.25}
    assert [issue.stops for issue in table.issues] == [True, False]


def test_times_of_two_retrievals_are_said_as_times(tmp_path: Path) -> None:
    for at, score in ((1760492095.8, 0.5), (1770683238.1, 0.7)):
        run = document(result(score=score)) | {"retrieved_timestamp": str(at)}
        written(tmp_path, f"{at}.json", run)
    with pytest.raises(UnsettledError, match=r"retrieval time \(2025-10-15T01:34:55\+00:00, 2026-02-10"):
        read_scores(tmp_path)


def test_documents_under_a_name_that_was_cut_short_are_not_averaged(tmp_path: Path) -> None:
    for name, score in (("one", 0.5), ("two", 0.7)):
        written(tmp_path, f"{name}.json", document(result(score=score), model="org/a-long-na..."))
    written(tmp_path, "three.json", document(result()))
    with pytest.raises(UnsettledError, match="cut short"):
        read_scores(tmp_path)
    assert read_scores(tmp_path, lenient=True).scores["model"].to_list() == ["org/a"]


def test_contrary_directions_stop_and_none_is_taken(tmp_path: Path) -> None:
    written(tmp_path, "a.json", document(result()))
    written(tmp_path, "b.json", document(result(lower_is_better=True), model="org/b"))
    with pytest.raises(UnsettledError, match="direction of benchmark 'RewardBench/Safety'"):
        read_scores(tmp_path)
    assert read_scores(tmp_path, lenient=True).benchmarks["direction"].to_list() == [None]


def test_contrary_names_of_a_model_are_an_issue_and_neither_is_taken(tmp_path: Path) -> None:
    written(tmp_path, "a.json", document(result()))
    other = document(result("Chat"))
    other["model_info"]["name"] = "Other"
    written(tmp_path, "b.json", other)
    table = read_scores(tmp_path)
    assert table.models["name"].to_list() == [None]
    assert [issue.what for issue in table.issues] == [
        "different things are said of the name of model 'org/a': 'ORG/A' and 'Other'; none is taken"
    ]


def test_a_missing_score_is_stated_and_one_out_of_range_stops(tmp_path: Path) -> None:
    path = written(
        tmp_path, "a.json", document(result(score=None), result("Chat", 87.5), result("Hard", 0.875))
    )
    with pytest.raises(UnsettledError, match=r"such as 87\.5 of model 'org/a'; they are left out"):
        read_scores(path)
    table = read_scores(path, lenient=True)
    assert table.scores["score"].to_list() == [0.875]
    said = " ".join(issue.what for issue in table.issues)
    assert "1 result(s) without a score were left out, on RewardBench/Safety" in said
    assert "1 score(s) lie outside the range that their document states, on RewardBench/Chat" in said


@pytest.mark.parametrize(
    ("metric", "details"),
    [
        ({}, {"description": "No matching runs", "tab": "Accuracy"}),
        ({"has_unknown_level": True, "min_score": None, "max_score": None}, None),
    ],
)
def test_minus_one_that_says_it_stands_for_no_score_is_a_missing_one(
    tmp_path: Path, metric: dict[str, Any], details: object
) -> None:
    unknown = result("Unknown", -1.0, **metric)
    unknown["score_details"]["details"] = details
    table = read_scores(written(tmp_path, "a.json", document(unknown, result())))
    assert table.scores["benchmark"].to_list() == ["RewardBench/Safety"]
    assert "without a score" in table.issues[0].what


@pytest.mark.parametrize(
    "details", [None, "No matching runs", {"description": "min=-1"}, ["No matching runs"]]
)
def test_minus_one_that_says_nothing_is_a_score(tmp_path: Path, details: object) -> None:
    low = result("Low", -1.0, min_score=-2.0)
    low["score_details"]["details"] = details
    table = read_scores(written(tmp_path, "a.json", document(low)))
    assert table.scores["score"].to_list() == [-1.0]


def newer(*results: dict[str, Any], model: str = "org/a", evaluation: str = "eval-1") -> dict[str, Any]:
    """Return a document with what generation 0.3 has besides."""
    return document(*results, model=model) | {
        "schema_version": "0.3.0",
        "evaluation_id": evaluation,
        "eval_library": {"name": "inspect_ai", "version": "0.3.285"},
    }


def test_a_document_of_generation_0_3_is_read_with_its_unit_and_open_range(tmp_path: Path) -> None:
    rating = result(
        "Elo", -12.5, metric_id="elo", metric_unit="points", min_score="-Infinity", max_score="Infinity"
    )
    share = result("Pass", 61.5, metric_id="pass_rate", metric_unit="percent", max_score=100.0)
    table = read_scores(written(tmp_path, "a.json", newer(rating, share)))
    facts = table.benchmarks.select("benchmark", "unit", "floor", "ceiling").rows()
    assert facts == [
        ("RewardBench/Elo:elo", None, None, None),
        ("RewardBench/Pass:pass_rate", "percent", 0.0, 100.0),
    ]
    assert table.scores.sort("benchmark")["score"].to_list() == [-12.5, 61.5]
    assert table.issues == ()


def test_metrics_that_differ_in_a_parameter_are_two_benchmarks(tmp_path: Path) -> None:
    once, often = (
        result("Code", score, metric_id="pass_at_k", metric_parameters={"k": k})
        for k, score in ((1, 0.4), (5, 0.7))
    )
    found = read_scores(written(tmp_path, "a.json", newer(once, often))).scores
    assert dict(found.select("benchmark", "score").iter_rows()) == {
        "RewardBench/Code:pass_at_k[k=1]": 0.4,
        "RewardBench/Code:pass_at_k[k=5]": 0.7,
    }


def test_results_of_one_name_in_a_document_are_told_apart_by_their_ids(tmp_path: Path) -> None:
    """HELM's splits and perturbations have one metric each and differ in nothing else that has a name."""
    results = [
        result(score=score, metric_name="exact_match") | {"evaluation_result_id": f"exact_match:{split}"}
        for split, score in (("test", 0.5), ("valid", 0.25))
    ]
    found = read_scores(written(tmp_path, "a.json", newer(*results))).scores
    assert dict(found.select("benchmark", "score").iter_rows()) == {
        "RewardBench/Safety:exact_match:test": 0.5,
        "RewardBench/Safety:exact_match:valid": 0.25,
    }


def test_a_version_that_is_not_known_is_said(tmp_path: Path) -> None:
    table = read_scores(written(tmp_path, "a.json", document(result()) | {"schema_version": "0.9.0"}))
    assert "version 0.9.0" in table.issues[0].what


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
def test_the_whole_collection_is_read_and_nothing_is_lost_unsaid() -> None:
    paths = [path for path in SOURCES.rglob("*.json") if path.is_file()]
    table = read_scores(SOURCES, lenient=True)
    expected = set()
    for path in paths:
        one = read_document(path)
        names = benchmark_names(one)
        expected.update((one.model_info.id, name) for name in names)
    left_out = expected - set(table.scores.select("model", "benchmark").iter_rows())
    said = " ".join(issue.what for issue in table.issues)
    cut = {(model, name) for model, name in left_out if model.endswith("...")}
    counted = [
        int(found) for found in re.findall(r"(\d+) (?:result|score)\(s\) (?:without|lie outside)", said)
    ]
    assert len(left_out - cut) == sum(counted) == 166
    assert "cut short" in said or "more of the same kind" in said
    assert set(table.benchmarks["direction"]) == {"higher"}


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the collection is not on this machine")
def test_a_folder_of_real_documents_is_read_at_any_depth() -> None:
    table = read_scores(SOURCES / "helm_lite")
    assert (table.models.height, table.benchmarks.height, table.scores.height) == (91, 10, 909)
    assert [issue.what for issue in table.issues if "without" in issue.what] == [
        "1 result(s) without a score were left out, on helm_lite/GSM8K"
    ]
