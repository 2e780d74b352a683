"""Logs that the engines themselves wrote (``data/README.md``): every number in them arrives, under one name.

What is expected is taken from the documents as plain JSON, or from the same run in another form. The engines' own
readers are compared with ours by ``make test-engines``.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest

from confounded.errors import ContentError
from confounded.readers import read_scores
from confounded.readers.inspect_items import read_inspect_items
from confounded.readers.lm_evaluation_samples import read_lm_evaluation_items

DATA = Path(__file__).parent / "data"
INSPECT = DATA / "inspect"
(HARNESS,) = (DATA / "lm-evaluation-harness").iterdir()
(RESULTS,) = HARNESS.glob("results_*.json")
BOTH_FORMS = ("epochs", "keys", "tiny_refusal")
WITH_SCORES = (*BOTH_FORMS, "gaps", "groups", "letters", "partial", "reducers")
NOT_MEANS = {"f1", "brier_score"}

needs_zstandard = pytest.mark.skipif(
    importlib.util.find_spec("zstandard") is None, reason="the extra 'inspect' is not installed"
)


def document(path: Path) -> dict[str, Any]:
    return json.loads(path.read_bytes())


@pytest.mark.parametrize("name", BOTH_FORMS)
def test_every_number_of_an_inspect_log_arrives_once(name: str) -> None:
    path = INSPECT / f"{name}.json"
    stated = [
        (
            f"{score['name']}/{key}",
            metric["value"],
            score["metrics"].get("stderr", {}).get("value"),
            score["scored_samples"],
        )
        for score in document(path)["results"]["scores"]
        for key, metric in score["metrics"].items()
        if key not in ("stderr", "std")
    ]
    scores = read_scores(path).scores
    assert sorted(scores.select("metric", "score", "stderr", "n_items").rows()) == sorted(stated)
    assert scores["benchmark"].n_unique() == len(stated)
    assert name in set(scores["benchmark"])


@needs_zstandard
@pytest.mark.parametrize("name", BOTH_FORMS)
def test_an_inspect_archive_says_what_the_document_of_the_same_task_says(name: str) -> None:
    archive, other = (read_scores(INSPECT / f"{name}.{form}").scores for form in ("eval", "json"))
    assert archive.drop("source").equals(other.drop("source"))
    archive, other = (
        read_inspect_items([INSPECT / f"{name}.{form}"]).items.drop("source") for form in ("eval", "json")
    )
    assert archive.equals(other)
    assert archive.height > 0


@needs_zstandard
@pytest.mark.parametrize("name", WITH_SCORES)
def test_items_of_an_inspect_archive_have_the_mean_and_the_error_of_its_header(name: str) -> None:
    path = INSPECT / f"{name}.eval"
    header = {row["benchmark"]: row for row in read_scores(path).scores.iter_rows(named=True)}
    means = read_inspect_items([path]).scores().scores
    assert name in set(means["benchmark"])
    for row in means.iter_rows(named=True):
        stated = header[row["benchmark"]]
        assert row["score"] == pytest.approx(stated["score"], abs=1e-12)
        assert row["n_items"] == stated["n_items"]
        if stated["stderr"] is not None:
            assert row["stderr"] == pytest.approx(stated["stderr"], abs=1e-12)


@needs_zstandard
def test_what_is_missing_from_an_inspect_log_is_told() -> None:
    (partial,) = read_scores(INSPECT / "partial.eval").issues
    assert "only 5 of 6 samples" in partial.what
    assert any("up to 2 samples" in issue.what for issue in read_scores(INSPECT / "gaps.eval").issues)


@pytest.mark.parametrize(
    ("file", "said"),
    [
        ("failed.json", "its status is 'error'"),
        ("cancelled.json", "its status is 'cancelled'"),
        pytest.param("cancelled.eval", "its status is 'cancelled'", marks=needs_zstandard),
        ("killed.json", "its status is 'started'"),
        ("killed.eval", "was not finished"),
        ("unscored.json", "it was not scored"),
    ],
)
def test_an_inspect_run_that_did_not_end_well_has_no_score_and_says_why(file: str, said: str) -> None:
    with pytest.raises(ContentError, match=said):
        read_scores(INSPECT / file)
    items = read_inspect_items([INSPECT / file])
    assert items.items.is_empty()
    assert said in items.issues[0].what


def test_every_number_of_harness_results_arrives_once() -> None:
    content = document(RESULTS)
    stated = {}
    for task, values in content["results"].items():
        for key, value in values.items():
            metric, comma, chosen = key.partition(",")
            if comma and not metric.endswith("_stderr"):
                error = values[f"{metric}_stderr,{chosen}"]
                label = metric if chosen == "none" else key
                stated[task, label] = (value, None if error == "N/A" else error)
    scores = read_scores(RESULTS).scores
    read = {
        (row["benchmark"].partition(":")[0], row["metric"]): (row["score"], row["stderr"])
        for row in scores.iter_rows(named=True)
    }
    assert read == stated
    assert scores.height == len(stated)
    assert None in {error for _, error in stated.values()}


def test_directions_counts_and_groups_of_harness_results_are_those_of_the_file() -> None:
    content = document(RESULTS)
    table = read_scores(RESULTS)
    rows = table.scores.join(table.benchmarks, on="benchmark").iter_rows(named=True)
    for row in rows:
        task, metric = row["benchmark"].partition(":")[0], row["metric"].partition(",")[0]
        higher = content["higher_is_better"][task][metric]
        assert row["direction"] == ("higher" if higher else "lower")
        subtasks = content["group_subtasks"].get(task, [task])
        assert row["n_items"] == sum(content["n-samples"][one]["effective"] for one in subtasks)
        if row["benchmark"] in content["group_subtasks"]["tiny_choice"]:
            assert row["part_of"] == "tiny_choice"
    assert any("without a number were left out: tiny_bare" in issue.what for issue in table.issues)


def test_items_of_harness_samples_have_the_mean_and_the_error_of_the_results() -> None:
    table = read_scores(RESULTS).scores
    stated = {row["benchmark"]: row for row in table.iter_rows(named=True)}
    items = read_lm_evaluation_items(sorted(HARNESS.glob("samples_*.jsonl")))
    means = items.scores().scores
    groups = document(RESULTS)["groups"]
    assert set(means["benchmark"]) == {
        name for name, row in stated.items() if name not in groups and row["metric"] not in NOT_MEANS
    }
    for row in means.iter_rows(named=True):
        other = stated[row["benchmark"]]
        assert row["score"] == pytest.approx(other["score"], abs=1e-12)
        assert row["n_items"] == other["n_items"]
        assert row["stderr"] == (
            None if other["stderr"] is None else pytest.approx(other["stderr"], abs=1e-12)
        )
    assert all(any(metric in issue.what for issue in items.issues) for metric in NOT_MEANS)


@needs_zstandard
def test_a_folder_of_both_engines_logs_is_one_table(tmp_path: Path) -> None:
    for path in (RESULTS, INSPECT / "letters.eval", INSPECT / "keys.json", INSPECT / "killed.eval"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    table = read_scores(tmp_path)
    alone = [read_scores(path) for path in (RESULTS, INSPECT / "letters.eval", INSPECT / "keys.json")]
    assert table.scores.height == sum(one.scores.height for one in alone)
    assert any("not finished" in issue.what for issue in table.issues)
