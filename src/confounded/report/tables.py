"""The tables as CSV: UTF-8, one header line, numbers at full precision, an empty cell for what is not known."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from confounded.report.index import Index

__all__ = ["TABLE_NAMES", "tables"]

Cell = str | float | int | bool | None
Row = Sequence[Cell]

TABLE_NAMES: Final = (
    "areas",
    "benchmarks",
    "capabilities-scores",
    "capability-correlations",
    "correlations",
    "eigenvalues",
    "intervals",
    "models",
    "suite",
)


def tables(index: Index) -> dict[str, bytes]:
    """Return every table by its name, in the order of `TABLE_NAMES`."""
    return {
        "areas": _csv(
            "population,area,title,n_benchmarks,above,below,within,median,lowest,highest,members",
            _areas(index),
        ),
        "benchmarks": _csv(
            "benchmark,name,area,kind,metric,direction,correlated_with,part_of,placed_by,note",
            _benchmarks(index),
        ),
        "capabilities-scores": _csv(
            "population,model,name,family,capabilities_score,missing", _scores(index)
        ),
        "capability-correlations": _csv("population,benchmark,other,rho", _between(index)),
        "correlations": _csv(
            "population,benchmark,name,area,kind,correlated_with,rho,low,high,level,n_models,n_families,"
            "effective_families,in_suite,reason,published_percent,published_table,rho_without_itself,"
            "rho_against_score,rho_compute,n_models_compute,published_compute_percent,published_compute_table",
            _correlations(index),
        ),
        "eigenvalues": _csv("population,component,eigenvalue", _eigenvalues(index)),
        "intervals": _csv(
            "population,benchmark,method,level,low,high,degrees_of_freedom,n_replicates,n_degenerate,reason",
            _intervals(index),
        ),
        "models": _csv("population,model,name,family,organisation,parameters,training_flop", _models(index)),
        "suite": _csv("population,benchmark,name,loading", _suite(index)),
    }


def _csv(header: str, rows: Iterable[Row]) -> bytes:
    """Write rows under a header. The header comes as one string, because it reads like the file."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(header.split(","))
    # Python's repr of a float reads back as the same float.
    writer.writerows(
        [
            repr(cell) if isinstance(cell, float) else str(cell).lower() if isinstance(cell, bool) else cell
            for cell in row
        ]
        for row in rows
    )
    return stream.getvalue().encode()


def _areas(index: Index) -> Iterator[Row]:
    titles = {area.area: area.title for area in index.result.areas}
    for one in index.result.area_summaries:
        points = (one.points.above, one.points.below, one.points.within)
        yield (
            *(one.population, one.area, titles.get(one.area), one.n_benchmarks, *points),
            *(one.median, one.lowest, one.highest, ";".join(one.members)),
        )


def _benchmarks(index: Index) -> Iterator[Row]:
    for one in index.result.benchmarks:
        yield (
            *(one.benchmark, one.name, one.area, one.kind, one.metric, one.direction),
            *(one.correlated_with, one.part_of, one.placed_by, one.note),
        )


def _scores(index: Index) -> Iterator[Row]:
    for population in index.result.populations:
        missing = {left.model: ";".join(left.missing) for left in population.left_out}
        for one in population.models:
            yield (
                *(population.population, one.model, one.name, one.family),
                *(one.capabilities_score, missing.get(one.model)),
            )


def _between(index: Index) -> Iterator[Row]:
    for population in index.result.populations:
        between = population.capability_correlations
        for benchmark, line in zip(between.benchmarks, between.rho, strict=True):
            for other, rho in zip(between.benchmarks, line, strict=True):
                yield population.population, benchmark, other, rho


def _correlations(index: Index) -> Iterator[Row]:
    facts = {fact.benchmark: fact for fact in index.result.benchmarks}
    for one in index.result.correlations:
        fact = facts.get(one.benchmark)
        interval, published, compute = one.interval, one.published, one.compute
        printed = compute.published if compute else None
        yield (
            *(one.population, one.benchmark, index.name(one.benchmark)),
            *((fact.area, fact.kind) if fact else (None, None)),
            *(one.correlated_with, one.rho),
            *((interval.low, interval.high, interval.level) if interval else (None, None, None)),
            *(one.n_models, one.n_families, one.effective_families, one.in_suite, one.reason),
            *((published.percent, published.table) if published else (None, None)),
            one.without_itself.rho if one.without_itself else None,
            one.against_score.rho if one.against_score else None,
            *((compute.rho, compute.n_models) if compute else (None, None)),
            *((printed.percent, printed.table) if printed else (None, None)),
        )


def _eigenvalues(index: Index) -> Iterator[Row]:
    for population in index.result.populations:
        for component, value in enumerate(population.eigenvalues, start=1):
            yield population.population, component, value


def _intervals(index: Index) -> Iterator[Row]:
    for one in index.result.correlations:
        for interval in ([one.interval] if one.interval else []) + list(one.intervals):
            yield (
                *(
                    one.population,
                    one.benchmark,
                    interval.method,
                    interval.level,
                    interval.low,
                    interval.high,
                ),
                *(interval.degrees_of_freedom, interval.n_replicates, interval.n_degenerate, interval.reason),
            )


def _models(index: Index) -> Iterator[Row]:
    for population in index.result.populations:
        for one in population.models:
            yield (
                *(population.population, one.model, one.name, one.family),
                *(one.organisation, one.parameters, one.training_flop),
            )


def _suite(index: Index) -> Iterator[Row]:
    for population in index.result.populations:
        for member in population.suite:
            yield population.population, member.benchmark, index.name(member.benchmark), member.loading
