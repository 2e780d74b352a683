"""The figures of the page: those of its first part, and those that its program draws."""

from __future__ import annotations

from typing import Any

from confounded.report.figures import planning
from confounded.report.figures.components import scree
from confounded.report.figures.heatmap import heatmap
from confounded.report.figures.overview import NARROW, WIDE, overview
from confounded.report.figures.rows import template
from confounded.report.figures.scatter import scatter
from confounded.report.index import Index

__all__ = ["first_specs", "page_specs"]

Spec = dict[str, Any]


def first_specs(index: Index) -> dict[str, Spec]:
    """Return the specifications (Vega-Lite) of what is drawn into the page when it is written."""
    specs = {}
    for population, slug in zip(index.populations, index.population_slugs, strict=True):
        specs[f"overview-{slug}"] = overview(index, population, WIDE)
        specs[f"overview-narrow-{slug}"] = overview(index, population, NARROW)
    return specs


def page_specs(index: Index) -> dict[str, Spec]:
    """Return the specifications that the page draws, some whole, some with places for its data."""
    specs = {"rows": template(), "scatter": scatter()}
    margin = index.result.provenance.settings.margin
    summaries = {one.population: one for one in index.result.population_summaries}
    for population in index.result.populations:
        if population.capability_correlations is not None:
            specs[f"heatmap {population.population}"] = heatmap(index, population)
        summary = summaries.get(population.population)
        curves = planning.template(population, summary, margin) if summary is not None else None
        if curves is not None:
            specs[f"planning {population.population}"] = curves
    for found in index.result.components:
        specs[f"scree {found.population}"] = scree(found, WIDE)
    for name in index.populations:
        specs[f"overview {name}"] = overview(index, name, WIDE)
        specs[f"overview-narrow {name}"] = overview(index, name, NARROW)
    return specs
