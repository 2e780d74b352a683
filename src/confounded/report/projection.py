"""The display projection: what the page's program needs of a result, small enough to stand in the page.

It has the fields of `StudyResult` under their own names, every number with five significant digits, and every text
made visible (no control characters, nothing that turns the direction of text). Full precision is in ``result.json``.
Above `MOST_MODELS` models what there is of every model on every benchmark is aggregated: scatters become counts in
cells, and of the adjusted scores the highest and the lowest are kept. ``aggregated`` says so, and the page repeats it.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from confounded.report.answer import area_verdict
from confounded.report.cells import MOST_MODELS, counted
from confounded.report.dimensions import dimensions
from confounded.report.figures.choices import OTHER_CHOICES
from confounded.report.figures.missing import imputed_rows
from confounded.report.figures.strip import MOST_FAMILIES
from confounded.report.figures.theme import ROLES, STROKE_SHAPE, SUM_SHAPE, VERDICT_SYMBOLS, FamilyMark
from confounded.report.figures.trends import trend_rows
from confounded.report.index import NOT_SAFETY, Index
from confounded.report.parted import parted, partings
from confounded.report.plain import visible
from confounded.report.tables import TABLES
from confounded.report.verdicts import VERDICTS
from confounded.scores.table import accuracy_data_set
from confounded.study.result import Correlation, FittedCurve, PopulationResult, StudyResult

__all__ = ["UNSHOWN", "projection"]

DIGITS: Final = 5
UNSHOWN: Final = ("strata", "scopes", "components", "trends")
"""Parts of a result that only tables need, which are made from the whole result where it is there.

The page shows what is made of them: `parted`, `dimensions`, and the rows of trends."""
CURVE_DIGITS: Final = 4
"""Of a fitted curve, which is for the eye."""
EXTREMES: Final = 15
"""Models with the highest and the lowest adjusted scores that are kept of an aggregated benchmark."""
MOST_NAMED: Final = 30
"""Specifications that disagree and families left out that are named in an aggregated study."""


def projection(index: Index, marks: Mapping[str, FamilyMark], specs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the display projection.

    Parameters
    ----------
    index : Index
    marks : mapping of str to FamilyMark
        How the models of each family are drawn.
    specs : mapping of str to dict
        The charts that the page fills and draws.
    """
    result = index.result
    shown: dict[str, Any] = msgspec.to_builtins(_without_bulk(result))
    populations = {one.population: one for one in result.populations}
    trends = {
        (one.population, one.benchmark): msgspec.to_builtins(one) for one in result.trends if one.benchmark
    }
    aggregated = {name for name, one in populations.items() if one.n_models > MOST_MODELS}
    for made, one in zip(shown["populations"], result.populations, strict=True):
        made["scores"] = {} if one.population in aggregated else one.scores
    for made, found in zip(shown["correlations"], result.correlations, strict=True):
        made["imputed_rows"] = msgspec.to_builtins(imputed_rows(found))
        made["trend"] = trends.get((found.population, found.benchmark))
        made |= _per_model(found, populations[found.population], aggregate=found.population in aggregated)
    for made, summary in zip(shown["area_summaries"], result.area_summaries, strict=True):
        made["shown_verdict"] = area_verdict(summary)
    shown["groups"] = [
        {
            "area": group.area,
            "title": group.title,
            "safety": group.claims_safety,
            "entries": [[entry.facts.benchmark, entry.depth] for entry in group.entries],
        }
        for group in index.groups
    ]
    shown["aggregated"] = sorted(aggregated)
    shown["not_safety"] = sorted(NOT_SAFETY)
    shown["verdicts"] = {
        name: {"sign": one.sign, "role": one.role, "meaning": one.meaning} for name, one in VERDICTS.items()
    }
    shown["parted"] = parted(index)
    shown["partings"] = partings(index)
    shown["dimensions"] = dimensions(index)
    shown["area_trends"] = {
        one.population: msgspec.to_builtins(trend_rows(index, one.population)) for one in result.populations
    }
    plain: dict[str, Any] = _plain(shown)
    plain["families"] = {visible(name): [mark.role, mark.light, mark.path] for name, mark in marks.items()}
    plain["tables"] = {
        name: {"source": table.source, "columns": dict(table.columns)} for name, table in TABLES.items()
    }
    plain["colours"] = {role: pair[0] for role, pair in ROLES.items()}
    plain["shapes"] = {**VERDICT_SYMBOLS, "sum": SUM_SHAPE, "stroke": STROKE_SHAPE}
    plain["specs"] = _plain(specs)
    plain["choices"] = [dataclasses.asdict(choice) for choice in OTHER_CHOICES]
    plain["limits"] = {"families": MOST_FAMILIES}
    return plain


def _without_bulk(result: StudyResult) -> StudyResult:
    """Return the result without what there is of every model on every benchmark."""
    return msgspec.structs.replace(
        result,
        populations=[msgspec.structs.replace(one, scores={}) for one in result.populations],
        correlations=[
            msgspec.structs.replace(one, adjusted=None, ranks=None, curve=None) for one in result.correlations
        ],
        components=[msgspec.structs.replace(one, scores=[]) for one in result.components],
        scopes=[
            msgspec.structs.replace(
                one,
                models=[],
                capabilities_scores=[],
                splits=[msgspec.structs.replace(split, stratum_of=[]) for split in one.splits],
            )
            for one in result.scopes
        ],
    )


def _per_model(one: Correlation, population: PopulationResult, *, aggregate: bool) -> dict[str, Any]:
    """Return a correlation's scores of models, as they are or aggregated."""
    found: dict[str, Any] = {"curve": _curve(one.curve)}
    if not aggregate:
        adjusted = msgspec.to_builtins(one.adjusted)
        if adjusted:
            # The page has it as the score less the residual.
            del adjusted["predicted"]
        return found | {"adjusted": adjusted, "ranks": msgspec.to_builtins(one.ranks)}
    found |= {"cells": _cells(one, population), "extremes": _extremes(one, population)}
    if one.ranks is not None:
        found["ranks"] = {"best": [], "worst": [], "reason": one.ranks.reason}
    whole = one.rho or 0.0
    moved = sorted(one.without_family, key=lambda left: -abs((left.rho or whole) - whole))
    found["without_family"] = msgspec.to_builtins(moved[:MOST_NAMED])
    if one.robustness is not None:
        others = one.robustness.disagreeing
        found["robustness"] = msgspec.to_builtins(one.robustness) | {
            "disagreeing": others[:MOST_NAMED],
            "n_disagreeing": len(others),
        }
    return found


def _curve(curve: FittedCurve | None) -> dict[str, Any] | None:
    """Return a curve with its places, which lie at equal distances, by the first and the last."""
    if curve is None:
        return None
    found: dict[str, Any] = {
        name: [
            None if value is None else float(f"{value:.{CURVE_DIGITS}g}") for value in getattr(curve, name)
        ]
        for name in ("y", "low", "high")
    }
    return found | {"x": [curve.x[0], curve.x[-1]], "is_straight": curve.is_straight}


def across(one: Correlation, population: PopulationResult) -> Sequence[float | None]:
    """Return what a benchmark is correlated with, for each model."""
    data_set = accuracy_data_set(one.correlated_with)
    if data_set in population.scores:
        return population.scores[data_set]
    return [model.capabilities_score for model in population.models]


def _cells(one: Correlation, population: PopulationResult) -> dict[str, Any] | None:
    """Count models in the cells of a grid over capability and score."""
    points = [
        (x, y)
        for x, y in zip(across(one, population), population.scores[one.benchmark], strict=True)
        if x is not None and y is not None
    ]
    if not points:
        return None
    cells = counted(points)
    return {"x": [one.x for one in cells], "y": [one.y for one in cells], "n": [one.n for one in cells]}


def _extremes(one: Correlation, population: PopulationResult) -> list[dict[str, Any]]:
    """Return the models that do best and worst beside what their capability predicts."""
    adjusted = one.adjusted
    if adjusted is None:
        return []
    rows = sorted(
        (row for row, value in enumerate(adjusted.residual) if value is not None),
        key=lambda row: -(adjusted.residual[row] or 0.0),
    )
    kept = rows if len(rows) <= 2 * EXTREMES else [*rows[:EXTREMES], *rows[-EXTREMES:]]
    return [
        {
            "model": population.models[row].model,
            "score": population.scores[one.benchmark][row],
            "predicted": adjusted.predicted[row],
            "residual": adjusted.residual[row],
            "low": adjusted.low[row],
            "high": adjusted.high[row],
            "best": one.ranks.best[row] if one.ranks and one.ranks.best else None,
            "worst": one.ranks.worst[row] if one.ranks and one.ranks.worst else None,
        }
        for row in kept
    ]


def _plain(value: Any) -> Any:
    """Return a value with fewer digits and visible texts, keys included."""
    if isinstance(value, float):
        return _short(value)
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, Mapping):
        return {_plain(key): _plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(held) for held in value]
    return value


def _short(value: float) -> float | int | None:
    if not math.isfinite(value):
        return None
    short = float(f"{value:.{DIGITS}g}")
    return int(short) if short.is_integer() and abs(short) < 1e15 else short
