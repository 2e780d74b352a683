"""The capabilities score against training compute: figure 15 of the paper.

In the paper (v3 of arXiv 2407.21792) log10 of the training FLOP stands across and the capabilities score upwards, a
point a chat model, with the Spearman correlation; for base models 96.5 % is printed, which is reproduced. Here
each population has a figure, with the interval of the correlation.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from confounded.report.figures.panels import ONE_COLUMN, Panel, scatter_panels
from confounded.report.figures.theme import FamilyMark
from confounded.report.words import bounds, plural, signed_percent
from confounded.study.result import PopulationResult

__all__ = ["score_compute"]

Spec = dict[str, Any]


def score_compute(population: PopulationResult, marks: Mapping[str, FamilyMark]) -> Spec | None:
    """Return the specification (Vega-Lite), for one column; None where there is no such correlation."""
    found = population.score_with_compute
    if found is None or found.rho is None:
        return None
    limits = bounds(found.low, found.high)
    panel = Panel(
        title="Capabilities score and training compute",
        note=f"ρ = {signed_percent(found.rho)}{f' ({limits})' if limits else ''}, "
        f"{plural(found.n_models, 'model')} of {plural(found.n_families, 'family', 'families')}",
        verdict=None,
        x=[model.training_flop for model in population.models],
        y=[model.capabilities_score for model in population.models],
        x_title="training compute, log10 of FLOP",
        y_title="capabilities score",
        logarithmic=True,
    )
    return scatter_panels(
        population,
        [panel],
        marks,
        f"The capabilities score against training compute, a mark for each {population.population} model of which the "
        f"compute is known. {panel.note}.",
        width=ONE_COLUMN,
        height=230,
    )
