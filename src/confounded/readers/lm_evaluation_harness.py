"""lm-evaluation-harness: ``results_<time>.json``, one run of one model on some tasks each, of version 0.3 or newer.

A task may have several metrics, and each metric several filters of the answer (``exact_match,strict-match``).
Every one of them becomes a benchmark, so that nothing is lost:

- the *headline* of a task has the task's own name. It is the first of `HEADLINES` that the task has, and of its
  filters the first of `FILTERS`, else the one the file gives first; the only one of a task is its headline
  whatever it is called. A task of several metrics of which none is in `HEADLINES` has no headline, and neither has
  one whose headline would be one metric in some files and another in others: these are not the same score;
- any other is called ``<task>:<metric>``, with ``,<filter>`` after it where the filter is not ``none``. It
  is declared as part of the task, and as kin to it, where the task has a headline: both rest on the same items.

Groups (``group_subtasks``) are aggregates: a subtask is declared as part of its group where the group has a
score. The direction is that of ``higher_is_better``, which files older than 0.4.3 do not have; where it is not
stated, none is assumed. Before 0.4 a metric had no filter (``acc``, not ``acc,none``), and nothing else here differs.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from confounded.errors import ContentError
from confounded.readers.collected import Collected, count, finite, listed
from confounded.readers.files import decode, read_bytes, source_of
from confounded.scores import Issue, ScoreTable

__all__ = [
    "ENGINE",
    "FILTERS",
    "HEADLINES",
    "NO_FILTER",
    "benchmark_names",
    "headline",
    "is_lm_evaluation_results",
    "metric_label",
    "nesting",
    "read_lm_evaluation_harness",
]

ENGINE: Final = "lm-evaluation-harness"
"""What ran the scores, for the catalogue to know them by."""

HEADLINES: Final = ("acc_norm", "acc", "exact_match", "mc2", "mcc", "f1", "em", "pass@1", "word_perplexity")
"""Metrics that can be a task's headline, first wins: length-normalised accuracy before accuracy, as the
Open LLM Leaderboard takes it, then what tasks without either report."""

FILTERS: Final = ("none", "strict-match")
"""Filters of the headline, first wins: an answer in the form that was asked for, before one that was searched for."""

NOT_METRICS: Final = frozenset({"alias", "name", "sample_len", "sample_count", "samples", "tab", "bypass"})
"""Keys that stand among the metrics of a task and are none: names, counts (older files: `samples`), how far a line of
the engine's table is indented (`tab`), and `bypass`, under which the engine writes 999 where it only kept answers."""

STDERR: Final = "_stderr"
NO_FILTER: Final = "none"
"""The filter of an answer that was taken as it came."""

MODEL_KEYS: Final = ("peft", "delta", "pretrained", "model", "path", "engine")
"""Model arguments that name the model, in the order in which the engine itself looks for them."""

RANDOM_NAME: Final = re.compile(r"[a-z0-9]{8}")
"""What the engine calls a model, from 0.4.10 on, whose arguments name none: another name in each run."""


class _Config(msgspec.Struct):
    model_args: str | dict[str, Any] | None = None
    model_num_parameters: Any = None


class _Run(msgspec.Struct):
    results: dict[str, dict[str, Any]]
    groups: dict[str, dict[str, Any]] = {}
    higher_is_better: dict[str, dict[str, bool | None] | None] = {}
    n_samples: dict[str, dict[str, Any]] = msgspec.field(name="n-samples", default_factory=dict)
    group_subtasks: dict[str, list[str]] = {}
    config: _Config = msgspec.field(default_factory=_Config)
    model_name: str | None = None
    model_name_sanitized: str | None = None


@dataclass(frozen=True, slots=True)
class _Metric:
    """One number of a task."""

    task: str
    metric: str
    filter: str
    score: float
    stderr: float | None
    items: int | None


def is_lm_evaluation_results(fields: Mapping[str, object]) -> bool:
    """Return whether a JSON object is a result file of lm-evaluation-harness, as far as its fields tell.

    Parameters
    ----------
    fields : mapping
        The fields of the object at its top; their values are not looked at.

    Notes
    -----
    Files before 0.4 have no ``configs``. lighteval writes the same fields, with other things in them, and
    ``config_general``.
    """
    has_all = {"results", "versions"} <= fields.keys()
    return has_all and not {"configs", "config"}.isdisjoint(fields) and "config_general" not in fields


def benchmark_names(
    task: str, metrics: Sequence[tuple[str, str]], *, has_headline: bool = True
) -> dict[tuple[str, str], str]:
    """Return the benchmark of each metric of a task, by the rule at the head of this module.

    Parameters
    ----------
    task : str
    metrics : sequence of (metric, filter)
        All that the task has, in the order of its file.
    has_headline : bool
        Whether one of them may have the name of the task.

    Returns
    -------
    dict
        The headline, if there is one, has the name of the task.
    """
    first = headline(metrics) if has_headline else None
    return {one: task if one == first else f"{task}:{metric_label(*one)}" for one in metrics}


def metric_label(metric: str, chosen: str) -> str:
    """Return how a metric with its filter is written: without the filter where it does nothing."""
    return metric if chosen == NO_FILTER else f"{metric},{chosen}"


def read_lm_evaluation_harness(paths: Sequence[Path]) -> ScoreTable:
    """Read result files of lm-evaluation-harness.

    Parameters
    ----------
    paths : sequence of Path
        The files.

    Returns
    -------
    ScoreTable
        Scores as they stand in the files. Two runs of one model on one task are two scores here;
        `read_scores` refuses them.

    Raises
    ------
    UnreadableError
        If a file cannot be opened, is no JSON or lacks a field that a score needs.
    ContentError
        If a file names no model, or files disagree on the direction of a benchmark.
    """
    runs = [
        (path, decode(read_bytes(path), _Run, path, "results of lm-evaluation-harness")) for path in paths
    ]
    contested = _contested(run for _, run in runs)
    collected = Collected()
    further: set[str] = set()
    empty: set[str] = set()
    for path, run in runs:
        model = _model(run, path)
        collected.issues += _doubts(run, path)
        size = finite(run.config.model_num_parameters)
        collected.models.append({"model": model, "parameters": size if size and size > 0 else None})
        named = {task: _named(task, values, task in contested) for task, values in _tasks(run).items()}
        wholes = _wholes(run, named)
        for task, metrics in named.items():
            if not metrics:
                empty.add(task)
            further.update(name for name in metrics if name != task)
            for name, metric in metrics.items():
                collected.scores.append(_score(model, name, metric, run, source_of(path)))
                collected.benchmarks.append(_benchmark(name, metric, run, wholes, task in metrics))
    collected.issues += _issues(further, empty - {row["benchmark"] for row in collected.scores}, contested)
    return collected.table()


def _contested(runs: Iterable[_Run]) -> set[str]:
    """Return the tasks whose headline is not the same metric in all runs."""
    headlines: dict[str, set[tuple[str, str]]] = {}
    for run in runs:
        for task, values in _tasks(run).items():
            first = headline(_keys(values))
            if first:
                headlines.setdefault(task, set()).add(first)
    return {task for task, met in headlines.items() if len(met) > 1}


def _model(run: _Run, path: Path) -> str:
    """Return the name of the model that was run."""
    arguments = _named_by(run)
    named = run.model_name or next((arguments[key] for key in MODEL_KEYS if key in arguments), "")
    if not isinstance(named, str) or not named.strip():
        raise ContentError(
            "the name of the model that was run",
            found="no model_name, and none in config.model_args",
            where=str(path),
            remedy='Add the line "model_name": "..." to the file.',
        )
    return named.strip()


def _tasks(run: _Run) -> dict[str, dict[str, Any]]:
    """Return the tasks and groups of a run, each with what stands in the file of it."""
    return {**run.groups, **run.results}


def _doubts(run: _Run, path: Path) -> list[Issue]:
    """Return what a reader must know of one run: whose it is, what was left out, and of how much it is."""
    issues = []
    where = source_of(path)
    name = run.model_name or ""
    # Who corrects the name in the file does not correct its second form as well.
    if (
        RANDOM_NAME.fullmatch(name)
        and name == run.model_name_sanitized
        and name not in _named_by(run).values()
    ):
        issues.append(
            Issue(
                f"the run does not say which model it is of: the engine made up the name {name!r}",
                where=where,
                remedy='Correct the line "model_name" in the file.',
                stops=True,
            )
        )
    numberless = [
        f"{task} {key}"
        for task, values in _tasks(run).items()
        for key, value in values.items()
        if _is_metric(key, value) and finite(value) is None
    ]
    if numberless:
        issues.append(
            Issue(
                f"{len(numberless)} metric(s) are no finite number and were left out: {listed(numberless)}",
                where=where,
            )
        )
    partly = [
        f"{task} ({counts.get('effective', 'none')} of {counts['original']})"
        for task, counts in run.n_samples.items()
        if (count(counts.get("effective")) or 0) < (count(counts.get("original")) or 0)
    ]
    if partly:
        issues.append(
            Issue(
                f"{len(partly)} task(s) were run on some of their documents only; the scores are of those: "
                f"{listed(partly)}",
                where=where,
            )
        )
    return issues


def _named_by(run: _Run) -> dict[str, Any]:
    """Return the arguments of the model."""
    arguments = run.config.model_args or {}
    if isinstance(arguments, str):
        arguments = dict(one.partition("=")[::2] for one in arguments.split(","))
    return arguments


def _is_metric(key: str, value: object) -> bool:
    """Return whether what stands under a key of a task is a metric, or in place of one."""
    metric, comma, _ = key.partition(",")
    if metric in NOT_METRICS or metric.endswith(STDERR):
        return False
    # Without a filter (before 0.4) only its number sets a metric apart from words, such as the line of an empty group.
    return bool(comma) or (isinstance(value, int | float) and not isinstance(value, bool))


def _keys(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the metrics of a task with their filters, those without a finite number as well."""
    parts = (key.partition(",") for key, value in values.items() if _is_metric(key, value))
    return [(metric, chosen or NO_FILTER) for metric, _, chosen in parts]


def _metrics(task: str, values: Mapping[str, Any]) -> Iterator[_Metric]:
    """Yield the numbers of a task."""
    counts = values.get("sample_count")
    for key, value in values.items():
        score = finite(value)
        if score is None or not _is_metric(key, value):
            continue
        metric, _, chosen = key.partition(",")
        error = f"{metric}{STDERR},{chosen}" if chosen else f"{metric}{STDERR}"
        # A group counts its items for each metric where they differ.
        items = counts.get(key) if isinstance(counts, dict) else None
        yield _Metric(
            task=task,
            metric=metric,
            filter=chosen or NO_FILTER,
            score=score,
            stderr=finite(values.get(error)),
            items=count(items) or count(values.get("sample_len")) or count(values.get("samples")),
        )


def _named(task: str, values: Mapping[str, Any], is_contested: bool) -> dict[str, _Metric]:
    """Return the numbers of a task under the names of their benchmarks."""
    # A metric that is no number here is still one that the task has: its place must not go to the next.
    names = benchmark_names(task, _keys(values), has_headline=not is_contested)
    return {names[metric.metric, metric.filter]: metric for metric in _metrics(task, values)}


def headline(metrics: Sequence[tuple[str, str]]) -> tuple[str, str] | None:
    """Return the headline of a task, if it has one."""
    present = {metric for metric, _ in metrics}
    chosen = next(iter(present)) if len(present) == 1 else next((m for m in HEADLINES if m in present), None)
    candidates = [one for one in metrics if one[0] == chosen]
    preferred = [one for name in FILTERS for one in candidates if one[1] == name]
    return next(iter(preferred + candidates), None)


def _wholes(run: _Run, named: Mapping[str, Mapping[str, _Metric]]) -> dict[str, str]:
    """Return the group of each subtask whose group has a headline of its own."""
    return {
        task: group
        for group, tasks in run.group_subtasks.items()
        if group in named.get(group, {})
        for task in tasks
        if task != group
    }


def _score(model: str, name: str, metric: _Metric, run: _Run, source: str) -> dict[str, Any]:
    """Return one number as a row of scores."""
    return {
        "model": model,
        "benchmark": name,
        "metric": metric_label(metric.metric, metric.filter),
        "score": metric.score,
        "stderr": metric.stderr,
        "n_items": count(run.n_samples.get(metric.task, {}).get("effective")) or metric.items,
        "source": source,
    }


def _benchmark(
    name: str, metric: _Metric, run: _Run, wholes: Mapping[str, str], has_headline: bool
) -> dict[str, Any]:
    """Return what a file says of the benchmark of one number."""
    higher = (run.higher_is_better.get(metric.task) or {}).get(metric.metric)
    nested = (
        {"part_of": wholes.get(name)}
        if name == metric.task
        else nesting(name, metric.task if has_headline else None)
    )
    return {
        "benchmark": name,
        "direction": None if higher is None else "higher" if higher else "lower",
        "engine": ENGINE,
    } | nested


def nesting(name: str, task: str | None) -> dict[str, str | None]:
    """Return columns that say how a benchmark is nested in the headline of its task, None where there is none."""
    whole = task if name != task else None
    # Names in the column of kin are set apart by spaces, so that a name with one cannot stand there.
    return {"part_of": whole, "kin_to_suite": whole if whole and " " not in whole else None}


def _issues(further: set[str], empty: set[str], contested: set[str]) -> list[Issue]:
    """Return what a reader of the result must know of the choice of metrics."""
    issues = []
    if further:
        issues.append(
            Issue(
                f"tasks with several metrics or filters: {len(further)} besides the headlines are benchmarks of "
                f"their own, named task:metric: {listed(further)}"
            )
        )
    if contested:
        issues.append(
            Issue(
                f"files have different metrics for {len(contested)} task(s); none has the name of the task, each is "
                f"a benchmark of its own, named task:metric: {listed(contested)}"
            )
        )
    if empty:
        issues.append(
            Issue(f"{len(empty)} task(s) or group(s) without a number were left out: {listed(empty)}")
        )
    return issues
