"""Every Eval Ever: JSON documents, one evaluated model each, of the schema generations 0.2 and 0.3.

The name of a benchmark is made of one result alone, so that it is the same whatever else is read with it:
``<source>/<evaluation>``, with ``<dataset>/`` between them where the data set's name is neither of the two
(in any case), and ``:<metric>`` after them where the metric has a name of its own (``metric_id``, else
``metric_name``; with ``metric_parameters`` in brackets). "Safety" of RewardBench and "Safety" of RewardBench 2 are
so two benchmarks, and MMLU as run by HELM Lite and by HELM Classic are two as well: their prompts differ. Where
results of one document would have one name (splits or perturbations of HELM), the id of the result
(``evaluation_result_id``) stands in place of the metric.

What is read: ``metric_config.lower_is_better`` (direction), ``metric_unit``, ``min_score`` and ``max_score`` (floor,
ceiling), ``score_details.score``, ``score_details.uncertainty.standard_error`` and ``num_samples``, ``model_info``
(id, name, developer). Neither confidence intervals nor standard deviations are made into standard errors: documents
in use give bounds as well as offsets from the score under the same names, and s / √n is the error of a mean only.

A score that stands for "not known" is a missing one: -1 of a metric that says so (``has_unknown_level``), and -1
with the words of HELM's tables for a cell without a run.

Files of JSON lines with what a model got on each item are read by `confounded.readers.every_eval_ever_lines`.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import msgspec
import polars as pl

from confounded.readers.cells import MISSING
from confounded.readers.collected import Collected, count, finite, listed
from confounded.readers.every_eval_ever_runs import Run, in_one
from confounded.readers.files import decode, read_bytes, source_of
from confounded.scores import Issue, ScoreTable
from confounded.scores.table import COLUMN_SCHEMA

__all__ = ["Document", "benchmark_names", "document", "read_documents"]

GENERATIONS: Final = ("0.2.", "0.3.")
"""How the versions of the schema begin that were looked at."""

WHAT: Final = "a document of Every Eval Ever (schema 0.2 or 0.3)"
UNKNOWN: Final = -1.0
NO_RUN: Final = "No matching runs"
"""What HELM's tables say in a cell without a score; collections made from them have -1 there."""

UNITS: Final = {"proportion": "fraction", "fraction": "fraction", "percent": "percent"}


class _Source(msgspec.Struct):
    source_name: str | None = None
    source_organization_name: str | None = None


class _Model(msgspec.Struct):
    id: str
    name: str | None = None
    developer: str | None = None
    inference_platform: Any = None
    additional_details: Any = None


class _Data(msgspec.Struct):
    dataset_name: str | None = None


class _Metric(msgspec.Struct):
    evaluation_description: str | None = None
    metric_id: str | None = None
    metric_name: str | None = None
    metric_unit: str | None = None
    metric_parameters: dict[str, Any] | None = None
    lower_is_better: bool | None = None
    min_score: float | str | None = None
    max_score: float | str | None = None
    has_unknown_level: bool | None = None


class _Value(msgspec.Struct):
    value: float | None = None


class _Uncertainty(msgspec.Struct):
    standard_error: _Value | float | None = None
    num_samples: float | None = None


class _Score(msgspec.Struct):
    score: float | None = None
    uncertainty: _Uncertainty | None = None
    num_samples: float | None = None
    details: msgspec.Raw = msgspec.Raw(b"null")


class Result(msgspec.Struct):
    """One number of a document."""

    evaluation_name: str
    metric_config: _Metric
    score_details: _Score
    source_data: _Data | None = None
    evaluation_result_id: str | None = None


class Document(msgspec.Struct):
    """One document, as far as it is read."""

    model_info: _Model
    evaluation_results: list[Result]
    source_metadata: _Source
    evaluation_id: str | None = None
    schema_version: str | None = None
    retrieved_timestamp: Any = None
    evaluation_timestamp: Any = None


_DECODER = msgspec.json.Decoder(Document)


def read_documents(documents: Sequence[tuple[Path, Document]]) -> ScoreTable:
    """Return the scores of some documents.

    Parameters
    ----------
    documents : sequence of (Path, Document)

    Returns
    -------
    ScoreTable
        Where documents have different scores of one model, their mean stands for them, and an issue that stops says
        in what they differ.
    """
    collected = Collected()
    missing: list[str] = []
    outside: list[dict[str, Any]] = []
    unknown: set[str] = set()
    runs: dict[str, Run] = {}
    said: dict[tuple[Any, ...], dict[str, Any]] = {}
    for path, one in documents:
        place = source_of(path)
        if one.schema_version is not None and not one.schema_version.startswith(GENERATIONS):
            unknown.add(one.schema_version)
        collected.models.append(
            {
                "model": one.model_info.id,
                "name": one.model_info.name,
                "organisation": one.model_info.developer,
                "parameters": _parameters(one),
            }
        )
        runs[place] = _run(one)
        for name, result in zip(benchmark_names(one), one.evaluation_results, strict=True):
            row = _score(one.model_info.id, name, result, place)
            if row["score"] is None:
                missing.append(name)
                continue
            if _is_outside(row["score"], result.metric_config):
                outside.append(row)
                continue
            collected.scores.append(row)
            metric = result.metric_config
            key = (name, metric.lower_is_better, metric.metric_unit, metric.min_score, metric.max_score)
            if key not in said:  # thousands of documents say the same of a benchmark
                said[key] = _benchmark(name, metric)
    collected.columns = [_columns(documents)]
    collected.benchmarks = list(said.values())
    collected.scores, of_runs = in_one(collected.scores, runs)
    collected.issues += [*_issues(missing, outside, unknown), *of_runs]
    return collected.table()


def document(path: Path) -> Document:
    """Return one document.

    Raises
    ------
    UnreadableError
        If it cannot be opened, is no JSON or lacks a field that a score needs.
    """
    raw = read_bytes(path)
    try:
        return _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return decode(raw, Document, path, WHAT)


def benchmark_names(one: Document) -> list[str]:
    """Return the benchmark of each result of a document, by the rule at the head of this module."""
    names = [_name(one, result, _metric(result.metric_config)) for result in one.evaluation_results]
    doubled = {name for name, times in Counter(names).items() if times > 1}
    if not doubled:
        return names
    return [
        _name(one, result, result.evaluation_result_id or _metric(result.metric_config))
        if name in doubled
        else name
        for name, result in zip(names, one.evaluation_results, strict=True)
    ]


BILLION: Final = 1e9
NOT_SAID: Final = MISSING | {"unknown"}
"""What stands in further fields (in lower case) where nothing is known."""


def _parameters(one: Document) -> float | None:
    """Return how many parameters a document says that its model has; 0 and -1 stand for not known."""
    details = one.model_info.additional_details
    billions = finite(details.get("params_billions")) if isinstance(details, dict) else None
    return billions * BILLION if billions is not None and billions > 0 else None


def _columns(documents: Sequence[tuple[Path, Document]]) -> pl.DataFrame:
    """Return what documents say of models in further fields: who made and who served them, and all details."""
    rows = []
    for _, one in documents:
        info = one.model_info
        details = info.additional_details if isinstance(info.additional_details, dict) else {}
        said = {"developer": info.developer, "inference_platform": info.inference_platform, **details}
        rows += [
            (info.id, str(name), str(value).strip())
            for name, value in said.items()
            if isinstance(value, str | int | float) and str(value).strip().lower() not in NOT_SAID
        ]
    return pl.DataFrame(list(dict.fromkeys(rows)), schema=dict(COLUMN_SCHEMA), orient="row")


def _run(one: Document) -> Run:
    """Return what a document says of the run that it is of."""
    details = one.model_info.additional_details
    said = {
        "platform": one.model_info.inference_platform,
        "evaluation time": one.evaluation_timestamp,
        "retrieval time": one.retrieved_timestamp,
    } | (details if isinstance(details, dict) else {})
    return Run(one.model_info.id, said)


def _score(model: str, name: str, result: Result, place: str) -> dict[str, Any]:
    """Return a result as a row of scores; its score is None where there is none."""
    details, metric = result.score_details, result.metric_config
    uncertainty = details.uncertainty or _Uncertainty()
    error = uncertainty.standard_error
    return {
        "model": model,
        "benchmark": name,
        "metric": metric.metric_id or metric.metric_name or metric.evaluation_description,
        "score": None if _stands_for_unknown(details, metric) else finite(details.score),
        "stderr": finite(error.value if isinstance(error, _Value) else error),
        "n_items": count(uncertainty.num_samples) or count(details.num_samples),
        "source": place,
    }


def _stands_for_unknown(details: _Score, metric: _Metric) -> bool:
    """Return whether a score says that there is none."""
    if details.score != UNKNOWN:
        return False
    if metric.has_unknown_level:
        return True
    try:
        said = msgspec.json.decode(details.details)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    return isinstance(said, dict) and said.get("description") == NO_RUN and _is_outside(UNKNOWN, metric)


def _metric(metric: _Metric) -> str:
    """Return what a metric is called in the name of a benchmark, nothing where it has no name of its own."""
    name = metric.metric_id or metric.metric_name
    if not name:
        return ""
    parameters = ",".join(f"{key}={value}" for key, value in sorted((metric.metric_parameters or {}).items()))
    return f"{name}[{parameters}]" if parameters else name


def _name(one: Document, result: Result, metric: str) -> str:
    """Return the name of a result's benchmark."""
    named = one.source_metadata
    source = named.source_name or named.source_organization_name or ""
    data = (result.source_data.dataset_name if result.source_data else None) or ""
    if data.casefold() in (source.casefold(), result.evaluation_name.casefold()):
        data = ""
    name = "/".join(part for part in (source, data, result.evaluation_name) if part)
    return f"{name}:{metric}" if metric else name


def _benchmark(name: str, metric: _Metric) -> dict[str, Any]:
    """Return what a result says of its benchmark."""
    lower = metric.lower_is_better
    return {
        "benchmark": name,
        "direction": None if lower is None else "lower" if lower else "higher",
        "unit": UNITS.get((metric.metric_unit or "").casefold()),
        "floor": finite(metric.min_score),
        "ceiling": finite(metric.max_score),
    }


def _is_outside(score: float, metric: _Metric) -> bool:
    """Return whether a score lies outside the range stated beside it."""
    low, high = _limits(metric.min_score, metric.max_score)
    return not low <= score <= high


@lru_cache(maxsize=1024)
def _limits(low: float | str | None, high: float | str | None) -> tuple[float, float]:
    """Return the ends of a range; where none is stated, infinity."""
    least, most = finite(low), finite(high)
    return (-math.inf if least is None else least), (math.inf if most is None else most)


def _issues(missing: Sequence[str], outside: Sequence[Mapping[str, Any]], unknown: set[str]) -> list[Issue]:
    """Return what a reader of the result must know of scores that were left out, and of other schemas."""
    issues = []
    if missing:
        issues.append(Issue(f"{len(missing)} result(s) without a score were left out, on {listed(missing)}"))
    if outside:
        first = outside[0]
        issues.append(
            Issue(
                f"{len(outside)} score(s) lie outside the range that their document states, on "
                f"{listed(row['benchmark'] for row in outside)}, such as {first['score']:g} of model "
                f"{first['model']!r}; they are left out",
                where=first["source"],
                remedy='Correct the score, or "min_score" and "max_score" in its metric_config; '
                "some scores may be in percent.",
                stops=True,
            )
        )
    if unknown:
        issues.append(
            Issue(
                f"documents are of version {listed(unknown)} of the schema of Every Eval Ever, which is not known; "
                "they were read as those of 0.3"
            )
        )
    return issues
