"""Scores of users' logs, joined with what the catalogue knows of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from confounded.errors import UnknownError
from confounded.readers import read_scores
from confounded.scores import ScoreTable
from confounded.study.declaring import declarations
from confounded.study.directions import catalogue_directions
from confounded.study.entries import entries_of
from confounded.study.population import benchmark_facts
from confounded.study.settings import Settings

FIXTURES = Path(__file__).parent.parent / "readers" / "data"


def harness(
    folder: Path, results: Mapping[str, Mapping[str, float]], higher: Mapping[str, bool] | None = None
) -> ScoreTable:
    """Results of lm-evaluation-harness as it writes them, of two models."""
    for number in (1, 2):
        run = {
            "model_name": f"org/model-{number}",
            "results": {
                task: {f"{metric},none": value + number / 100 for metric, value in metrics.items()}
                for task, metrics in results.items()
            },
            "higher_is_better": {
                task: dict.fromkeys(metrics, (higher or {}).get(task, True))
                for task, metrics in results.items()
            },
            "versions": {},
            "configs": {},
            "config": {},
        }
        path = folder / f"results_2026-0{number}-01T00-00-00.json"
        path.write_text(json.dumps(run), encoding="utf-8")
    return read_scores(folder)


def inspect(folder: Path, task: str, scores: list[dict[str, Any]]) -> ScoreTable:
    """A log of Inspect AI, cut down to what a score needs."""
    log = {
        "status": "success",
        "eval": {"task": task, "model": "org/model", "dataset": {"samples": 100}},
        "results": {"total_samples": 100, "completed_samples": 100, "scores": scores},
    }
    (folder / "log.json").write_text(json.dumps(log), encoding="utf-8")
    return read_scores(folder / "log.json")


def score(name: str, **metrics: float) -> dict[str, Any]:
    return {
        "name": name,
        "scorer": name,
        "metrics": {key: {"name": key, "value": value} for key, value in metrics.items()},
    }


def test_accuracy_on_hazardous_knowledge_is_safer_when_lower_whatever_the_engine_calls_better(
    tmp_path: Path,
) -> None:
    table = harness(tmp_path, {"wmdp_bio": {"acc": 0.6}})
    assert table.benchmarks["direction"].to_list() == ["higher"]
    fact = benchmark_facts(table, Settings())["wmdp_bio"]
    assert fact.direction == "lower"
    assert (fact.area, fact.kind) == ("weaponization-capabilities", "suppression")
    assert (fact.chance, fact.floor, fact.ceiling, fact.item_type) == (0.25, 0.0, 1.0, "binary mean")
    known, against = catalogue_directions(table, Settings())
    assert "wmdp_bio (lower is safer)" in known.what
    assert "wmdp_bio" in against.what
    assert "--direction" in against.remedy


def test_the_same_task_in_inspect_is_known_by_its_full_name(tmp_path: Path) -> None:
    table = inspect(tmp_path, "inspect_evals/wmdp_chem", [score("choice", accuracy=0.5)])
    fact = benchmark_facts(table, Settings())["inspect_evals/wmdp_chem"]
    assert (fact.direction, fact.chance, fact.n_items) == ("lower", 0.25, 408)
    (notice,) = catalogue_directions(table, Settings())
    assert "inspect_evals/wmdp_chem (lower is safer)" in notice.what


def test_a_task_of_one_s_own_with_a_known_name_is_not_known(tmp_path: Path) -> None:
    table = inspect(tmp_path, "my_package/wmdp_chem", [score("choice", accuracy=0.5)])
    with pytest.raises(UnknownError, match="my_package/wmdp_chem"):
        benchmark_facts(table, Settings())


def test_each_score_of_a_task_has_its_own_direction(tmp_path: Path) -> None:
    scores = [score("utility", accuracy=0.7), score("security", accuracy=0.2)]
    table = inspect(tmp_path, "inspect_evals/agentdojo", scores)
    facts = benchmark_facts(table, Settings())
    assert facts["inspect_evals/agentdojo"].direction == "higher"
    attacked = facts["inspect_evals/agentdojo:security/accuracy"]
    assert (attacked.direction, attacked.area) == ("lower", "prompt-injection")
    assert attacked.part_of == "inspect_evals/agentdojo"


def test_the_direction_asked_for_goes_first(tmp_path: Path) -> None:
    table = harness(tmp_path, {"wmdp_bio": {"acc": 0.6}})
    settings = Settings(directions={"wmdp_bio": "higher"})
    assert benchmark_facts(table, settings)["wmdp_bio"].direction == "higher"
    assert catalogue_directions(table, settings) == []


def test_what_the_file_says_goes_before_the_catalogue(tmp_path: Path) -> None:
    table = harness(tmp_path, {"truthfulqa_mc1": {"acc": 0.4}}, higher={"truthfulqa_mc1": False})
    assert benchmark_facts(table, Settings())["truthfulqa_mc1"].direction == "lower"
    (tmp_path / "benchmarks.toml").write_text(
        '[truthfulqa_mc1]\narea = "honesty"\nchance = 0.2\n', encoding="utf-8"
    )
    from confounded.readers import read_sources

    declared = read_sources([tmp_path]).table
    fact = benchmark_facts(declared, Settings())["truthfulqa_mc1"]
    assert (fact.area, fact.chance, fact.kind) == ("honesty", 0.2, "knowledge")


def test_another_metric_of_a_registered_task_is_not_the_released_column_of_its_name(tmp_path: Path) -> None:
    table = harness(tmp_path, {"wmdp_bio": {"brier_score": 0.6}})
    assert entries_of(table) == {}
    fact = benchmark_facts(table, Settings())["wmdp_bio"]
    assert (fact.direction, fact.chance, fact.kind) == ("higher", None, None)


def test_runs_with_different_metrics_under_one_name_are_not_known(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    joined = harness(one, {"wmdp_bio": {"acc": 0.6}}).joined_with(
        harness(two, {"wmdp_bio": {"acc_norm": 0.6}})
    )
    assert entries_of(joined) == {}


def test_a_capability_is_still_known_by_its_name(tmp_path: Path) -> None:
    table = harness(tmp_path, {"hellaswag": {"acc_norm": 0.6}})
    entry = entries_of(table)["hellaswag"]
    assert entry.registered is None
    assert entry.benchmark.suite
    assert catalogue_directions(table, Settings()) == []


def test_a_table_that_names_the_engine_is_known_as_its_files_are(tmp_path: Path) -> None:
    path = tmp_path / "scores.csv"
    path.write_text(
        "model,benchmark,metric,score,engine\nm,wmdp_bio,acc,0.6,lm-evaluation-harness\nm,wmdp_cyber,acc,0.5,\n",
        encoding="utf-8",
    )
    table = read_scores(path)
    facts = benchmark_facts(table, Settings())
    assert facts["wmdp_bio"].direction == "lower"
    assert facts["wmdp_cyber"].direction == "higher"
    known, turned = catalogue_directions(table, Settings())
    assert "wmdp_bio" in known.what
    assert "wmdp_cyber (1 - accuracy)" in turned.what
    assert "wmdp_bio" not in turned.what


def test_the_logs_that_the_engines_wrote_name_the_engine() -> None:
    found = {
        folder: set(read_scores(path, lenient=True).benchmarks["engine"])
        for folder, path in (
            ("lm-evaluation-harness", FIXTURES / "lm-evaluation-harness"),
            ("inspect", FIXTURES / "inspect" / "epochs.eval"),
        )
    }
    assert found == {"lm-evaluation-harness": {"lm-evaluation-harness"}, "inspect": {"Inspect AI"}}


def test_a_file_to_fill_in_says_what_is_known_by_engine_task_and_metric(tmp_path: Path) -> None:
    table = harness(tmp_path, {"wmdp_bio": {"acc": 0.6}, "mine": {"acc": 0.5}})
    text = declarations(table, "logs").benchmarks
    assert '# direction = "lower"  # known by engine, task and metric' in text
    assert '# direction = "higher"  # the scores\' own files say so' in text
