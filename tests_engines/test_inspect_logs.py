"""Logs that Inspect AI has just written: every number that we read is the one that the engine itself reads."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import inspect_runs
import pytest
from inspect_ai.analysis import evals_df, samples_df
from inspect_ai.log import EvalLog, read_eval_log
from inspect_ai.scorer import value_to_float

from confounded.errors import ContentError
from confounded.readers import read_items, read_scores
from confounded.readers.inspect_logs import read_inspect_logs

SCORED = sorted(set(inspect_runs.TASKS) - {"failed", "unscored"})
SPREADS = {"std", "stderr"}
TO_FLOAT = value_to_float()

every_scored_task = pytest.mark.parametrize("name", SCORED)
every_form = pytest.mark.parametrize("form", inspect_runs.FORMATS)

Logs = dict[tuple[str, str], Path]


def numbers_of(log: EvalLog) -> list[tuple[str, float, float | None, int | None]]:
    """The scores in a log by the engine's own account: scorer and metric, value, standard error, items."""
    found = []
    assert log.results is not None
    for score in log.results.scores:
        stated = score.metrics.get("stderr")
        for key, metric in score.metrics.items():
            if metric.name in SPREADS:
                continue
            is_mean = metric.name in ("accuracy", "mean")
            found.append(
                (
                    f"{score.name}/{key}",
                    float(metric.value),
                    stated.value if stated and is_mean else None,
                    score.scored_samples if metric.group is None else None,
                )
            )
    return found


@every_form
@every_scored_task
def test_every_number_of_a_header_is_the_engines(inspect_logs: Logs, name: str, form: str) -> None:
    path = inspect_logs[name, form]
    scores = read_scores(path).scores
    read = scores.select("metric", "score", "stderr", "n_items").rows()
    stated = numbers_of(read_eval_log(str(path), header_only=True))
    assert stated
    assert sorted(read, key=repr) == sorted(stated, key=repr)
    assert scores["benchmark"].n_unique() == len(stated)


@every_form
@every_scored_task
def test_the_headline_is_the_one_that_the_engine_shows(inspect_logs: Logs, name: str, form: str) -> None:
    path = inspect_logs[name, form]
    (shown,) = evals_df(str(path), quiet=True).itertuples()
    (row,) = read_scores(path).scores.filter(benchmark=name).iter_rows(named=True)
    assert row["model"] == shown.model
    assert row["metric"].rpartition("/")[2] == shown.score_headline_metric
    assert row["score"] == shown.score_headline_value
    assert row["stderr"] == shown.score_headline_stderr


@every_scored_task
def test_both_forms_of_a_log_say_the_same(inspect_logs: Logs, name: str) -> None:
    archive, document = (
        read_scores(inspect_logs[name, form]).scores.drop("source") for form in inspect_runs.FORMATS
    )
    assert archive.equals(document)
    archive, document = (
        read_items(inspect_logs[name, form]).items.drop("source") for form in inspect_runs.FORMATS
    )
    assert archive.sort(archive.columns).equals(document.sort(archive.columns))


def reduced(log: EvalLog) -> dict[tuple[str, str | None], dict[str, float]]:
    """The scores on items by the engine's own account, by scorer (and key) and reducer."""
    found: defaultdict[tuple[str, str | None], dict[str, float]] = defaultdict(dict)
    for reduction in log.reductions or []:
        for sample in reduction.samples:
            value = sample.value
            keyed = value if isinstance(value, dict) else {reduction.scorer: value}
            for key, one in keyed.items():
                number = TO_FLOAT(one)
                if not math.isnan(number):
                    found[key, reduction.reducer][str(sample.sample_id)] = number
    return dict(found)


@every_form
@every_scored_task
def test_every_score_on_an_item_is_the_engines(inspect_logs: Logs, name: str, form: str) -> None:
    path = inspect_logs[name, form]
    items = read_items(path)
    read = [
        dict(of.select("item", "score").iter_rows())
        for _, of in items.items.group_by("benchmark", maintain_order=True)
    ]
    stated = list(reduced(read_eval_log(str(path))).values())
    assert stated
    assert sorted(read, key=repr) == sorted(stated, key=repr)


@every_scored_task
def test_means_and_errors_of_items_are_those_of_the_header(inspect_logs: Logs, name: str) -> None:
    path = inspect_logs[name, "eval"]
    scores = read_scores(path).scores
    header = {row["benchmark"]: row for row in scores.iter_rows(named=True)}
    of_items = read_items(path).scores().scores
    assert of_items.height
    for row in of_items.iter_rows(named=True):
        stated = header[row["benchmark"]]
        assert row["score"] == pytest.approx(stated["score"], abs=1e-12)
        assert row["n_items"] == stated["n_items"]
        if stated["stderr"] is not None:
            assert row["stderr"] == pytest.approx(stated["stderr"], abs=1e-12)


@pytest.mark.parametrize("name", ["plain", "epochs", "letters"])
def test_items_are_the_means_over_epochs_of_the_samples(inspect_logs: Logs, name: str) -> None:
    path = inspect_logs[name, "eval"]
    frame = samples_df(str(path), quiet=True)
    items = read_items(path).items
    columns = [column for column in frame.columns if column.startswith("score_")]
    assert len(columns) == items["benchmark"].n_unique()
    for column in columns:
        scorer = column.removeprefix("score_")
        means = frame.assign(value=frame[column].map(TO_FLOAT)).groupby("id")["value"].mean()
        of_scorer = items.filter(items["metric"].str.starts_with(f"{scorer}/"))
        assert dict(of_scorer.select("item", "score").iter_rows()) == pytest.approx(means.to_dict())


@every_form
def test_items_are_there_where_samples_were_not_logged(outside: Path, inspect_logs: Logs, form: str) -> None:
    log = inspect_runs.run("epochs", outside / "without-samples", form, log_samples=False)
    assert not read_eval_log(log.location).samples
    without = read_items(log.location).items.drop("source")
    assert without.equals(read_items(inspect_logs["epochs", form]).items.drop("source"))


def check_no_score(path: Path, said: str, status: str) -> None:
    assert read_eval_log(str(path), header_only=True).status == status
    with pytest.raises(ContentError, match=said):
        read_scores(path)


@every_form
def test_a_run_that_ended_in_an_error_has_no_score(inspect_logs: Logs, form: str) -> None:
    check_no_score(inspect_logs["failed", form], "its status is 'error'", "error")


@every_form
def test_a_run_that_was_not_scored_has_no_score(inspect_logs: Logs, form: str) -> None:
    check_no_score(inspect_logs["unscored", form], "it was not scored", "success")


@every_form
def test_a_run_that_was_interrupted_has_no_score(
    stopped_logs: dict[tuple[str, str], Path], form: str
) -> None:
    check_no_score(stopped_logs[form, "SIGINT"], "its status is 'cancelled'", "cancelled")


@every_form
def test_a_run_whose_process_was_killed_has_no_score(
    stopped_logs: dict[tuple[str, str], Path], form: str
) -> None:
    check_no_score(stopped_logs[form, "SIGKILL"], "the run was (not finished|broken off)", "started")


def test_samples_that_failed_or_have_no_score_are_told(inspect_logs: Logs) -> None:
    (partial,) = read_scores(inspect_logs["partial", "eval"]).issues
    assert "only 5 of 6 samples" in partial.what
    gaps, _ = read_scores(inspect_logs["gaps", "eval"]).issues
    assert "up to 2 samples of task 'gaps' have no score by unsure" in gaps.what


@every_form
def test_a_folder_of_logs_has_the_scores_of_the_runs_that_ended_well(inspect_logs: Logs, form: str) -> None:
    folder = inspect_logs["plain", form].parent
    frame: Any = evals_df(str(folder), quiet=True)
    well = frame[(frame["status"] == "success") & frame["score_headline_value"].notna()]
    shown = {(row.model, row.task_name): row.score_headline_value for row in well.itertuples()}
    table = read_scores(folder)
    rows = table.scores.select("model", "benchmark", "score").iter_rows()
    headlines = {(model, name): score for model, name, score in rows if ":" not in name}
    assert headlines == shown
    assert len(shown) == len(SCORED)
    told = " ".join(issue.what for issue in table.issues)
    assert "its status is 'error'" in told
    assert "it was not scored" in told


def test_several_models_are_told_apart(outside: Path) -> None:
    logs = [inspect_runs.run("plain", outside / "models", seed=seed) for seed in (1, 2, 3)]
    scores = read_inspect_logs([Path(log.location) for log in logs]).scores
    stated = {log.eval.model: numbers_of(log)[0][1] for log in logs}
    assert dict(scores.select("model", "score").iter_rows()) == stated
    assert len(set(stated.values())) > 1
