"""Every file of a report, by its path in the folder."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from confounded.report.answer import warning
from confounded.report.figures.card import card_scatter
from confounded.report.figures.catalog import first_specs
from confounded.report.figures.heatmap import heatmap
from confounded.report.figures.population_split import population_split
from confounded.report.figures.render import draw, draw_vega
from confounded.report.figures.scores import capabilities_scores
from confounded.report.figures.theme import FamilyMark, family_marks
from confounded.report.files import PAGE, RESULT
from confounded.report.index import Index
from confounded.report.page import render_page
from confounded.report.table_formats import SUFFIXES, tables
from confounded.report.tables import TABLE_NAMES
from confounded.report.turning import turnings
from confounded.study.result import StudyResult

__all__ = ["contents", "drawn_figures", "possible_paths"]

_LOGGER: Final = logging.getLogger(__name__)

WARNING_WIDTH: Final = 520
WARNING_NARROW: Final = 320
"""What a phone of 390 pixels leaves inside the frame of the warning example."""

PAGE_ONLY: Final = ("overview-narrow", "warning", "turning")
"""How the names of figures begin that are drawn for the page alone."""

KNOWN_POPULATIONS: Final = ("base", "chat", "mixed")


def contents(result: StudyResult) -> dict[str, bytes]:
    """Return the content of every file of a report by its relative path."""
    index = Index.of(result)
    marks = family_marks(result.populations)
    drawn = drawn_figures(index, marks)
    _LOGGER.info("Writing the page and the tables")
    whole = result.to_json()
    files = {PAGE: render_page(index, drawn, marks, whole), RESULT: whole}
    files |= {f"tables/{name}": content for name, content in tables(index).items()}
    files |= {
        f"figures/{name}.svg": svg.encode() for name, svg in drawn.items() if not name.startswith(PAGE_ONLY)
    }
    return files


def drawn_figures(index: Index, marks: Mapping[str, FamilyMark]) -> dict[str, str]:
    """Return the SVG of the figures that are drawn when a report is written, by their names."""
    result = index.result
    specs = first_specs(index)
    for population, slug in zip(result.populations, index.population_slugs, strict=True):
        if population.capability_correlations is not None:
            specs[f"capability-correlations-{slug}"] = heatmap(index, population)
        specs[f"capabilities-scores-{slug}"] = capabilities_scores(population, marks)
    _LOGGER.info("Drawing %s figures", len(specs))
    drawn = {name: draw(spec) for name, spec in specs.items()}
    example = warning(index)
    if example is not None:
        population = next(one for one in result.populations if one.population == example.strongest.population)
        for name, width in (("warning", WARNING_WIDTH), ("warning-narrow", WARNING_NARROW)):
            drawn[name] = draw_vega(
                card_scatter(
                    population,
                    example.entry.facts.benchmark,
                    example.strongest,
                    example.entry.facts,
                    marks,
                    width,
                )
            )
    for one in turnings(index)[:1]:
        for name, width in (("turning", WARNING_WIDTH), ("turning-narrow", WARNING_NARROW)):
            drawn[name] = draw(population_split(result, one.found, width=width, key=False))
    return drawn


def possible_paths(result: StudyResult) -> list[str]:
    """Return every path that this report or an earlier one may have."""
    populations = dict.fromkeys((*KNOWN_POPULATIONS, *Index.of(result).population_slugs))
    return [
        PAGE,
        RESULT,
        *(f"tables/{name}.{suffix}" for name in TABLE_NAMES for suffix in SUFFIXES),
        *(
            f"figures/{figure}-{slug}.svg"
            for figure in ("overview", "capability-correlations", "capabilities-scores")
            for slug in populations
        ),
    ]
