"""The paper's printed figures, to stand beside ours where the models are the paper's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import polars as pl

from confounded.datasets import safetywashing
from confounded.study.population import Population
from confounded.study.result import Published

__all__ = ["PublishedFigures", "published_figures"]


@dataclass(frozen=True, slots=True)
class PublishedFigures:
    """The published correlations by population, benchmark, and what it is correlated with."""

    figures: Mapping[tuple[str, str, str], Published] = field(default_factory=dict, repr=False)

    def find(self, population: str, benchmark: str, correlated_with: str) -> Published | None:
        """Return the published figure, or None where the paper prints none."""
        return self.figures.get((population, benchmark, correlated_with))


def published_figures(populations: Iterable[Population]) -> PublishedFigures:
    """Return the figures published of those populations that are exactly the paper's models."""
    own = {population.name: set(population.matrix.models) for population in populations}
    table_9 = safetywashing.published_scores().filter(pl.col("source") == "table 9")
    same = {
        name
        for name, members in own.items()
        if members == set(table_9.filter(pl.col("population") == name)["model"])
    }
    return PublishedFigures(
        {
            (row["population"], row["benchmark"], row["correlated_with"]): Published(
                table=row["table"], percent=row["percent"]
            )
            for row in safetywashing.published_correlations().iter_rows(named=True)
            if row["population"] in same
        }
    )
