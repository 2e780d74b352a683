"""Results that lm-evaluation-harness has just written: every number that we read is the one that it returned."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import harness
import pytest

from confounded.errors import UnsettledError
from confounded.readers import read_items, read_scores
from confounded.scores import ItemTable, ScoreTable

NOT_MEANS = {"f1", "brier_score", "word_perplexity", "bits_per_byte"}
"""Metrics that the engine makes of all documents at once."""


@pytest.fixture(scope="session", params=["scripted", "gpt2"])
def run(request: pytest.FixtureRequest) -> harness.Run:
    return request.getfixturevalue(f"{request.param}_run")  # type: ignore[no-any-return]


@pytest.fixture(scope="session")
def table(run: harness.Run) -> ScoreTable:
    return read_scores(results_of(run))


@pytest.fixture(scope="session")
def items(run: harness.Run) -> ItemTable:
    return read_items(run.folder)


def results_of(run: harness.Run) -> Path:
    (path,) = run.folder.glob("results_*.json")
    return path


def task_of(benchmark: str) -> str:
    return benchmark.partition(":")[0]


def key_of(label: str) -> str:
    """The engine's name of a metric from ours, which leaves the filter out where it does nothing."""
    return label if "," in label else f"{label},none"


def by_key(table: ScoreTable) -> dict[tuple[str, str], dict[str, Any]]:
    rows = table.scores.join(table.benchmarks, on="benchmark").iter_rows(named=True)
    return {(task_of(row["benchmark"]), key_of(row["metric"])): row for row in rows}


def test_every_number_is_the_one_that_the_engine_returned(run: harness.Run, table: ScoreTable) -> None:
    read = {key: row["score"] for key, row in by_key(table).items()}
    assert read == run.numbers
    assert len(read) == table.scores.height > len(harness.TASKS)


def test_every_standard_error_is_the_engines_and_none_stands_in_for_not_computed(
    run: harness.Run, table: ScoreTable
) -> None:
    stated = {}
    for task, key in run.numbers:
        metric, _, chosen = key.partition(",")
        stated[task, key] = run.results["results"][task][f"{metric}_stderr,{chosen}"]
    assert "N/A" in stated.values()
    read = {key: row["stderr"] for key, row in by_key(table).items()}
    assert read == {key: None if error == "N/A" else error for key, error in stated.items()}


def test_every_number_of_items_is_the_engines(run: harness.Run, table: ScoreTable) -> None:
    counts = {task: of["effective"] for task, of in run.results["n-samples"].items()}
    counts["tiny_choice"] = counts["tiny_choice_law"] + counts["tiny_choice_sea"]
    for (task, _), row in by_key(table).items():
        assert row["n_items"] == counts[task], task


def test_every_direction_is_the_one_that_the_task_states(run: harness.Run, table: ScoreTable) -> None:
    met = set()
    for (task, key), row in by_key(table).items():
        higher = run.results["higher_is_better"][task][key.partition(",")[0]]
        assert row["direction"] == ("higher" if higher else "lower"), (task, key)
        met.add(higher)
    assert met == {True, False}


def test_groups_hold_their_subtasks_and_one_without_a_number_is_named(table: ScoreTable) -> None:
    whole = dict(table.benchmarks.select("benchmark", "part_of").iter_rows())
    assert whole["tiny_choice_law"] == whole["tiny_choice_sea"] == "tiny_choice"
    assert whole["tiny_single"] is None
    assert "tiny_bare" not in whole
    assert any("without a number were left out: tiny_bare" in issue.what for issue in table.issues)


def test_the_filter_in_the_form_that_was_asked_for_is_the_headline(table: ScoreTable) -> None:
    labels = dict(table.scores.select("benchmark", "metric").iter_rows())
    assert labels["tiny_answer"] == "exact_match,strict-match"
    assert labels["tiny_answer:exact_match,flexible-extract"] == "exact_match,flexible-extract"


def test_a_model_has_its_name_and_its_number_of_parameters(
    scripted_run: harness.Run, gpt2_run: harness.Run, tiny_gpt2: Path
) -> None:
    from transformers import GPT2LMHeadModel

    weights = sum(one.numel() for one in GPT2LMHeadModel.from_pretrained(tiny_gpt2).parameters())
    models = [read_scores(results_of(run)).models for run in (scripted_run, gpt2_run)]
    assert models[0].select("model", "parameters").rows() == [("org/scripted-1", None)]
    assert models[1].select("model", "parameters").rows() == [(str(tiny_gpt2), float(weights))]


def test_every_score_on_an_item_is_the_engines(run: harness.Run, items: ItemTable) -> None:
    stated = {
        (task, f"{metric},{sample['filter']}", str(sample["doc_id"])): float(sample[metric])
        for task, samples in run.samples.items()
        for sample in samples
        for metric in sample["metrics"]
        if metric not in NOT_MEANS
    }
    columns = ("benchmark", "metric", "item", "score")
    read = {
        (task_of(benchmark), key_of(label), item): score
        for benchmark, label, item, score in items.items.select(columns).iter_rows()
    }
    assert read == stated
    assert len(read) == items.items.height


def test_metrics_that_have_no_score_for_each_document_are_named(items: ItemTable) -> None:
    told = " ".join(issue.what for issue in items.issues)
    assert all(metric in told for metric in NOT_MEANS)


def test_means_and_errors_of_items_are_those_of_the_results(table: ScoreTable, items: ItemTable) -> None:
    stated = by_key(table)
    means = items.scores().scores.iter_rows(named=True)
    compared = 0
    for row in means:
        other = stated[task_of(row["benchmark"]), key_of(row["metric"])]
        assert row["benchmark"] == other["benchmark"]
        assert row["score"] == pytest.approx(other["score"], abs=1e-12)
        assert row["n_items"] == other["n_items"]
        assert row["stderr"] == (
            None if other["stderr"] is None else pytest.approx(other["stderr"], abs=1e-12)
        )
        compared += 1
    assert (
        compared == len(stated) - len(NOT_MEANS) - 1
    )  # and without the group, which has no items of its own


def test_two_runs_in_one_folder_are_one_table(scripted_run: harness.Run, gpt2_run: harness.Run) -> None:
    table = read_scores(scripted_run.folder.parent)
    assert table.models.height == 2
    assert table.scores.height == len(scripted_run.numbers) + len(gpt2_run.numbers)


def test_a_run_on_some_documents_only_says_so(outside: Path, tasks: Path) -> None:
    name = "pretrained=org/scripted-2,seed=2"
    run = harness.run(
        "scripted", name, ["tiny_whole"], tasks_folder=tasks, output=outside / "limited", options="--limit 7"
    )
    table = read_scores(results_of(run))
    assert {key: row["score"] for key, row in by_key(table).items()} == run.numbers
    assert set(table.scores["n_items"]) == {7}
    assert any("tiny_whole (7 of 12)" in issue.what for issue in table.issues)


def test_a_name_that_the_engine_made_up_is_not_taken_for_a_models(outside: Path, tasks: Path) -> None:
    run = harness.run("scripted", "seed=3", ["tiny_bare"], tasks_folder=tasks, output=outside / "nameless")
    with pytest.raises(UnsettledError, match="the engine made up the name"):
        read_scores(results_of(run))
