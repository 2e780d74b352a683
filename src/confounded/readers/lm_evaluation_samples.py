"""lm-evaluation-harness: ``samples_<task>_<time>.jsonl``, what one model got on each document of one task.

A line is a document under one filter of the answers: ``doc_id``, ``filter``, ``metrics`` (the names of what was
measured) and each of these under its own name. Files of 0.4.3 to 0.4.8 name neither filter nor metrics: all fields
that are not the engine's own are metrics, and a document stands there once for each filter.

- Each metric is a benchmark, named by the rule in `confounded.readers.lm_evaluation_harness`; the item is ``doc_id``.
  Where two files have different documents (``doc_hash``) under one ``doc_id``, these are two items.
- A metric that the engine aggregates from more than a number for each document (perplexities, F1 over a whole task)
  has no item scores and is left out; an issue names it.
- A line knows neither model nor direction: both come from the results of the same run, which have the same time in
  their name and lie in the same folder, else the model from the name of the folder, and no direction.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from confounded.errors import ContentError
from confounded.readers.collected import listed
from confounded.readers.files import source_of
from confounded.readers.lm_evaluation_harness import (
    ENGINE,
    NO_FILTER,
    benchmark_names,
    headline,
    metric_label,
    nesting,
    read_lm_evaluation_harness,
)
from confounded.readers.lm_evaluation_lines import ROW, rows_of
from confounded.scores import Issue, ItemTable, ScoreTable
from confounded.scores.items import ITEM_SCHEMA
from confounded.scores.table import BENCHMARK_SCHEMA, MODEL_SCHEMA, agreed

__all__ = [
    "covered_by_results",
    "read_lm_evaluation_items",
    "read_lm_evaluation_samples",
]

MOST_RUNS: Final = 128
"""Results that are kept in mind: each is asked for once for every task that has samples beside it."""

NAME: Final = re.compile(r"samples_(?P<task>.+)_(?P<time>\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class _Run:
    """What the results of a run say of one of its tasks."""

    model: str
    parameters: float | None
    directions: Mapping[str, str | None]
    """By the label of a metric with its filter, in the order of the file; empty where the task is not in it."""

    def filters(self, metric: str) -> list[str]:
        """Return the filters of a metric, in their order."""
        labels = (label.partition(",") for label in self.directions)
        return [chosen or NO_FILTER for name, _, chosen in labels if name == metric]


@dataclass(slots=True)
class _File:
    """One file of samples."""

    path: Path
    task: str
    model: str
    run: _Run | None
    rows: pl.DataFrame
    metrics: list[tuple[str, str]]
    """All metrics with their filters, also those that have no item scores."""
    issues: list[Issue] = field(default_factory=list)


def covered_by_results(samples_path: Path) -> bool:
    """Return whether the results of the same run lie beside a file of samples and hold the scores of its task.

    Then the samples are the same scores once more, item by item, and no second ones.

    Raises
    ------
    UnreadableError
        If the results cannot be read.
    ContentError
        If they name no model.
    """
    run = _run_of(samples_path)
    return run is not None and bool(run.directions)


def read_lm_evaluation_samples(paths: Sequence[Path]) -> ScoreTable:
    """Read the scores of files of samples: the mean over the items of each.

    Parameters
    ----------
    paths : sequence of Path
        The files.

    Returns
    -------
    ScoreTable
        With standard errors and numbers of items.

    Raises
    ------
    UnreadableError
        If a file cannot be opened, or a line is not one of samples; the message names it.
    ContentError
        If nothing names the model.
    """
    table = read_lm_evaluation_items(paths).scores()
    if table.scores.is_empty():
        return table
    return table.with_issues(
        Issue(
            "the scores of samples without results are the means over their items; the engine may have aggregated "
            "in another way",
            remedy="Put the results_*.json of the run beside its samples.",
        )
    )


def read_lm_evaluation_items(paths: Sequence[Path]) -> ItemTable:
    """Read the item scores of files of samples.

    Parameters
    ----------
    paths : sequence of Path
        The files.

    Returns
    -------
    ItemTable
        Two runs of one model on one task are in it both, told apart by their source.

    Raises
    ------
    UnreadableError
        If a file cannot be opened, or a line is not one of samples; the message names it.
    ContentError
        If nothing names the model.
    """
    files = [_file(path) for path in paths]
    places = [source_of(path) for path in paths]
    contested = _contested(files)
    issues = [issue for one in files for issue in one.issues]
    models: list[dict[str, Any]] = []
    benchmarks: list[dict[str, Any]] = []
    frames: list[pl.DataFrame] = []
    for one in files:
        names = benchmark_names(one.task, one.metrics, has_headline=one.task not in contested)
        models.append({"model": one.model, "parameters": one.run.parameters if one.run else None})
        kept = set(one.rows.select("metric", "filter").unique().iter_rows())
        # A whole that has no item scores is no benchmark here.
        whole = one.task if any(names[key] == one.task for key in kept) else None
        benchmarks += [
            {"benchmark": names[key], "direction": _direction(one.run, *key), "engine": ENGINE}
            | nesting(names[key], whole)
            for key in names
            if key in kept
        ]
        place = source_of(one.path)
        frames.append(_named(one, names, place if places.count(place) == 1 else str(one.path)))
    if contested:
        issues.append(
            Issue(
                f"files of samples have different metrics for {len(contested)} task(s); none has the name of the "
                f"task, each is a benchmark of its own, named task:metric: {listed(contested)}"
            )
        )
    items, of_documents = _told_apart(pl.concat(frames)) if frames else (pl.DataFrame(), [])
    said_of_models, of_models = agreed(pl.DataFrame(models, schema=dict(MODEL_SCHEMA)), "model")
    said_of_benchmarks, of_benchmarks = agreed(
        pl.DataFrame(benchmarks, schema=dict(BENCHMARK_SCHEMA)), "benchmark"
    )
    return ItemTable(
        items.select(list(ITEM_SCHEMA)) if frames else pl.DataFrame(schema=dict(ITEM_SCHEMA)),
        models=said_of_models,
        benchmarks=said_of_benchmarks,
        issues=(*issues, *of_documents, *of_models, *of_benchmarks),
    )


def _contested(files: Sequence[_File]) -> set[str]:
    """Return the tasks whose headline is not the same metric in all files."""
    headlines: dict[str, set[tuple[str, str] | None]] = {}
    for one in files:
        headlines.setdefault(one.task, set()).add(headline(one.metrics))
    return {task for task, met in headlines.items() if len(met) > 1}


def _direction(run: _Run | None, metric: str, chosen: str) -> str | None:
    """Return the direction of a metric, where the results of the run say it."""
    return run.directions.get(metric_label(metric, chosen)) if run else None


def _named(one: _File, names: Mapping[tuple[str, str], str], source: str) -> pl.DataFrame:
    """Return the rows of a file in the form of an item table, with the hashes of documents."""
    keys = list(names)
    lookup = pl.DataFrame(
        {
            "metric": [metric for metric, _ in keys],
            "filter": [chosen for _, chosen in keys],
            "benchmark": [names[key] for key in keys],
            "label": [metric_label(*key) for key in keys],
        },
        schema=dict.fromkeys(("metric", "filter", "benchmark", "label"), pl.String),
    )
    return one.rows.join(lookup, on=["metric", "filter"], maintain_order="left").select(
        pl.lit(one.model).alias("model"),
        "benchmark",
        pl.col("label").alias("metric"),
        "item",
        "score",
        pl.lit(source).alias("source"),
        "hash",
        pl.lit(one.task).alias("task"),
    )


def _told_apart(items: pl.DataFrame) -> tuple[pl.DataFrame, list[Issue]]:
    """Return items under different names where different documents have the same one."""
    met = items.select("task", "item", "hash").drop_nulls().unique()
    several = met.filter(met.select("task", "item").is_duplicated())
    if several.is_empty():
        return items, []
    doubtful = several.select("task", "item").unique().with_columns(is_several=pl.lit(True))
    own = pl.when("is_several").then(pl.concat_str("item", "hash", separator="#", ignore_nulls=True))
    items = items.join(doubtful, on=["task", "item"], how="left", maintain_order="left").with_columns(
        item=own.otherwise("item")
    )
    return items, [
        Issue(
            f"files of samples have different documents under the same doc_id, in "
            f"{several['task'].n_unique()} task(s); these are different items here: {listed(several['task'])}"
        )
    ]


def _file(path: Path) -> _File:
    """Read one file."""
    match = NAME.fullmatch(path.stem)
    task = match["task"] if match else path.stem
    run = _run_of(path)
    model, issues = (run.model, []) if run else _model_of_folder(path)
    rows, listy = rows_of(path)
    one = _File(path, task, model, run, rows, [], issues)
    if rows.is_empty():
        one.issues.append(Issue(f"samples of task {task!r} without any metric", where=source_of(path)))
    if listy:
        one.issues.append(
            Issue(
                f"{len(listy)} metric(s) of task {task!r} have no score for each document and were left out: "
                f"{listed(listy)}",
                where=source_of(path),
            )
        )
    _settle_filters(one)
    one.metrics = list(dict.fromkeys(one.rows.select("metric", "filter").iter_rows()))
    one.rows = one.rows.filter(~pl.col("metric").is_in(sorted(listy)))
    _settle_missing(one)
    _settle_repeats(one)
    return one


def _settle_filters(one: _File) -> None:
    """Give each row of a file that names no filters the one that the results of the run name in its place."""
    unnamed = one.rows.filter(pl.col("filter").is_null())
    if unnamed.is_empty():
        return
    known: list[tuple[str, int, str]] = []
    unknown: set[str] = set()
    for metric, passes in (
        unnamed.group_by("metric", maintain_order=True).agg(pl.col("pass").max() + 1).iter_rows()
    ):
        filters = one.run.filters(metric) if one.run else []
        if len(filters) != passes and passes == 1:
            filters = [NO_FILTER]
        if len(filters) == passes:
            known += [(metric, index, chosen) for index, chosen in enumerate(filters)]
        else:
            unknown.add(metric)
    lookup = pl.DataFrame(
        known, schema={"metric": pl.String, "pass": pl.Int64, "known": pl.String}, orient="row"
    )
    one.rows = (
        one.rows.join(lookup, on=["metric", "pass"], how="left", maintain_order="left")
        .with_columns(filter=pl.coalesce("filter", "known"))
        .filter(pl.col("filter").is_not_null())
        .select(list(ROW))
    )
    if unknown:
        one.issues.append(
            Issue(
                f"documents of task {one.task!r} stand in the file more than once, and nothing says by which filter "
                f"of the answers; left out: {listed(unknown)}",
                where=source_of(one.path),
                remedy="Put the results_*.json of the run beside its samples.",
                stops=True,
            )
        )


def _settle_missing(one: _File) -> None:
    """Leave out rows without a finite number."""
    missing = one.rows.filter(pl.col("score").is_null())
    if missing.is_empty():
        return
    one.rows = one.rows.filter(pl.col("score").is_not_null())
    one.issues.append(
        Issue(
            f"{missing.height} item score(s) of task {one.task!r} are no finite number and were left out, "
            f"of the metric(s) {listed(missing['metric'])}",
            where=source_of(one.path),
            remedy="Run these documents again, or remove their lines.",
            stops=True,
        )
    )


def _settle_repeats(one: _File) -> None:
    """Keep an item that stands twice with one score once, and leave one out that has two."""
    key = ["item", "metric", "filter"]
    one.rows = one.rows.unique([*key, "score", "hash"], maintain_order=True)
    is_repeated = one.rows.select(key).is_duplicated()
    if is_repeated.any():
        several = one.rows.filter(is_repeated)
        one.rows = one.rows.filter(~is_repeated)
        one.issues.append(
            Issue(
                f"{several['item'].n_unique()} document(s) of task {one.task!r} stand in the file with different "
                f"scores; they were left out: doc_id {listed(several['item'])}",
                where=source_of(one.path),
                remedy="Keep the line that counts.",
                stops=True,
            )
        )


def _model_of_folder(path: Path) -> tuple[str, list[Issue]]:
    """Return the model after which the engine named the folder of a run."""
    folder = path.resolve().parent.name
    # The engine writes `__` for the slash between organisation and model, and for other signs.
    model = folder.replace("__", "/") if folder.count("__") == 1 else folder
    if not model:
        raise ContentError(
            "samples in a folder that is named after their model",
            found="none",
            where=str(path),
            remedy="Put the results_*.json of the run beside its samples.",
        )
    return model, [
        Issue(
            f"samples do not name their model: {model!r} was taken from the name of the folder",
            where=source_of(path),
            remedy="Put the results_*.json of the run beside its samples.",
        )
    ]


def _run_of(path: Path) -> _Run | None:
    """Return what the results of the same run say of the task of a file of samples, None where there are none."""
    match = NAME.fullmatch(path.stem)
    if not match:
        return None
    named = path.parent / f"results_{match['time']}.json"
    # The engine names them after the output path where that ends in .json.
    others = sorted(path.parent.glob(f"*_{match['time']}.json"))
    beside = next((one for one in (named, *others) if one.is_file()), None)
    return None if beside is None else _run(beside, match["task"], beside.stat().st_mtime_ns)


@lru_cache(maxsize=MOST_RUNS)
def _run(results: Path, task: str, modified: int) -> _Run | None:  # noqa: ARG001 - a changed file is read again
    """Return what a file of results says of one task."""
    table = read_lm_evaluation_harness([results])
    if table.scores.is_empty():
        return None
    directions = dict(table.benchmarks.select("benchmark", "direction").iter_rows())
    of_task = table.scores.filter(
        (pl.col("benchmark") == task) | pl.col("benchmark").str.starts_with(f"{task}:")
    )
    return _Run(
        model=table.models["model"][0],
        parameters=table.models["parameters"][0],
        directions={row["metric"]: directions[row["benchmark"]] for row in of_task.iter_rows(named=True)},
    )
