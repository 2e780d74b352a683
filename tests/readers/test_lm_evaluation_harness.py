"""Result files of lm-evaluation-harness: every number arrives under one name that a rule gives it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from confounded.errors import ContentError, UnsettledError
from confounded.readers import read_scores


def run(**changes: Any) -> dict[str, Any]:
    """A result file as the engine writes it, with one task of each kind."""
    return {
        "results": {
            "arc_challenge": {
                "name": "arc_challenge",
                "alias": "arc_challenge",
                "sample_len": 100,
                "acc,none": 0.4,
                "acc_stderr,none": 0.02,
                "acc_norm,none": 0.45,
                "acc_norm_stderr,none": "N/A",
            },
            "gsm8k": {
                "alias": "gsm8k",
                "exact_match,flexible-extract": 0.3,
                "exact_match_stderr,flexible-extract": 0.01,
                "exact_match,strict-match": 0.2,
                "exact_match_stderr,strict-match": 0.015,
            },
            "toxicity": {"alias": "toxicity", "score,none": 0.125, "score_stderr,none": 0.03},
            "pair": {"alias": "pair", "up,none": 1.5, "down,none": 2.5},
            "mmlu": {"alias": "mmlu", "acc,none": 0.6, "sample_count": {"acc,none": 30}, "sample_len": 31},
            "mmlu_law": {"alias": " - law", "acc,none": 0.7},
            "empty_group": {" ": " ", "alias": "empty_group"},
            "in_empty": {"alias": " - in", "acc,none": 0.9},
        },
        "group_subtasks": {"mmlu": ["mmlu_law"], "empty_group": ["in_empty"], "gsm8k": []},
        "higher_is_better": {
            "arc_challenge": {"acc": True, "acc_norm": True},
            "gsm8k": {"exact_match": True},
            "toxicity": {"score": False},
            "mmlu": {"acc": None},
        },
        "n-samples": {"arc_challenge": {"original": 1172, "effective": 100}},
        "versions": {"gsm8k": 3.0},
        "configs": {},
        "n-shot": {"gsm8k": 5},
        "config": {"model": "hf", "model_args": "pretrained=org/a,dtype=auto", "model_num_parameters": 135},
        "model_name": "org/a",
        **changes,
    }


def written(folder: Path, name: str, content: object) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def test_every_number_arrives_once_and_headlines_have_the_names_of_tasks(tmp_path: Path) -> None:
    table = read_scores(written(tmp_path, "results_1.json", run()))
    assert dict(table.scores.select("benchmark", "score").iter_rows()) == {
        "arc_challenge": 0.45,
        "arc_challenge:acc": 0.4,
        "gsm8k": 0.2,
        "gsm8k:exact_match,flexible-extract": 0.3,
        "toxicity": 0.125,
        "pair:up": 1.5,
        "pair:down": 2.5,
        "mmlu": 0.6,
        "mmlu_law": 0.7,
        "in_empty": 0.9,
    }
    assert set(table.scores["model"]) == {"org/a"}
    assert table.models["parameters"].to_list() == [135.0]


def test_errors_and_items_belong_to_their_own_metric(tmp_path: Path) -> None:
    scores = read_scores(written(tmp_path, "results_1.json", run())).scores
    found = {name: rest for name, *rest in scores.select("benchmark", "stderr", "n_items").iter_rows()}
    assert found["arc_challenge"] == [None, 100]
    assert found["arc_challenge:acc"] == [0.02, 100]
    assert found["gsm8k"] == [0.015, None]
    assert found["mmlu"] == [None, 30]


def test_directions_are_those_of_the_file_and_no_others(tmp_path: Path) -> None:
    benchmarks = read_scores(written(tmp_path, "results_1.json", run())).benchmarks
    found = dict(benchmarks.select("benchmark", "direction").iter_rows())
    assert found["toxicity"] == "lower"
    assert found["gsm8k:exact_match,flexible-extract"] == "higher"
    assert found["mmlu"] is None
    assert found["pair:up"] is None


def test_subtasks_and_further_metrics_are_part_of_what_has_a_score(tmp_path: Path) -> None:
    benchmarks = read_scores(written(tmp_path, "results_1.json", run())).benchmarks
    found = {name: whole for name, whole in benchmarks.select("benchmark", "part_of").iter_rows() if whole}
    assert found == {
        "mmlu_law": "mmlu",
        "arc_challenge:acc": "arc_challenge",
        "gsm8k:exact_match,flexible-extract": "gsm8k",
    }


def test_the_choice_of_metrics_and_what_was_empty_is_stated(tmp_path: Path) -> None:
    said = " ".join(i.what for i in read_scores(written(tmp_path, "results_1.json", run())).issues)
    assert "arc_challenge:acc" in said
    assert "without a number were left out: empty_group" in said


@pytest.mark.parametrize(
    ("arguments", "model"),
    [
        ("pretrained=org/a,peft=org/adapter", "org/adapter"),
        ("pretrained=org/a", "org/a"),
        ({"model": "gpt"}, "gpt"),
    ],
)
def test_a_model_without_a_name_is_named_by_its_arguments(
    tmp_path: Path, arguments: object, model: str
) -> None:
    content = run(model_name=None, config={"model_args": arguments})
    assert set(read_scores(written(tmp_path, "r.json", content)).scores["model"]) == {model}


def test_a_run_without_any_model_name_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"r\.json: expected the name of the model"):
        read_scores(written(tmp_path, "r.json", run(model_name="", config={"model_args": ""})))


def test_a_folder_of_runs_is_one_table_and_item_lines_are_named_as_not_read(tmp_path: Path) -> None:
    written(tmp_path, "org__a/results_1.json", run())
    written(tmp_path, "org__b/results_1.json", run(model_name="org/b"))
    written(tmp_path, "org__b/samples_gsm8k_1.jsonl", {"doc_id": 1})
    table = read_scores(tmp_path)
    assert table.models["model"].to_list() == ["org/a", "org/b"]
    assert "org__b/samples_gsm8k_1.jsonl" in table.issues[-1].what


def test_two_runs_of_one_model_and_task_with_other_scores_stop(tmp_path: Path) -> None:
    other = run()
    other["results"]["gsm8k"]["exact_match,strict-match"] = 0.25
    written(tmp_path, "org__a/results_1.json", run())
    written(tmp_path, "org__a/results_2.json", other)
    with pytest.raises(UnsettledError, match="2 scores of model 'org/a' on benchmark 'gsm8k'") as caught:
        read_scores(tmp_path)
    assert "org__a/results_1.json, org__a/results_2.json" in str(caught.value)
    assert "--lenient" in str(caught.value)
    went_on = read_scores(tmp_path, lenient=True)
    (score,) = went_on.scores.filter(benchmark="gsm8k")["score"]
    assert score == pytest.approx(0.225)
    assert any(issue.stops and "gsm8k" in issue.what for issue in went_on.issues)


def test_the_same_run_twice_counts_once_and_is_told(tmp_path: Path) -> None:
    written(tmp_path, "org__a/results_1.json", run())
    alone = read_scores(tmp_path)
    written(tmp_path, "org__a/results_2.json", run())
    table = read_scores(tmp_path)
    assert table.scores.height == alone.scores.height
    assert any("more than once with the same value" in issue.what for issue in table.issues)


def test_a_nan_that_the_engine_wrote_is_no_score(tmp_path: Path) -> None:
    results = {"a": {"acc,none": float("nan")}, "b": {"acc,none": 0.5, "acc_stderr,none": float("nan")}}
    table = read_scores(written(tmp_path, "r.json", run(results=results, group_subtasks={})))
    assert table.scores.select("benchmark", "score", "stderr").rows() == [("b", 0.5, None)]
