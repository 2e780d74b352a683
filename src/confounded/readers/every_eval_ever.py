"""Every Eval Ever: JSON documents, one evaluated model each, of schema generation 0.2.

The name of a benchmark is made of one result alone, so that it is the same whatever else is read with it:
``<source>/<evaluation>``, with ``<dataset>/`` between them where the data set's name is neither of the two
(in any case), and ``:<metric>`` after them where the metric has a name of its own (``metric_id``, else
``metric_name``). "Safety" of RewardBench and "Safety" of RewardBench 2 are so two benchmarks, and MMLU as run
by HELM Lite and by HELM Classic are two as well: their prompts differ.

What is read: ``metric_config.lower_is_better`` (direction), ``min_score`` and ``max_score`` (floor, ceiling),
``score_details.score``, ``score_details.uncertainty.standard_error`` and ``num_samples``, ``model_info`` (id,
name, developer). Confidence intervals are not made into standard errors: documents in use give bounds as well
as offsets from the score under the same names.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from confounded.readers.collected import Collected, count, finite, listed
from confounded.readers.files import decode, read_bytes, source_of
from confounded.scores import Issue, ScoreTable

__all__ = ["read_every_eval_ever"]


class _Named(msgspec.Struct):
    source_name: str | None = None
    source_organization_name: str | None = None


class _Model(msgspec.Struct):
    id: str
    name: str | None = None
    developer: str | None = None


class _Data(msgspec.Struct):
    dataset_name: str | None = None


class _Metric(msgspec.Struct):
    evaluation_description: str | None = None
    metric_id: str | None = None
    metric_name: str | None = None
    lower_is_better: bool | None = None
    min_score: float | None = None
    max_score: float | None = None


class _Value(msgspec.Struct):
    value: float | None = None


class _Uncertainty(msgspec.Struct):
    standard_error: _Value | float | None = None
    num_samples: float | None = None


class _Score(msgspec.Struct):
    score: float | None = None
    uncertainty: _Uncertainty | None = None
    num_samples: float | None = None


class _Result(msgspec.Struct):
    evaluation_name: str
    metric_config: _Metric
    score_details: _Score
    source_data: _Data | None = None


class _Document(msgspec.Struct):
    model_info: _Model
    evaluation_results: list[_Result]
    source_metadata: _Named


_DECODER = msgspec.json.Decoder(_Document)


def read_every_eval_ever(paths: Sequence[Path]) -> ScoreTable:
    """Read documents of Every Eval Ever.

    Parameters
    ----------
    paths : sequence of Path
        The documents.

    Returns
    -------
    ScoreTable
        Scores as they stand in the documents. Two runs of one model are two scores here; `read_scores`
        refuses them.

    Raises
    ------
    UnreadableError
        If a document cannot be opened, is no JSON or lacks a field that a score needs.
    ContentError
        If documents disagree on the direction of a benchmark.
    """
    collected = Collected()
    missing: list[str] = []
    outside: list[str] = []
    for path in paths:
        document = _document(path)
        collected.models.append(
            {
                "model": document.model_info.id,
                "name": document.model_info.name,
                "organisation": document.model_info.developer,
            }
        )
        for result in document.evaluation_results:
            row = _score(document, result, source_of(path))
            if row["score"] is None:
                missing.append(row["benchmark"])
                continue
            if _is_outside(row["score"], result.metric_config):
                outside.append(row["benchmark"])
            collected.scores.append(row)
            collected.benchmarks.append(_benchmark(row["benchmark"], result.metric_config))
    if missing:
        collected.issues.append(
            Issue(f"{len(missing)} result(s) without a score were left out, on {listed(missing)}")
        )
    if outside:
        collected.issues.append(
            Issue(
                f"{len(outside)} score(s) lie outside the range that their document states, "
                f"on {listed(outside)}; they were taken as they stand",
                remedy="Check the units: some scores of a benchmark may be in percent.",
            )
        )
    return collected.table()


def _document(path: Path) -> _Document:
    """Return one document."""
    raw = read_bytes(path)
    try:
        return _DECODER.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return decode(raw, _Document, path, "a document of Every Eval Ever (schema 0.2)")


def _score(document: _Document, result: _Result, source: str) -> dict[str, Any]:
    """Return a result as a row of scores; its score is None where there is none."""
    details = result.score_details
    uncertainty = details.uncertainty or _Uncertainty()
    error = uncertainty.standard_error
    metric = result.metric_config
    return {
        "model": document.model_info.id,
        "benchmark": _benchmark_id(document, result),
        "metric": metric.metric_id or metric.metric_name or metric.evaluation_description,
        "score": finite(details.score),
        "stderr": finite(error.value if isinstance(error, _Value) else error),
        "n_items": count(uncertainty.num_samples) or count(details.num_samples),
        "source": source,
    }


def _benchmark_id(document: _Document, result: _Result) -> str:
    """Return the name of a result's benchmark, by the rule at the head of this module."""
    named = document.source_metadata
    source = named.source_name or named.source_organization_name or ""
    data = (result.source_data.dataset_name if result.source_data else None) or ""
    metric = result.metric_config.metric_id or result.metric_config.metric_name
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
        "floor": finite(metric.min_score),
        "ceiling": finite(metric.max_score),
    }


def _is_outside(score: float, metric: _Metric) -> bool:
    """Return whether a score lies outside the range stated beside it."""
    low, high = finite(metric.min_score), finite(metric.max_score)
    return (low is not None and score < low) or (high is not None and score > high)
