"""The tables as CSV: UTF-8, one header line, numbers at full precision, an empty cell for what is not known.

Each table is a list of columns, name and getter, over some rows of the result.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from confounded.report.index import Index
from confounded.study.result import VERDICTS, Correlation, Interval, PopulationResult

__all__ = ["TABLE_NAMES", "tables"]

Cell = str | float | int | bool | None
Columns = Mapping[str, Callable[[Any], Cell]]
"""Name of a column to what it takes from a row; rows differ from table to table."""


def tables(index: Index) -> dict[str, bytes]:
    """Return every table by its name, in the order of `TABLE_NAMES`."""
    return {name: _csv(columns, rows(index)) for name, (columns, rows) in _TABLES.items()}


def _csv(columns: Columns, rows: Iterable[Any]) -> bytes:
    """Write rows under a header."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows([_written(get(row)) for get in columns.values()] for row in rows)
    return stream.getvalue().encode()


def _written(cell: Cell) -> Cell:
    """Write truth as JSON does, and a float so that it reads back as the same float."""
    if isinstance(cell, bool):
        return str(cell).lower()
    return repr(cell) if isinstance(cell, float) else cell


def _of(pick: Callable[[Any], Any], name: str) -> Callable[[Any], Cell]:
    """Take a field of something that may not be there."""

    def get(row: Any) -> Cell:
        found = pick(row)
        value: Cell = None if found is None else getattr(found, name)
        return value

    return get


def _field(name: str) -> Callable[[Any], Cell]:
    return lambda row: getattr(row, name)


def _fields(names: str) -> dict[str, Callable[[Any], Cell]]:
    return {name: _field(name) for name in names.split()}


def _at(place: int) -> Callable[[Any], Cell]:
    """Take one of the parts of a row that is a tuple."""
    return lambda row: row[place]


def _part(place: int, columns: Columns) -> dict[str, Callable[[Any], Cell]]:
    """Take columns from one of the parts of a row that is a tuple."""

    def within(get: Callable[[Any], Cell]) -> Callable[[Any], Cell]:
        return lambda row: None if row[place] is None else get(row[place])

    return {name: within(get) for name, get in columns.items()}


_POOLED: Final[Columns] = {
    f"pooled_{name}": _of(lambda one: one.pooled, name) for name in ("rho", "low", "high", "reason")
}

_AREAS: Final[Columns] = {
    **_fields("population area n_benchmarks verdict rule"),
    **{f"points_{name}": _of(lambda one: one.points, name) for name in ("above", "below", "within")},
    **{name: _of(lambda one: one.verdicts, name) for name in VERDICTS},
    **_fields("median lowest highest"),
    **_POOLED,
    **{
        f"random_effects_{name}": _of(lambda one: one.random_effects, name)
        for name in ("rho", "low", "high", "prediction_low", "prediction_high", "tau2", "i2", "label")
    },
    "members": lambda one: ";".join(one.members),
}

_BENCHMARKS: Final[Columns] = {
    **_fields(
        "benchmark name area kind metric unit direction correlated_with part_of placed_by n_items n_items_source "
        "item_type judged chance floor ceiling kin_reason reference note"
    ),
    "kin_to_suite": lambda one: ";".join(one.kin_to_suite),
}

_FOUND: Final[Columns] = {
    **_fields("correlated_with verdict rule rho"),
    "low": _of(lambda one: one.interval, "low"),
    "high": _of(lambda one: one.interval, "high"),
    "level": _of(lambda one: one.interval, "level"),
    **_fields("n_models n_families effective_families in_suite reason"),
    "cautions": lambda one: ";".join(caution.caution for caution in one.cautions),
    "p": _of(lambda one: one.tests, "p"),
    **{name: _of(lambda one: one.tests, name) for name in ("q_bh", "q_by", "verdict_bh", "verdict_by")},
    "association_p": _field("association_p"),
    "reliability": _of(lambda one: one.reliability, "value"),
    "reliability_method": _of(lambda one: one.reliability, "method"),
    **{f"disattenuated_{name}": _of(lambda one: one.reliability, name) for name in ("rho", "low", "high")},
    "agreeing_share": _of(lambda one: one.robustness, "agreeing_share"),
    "n_specifications": _of(lambda one: one.robustness, "n_specifications"),
    "disagreeing": lambda one: ";".join(one.robustness.disagreeing) if one.robustness else None,
    **{
        name: _of(lambda one: one.description, name)
        for name in (
            "slope",
            "explained_variance",
            "standard_deviation",
            "floor_share",
            "ceiling_share",
            "tied_share",
            "near_chance_share",
        )
    },
    "shape": _of(lambda one: one.shape, "label"),
    "published_percent": _of(lambda one: one.published, "percent"),
    "published_table": _of(lambda one: one.published, "table"),
    "rho_without_itself": _of(lambda one: one.without_itself, "rho"),
    "rho_against_score": _of(lambda one: one.against_score, "rho"),
    "rho_compute": _of(lambda one: one.compute, "rho"),
    "n_models_compute": _of(lambda one: one.compute, "n_models"),
    "published_compute_percent": _of(lambda one: one.compute and one.compute.published, "percent"),
    "published_compute_table": _of(lambda one: one.compute and one.compute.published, "table"),
}

_CORRELATIONS: Final[Columns] = {
    **_part(0, _fields("population benchmark")),
    **_part(1, _fields("name area kind part_of")),
    **_part(0, _FOUND),
}
_PLACE: Final[Columns] = _part(0, _fields("population benchmark"))

_INTERVALS: Final[Columns] = {
    **_PLACE,
    **_part(1, _fields("method level low high degrees_of_freedom n_replicates n_degenerate reason")),
}
_WITHOUT_FAMILY: Final[Columns] = {**_PLACE, **_part(1, _fields("family rho verdict"))}
_SPECIFICATIONS: Final[Columns] = {**_PLACE, **_part(1, _fields("composite association value"))}
_KINDS: Final[Columns] = {
    **_fields("population kind"),
    "n_benchmarks": lambda one: len(one.members),
    **_POOLED,
    "members": lambda one: ";".join(one.members),
}
_CONTRASTS: Final[Columns] = _fields("population first second difference low high p reason")

_COUNTS: Final[Columns] = {
    **_fields("population n_benchmarks"),
    **{f"points_{name}": _of(lambda one: one.points, name) for name in ("above", "below", "within")},
    **{name: _of(lambda one: one.verdicts, name) for name in VERDICTS},
    "n_declared": lambda one: len(one.declared),
    **{f"{name}_bh": _of(lambda one: one.verdicts_bh, name) for name in VERDICTS},
    **{f"{name}_by": _of(lambda one: one.verdicts_by, name) for name in VERDICTS},
}

_MODELS: Final[Columns] = {
    **_part(0, _fields("population")),
    **_part(
        1, _fields("model name family family_from catalogue_model organisation parameters training_flop")
    ),
}
_SCORES: Final[Columns] = {
    **_part(0, _fields("population")),
    **_part(1, _fields("model name family capabilities_score")),
    "missing": lambda row: (
        ";".join(name for left in row[0].left_out if left.model == row[1].model for name in left.missing)
        or None
    ),
}
_SUITE: Final[Columns] = {**_part(0, _fields("population")), **_part(1, _fields("benchmark loading"))}
_NAMES: Final[Columns] = {
    **_part(0, _fields("population")),
    **_part(1, _fields("model match how")),
    "rules": lambda row: "; ".join(row[1].rules) or None,
    "candidates": lambda row: "; ".join(row[1].candidates) or None,
}
_EIGENVALUES: Final[Columns] = {
    **_part(0, _fields("population")),
    "component": _at(1),
    "eigenvalue": _at(2),
}
_BETWEEN: Final[Columns] = {
    **_part(0, _fields("population")),
    "benchmark": _at(1),
    "other": _at(2),
    "rho": _at(3),
}
_ADJUSTED: Final[Columns] = {
    **_PLACE,
    **{
        name: _at(place)
        for place, name in enumerate(
            ("model", "score", "predicted", "residual", "low", "high", "best_rank", "worst_rank"), start=1
        )
    },
}


def _by_correlation(pick: Callable[[Correlation], Iterable[Any]]) -> Callable[[Index], Iterable[Any]]:
    return lambda index: ((one, found) for one in index.result.correlations for found in pick(one))


def _by_population(pick: Callable[[PopulationResult], Iterable[Any]]) -> Callable[[Index], Iterable[Any]]:
    return lambda index: ((one, found) for one in index.result.populations for found in pick(one))


def _all_intervals(one: Correlation) -> list[Interval]:
    return ([one.interval] if one.interval else []) + list(one.intervals)


def _adjusted(index: Index) -> Iterable[tuple[Any, ...]]:
    """Return a row for each score that has a prediction: the score, the prediction, and the ranks allowed."""
    populations = {one.population: one for one in index.result.populations}
    for one in index.result.correlations:
        if one.adjusted is None:
            continue
        population, adjusted = populations[one.population], one.adjusted
        nothing: list[int | None] = [None] * len(population.models)
        ranks = (one.ranks.best or nothing, one.ranks.worst or nothing) if one.ranks else (nothing, nothing)
        for row, model in enumerate(population.models):
            if adjusted.residual[row] is not None:
                columns = (adjusted.predicted, adjusted.residual, adjusted.low, adjusted.high, *ranks)
                score = population.scores[one.benchmark][row]
                yield one, model.model, score, *(column[row] for column in columns)


def _correlations(index: Index) -> Iterable[tuple[Any, ...]]:
    facts = {fact.benchmark: fact for fact in index.result.benchmarks}
    for one in index.result.correlations:
        yield one, facts.get(one.benchmark)


def _between(index: Index) -> Iterable[tuple[Any, ...]]:
    for population in index.result.populations:
        found = population.capability_correlations
        if found is None:
            continue
        for benchmark, line in zip(found.benchmarks, found.rho, strict=True):
            for other, rho in zip(found.benchmarks, line, strict=True):
                yield population, benchmark, other, rho


def _names(index: Index) -> Iterable[tuple[Any, ...]]:
    for population in index.result.populations:
        for name in population.capabilities.names:
            yield population, name


def _eigenvalues(index: Index) -> Iterable[tuple[Any, ...]]:
    for population in index.result.populations:
        for component, value in enumerate(population.eigenvalues, start=1):
            yield population, component, value


_TABLES: Final[Mapping[str, tuple[Columns, Callable[[Index], Iterable[Any]]]]] = {
    "adjusted-scores": (_ADJUSTED, _adjusted),
    "areas": (_AREAS, lambda index: index.result.area_summaries),
    "benchmarks": (_BENCHMARKS, lambda index: index.result.benchmarks),
    "capabilities-scores": (_SCORES, _by_population(lambda one: one.models)),
    "capability-correlations": (_BETWEEN, _between),
    "correlations": (_CORRELATIONS, _correlations),
    "eigenvalues": (_EIGENVALUES, _eigenvalues),
    "intervals": (_INTERVALS, _by_correlation(_all_intervals)),
    "kind-contrasts": (_CONTRASTS, lambda index: index.result.kind_contrasts),
    "kinds": (_KINDS, lambda index: index.result.kind_summaries),
    "joined-names": (_NAMES, _names),
    "models": (_MODELS, _by_population(lambda one: one.models)),
    "specifications": (
        _SPECIFICATIONS,
        _by_correlation(lambda one: one.robustness.specifications if one.robustness else ()),
    ),
    "suite": (_SUITE, _by_population(lambda one: one.suite)),
    "verdict-counts": (_COUNTS, lambda index: index.result.population_summaries),
    "without-family": (_WITHOUT_FAMILY, _by_correlation(lambda one: one.without_family)),
}

TABLE_NAMES: Final = tuple(_TABLES)
