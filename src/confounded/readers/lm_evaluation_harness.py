"""lm-evaluation-harness: ``results_<time>.json``, one run of one model on some tasks each.

A task may have several metrics, and each metric several filters of the answer (``exact_match,strict-match``).
Every one of them becomes a benchmark, so that nothing is lost:

- the *headline* of a task has the task's own name. It is the first of `HEADLINES` that the task has, and of its
  filters the first of `FILTERS`, else the one the file gives first; the only one of a task is its headline
  whatever it is called. A task of several metrics of which none is in `HEADLINES` has no headline;
- any other is called ``<task>:<metric>``, with ``,<filter>`` after it where the filter is not ``none``. It
  is declared as part of the task, and as kin to it, where the task has a headline: both rest on the same items.

Groups (``group_subtasks``) are aggregates: a subtask is declared as part of its group where the group has a
score. The direction is that of ``higher_is_better``; where the file does not state it, none is assumed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from confounded.errors import ContentError
from confounded.readers.collected import Collected, count, finite, listed
from confounded.readers.files import decode, read_bytes, source_of
from confounded.scores import Issue, ScoreTable

__all__ = ["FILTERS", "HEADLINES", "read_lm_evaluation_harness"]

HEADLINES: Final = ("acc_norm", "acc", "exact_match", "mc2", "mcc", "f1", "em", "pass@1", "word_perplexity")
"""Metrics that can be a task's headline, first wins: length-normalised accuracy before accuracy, as the
Open LLM Leaderboard takes it, then what tasks without either report."""

FILTERS: Final = ("none", "strict-match")
"""Filters of the headline, first wins: an answer in the form that was asked for, before one that was searched for."""

NOT_METRICS: Final = frozenset({"alias", "name", "sample_len", "sample_count"})
"""Keys that stand among the metrics of a task and are none."""

STDERR: Final = "_stderr"
NO_FILTER: Final = "none"

MODEL_KEYS: Final = ("peft", "delta", "pretrained", "model", "path", "engine")
"""Model arguments that name the model, in the order in which the engine itself looks for them."""


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


@dataclass(frozen=True, slots=True)
class _Metric:
    """One number of a task."""

    task: str
    metric: str
    filter: str
    score: float
    stderr: float | None
    items: int | None

    @property
    def long_name(self) -> str:
        """The name of its benchmark where it is not the headline."""
        suffix = "" if self.filter == NO_FILTER else f",{self.filter}"
        return f"{self.task}:{self.metric}{suffix}"


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
    collected = Collected()
    further: set[str] = set()
    empty: set[str] = set()
    for path in paths:
        run = decode(read_bytes(path), _Run, path, "results of lm-evaluation-harness")
        model = _model(run, path)
        size = finite(run.config.model_num_parameters)
        collected.models.append({"model": model, "parameters": size if size and size > 0 else None})
        named = {task: _named(task, values) for task, values in {**run.groups, **run.results}.items()}
        wholes = _wholes(run, named)
        for task, metrics in named.items():
            if not metrics:
                empty.add(task)
            further.update(name for name in metrics if name != task)
            for name, metric in metrics.items():
                collected.scores.append(_score(model, name, metric, run, source_of(path)))
                collected.benchmarks.append(_benchmark(name, metric, run, wholes, task in metrics))
    collected.issues += _issues(further, empty - {row["benchmark"] for row in collected.scores})
    return collected.table()


def _model(run: _Run, path: Path) -> str:
    """Return the name of the model that was run."""
    arguments = run.config.model_args or {}
    if isinstance(arguments, str):
        arguments = dict(one.partition("=")[::2] for one in arguments.split(","))
    named = run.model_name or next((arguments[key] for key in MODEL_KEYS if key in arguments), "")
    if not isinstance(named, str) or not named.strip():
        raise ContentError(
            "the name of the model that was run",
            found="no model_name, and none in config.model_args",
            where=str(path),
            remedy='Add the line "model_name": "..." to the file.',
        )
    return named.strip()


def _metrics(task: str, values: Mapping[str, Any]) -> Iterator[_Metric]:
    """Yield the numbers of a task."""
    counts = values.get("sample_count")
    for key, value in values.items():
        metric, _, chosen = key.partition(",")
        score = finite(value)
        if score is None or metric in NOT_METRICS or metric.endswith(STDERR):
            continue
        error = f"{metric}{STDERR},{chosen}" if chosen else f"{metric}{STDERR}"
        # A group counts its items for each metric where they differ.
        items = counts.get(key) if isinstance(counts, dict) else None
        yield _Metric(
            task=task,
            metric=metric,
            filter=chosen or NO_FILTER,
            score=score,
            stderr=finite(values.get(error)),
            items=count(items) or count(values.get("sample_len")),
        )


def _named(task: str, values: Mapping[str, Any]) -> dict[str, _Metric]:
    """Return the numbers of a task under the names of their benchmarks, by the rule at the head of this module."""
    metrics = list(_metrics(task, values))
    headline = _headline(metrics)
    return {task if metric is headline else metric.long_name: metric for metric in metrics}


def _headline(metrics: Sequence[_Metric]) -> _Metric | None:
    """Return the headline of a task, if it has one."""
    if len({metric.metric for metric in metrics}) == 1:
        candidates = list(metrics)
    else:
        present = {metric.metric for metric in metrics}
        chosen = next((name for name in HEADLINES if name in present), None)
        candidates = [metric for metric in metrics if metric.metric == chosen]
    preferred = [metric for name in FILTERS for metric in candidates if metric.filter == name]
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
        "metric": metric.metric if metric.filter == NO_FILTER else f"{metric.metric},{metric.filter}",
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
    if name == metric.task:
        whole, kin = wholes.get(name), None
    else:
        whole = kin = metric.task if has_headline else None
    return {
        "benchmark": name,
        "direction": None if higher is None else "higher" if higher else "lower",
        "part_of": whole,
        # Names in this column are set apart by spaces, so that a name with one cannot stand there.
        "kin_to_suite": kin if kin and " " not in kin else None,
    }


def _issues(further: set[str], empty: set[str]) -> list[Issue]:
    """Return what a reader of the result must know of the choice of metrics."""
    issues = []
    if further:
        issues.append(
            Issue(
                f"tasks with several metrics or filters: {len(further)} besides the headlines are benchmarks of "
                f"their own, named task:metric: {listed(further)}"
            )
        )
    if empty:
        issues.append(
            Issue(f"{len(empty)} task(s) or group(s) without a number were left out: {listed(empty)}")
        )
    return issues
