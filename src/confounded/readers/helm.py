"""HELM: a folder ``benchmark_output/runs`` of suites, and in each of them a folder a run, of version 0.5 or older.

The benchmark of a run is its name without the model (``mmlu:subject=anatomy,method=multiple_choice_joint``). What
counts is taken from HELM's own schema (`confounded.readers.helm_schema`), which knows the main metric and the main
split of each of its run groups:

- the *headline* of a run has the name of the run: its main metric on its main split. Where the run has other splits
  only, the split is added in brackets. A run without a group that the schema knows has a headline where it has one
  metric; if it has several, which of them counts would be a guess;
- further metrics are called ``<run>:<metric>`` and declared as part of the headline: those whose direction the schema
  states; of a run that the schema does not know, all. Times, counts and costs are none, and of the several ways to
  compare an answer with the right one (`ALIKE`) one counts. What was left out is told;
- the worst case over changed copies of an instance is called ``<run>:<metric>,robustness`` (or ``fairness``), where
  copies were made. It is left out where lower is better: HELM takes the lowest value there, which is the best.

A direction that the schema does not state is not known.

The standard error is that of a mean over instances, s / √n from ``per_instance_stats.json``, each instance with its
mean over training trials. The variance in ``stats.json`` is not used: a statistic has one number a training trial, so
that this is the spread between few-shot prompts, 0 for one trial, and says nothing of instances. A metric that is no
mean over instances (F1 over all of them) has no standard error.

Runs of one task on parts of its data (``subject``, ``subset``, ``language``: `PARTS`) are parts of a whole, called as
they are without these arguments. Its score is the mean of its parts, each counting the same, which is the number of
HELM's own tables where all have the same number of training trials; a model without all of the parts has none. A run
of ``all`` is a whole itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import polars as pl

from confounded.readers import helm_schema as schema
from confounded.readers.collected import Collected, listed
from confounded.readers.helm_runs import HelmRun, Measured, read_run
from confounded.readers.helm_wholes import Part, wholes
from confounded.readers.lm_evaluation_harness import nesting
from confounded.scores import Issue, ItemTable, ScoreTable
from confounded.scores.items import ITEM_SCHEMA
from confounded.scores.table import BENCHMARK_SCHEMA, agreed

__all__ = ["ALIKE", "read_helm", "read_helm_items"]

ALIKE: Final = tuple(
    f"{way}exact_match{of}" for of in ("", "@5") for way in ("", "quasi_", "prefix_", "quasi_prefix_")
)
"""Ways to compare one answer with the right one, more or less strictly; the main metric counts, else the first."""

BITS: Final = "bits_per_byte"
"""What HELM computes of any text with the log-probabilities that a service gives: a score of language models as such,
and of nothing else that a task measures."""


@dataclass(frozen=True, slots=True)
class _Benchmark:
    """One number of a run."""

    name: str
    metric: str
    split: str
    measured: Measured
    direction: str | None
    is_headline: bool


@dataclass(slots=True)
class _Told:
    """What a reader of the result must know of all runs together."""

    incomplete: list[str] = field(default_factory=list)
    empty: list[str] = field(default_factory=list)
    without_headline: set[str] = field(default_factory=set)
    other_split: set[str] = field(default_factory=set)
    elsewhere: set[str] = field(default_factory=set)
    undirected: Counter[str] = field(default_factory=Counter)
    alike: set[str] = field(default_factory=set)
    without_items: list[str] = field(default_factory=list)

    def issues(self) -> list[Issue]:
        """Return it as issues."""
        said = (
            (self.incomplete, "{n} run(s) have no stats.json: they did not end, and have no scores: {names}"),
            (self.empty, "{n} run(s) have no metric that is a score, and were left out: {names}"),
            (
                self.without_headline,
                "{n} task(s) have no main metric that HELM's schema knows; each of their metrics is a benchmark of its "
                "own, named task:metric: {names}",
            ),
            (self.other_split, "{n} task(s) were run on another split than the main one: {names}"),
            (
                self.elsewhere,
                "{n} metric(s) have no number on the split that counts, and were left out: {names}",
            ),
            (
                list(self.undirected),
                "HELM's schema does not say which way is better for {n} further metric(s); they were left out: {names}",
            ),
            (
                self.alike,
                "{n} further metric(s) compare the same answers in another way, and were left out: {names}",
            ),
        )
        return [Issue(text.format(n=len(names), names=listed(names))) for names, text in said if names]


def read_helm(paths: Sequence[Path]) -> ScoreTable:
    """Read the scores of runs of HELM.

    Parameters
    ----------
    paths : sequence of Path
        A file of each run.

    Returns
    -------
    ScoreTable
        Runs that did not end are left out, with an issue. Two runs of one model on one task are two scores here.

    Raises
    ------
    UnreadableError
        If a file cannot be opened, is no JSON or is not of HELM.
    ContentError
        If a run names no model, or a statistic contradicts itself.
    """
    collected, told = Collected(), _Told()
    parts: list[Part] = []
    for run in _runs(paths, told):
        found = _benchmarks(run, told)
        headline = next((one.name for one in found if one.is_headline), None)
        for one in found:
            row = _row(run, one)
            collected.scores.append(row)
            collected.benchmarks.append(_facts(one) | nesting(one.name, headline))
            if one.is_headline:
                parts.append(
                    Part(one.name, run.groups[0] if run.groups else "", row, collected.benchmarks[-1])
                )
        collected.scores += _worst_cases(run, found, collected.benchmarks)
    scores, benchmarks, issues = wholes(parts)
    collected.scores += scores
    collected.benchmarks += benchmarks
    collected.issues += [*told.issues(), *issues]
    return collected.table()


def read_helm_items(paths: Sequence[Path]) -> ItemTable:
    """Read what models got on each instance, in runs of HELM.

    Parameters
    ----------
    paths : sequence of Path
        A file of each run.

    Returns
    -------
    ItemTable
        Each instance with its mean over training trials. Metrics that are no mean over instances are left out, with
        an issue; so are wholes, of which only the parts have instances.

    Raises
    ------
    UnreadableError, ContentError
        As of `read_helm`.
    """
    told = _Told()
    frames: list[pl.DataFrame] = []
    benchmarks: list[dict[str, Any]] = []
    for run in _runs(paths, told):
        found = _benchmarks(run, told)
        headline = next((one.name for one in found if one.is_headline and one.measured.items), None)
        for one in found:
            if not one.measured.items:
                told.without_items.append(one.name)
                continue
            benchmarks.append(_facts(one) | nesting(one.name, headline))
            frames.append(_items(run, one))
    issues = told.issues()
    if told.without_items:
        issues.append(
            Issue(
                f"{len(told.without_items)} score(s) are no means over instances, or their run has no "
                f"per_instance_stats.json; they have no scores of items: {listed(told.without_items)}"
            )
        )
    said, contrary = agreed(pl.DataFrame(benchmarks, schema=dict(BENCHMARK_SCHEMA)), "benchmark")
    items = pl.concat(frames) if frames else pl.DataFrame(schema=dict(ITEM_SCHEMA))
    items, repeats = _one_each(items)
    return ItemTable(items, benchmarks=said, issues=(*issues, *contrary, *repeats))


def _runs(paths: Sequence[Path], told: _Told) -> list[HelmRun]:
    """Return the runs that have statistics."""
    runs = []
    for folder in dict.fromkeys(path.parent for path in paths):
        run = read_run(folder)
        if run.is_complete:
            runs.append(run)
        else:
            told.incomplete.append(run.source)
    return runs


def _benchmarks(run: HelmRun, told: _Told) -> list[_Benchmark]:
    """Return the numbers of a run that count, the headline first."""
    split, task = schema.main_split(run.groups), run.task
    if not _scores(run, split):
        others = [one for one in (schema.TEST, schema.VALID, *sorted(run.splits())) if _scores(run, one)]
        if not others:
            told.empty.append(run.source)
            return []
        split = others[0]
        task = f"{task}[{split}]"
        told.other_split.add(task)
    metrics = _scores(run, split)
    told.elsewhere |= {
        f"{one} ({task}, {other})"
        for other in run.splits() - {split}
        for one in _scores(run, other)
        if one not in metrics and one not in ALIKE
    }
    main = next((one for one in schema.main_metrics(run.groups) if one in metrics), None)
    present = [one for one in ALIKE if one in metrics]
    alike = set(present) - {main} - (set() if main in ALIKE else set(present[:1]))
    told.alike |= alike
    rest = [one for one in metrics if one != main and one not in alike]
    if main is None and len(rest) == 1 and not schema.main_metrics(run.groups):
        main, rest = rest[0], []
    if main is None:
        told.without_headline.add(task)
    if schema.main_metrics(run.groups):
        undirected = [one for one in rest if schema.direction(one, run.groups) is None]
        told.undirected.update(undirected)
        rest = [one for one in rest if one not in undirected]
    headline = [] if main is None else [(task, main, True)]
    return [
        _Benchmark(
            name,
            metric,
            split,
            run.measured(metric, split),
            schema.direction(metric, run.groups),
            is_headline,
        )
        for name, metric, is_headline in (*headline, *((f"{task}:{one}", one, False) for one in rest))
    ]


def _scores(run: HelmRun, split: str) -> list[str]:
    """Return the metrics of a split that are scores of a model."""
    main = schema.main_metrics(run.groups)
    found = [one for one in run.metrics(split) if one in main or not schema.is_bookkeeping(one)]
    return [one for one in found if one != BITS or one in main] or found


def _row(run: HelmRun, one: _Benchmark) -> dict[str, Any]:
    """Return a number as a row of scores."""
    return {
        "model": run.model,
        "benchmark": one.name,
        "metric": one.metric,
        "score": one.measured.score,
        "stderr": one.measured.stderr,
        "n_items": len(one.measured.items) or run.instances(one.split),
        "source": run.source,
    }


def _facts(one: _Benchmark) -> dict[str, Any]:
    """Return what is known of the benchmark of a number."""
    is_fraction = one.metric in schema.FRACTIONS
    return {
        "benchmark": one.name,
        "direction": one.direction,
        "unit": "fraction" if is_fraction else None,
        "floor": 0.0 if is_fraction else None,
        "ceiling": 1.0 if is_fraction else None,
    }


def _worst_cases(
    run: HelmRun, found: Sequence[_Benchmark], benchmarks: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return rows of scores for the worst cases of the headline, and add what is known of their benchmarks."""
    rows = []
    for one in found:
        if not one.is_headline or one.direction != "higher":
            continue
        for kind in run.perturbations(one.split):
            score = run.worst(one.metric, one.split, kind)
            if score is None:
                continue
            name = f"{one.name}:{one.metric},{kind}"
            rows.append(
                _row(run, one)
                | {"benchmark": name, "metric": f"{one.metric},{kind}", "score": score, "stderr": None}
            )
            benchmarks.append(_facts(one) | {"benchmark": name} | nesting(name, one.name))
    return rows


def _items(run: HelmRun, one: _Benchmark) -> pl.DataFrame:
    """Return the instances of a number as rows of items."""
    items = one.measured.items
    return pl.DataFrame(
        {"item": list(items), "score": list(items.values())}, schema={"item": pl.String, "score": pl.Float64}
    ).select(
        pl.lit(run.model).alias("model"),
        pl.lit(one.name).alias("benchmark"),
        pl.lit(one.metric).alias("metric"),
        "item",
        "score",
        pl.lit(run.source).alias("source"),
    )


def _one_each(items: pl.DataFrame) -> tuple[pl.DataFrame, list[Issue]]:
    """Return one score a model, benchmark and instance: the mean where several runs have one, with an issue."""
    key = ["model", "benchmark", "item"]
    if not items.select(key).is_duplicated().any():
        return items, []
    merged = items.group_by(key, maintain_order=True).agg(
        pl.col("metric", "source").first(),
        pl.col("score").mean(),
        pl.col("score").n_unique().alias("values"),
        pl.len().alias("runs"),
    )
    several = merged.filter(pl.col("runs") > 1)
    first = several.row(0, named=True)
    issue = Issue(
        f"several runs of model {first['model']!r} on benchmark {first['benchmark']!r} (and maybe of others) have "
        f"scores of the same {several.height} items; their means are taken",
        where=first["source"],
        remedy="Read one suite, or keep the run that counts.",
        stops=bool((several["values"] > 1).any()),
    )
    return merged.select(items.columns), [issue]
