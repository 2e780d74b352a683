"""Logs of Inspect AI: ``.json``, and ``.eval`` (a zip archive), one evaluation of one model on one task each.

Scores come from the header of a log; samples are not unpacked. Under which names, `inspect_headers` says. Metrics in
`SPREADS` are no scores: a standard error is that of the mean beside it (`MEANS`). A log that does not say
``success`` has no score here, and an issue says so. A log knows no direction: none is assumed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from confounded.readers.collected import Collected, count, finite, listed
from confounded.readers.files import source_of
from confounded.readers.inspect_headers import (
    MEANS,
    SPREADS,
    STDERRS,
    Evaluation,
    Log,
    Number,
    Score,
    benchmark_of,
    is_grouped,
    is_inspect_log,
    named_numbers,
    read_header,
    trouble,
    without_number,
)
from confounded.scores import Issue, ScoreTable

__all__ = [
    "CONDITIONS",
    "MEANS",
    "NOT_LOGS",
    "SPREADS",
    "is_inspect_log",
    "issues_of_runs",
    "read_inspect_logs",
]

NOT_LOGS: Final = frozenset({"logs.json", "eval-set.json", "listing.json"})
"""What the engine writes beside logs in their folder: a manifest of headers, the plan of a set of evaluations, and
the list for its viewer. None holds a score that the logs do not hold."""

CONDITIONS: Final[Mapping[str, Callable[[Evaluation], object]]] = {
    "arguments": lambda run: {**run.task_args, **run.task_args_passed},
    "versions": lambda run: run.task_version,
    "solvers": lambda run: [run.solver, run.solver_args],
    "model roles": lambda run: _judges(run),
    "limits on samples": lambda run: run.config.limit,
}
"""What makes the logs of a task comparable where it is the same in all; a judge is a model role."""


def read_inspect_logs(paths: Sequence[Path]) -> ScoreTable:
    """Read the scores in the headers of Inspect logs.

    Parameters
    ----------
    paths : sequence of Path
        ``.eval`` and ``.json`` logs.

    Returns
    -------
    ScoreTable
        Scores as they stand in the logs. Two logs of one model and task are two scores here: to settle them is
        the work of `read_scores`.

    Raises
    ------
    UnreadableError
        If a log cannot be opened, is broken, or needs a package that is not installed.
    """
    collected = Collected()
    runs: list[tuple[Path, Log]] = []
    further: set[str] = set()
    for path in paths:
        log = read_header(path)
        why_not = trouble(log)
        if log is None or why_not:
            collected.issues.append(Issue(f"a log without scores: {why_not}", where=source_of(path)))
            continue
        runs.append((path, log))
        collected.issues += _incomplete(log, path)
        task = log.evaluation.task
        collected.models.append({"model": log.evaluation.model})
        repeated = False
        for number in named_numbers(log):
            if number.benchmark != task:
                further.add(number.benchmark)
            repeated |= number.is_mean and _is_repeated(log, number.score)
            collected.scores.append(_score(log, number, source_of(path)))
            collected.benchmarks.append(benchmark_of(task, number.benchmark))
        if repeated:
            collected.issues.append(_unreduced(task, path))
    collected.issues += issues_of_runs(runs)
    if further:
        collected.issues.append(
            Issue(
                f"tasks with several scorers or metrics: {len(further)} besides the headlines are benchmarks of "
                f"their own, named task:scorer/metric: {listed(further)}"
            )
        )
    return collected.table()


def issues_of_runs(runs: Sequence[tuple[Path, Log]]) -> list[Issue]:
    """Return an issue for each way in which runs differ that should be comparable.

    Parameters
    ----------
    runs : sequence of (Path, Log)
        Those whose scores count.
    """
    by_task: defaultdict[str, list[Evaluation]] = defaultdict(list)
    by_both: defaultdict[tuple[str, str], list[tuple[Path, Log]]] = defaultdict(list)
    for path, log in runs:
        run = log.evaluation
        by_task[run.task].append(run)
        by_both[run.model, run.task].append((path, log))
    issues = [
        Issue(
            f"logs of the same task were run with different {what}: {listed(mixed)}; "
            "their scores may not be comparable",
            remedy="Give folders of comparable logs.",
        )
        for what, condition in CONDITIONS.items()
        if (mixed := [task for task, of in by_task.items() if len({_text(condition(run)) for run in of}) > 1])
    ]
    several = {both: of for both, of in by_both.items() if len(of) > 1}
    return [*issues, *_different_settings(several)]


def _different_settings(several: Mapping[tuple[str, str], list[tuple[Path, Log]]]) -> Iterator[Issue]:
    """Yield an issue for each model and task with several logs whose settings differ, the effort first."""
    for (model, task), runs in several.items():
        settings = [_settings(log) for _, log in runs]
        names = sorted(
            {name for one in settings for name in one}, key=lambda name: ("effort" not in name, name)
        )
        differing = [
            f"{name.replace('_', ' ')} ({listed(sorted(values))})"
            for name in names
            if len(values := {_shown(one.get(name)) for one in settings}) > 1
        ]
        if differing:
            yield Issue(
                f"the {len(runs)} logs of model {model!r} on task {task!r} differ in {', '.join(differing)}: "
                "they are scores of different settings under one name",
                where=", ".join(source_of(path) for path, _ in runs[:4]),
                remedy="Keep the logs of one setting, or give each setting a folder of its own.",
            )


def _settings(log: Log) -> dict[str, Any]:
    """Return how the model was asked: what the run says, and over it what was said of the model itself."""
    run = log.evaluation
    stated = {**log.plan.config, **run.model_generate_config}
    arguments = {f"model argument {name}": value for name, value in run.model_args.items()}
    return {**stated, **arguments, "epochs": count(run.config.epochs) or 1}


def _judges(run: Evaluation) -> object:
    """Return the models in roles, without how they were reached."""
    roles = run.model_roles or {}
    return {
        role: [_model(one) for one in (of if isinstance(of, list) else [of])] for role, of in roles.items()
    }


def _model(config: object) -> object:
    """Return the name of a model in a role."""
    return config.get("model") if isinstance(config, dict) else config


def _text(value: object) -> str:
    """Return a value of JSON as text that is the same for equal values."""
    return msgspec.json.encode(value, order="sorted").decode()


def _shown(value: object) -> str:
    """Return a setting to be printed, shortened."""
    text = "not stated" if value is None else value if isinstance(value, str) else _text(value)
    return text if len(text) <= 40 else f"{text[:39]}…"


def _incomplete(log: Log, path: Path) -> list[Issue]:
    """Return issues where not every metric has a number, not every sample was completed or not every one scored."""
    results = log.results
    if results is None:
        return []
    task = log.evaluation.task
    issues = []
    if lacking := without_number(log):
        issues.append(
            f"metrics of task {task!r} without a finite number, which are no scores: {listed(lacking)}"
        )
    if results.completed_samples < results.total_samples:
        issues.append(
            f"only {results.completed_samples} of {results.total_samples} samples of task {task!r} were "
            "completed; its scores are of those"
        )
    unscored = {
        score.name: number
        for score in results.scores
        if (number := count(score.unscored_samples)) is not None
    }
    if unscored:
        most = max(unscored.values())
        issues.append(
            f"up to {most} samples of task {task!r} have no score by {listed(unscored)}; its scores are of the others"
        )
    return [Issue(what, where=source_of(path)) for what in issues]


def _items(log: Log) -> int | None:
    """Return how many items a task has, None where its log does not say."""
    epochs = count(log.evaluation.config.epochs) or 1
    total = log.results.total_samples // epochs if log.results is not None else 0
    stated = count(log.evaluation.dataset.samples)
    return min(stated, total) if stated and total else stated or total or None


def _is_repeated(log: Log, score: Score) -> bool:
    """Return whether a score is over every attempt at an item and not over items."""
    scored, items = count(score.scored_samples), _items(log)
    epochs = count(log.evaluation.config.epochs) or 1
    return epochs > 1 and scored is not None and items is not None and scored > items


def _unreduced(task: str, path: Path) -> Issue:
    """Return the issue of scores over attempts."""
    return Issue(
        f"scores of task {task!r} are over every attempt, without a reduction of epochs to items: their standard "
        "errors would take attempts at one item for independent, and were left out",
        where=source_of(path),
    )


def _score(log: Log, number: Number, source: str) -> dict[str, Any]:
    """Return one number as a row of scores."""
    score, metric = number.score, number.metric
    repeated = _is_repeated(log, score)
    beside = [score.metrics[name] for name in STDERRS if number.is_mean and name in score.metrics]
    errors = [finite(one.value) for one in beside if one.group == metric.group and not repeated]
    # Older logs do not count what was scored; then it is what was in the data set.
    scored = None if repeated else count(score.scored_samples)
    # Of a group of items a log does not say how many they are.
    n_items = None if is_grouped(metric) else scored or _items(log)
    return {
        "model": log.evaluation.model,
        "benchmark": number.benchmark,
        "metric": f"{score.name}/{number.key}",
        "score": number.value,
        "stderr": next(iter(errors), None),
        "n_items": n_items,
        "source": source,
    }
