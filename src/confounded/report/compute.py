"""The correlations with training compute, beside those that the paper prints."""

from __future__ import annotations

from dataclasses import dataclass

from confounded.report.index import Index
from confounded.study.result import ComputeCorrelation, Published

__all__ = ["ComputeLine", "ComputeTable", "compute_table"]


@dataclass(frozen=True, slots=True)
class ComputeLine:
    """A benchmark's correlation with training compute in one population."""

    name: str
    anchor: str
    population: str
    rho: float | None
    compute: ComputeCorrelation
    printed: Published | None
    difference: float | None
    whole: bool


@dataclass(frozen=True, slots=True)
class ComputeTable:
    """The lines to be shown, and how far the printed figures are from ours, in points, where there are any."""

    lines: tuple[ComputeLine, ...]
    printed: bool
    mean_difference: float | None
    greatest: ComputeLine | None


def compute_table(index: Index) -> ComputeTable:
    """Return the compute correlations that the paper prints; where it prints none, those of all whole benchmarks."""
    lines = [
        ComputeLine(
            name=entry.facts.name,
            anchor=entry.anchor,
            population=one.population,
            rho=one.rho,
            compute=one.compute,
            printed=one.compute.published,
            difference=100 * one.compute.rho - one.compute.published.percent
            if one.compute.published
            else None,
            whole=entry.depth == 0,
        )
        for entry in index.entries()
        for one in entry.correlations.values()
        if one.compute is not None and one.compute.rho is not None
    ]
    printed = [line for line in lines if line.printed is not None]
    distances = [abs(line.difference or 0.0) for line in printed]
    return ComputeTable(
        lines=tuple(printed or [line for line in lines if line.whole]),
        printed=bool(printed),
        mean_difference=sum(distances) / len(distances) if distances else None,
        greatest=printed[distances.index(max(distances))] if printed else None,
    )
