"""Scores on single items in logs of Inspect AI.

They stand in a log's *reductions*: one score an item and scorer, after its epochs were reduced to one. The engine
writes them for every way of reducing, also with one epoch and where samples are not logged, unless reduction was
turned off. Where a scorer has none, its scores on single samples are taken from the *summaries* and averaged over
epochs; the samples of an archive are not unpacked for it.

A value is a number as the engine's own ``value_to_float`` makes one of it (0.3.285): numbers, truth values, ``C`` 1,
``P`` 0.5, ``I`` and ``N`` 0, ``yes`` and ``true`` 1, ``no`` and ``false`` 0, and numbers written as text. Any other
text counts as 0 there, with a warning; here it is a missing score, and an issue says so. NaN and null are missing,
as there. A dictionary has one benchmark a key. Lists are left out, and an issue says so.

A benchmark is called as the header calls the mean of these items (`inspect_headers`), and the mean is compared with
the one in the header: where they differ, the items are left out, because it cannot be told which of the two holds.
Without a mean in the header, it is the metric whose value is the mean of the items, and where none is,
``<task>:<scorer>/mean``.
"""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec
import polars as pl

from confounded.errors import UnreadableError
from confounded.readers.collected import finite, listed
from confounded.readers.files import decode, read_bytes, source_of
from confounded.readers.inspect_archive import HEADER, REDUCTIONS, START, SUMMARIES, opened
from confounded.readers.inspect_headers import (
    PLAIN_REDUCERS,
    WHAT,
    Log,
    Number,
    benchmark_of,
    is_grouped,
    named_numbers,
    trouble,
)
from confounded.readers.inspect_logs import issues_of_runs
from confounded.scores import Issue, ItemTable
from confounded.scores.items import ITEM_SCHEMA
from confounded.scores.table import BENCHMARK_SCHEMA, LARGEST, agreed

__all__ = ["MEAN_TOLERANCE", "VALUES", "read_inspect_items"]

VALUES: Final = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
"""What the letters of a scorer count: correct, partly correct, incorrect, no answer."""

WORDS: Final = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}

MEAN_TOLERANCE: Final = 1e-6
"""How far the mean of items may lie from the header's, as a share of it where it is above 1: both are sums of the
same numbers in double precision, so that real differences are far larger."""

MISSING, AS_TEXT, AS_LIST, TOO_LARGE = "missing", "text that is no number", "lists", "infinite or too large"

_NOT_A_NUMBER: Final = re.compile(rb'(?<!\\)":NaN')
"""NaN as the value of a field. A quote mark within a text has a backslash before it, so no text is matched."""

T = TypeVar("T")


class _Item(msgspec.Struct):
    value: Any = None
    sample_id: str | int | None = None


class _Reduction(msgspec.Struct):
    scorer: str
    reducer: str | None = None
    samples: list[_Item] = []


class _SampleScore(msgspec.Struct):
    value: Any = None


class _Sample(msgspec.Struct):
    id: str | int
    scores: dict[str, _SampleScore] | None = None


class _Document(Log):
    reductions: list[_Reduction] | None = None


class _Samples(msgspec.Struct):
    samples: list[_Sample] | None = None


@dataclass(frozen=True, slots=True)
class _Block:
    """The scores of one model on the items of one benchmark."""

    benchmark: str
    metric: str
    items: list[str]
    scores: list[float]


@dataclass(slots=True)
class _Items:
    """Blocks of scores so far, and the issues met."""

    items: list[str] = field(default_factory=list)
    scores: list[float] = field(default_factory=list)
    blocks: list[tuple[str, str, str, str, int]] = field(default_factory=list)
    benchmarks: dict[str, dict[str, Any]] = field(default_factory=dict)
    issues: list[Issue] = field(default_factory=list)

    def take(self, log: Log, block: _Block, source: str) -> None:
        """Add the scores of a block."""
        task, model = log.evaluation.task, log.evaluation.model
        self.items += block.items
        self.scores += block.scores
        self.blocks.append((model, block.benchmark, block.metric, source, len(block.items)))
        self.benchmarks.setdefault(block.benchmark, benchmark_of(task, block.benchmark))

    def table(self) -> ItemTable:
        """Return everything as one table, with one score a model and item."""
        columns = ["model", "benchmark", "metric", "source", "_length"]
        blocks = pl.DataFrame(self.blocks, schema=columns, orient="row") if self.blocks else None
        if blocks is None:
            return ItemTable(pl.DataFrame(schema=dict(ITEM_SCHEMA)), issues=tuple(self.issues))
        index = pl.Series(range(blocks.height)).repeat_by(blocks["_length"]).explode()
        frame = blocks.drop("_length")[index.cast(pl.UInt32)].with_columns(
            pl.Series("item", self.items, dtype=pl.String), pl.Series("score", self.scores, dtype=pl.Float64)
        )
        frame, repeats = _one_each(frame.select(*ITEM_SCHEMA))
        said = pl.DataFrame(list(self.benchmarks.values()), schema=dict(BENCHMARK_SCHEMA))
        benchmarks, contrary = agreed(said, "benchmark")
        return ItemTable(frame, benchmarks=benchmarks, issues=(*self.issues, *repeats, *contrary))


def read_inspect_items(paths: Sequence[Path]) -> ItemTable:
    """Read the scores on single items in Inspect logs.

    Parameters
    ----------
    paths : sequence of Path
        ``.eval`` and ``.json`` logs.

    Returns
    -------
    ItemTable
        A score a model, benchmark and item, after the reduction of epochs. Items are the ids of samples. Runs that
        did not end well, items without a usable score, and means that are not the header's are left out, each
        with an issue.

    Raises
    ------
    UnreadableError
        If a log cannot be opened, is broken, or needs a package that is not installed.
    """
    found = _Items()
    runs: list[tuple[Path, Log]] = []
    for path in paths:
        log, reductions = _read(path)
        why_not = trouble(log)
        if log is None or why_not:
            found.issues.append(Issue(f"a log without scores: {why_not}", where=source_of(path)))
            continue
        runs.append((path, log))
        _take(found, log, reductions, path)
    found.issues += issues_of_runs(runs)
    return found.table()


def _take(found: _Items, log: Log, reductions: Sequence[_Reduction], path: Path) -> None:
    """Add the items of one log."""
    source, task = source_of(path), log.evaluation.task
    numbers = named_numbers(log)
    unusable: defaultdict[str, set[str]] = defaultdict(set)
    for reduction in reductions:
        keyed = _by_key(reduction, unusable)
        for key, (items, scores) in keyed.items():
            if not items:
                continue
            mean = math.fsum(scores) / len(scores)
            number = _number(numbers, reduction, key, mean)
            if number is None:
                within = reduction.scorer if key is None else f"{reduction.scorer}.{key}"
                reduced = "" if reduction.reducer in PLAIN_REDUCERS else f",{reduction.reducer}"
                name = f"{task}:{within}/mean{reduced}"
                found.take(log, _Block(name, f"{within}/mean", items, scores), source)
            elif abs(mean - number.value) > MEAN_TOLERANCE * max(1.0, abs(number.value)):
                found.issues.append(_contrary(number, mean, len(items), source))
            else:
                metric = f"{number.score.name}/{number.key}"
                found.take(log, _Block(number.benchmark, metric, items, scores), source)
    for what, scorers in unusable.items():
        found.issues.append(
            Issue(
                f"scores on items of task {task!r} are {what} ({listed(scorers)}); they are missing",
                where=source,
            )
        )
    lacking = _lacking(log, reductions)
    if lacking:
        found.issues.append(
            Issue(
                f"no scores on single items of task {task!r} by {listed(lacking)} in this log", where=source
            )
        )


def _contrary(number: Number, mean: float, n_items: int, source: str) -> Issue:
    """Return the issue of items whose mean is not what the header says."""
    return Issue(
        f"the mean of {n_items} items of benchmark {number.benchmark!r} is {mean:.6g}, but the header of the log says "
        f"{number.value:.6g} ({number.key}); its items were left out",
        where=source,
        remedy="Run `inspect score --overwrite` on the log, or leave it out.",
        stops=True,
    )


def _number(numbers: Sequence[Number], reduction: _Reduction, key: str | None, mean: float) -> Number | None:
    """Return the number in the header that is the mean of these items, None where there is none."""
    of_scorer = [number for number in numbers if _is_of(number, reduction, key)]
    exact = [number for number in of_scorer if number.score.reducer == reduction.reducer]
    candidates = exact or of_scorer
    by_name = (number for number in candidates if number.is_mean)
    by_value = (
        number
        for number in candidates
        if not is_grouped(number.metric)
        and number.metric.group is None
        and abs(number.value - mean) <= MEAN_TOLERANCE
    )
    return next(by_name, None) or next(by_value, None)


def _is_of(number: Number, reduction: _Reduction, key: str | None) -> bool:
    """Return whether a number comes from the values that were reduced so."""
    score = number.score
    plain = score.reducer in PLAIN_REDUCERS and reduction.reducer in PLAIN_REDUCERS
    if score.reducer != reduction.reducer and not plain:
        return False
    if key is None:
        return score.name == reduction.scorer
    return score.name == key and score.scorer in ("", reduction.scorer)


def _by_key(
    reduction: _Reduction, unusable: defaultdict[str, set[str]]
) -> dict[str | None, tuple[list[str], list[float]]]:
    """Return items and scores, once a key where values are dictionaries, else under None."""
    samples = reduction.samples
    values = [sample.value for sample in samples]
    # Nearly all reductions are of this kind, and this is some ten times faster than one value after another.
    plain = set(map(type, values)) <= {float, int} and all(-LARGEST <= value <= LARGEST for value in values)
    if plain and all(sample.sample_id is not None for sample in samples):
        return {None: ([str(sample.sample_id) for sample in samples], [float(value) for value in values])}
    columns: dict[str | None, tuple[list[str], list[float]]] = {}
    for sample in samples:
        if sample.sample_id is None:
            unusable["without the id of a sample"].add(reduction.scorer)
            continue
        keyed = sample.value.items() if isinstance(sample.value, dict) else ((None, sample.value),)
        for key, value in keyed:
            score = _value(value)
            if isinstance(score, float):
                items, scores = columns.setdefault(key, ([], []))
                items.append(str(sample.sample_id))
                scores.append(score)
            elif score != MISSING:
                unusable[score].add(reduction.scorer)
    return columns


def _value(value: object) -> float | str:
    """Return the number that a value counts, or why it counts none."""
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, str):
        score = VALUES.get(value, WORDS.get(value.lower()))
        return _written(value) if score is None else score
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return MISSING
    if isinstance(value, list | dict):
        return AS_LIST
    number = finite(value)
    return TOO_LARGE if number is None or abs(number) > LARGEST else number


def _written(value: str) -> float | str:
    """Return the number that a text is."""
    try:
        number = float(value)
    except ValueError:
        return AS_TEXT
    return number if abs(number) <= LARGEST else AS_TEXT


def _read(path: Path) -> tuple[Log | None, list[_Reduction]]:
    """Return the header of a log and its scores on items."""
    if path.suffix.lower() == ".json":
        raw = read_bytes(path)
        document = _decoded(raw, _Document, path)
        if trouble(document):
            return document, []
        reductions = document.reductions or _older(document, path)
        lacking = _lacking(document, reductions)
        samples = _decoded(raw, _Samples, path).samples if lacking else None
        return document, reductions + _averaged(samples or [], lacking)
    with opened(path) as archive:
        header = archive.read(HEADER)
        if header is None and START not in archive.members:
            raise UnreadableError(WHAT, found="another zip archive", where=str(path))
        log = None if header is None else decode(header, Log, path, WHAT)
        if log is None or trouble(log):
            return log, []
        stored = archive.read(REDUCTIONS)
        reductions = [] if stored is None else _decoded(stored, list[_Reduction], path)
        lacking = _lacking(log, reductions)
        summaries = archive.read(SUMMARIES) if lacking else None
        samples = [] if summaries is None else _decoded(summaries, list[_Sample], path)
        return log, reductions + _averaged(samples, lacking)


def _decoded(raw: bytes, kind: type[T], path: Path) -> T:
    """Return JSON decoded; without what `decode` does for NaN, which is slow and is written for every missing score."""
    return decode(_NOT_A_NUMBER.sub(b'":null', raw) if b"NaN" in raw else raw, kind, path, WHAT)


def _older(document: _Document, path: Path) -> list[_Reduction]:
    """Return the reductions from where older logs have them."""
    stated = document.results.sample_reductions if document.results is not None else None
    try:
        return msgspec.convert(stated or [], list[_Reduction])
    except msgspec.ValidationError as problem:
        raise UnreadableError(WHAT, found=str(problem), where=str(path)) from problem


def _lacking(log: Log, reductions: Sequence[_Reduction]) -> set[str]:
    """Return the scorers of a log whose scores on items are not among its reductions."""
    have = {reduction.scorer for reduction in reductions}
    return {score.scorer or score.name for score in log.scores if not have & {score.scorer, score.name}}


def _averaged(samples: Iterable[_Sample], scorers: set[str]) -> list[_Reduction]:
    """Return scores on samples averaged over epochs, for some of the scorers."""
    values: dict[str, dict[str, list[Any]]] = {}
    for sample in samples:
        for scorer, score in (sample.scores or {}).items():
            if scorer in scorers:
                values.setdefault(scorer, {}).setdefault(str(sample.id), []).append(score.value)
    return [
        _Reduction(scorer, None, [_Item(_average(of), item) for item, of in items.items()])
        for scorer, items in values.items()
    ]


def _average(values: Sequence[Any]) -> Any:
    """Return the mean of an item's values over its epochs; by key for dictionaries; what is unusable, as it is."""
    if any(isinstance(value, dict) for value in values):
        keyed = [value for value in values if isinstance(value, dict)]
        keys = dict.fromkeys(key for value in keyed for key in value)
        return {key: _average([value[key] for value in keyed if key in value]) for key in keys}
    scores = [_value(value) for value in values]
    for value, score in zip(values, scores, strict=True):
        if isinstance(score, str) and score != MISSING:
            return value
    numbers = [score for score in scores if isinstance(score, float)]
    return math.fsum(numbers) / len(numbers) if numbers else None


def _one_each(frame: pl.DataFrame) -> tuple[pl.DataFrame, list[Issue]]:
    """Return one score a model, benchmark and item: the mean where several logs have one, with issues."""
    key = ("model", "benchmark", "item")
    repeated = frame.select(key).is_duplicated()
    if not repeated.any():
        return frame, []
    doubled = frame.filter(repeated)
    merged = doubled.group_by(key, maintain_order=True).agg(
        pl.col("metric", "source").first(),
        pl.col("score").mean(),
        pl.col("score").n_unique().alias("_values"),
    )
    places = doubled.group_by("model", "benchmark").agg(pl.col("source").unique(maintain_order=True))
    by_model = (
        merged.group_by("model", "benchmark", maintain_order=True)
        .agg(pl.len(), (pl.col("_values") > 1).sum().alias("differ"))
        .join(places, on=["model", "benchmark"], maintain_order="left")
    )
    issues = [
        Issue(
            f"{row['len']} items of model {row['model']!r} on benchmark {row['benchmark']!r} have several scores, "
            f"{row['differ']} of them different ones; their mean was taken",
            where=", ".join(row["source"][:4]),
            remedy="Keep the log that counts, or give each setting of a model a folder of its own.",
            stops=row["differ"] > 0,
        )
        for row in by_model.iter_rows(named=True)
    ]
    return pl.concat([frame.filter(~repeated), merged.select(frame.columns)]), issues
