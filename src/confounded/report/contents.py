"""Every file of a report, by its path in the folder."""

from __future__ import annotations

import logging
from typing import Final

from confounded.report.figures.forest import forest
from confounded.report.figures.heatmap import heatmap
from confounded.report.figures.overview import overview
from confounded.report.figures.render import draw
from confounded.report.figures.scores import capabilities_scores
from confounded.report.figures.theme import family_marks
from confounded.report.files import PAGE, RESULT
from confounded.report.index import Index
from confounded.report.page import render_page
from confounded.report.tables import TABLE_NAMES, tables
from confounded.study.result import StudyResult

__all__ = ["contents", "possible_paths"]

_LOGGER: Final = logging.getLogger(__name__)

PHONE_WIDTH: Final = 350
"""What a phone of 390 pixels leaves for a figure."""

KNOWN_POPULATIONS: Final = ("base", "chat", "mixed")


def contents(result: StudyResult) -> dict[str, bytes]:
    """Return the content of every file of a report by its relative path."""
    index = Index.of(result)
    marks = family_marks(result.populations)
    specs = {
        "overview": overview(index),
        "overview-narrow": overview(index, PHONE_WIDTH),
        "forest": forest(index),
    }
    for population, slug in zip(result.populations, index.population_slugs, strict=True):
        if population.capability_correlations is not None:
            specs[f"capability-correlations-{slug}"] = heatmap(index, population)
        specs[f"capabilities-scores-{slug}"] = capabilities_scores(population, marks)
    _LOGGER.info("Drawing %s figures", len(specs))
    drawn = {name: draw(spec) for name, spec in specs.items()}
    _LOGGER.info("Writing the page and the tables")
    files = {PAGE: render_page(index, drawn, marks), RESULT: result.to_json()}
    files |= {f"tables/{name}.csv": content for name, content in tables(index).items()}
    files |= {f"figures/{name}.svg": svg.encode() for name, svg in drawn.items() if name != "overview-narrow"}
    return files


def possible_paths(result: StudyResult) -> list[str]:
    """Return every path that this report or an earlier one may have."""
    populations = dict.fromkeys((*KNOWN_POPULATIONS, *Index.of(result).population_slugs))
    return [
        PAGE,
        RESULT,
        *(f"tables/{name}.csv" for name in TABLE_NAMES),
        "figures/overview.svg",
        "figures/forest.svg",
        *(
            f"figures/{figure}-{slug}.svg"
            for figure in ("capability-correlations", "capabilities-scores")
            for slug in populations
        ),
    ]
