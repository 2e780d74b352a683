"""The tables: what is in each, as data, so that this program and the page's make the same ones.

A table is a source of rows and its columns, each a path into a row: ``row`` is the row itself, ``one`` what it
belongs to (a correlation, a population), ``fact`` what is known of the benchmark. After ``|`` stands what is done to
what was found there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple

from confounded.report.index import Index
from confounded.study.result import VERDICTS, StudyResult

__all__ = ["TABLES", "TABLE_NAMES", "Cell", "Table", "columns_of"]

Cell = str | float | int | bool | None


@dataclass(frozen=True, slots=True)
class Table:
    """Where the rows of a table come from, and the path of each of its columns."""

    source: str
    columns: Mapping[str, str]


def columns_of(table: Table, index: Index) -> list[list[Cell]]:
    """Return the columns of a table, each with a cell for each of its rows."""
    facts = {fact.benchmark: fact for fact in index.result.benchmarks}
    pairs = list(_sourced(table.source, index.result))
    rows = [row for row, _ in pairs]
    owners = [one for _, one in pairs]
    columns = []
    for path in table.columns.values():
        where, _, how = path.partition("|")
        place, *steps = where.split(".")
        if place == "row":
            columns.append(
                [_cell(row, steps, how) for row in rows] if len(steps) > 1 or how else _plain(rows, steps[0])
            )
            continue
        # What rows belong to is the same for many of them.
        known: dict[int, Cell] = {}
        for one in owners:
            if id(one) not in known:
                held = one if place == "one" else facts.get(getattr(one, "benchmark", ""))
                known[id(one)] = _cell(held, steps, how)
        columns.append([known[id(one)] for one in owners])
    return columns


def _plain(rows: Sequence[Any], name: str) -> list[Cell]:
    """Return a field of each row; the rows of a table are all of a kind."""
    get = itemgetter(name) if rows and isinstance(rows[0], Mapping) else attrgetter(name)
    return list(map(get, rows))


def _fields(names: str, place: str = "row") -> dict[str, str]:
    return {name: f"{place}.{name}" for name in names.split()}


def _within(place: str, names: str, prefix: str = "") -> dict[str, str]:
    """Return the columns of a part of a row, their names with something before them."""
    return {f"{prefix}{name}": f"{place}.{name}" for name in names.split()}


_VERDICTS: Final = " ".join(VERDICTS)
_POOLED: Final = _within("row.pooled", "rho low high reason imputed_share imputation_share", "pooled_")
_POINTS: Final = _within("row.points", "above below within", "points_")
_ONE: Final = _fields("population benchmark", "one")
_POPULATION: Final = _fields("population", "one")

TABLES: Final[Mapping[str, Table]] = {
    "adjusted-scores": Table(
        "adjusted", {**_ONE, **_fields("model score predicted residual low high best_rank worst_rank")}
    ),
    "areas": Table(
        "area_summaries",
        {
            **_fields("population area n_benchmarks verdict rule"),
            **_POINTS,
            **_within("row.verdicts", _VERDICTS),
            **_fields("median lowest highest"),
            **_POOLED,
            **_within(
                "row.random_effects",
                "rho low high prediction_low prediction_high tau2 i2 label",
                "random_effects_",
            ),
            **_within("row.criterion", "verdict rule n_specifications lowest highest", "criterion_"),
            "members": "row.members|join",
        },
    ),
    "benchmarks": Table(
        "benchmarks",
        {
            **_fields(
                "benchmark name area kind metric unit direction correlated_with part_of placed_by n_items "
                "n_items_source item_type judged chance floor ceiling kin_reason reference note"
            ),
            "kin_to_suite": "row.kin_to_suite|join",
        },
    ),
    "capabilities-scores": Table(
        "scores",
        {
            **_POPULATION,
            **_fields("model name family capabilities_score score_low score_high"),
            "missing": "row.missing|any",
        },
    ),
    "capability-correlations": Table("between", {**_POPULATION, **_fields("benchmark other rho")}),
    "capability-components": Table(
        "components.benchmarks",
        {
            **_POPULATION,
            **_fields("benchmark n_models n_families"),
            **_within("row.first", "rho low high verdict", "first_"),
            **_within("row.second", "rho low high verdict", "second_"),
            **_fields("difference low high follows"),
        },
    ),
    "correlations": Table(
        "correlations",
        {
            **_fields("population benchmark"),
            **_fields("name area kind part_of", "fact"),
            **_fields("correlated_with verdict rule rho"),
            **_within("row.interval", "low high level"),
            **_fields("n_models n_families effective_families in_suite reason"),
            "cautions": "row.cautions|names",
            **_within("row.tests", "p q_bh q_by verdict_bh verdict_by"),
            "association_p": "row.association_p",
            "reliability": "row.reliability.value",
            "reliability_method": "row.reliability.method",
            **_within("row.reliability", "rho low high", "disattenuated_"),
            **_within("row.robustness", "agreeing_share n_specifications"),
            "disagreeing": "row.robustness.disagreeing|join",
            **_within(
                "row.description",
                "slope explained_variance standard_deviation floor_share ceiling_share tied_share "
                "near_chance_share",
            ),
            "shape": "row.shape.label",
            "published_percent": "row.published.percent",
            "published_table": "row.published.table",
            "imputed_share": "row.imputed.share",
            "imputations": "row.imputed.imputations",
            "low_if_complete": "row.imputed.complete_low",
            "high_if_complete": "row.imputed.complete_high",
            "rho_not_in_imputation": "row.imputed.rho_without",
            "low_not_in_imputation": "row.imputed.low_without",
            "high_not_in_imputation": "row.imputed.high_without",
            "rho_without_itself": "row.without_itself.rho",
            "rho_against_score": "row.against_score.rho",
            "rho_compute": "row.compute.rho",
            "n_models_compute": "row.compute.n_models",
            "published_compute_percent": "row.compute.published.percent",
            "published_compute_table": "row.compute.published.table",
        },
    ),
    "eigenvalues": Table("eigenvalues", {**_POPULATION, **_fields("component eigenvalue")}),
    "given-another": Table(
        "strata.given", {**_ONE, **_fields("given rho partial low high n_models n_families reason")}
    ),
    "intervals": Table(
        "all_intervals",
        {**_ONE, **_fields("method level low high degrees_of_freedom n_replicates n_degenerate reason")},
    ),
    "kind-contrasts": Table(
        "kind_contrasts", _fields("population first second difference low high p reason")
    ),
    "kinds": Table(
        "kind_summaries",
        {
            **_fields("population kind"),
            "n_benchmarks": "row.members|count",
            **_POOLED,
            "members": "row.members|join",
        },
    ),
    "joined-names": Table(
        "populations.capabilities.names",
        {
            **_POPULATION,
            **_fields("model match how"),
            "rules": "row.rules|list",
            "candidates": "row.candidates|list",
        },
    ),
    "models": Table(
        "populations.models",
        {
            **_POPULATION,
            **_fields("model name family family_from catalogue_model organisation parameters training_flop"),
        },
    ),
    "opposite-strata": Table(
        "strata.oppositions", {**_ONE, **_fields("by rising falling reading because p_holm n_tests what")}
    ),
    "sign-reversals": Table(
        "strata.reversals", {**_ONE, **_fields("by stratum reading because reversal_holm n_tests what")}
    ),
    "specifications": Table(
        "correlations.robustness.specifications", {**_ONE, **_fields("composite association value")}
    ),
    "strata": Table(
        "strata.splits.strata",
        {
            **_ONE,
            **_fields(
                "by stratum rho low high p n_models n_families shape reversal_p reversal_holm p_holm reason"
            ),
        },
    ),
    "suite": Table("populations.suite", {**_POPULATION, **_fields("benchmark loading")}),
    "verdict-counts": Table(
        "population_summaries",
        {
            **_fields("population n_benchmarks"),
            **_POINTS,
            **_within("row.verdicts", _VERDICTS),
            "n_declared": "row.declared|count",
            **{f"{name}_bh": f"row.verdicts_bh.{name}" for name in VERDICTS},
            **{f"{name}_by": f"row.verdicts_by.{name}" for name in VERDICTS},
        },
    ),
    "without-family": Table("correlations.without_family", {**_ONE, **_fields("family rho verdict")}),
}

TABLE_NAMES: Final = tuple(TABLES)


def _cell(held: Any, steps: list[str], how: str) -> Cell:
    for step in steps:
        if held is None:
            break
        held = held.get(step) if isinstance(held, Mapping) else getattr(held, step)
    if how and held is None:
        return None
    done: Cell = _DONE[how](held) if how else held
    return done


_DONE: Final[Mapping[str, Callable[[Any], Cell]]] = {
    "join": ";".join,
    "any": lambda held: ";".join(held) or None,
    "list": lambda held: "; ".join(held) or None,
    "names": lambda held: ";".join(one.caution for one in held),
    "count": len,
}


def _sourced(source: str, result: StudyResult) -> Iterable[tuple[Any, Any]]:
    """Return the rows of a source, each with what it belongs to."""
    if source in _SOURCES:
        return _SOURCES[source](result)
    first, *steps = source.split(".")
    rows = getattr(result, first)
    if not steps:
        return ((row, row) for row in rows)
    return ((row, one) for one in rows for row in _held(one, steps))


def _held(one: Any, steps: list[str]) -> Iterable[Any]:
    for step in steps:
        if isinstance(one, list):
            one = [held for each in one for held in getattr(each, step)]
        else:
            one = None if one is None else getattr(one, step)
    return one or ()


class _AdjustedScore(NamedTuple):
    """A row of the longest table: a tuple, since millions of dictionaries take long and much memory."""

    model: str
    score: float | None
    predicted: float | None
    residual: float | None
    low: float | None
    high: float | None
    best_rank: int | None
    worst_rank: int | None


def _adjusted(result: StudyResult) -> Iterator[tuple[Any, Any]]:
    """Return a row for each score that has a prediction: the score, the prediction, and the ranks allowed."""
    populations = {one.population: one for one in result.populations}
    for one in result.correlations:
        if one.adjusted is None:
            continue
        population, adjusted = populations[one.population], one.adjusted
        scores = population.scores[one.benchmark]
        nothing: list[int | None] = [None] * len(population.models)
        best, worst = (
            (one.ranks.best or nothing, one.ranks.worst or nothing) if one.ranks else (nothing, nothing)
        )
        for row, model in enumerate(population.models):
            if adjusted.residual[row] is not None:
                yield (
                    _AdjustedScore(
                        model.model,
                        scores[row],
                        adjusted.predicted[row],
                        adjusted.residual[row],
                        adjusted.low[row],
                        adjusted.high[row],
                        best[row],
                        worst[row],
                    ),
                    one,
                )


def _intervals(result: StudyResult) -> Iterator[tuple[Any, Any]]:
    for one in result.correlations:
        for interval in ([one.interval] if one.interval else []) + list(one.intervals):
            yield interval, one


def _between(result: StudyResult) -> Iterator[tuple[Any, Any]]:
    for population in result.populations:
        found = population.capability_correlations
        if found is None:
            continue
        for benchmark, line in zip(found.benchmarks, found.rho, strict=True):
            for other, rho in zip(found.benchmarks, line, strict=True):
                yield {"benchmark": benchmark, "other": other, "rho": rho}, population


def _eigenvalues(result: StudyResult) -> Iterator[tuple[Any, Any]]:
    for population in result.populations:
        for component, value in enumerate(population.eigenvalues, start=1):
            yield {"component": component, "eigenvalue": value}, population


def _scores(result: StudyResult) -> Iterator[tuple[Any, Any]]:
    for population in result.populations:
        missing: dict[str, list[str]] = {}
        for left in population.left_out:
            missing.setdefault(left.model, []).extend(left.missing)
        for model in population.models:
            named = _fields("model name family capabilities_score score_low score_high")
            row: dict[str, Any] = {name: getattr(model, name) for name in named}
            yield row | {"missing": missing.get(model.model, [])}, population


_SOURCES: Final[Mapping[str, Callable[[StudyResult], Iterator[tuple[Any, Any]]]]] = {
    "adjusted": _adjusted,
    "all_intervals": _intervals,
    "between": _between,
    "eigenvalues": _eigenvalues,
    "scores": _scores,
}
