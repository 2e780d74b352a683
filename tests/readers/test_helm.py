"""Runs of HELM: the main metric of HELM's own schema is the score, and what it does not say is not made up."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from confounded.errors import ContentError, UnreadableError, UnsettledError
from confounded.readers import read_items, read_scores

DATA = Path(__file__).parent / "data" / "helm" / "runs.zip"
ANATOMY = "mmlu:subject=anatomy,method=multiple_choice_joint"
VIROLOGY = "mmlu:subject=virology,method=multiple_choice_joint"
MMLU = "mmlu:method=multiple_choice_joint"


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Return a folder of runs that HELM itself wrote."""
    with zipfile.ZipFile(DATA) as archive:
        archive.extractall(tmp_path)
    return tmp_path / "runs"


def scores_of(source: Path, **options: Any) -> dict[tuple[str, str], float]:
    table = read_scores(source, **options)
    return {(m, b): s for m, b, s in table.scores.select("model", "benchmark", "score").iter_rows()}


def stat(name: str, values: Sequence[float], split: str | None = "test", **more: Any) -> dict[str, Any]:
    total = sum(values)
    return {
        "name": {"name": name, **({"split": split} if split else {}), **more},
        "count": len(values),
        "sum": total,
        "sum_squared": sum(one * one for one in values),
        "mean": total / len(values) if values else None,
    }


def written(
    folder: Path,
    name: str,
    metrics: Mapping[str, Sequence[float]],
    *,
    groups: Sequence[str] = (),
    model: str = "org/a",
    stats: Sequence[Any] | None = None,
    split: str = "test",
) -> Path:
    """Write a run in the shape of HELM's files: by metric, what each instance got."""
    place = folder / f"{name}{',' if ':' in name else ':'}model={model.replace('/', '_')}"
    place.mkdir(parents=True)
    spec = {
        "name": place.name,
        "scenario_spec": {"class_name": "x.Scenario", "args": {}},
        "adapter_spec": {"method": "generation", "model": model, "model_deployment": model},
        "metric_specs": [],
        "groups": list(groups),
    }
    n = len(next(iter(metrics.values()), []))
    whole = [stat(metric, [sum(values) / n], split) for metric, values in metrics.items()]
    instances = [
        {
            "instance_id": f"id{place_}",
            "train_trial_index": 0,
            "stats": [stat(metric, [values[place_]], split) for metric, values in metrics.items()],
        }
        for place_ in range(n)
    ]
    contents = {
        "run_spec": spec,
        "scenario": {},
        "scenario_state": {},
        "stats": whole if stats is None else stats,
        "per_instance_stats": instances,
    }
    for file, content in contents.items():
        (place / f"{file}.json").write_text(json.dumps(content), encoding="utf-8")
    return place


def test_runs_of_the_engine_have_the_scores_of_its_own_tables(runs: Path) -> None:
    found = scores_of(runs)
    assert found["simple/large", MMLU] == pytest.approx(0.7)
    assert found["simple/small", MMLU] == pytest.approx(0.5)
    for model, stated in (("simple/large", 0.65), ("simple/small", 0.4)):
        both = found[model, f"{ANATOMY}:exact_match,robustness"], found[model, VIROLOGY]
        assert sum(both) / 2 == pytest.approx(stated)


def test_what_is_known_of_the_benchmarks_of_the_engine(runs: Path) -> None:
    said = read_scores(runs).benchmarks
    facts = {
        row["benchmark"]: (row["direction"], row["part_of"], row["unit"])
        for row in said.iter_rows(named=True)
    }
    assert facts == {
        MMLU: ("higher", None, "fraction"),
        ANATOMY: ("higher", MMLU, "fraction"),
        f"{ANATOMY}:exact_match,robustness": ("higher", ANATOMY, "fraction"),
        VIROLOGY: ("higher", MMLU, "fraction"),
        "simple_classification:exact_match": ("higher", None, "fraction"),
        "simple_classification:classification_macro_f1": ("higher", None, "fraction"),
        "simple_classification:classification_micro_f1": ("higher", None, "fraction"),
    }


def test_the_standard_error_is_over_instances_and_not_over_training_trials(runs: Path) -> None:
    table = read_scores(runs).scores
    row = table.row(
        by_predicate=(pl.col("model") == "simple/large") & (pl.col("benchmark") == ANATOMY), named=True
    )
    instances = json.loads(
        next(runs.glob("*/mmlu:subject=anatomy*large/per_instance_stats.json")).read_bytes()
    )
    by_item: dict[str, list[float]] = {}
    for one in instances:
        for found in one["stats"]:
            if found["name"]["name"] == "exact_match" and "perturbation" not in found["name"]:
                by_item.setdefault(one["instance_id"], []).append(found["mean"])
    assert [len(values) for values in by_item.values()] == [2] * 5
    means = pl.Series([sum(values) / 2 for values in by_item.values()])
    assert row["n_items"] == 5
    assert row["stderr"] == pytest.approx(means.std() / 5**0.5)
    whole = table.row(
        by_predicate=(pl.col("model") == "simple/large") & (pl.col("benchmark") == MMLU), named=True
    )
    assert whole["n_items"] == 10


def test_a_metric_that_is_no_mean_of_instances_has_no_standard_error(runs: Path) -> None:
    table = read_scores(runs).scores
    of = table.filter(pl.col("benchmark").str.ends_with("macro_f1"))
    assert of["stderr"].to_list() == [None, None]
    assert of["n_items"].to_list() == [5, 5]


def test_items_of_the_engine_are_means_over_training_trials(runs: Path) -> None:
    found = read_items(runs)
    assert found.items.group_by("model", "benchmark").len()["len"].to_list() == [5] * 6
    means = found.scores().scores
    scores = scores_of(runs)
    assert all(
        scores[row["model"], row["benchmark"]] == pytest.approx(row["score"])
        for row in means.iter_rows(named=True)
    )
    assert set(found.benchmarks["part_of"]) == {None}
    assert any("no means over instances" in issue.what for issue in found.issues)


def test_a_suite_with_the_tables_of_helm_summarize_is_read_as_the_runs_alone(runs: Path) -> None:
    before = scores_of(runs)
    suite = next(path for path in runs.iterdir() if path.is_dir())
    for name in ("run_specs", "runs", "groups", "summary", "schema", "costs", "groups_metadata"):
        (suite / f"{name}.json").write_text('[{"model": "x", "benchmark": "y", "score": 1}]')
    (suite / "groups" / "json").mkdir(parents=True)
    (suite / "groups" / "json" / "a_accuracy.json").write_text("{}")
    for run in suite.glob("*model=*"):
        for name in ("instances", "display_predictions", "display_requests"):
            (run / f"{name}.json").write_text("[]")
    for source in (runs, suite):
        table = read_scores(source)
        assert scores_of(source) == before
        assert not any("not read" in issue.what for issue in table.issues)


def test_one_run_is_read_from_its_folder_and_from_any_of_its_files(runs: Path) -> None:
    folder = next(runs.glob("*/mmlu:subject=anatomy*large"))
    expected = {("simple/large", ANATOMY), ("simple/large", f"{ANATOMY}:exact_match,robustness")}
    for source in (
        folder,
        folder / "run_spec.json",
        folder / "stats.json",
        folder / "per_instance_stats.json",
    ):
        assert set(scores_of(source)) == expected


def test_a_run_that_did_not_end_is_told_and_has_no_scores(runs: Path) -> None:
    folder = next(runs.glob("*/mmlu:subject=anatomy*large"))
    (folder / "stats.json").unlink()
    (folder / "per_instance_stats.json").unlink()
    table = read_scores(runs)
    assert ("simple/large", ANATOMY) not in scores_of(runs)
    assert any(
        "1 run(s) have no stats.json" in issue.what and folder.name in issue.what for issue in table.issues
    )
    # The whole of which it is a part is then not known for this model, and that is said.
    assert ("simple/large", MMLU) not in scores_of(runs)
    assert any(f"{MMLU} (1 models)" in issue.what for issue in table.issues)


def test_only_runs_that_did_not_end_are_one_clear_error(tmp_path: Path) -> None:
    (written(tmp_path, "gsm", {"exact_match_indicator": [1.0]}, groups=["gsm"]) / "stats.json").unlink()
    with pytest.raises(ContentError, match="did not end"):
        read_scores(tmp_path)


def test_a_run_without_its_instances_has_a_score_without_a_standard_error(tmp_path: Path) -> None:
    folder = written(tmp_path, "gsm", {"exact_match_indicator": [1.0, 0.0]}, groups=["gsm"])
    (folder / "per_instance_stats.json").unlink()
    row = read_scores(tmp_path).scores.row(0, named=True)
    assert (row["benchmark"], row["score"], row["stderr"], row["n_items"]) == ("gsm", 0.5, None, None)
    with pytest.raises(UnreadableError, match="per_instance_stats"):
        read_items(tmp_path)


def test_a_metric_whose_direction_the_schema_does_not_state_has_none(tmp_path: Path) -> None:
    written(tmp_path, "mine", {"my_own_score": [1.0, 0.5]}, groups=["mine"])
    said = read_scores(tmp_path).benchmarks
    assert said.select("benchmark", "direction", "unit").rows() == [("mine", None, None)]


def test_a_task_without_a_main_metric_has_no_headline(tmp_path: Path) -> None:
    written(tmp_path, "mine", {"my_own_score": [1.0, 0.5], "toxic_frac": [0.0, 0.0]}, groups=["mine"])
    table = read_scores(tmp_path)
    assert table.benchmarks.select("benchmark", "direction", "part_of").rows() == [
        ("mine:my_own_score", None, None),
        ("mine:toxic_frac", "lower", None),
    ]
    assert any("no main metric that HELM's schema knows" in issue.what for issue in table.issues)


def test_further_metrics_of_a_known_task_are_parts_or_told(tmp_path: Path) -> None:
    metrics = {
        "quasi_exact_match": [1.0, 0.0],
        "exact_match": [0.0, 0.0],
        "bbq_metric_ambiguous_bias": [0.25, 0.25],
        "something_new": [3.0, 4.0],
        "inference_runtime": [0.1, 0.1],
        "bits_per_byte": [0.0, 0.0],
    }
    written(tmp_path, "bbq:subject=all", metrics, groups=["bbq"])
    table = read_scores(tmp_path)
    assert table.benchmarks.select("benchmark", "direction", "part_of").rows() == [
        ("bbq:subject=all", "higher", None),
        ("bbq:subject=all:bbq_metric_ambiguous_bias", "lower", "bbq:subject=all"),
    ]
    said = " ".join(issue.what for issue in table.issues)
    assert "something_new" in said
    assert "in another way, and were left out: exact_match" in said


@pytest.mark.parametrize("split", ["valid", "dev"])
def test_a_run_on_another_split_than_the_main_one_is_another_benchmark(tmp_path: Path, split: str) -> None:
    written(tmp_path, "gsm", {"exact_match_indicator": [1.0, 0.0]}, groups=["gsm"], split=split)
    table = read_scores(tmp_path)
    assert table.benchmarks["benchmark"].to_list() == [f"gsm[{split}]"]
    assert any("another split than the main one" in issue.what for issue in table.issues)


def test_the_main_split_of_a_task_whose_test_has_no_answers_is_valid(tmp_path: Path) -> None:
    stats = [stat("exact_match", [0.25], "test"), stat("exact_match", [0.75], "valid")]
    written(tmp_path, "truthful_qa:task=mc_single", {}, groups=["truthful_qa"], stats=stats)
    assert scores_of(tmp_path) == {("org/a", "truthful_qa:task=mc_single"): 0.75}


def test_parts_of_a_split_count_together_as_in_the_tables_of_the_engine(tmp_path: Path) -> None:
    stats = [
        stat("quasi_exact_match", [0.2], sub_split="toxic"),
        stat("quasi_exact_match", [0.6], sub_split="non-toxic"),
    ]
    written(tmp_path, "civil_comments:demographic=all", {}, groups=["civil_comments"], stats=stats)
    found = scores_of(tmp_path)
    assert found == {("org/a", "civil_comments:demographic=all"): pytest.approx(0.4)}


def perturbed(name: str, value: float, computed_on: str, kind: str = "typos") -> dict[str, Any]:
    how = {"name": kind, "robustness": True, "fairness": False, "computed_on": computed_on}
    return stat(name, [value], perturbation=how)


@pytest.mark.parametrize(
    ("group", "metric", "has_worst"),
    [("gsm", "exact_match_indicator", True), ("mm_safety_bench", "toxic_frac", False)],
)
def test_the_worst_case_is_left_out_where_the_engine_takes_the_best(
    tmp_path: Path, group: str, metric: str, has_worst: bool
) -> None:
    stats = [
        stat(metric, [0.5]),
        perturbed(metric, 0.25, "perturbed"),
        perturbed(metric, 0.125, "worst"),
        perturbed(metric, 0.125, "worst", "robustness"),
    ]
    written(tmp_path, group, {}, groups=[group], stats=stats)
    found = scores_of(tmp_path)
    assert found["org/a", group] == 0.5
    assert (found.get(("org/a", f"{group}:{metric},robustness")) == 0.125) == has_worst
    assert len(found) == 1 + has_worst


def test_a_worst_case_without_changed_copies_is_no_second_score(tmp_path: Path) -> None:
    stats = [
        stat("exact_match_indicator", [0.5]),
        perturbed("exact_match_indicator", 0.5, "worst", "robustness"),
    ]
    written(tmp_path, "gsm", {}, groups=["gsm"], stats=stats)
    assert scores_of(tmp_path) == {("org/a", "gsm"): 0.5}


def test_runs_that_differ_in_how_it_is_asked_are_no_parts_of_a_whole(tmp_path: Path) -> None:
    for method, score in (("joint", [1.0]), ("separate", [0.0])):
        written(tmp_path, f"blimp:method={method}", {"exact_match": score}, groups=["blimp"])
    table = read_scores(tmp_path)
    assert table.benchmarks["part_of"].to_list() == [None, None]
    assert table.scores.height == 2


def test_a_run_of_all_is_the_whole_of_its_parts_and_no_mean_is_made(tmp_path: Path) -> None:
    for task, score in (("all", 0.5), ("3", 0.25), ("15", 1.0)):
        written(tmp_path, f"babi_qa:task={task}", {"quasi_exact_match": [score]}, groups=["babi_qa"])
    said = read_scores(tmp_path).benchmarks
    assert dict(said.select("benchmark", "part_of").iter_rows()) == {
        "babi_qa:task=all": None,
        "babi_qa:task=3": "babi_qa:task=all",
        "babi_qa:task=15": "babi_qa:task=all",
    }


def test_parts_of_two_run_groups_are_no_whole(tmp_path: Path) -> None:
    written(tmp_path, "code:dataset=humaneval", {"pass": [1.0]}, groups=["code_humaneval"])
    written(tmp_path, "code:dataset=apps", {"test_avg": [0.5]}, groups=["code_apps"])
    assert set(scores_of(tmp_path)) == {("org/a", "code:dataset=humaneval"), ("org/a", "code:dataset=apps")}


def test_the_same_run_in_two_suites_counts_once_and_other_scores_stop(runs: Path) -> None:
    before = scores_of(runs)
    (suite,) = list(runs.iterdir())
    shutil.copytree(suite, runs / "v2")
    assert scores_of(runs) == pytest.approx(before)
    path = next((runs / "v2").glob("mmlu:subject=anatomy*large/stats.json"))
    stats = json.loads(path.read_bytes())
    for one in stats:
        if one["name"]["name"] == "exact_match" and "perturbation" not in one["name"]:
            one |= {"sum": 0.2, "mean": 0.1}
    path.write_text(json.dumps(stats))
    with pytest.raises(UnsettledError, match="2 scores of model 'simple/large'"):
        read_scores(runs)


def test_a_mean_that_is_not_its_sum_over_its_count_is_refused(tmp_path: Path) -> None:
    stats = [stat("exact_match_indicator", [0.5]) | {"mean": 0.75}]
    written(tmp_path, "gsm", {}, groups=["gsm"], stats=stats)
    with pytest.raises(ContentError, match=r"mean 0\.75, sum 0\.5, count 1"):
        read_scores(tmp_path)


def test_a_run_that_names_no_model_is_refused_and_an_old_one_is_named_by_its_run(tmp_path: Path) -> None:
    folder = written(tmp_path, "gsm", {"exact_match_indicator": [1.0]}, groups=["gsm"])
    spec = json.loads((folder / "run_spec.json").read_bytes())
    spec["adapter_spec"] = {}
    (folder / "run_spec.json").write_text(json.dumps(spec))
    assert set(scores_of(tmp_path)) == {("org_a", "gsm")}
    (folder / "run_spec.json").write_text(json.dumps(spec | {"name": "gsm"}))
    with pytest.raises(ContentError, match="of its model"):
        read_scores(tmp_path)


@pytest.mark.parametrize("file", ["run_spec", "stats", "per_instance_stats"])
@pytest.mark.parametrize("content", ["", "[", '{"a": 1}', "[1]", '[{"name": 3}]', "\x00"])
def test_a_broken_file_is_one_error_that_names_it(tmp_path: Path, file: str, content: str) -> None:
    folder = written(tmp_path, "gsm", {"exact_match_indicator": [1.0]}, groups=["gsm"])
    (folder / f"{file}.json").write_text(content)
    with pytest.raises((UnreadableError, ContentError), match=rf"{file}\.json|{folder.name}"):
        read_scores(tmp_path)
