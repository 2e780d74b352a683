"""The page: from a result to one HTML file that needs nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import jinja2

from confounded.report import words
from confounded.report.compute import compute_table
from confounded.report.figures.render import drawing_program, inlined
from confounded.report.figures.theme import OTHER_FAMILIES, FamilyMark, style_rules
from confounded.report.files import GENERATOR
from confounded.report.findings import contrast_words, findings, settled
from confounded.report.index import Index
from confounded.report.pagedata import page_data, safe_json
from confounded.report.reading import area_tables, benchmarks
from confounded.report.verdicts import VERDICTS
from confounded.study.result import CapabilitiesSource, ModelResult, PopulationResult

__all__ = ["render_page"]

TEMPLATES: Final = "templates"
ASSETS: Final = ("page.css", "page.js", "notice.txt")
"""They go into the page as they are; nothing in them comes from a result."""
MOST_LISTED_EIGENVALUES: Final = 5


def render_page(index: Index, drawn: Mapping[str, str], marks: Mapping[str, FamilyMark]) -> bytes:
    """Return the page.

    Parameters
    ----------
    index : Index
        The result, indexed.
    drawn : mapping of str to str
        The SVG of each overview figure by its name.
    marks : mapping of str to FamilyMark
        How the models of each family are drawn.

    Returns
    -------
    bytes
        HTML, UTF-8; the same for the same arguments.
    """
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader("confounded.report", TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in (
        "flop",
        "parameters",
        "percent",
        "plain",
        "plural",
        "published",
        "score",
        "share",
        "signed_percent",
    ):
        environment.filters[name] = getattr(words, name)
    environment.filters["and_list"] = words.and_list
    environment.filters["share_whole"] = partial(words.share, digits=0)
    environment.filters["sentence"] = words.sentence
    environment.filters["level"] = words.level
    environment.filters["contrast"] = contrast_words
    environment.tests["settled"] = settled

    loader = environment.loader
    assets = {name: loader.get_source(environment, name)[0] for name in ASSETS} if loader else {}
    page = environment.get_template("page.html.jinja").render(
        **_context(index, marks),
        figures={name: inlined(svg, name) for name, svg in drawn.items()},
        generator=GENERATOR,
        style=style_rules() + assets["page.css"],
        program=assets["page.js"],
        notice=assets["notice.txt"],
        drawing_program=drawing_program(),
        data=safe_json(page_data(index, marks)),
    )
    return page.encode()


def _context(index: Index, marks: Mapping[str, FamilyMark]) -> dict[str, Any]:
    """Return what the templates show, apart from figures and programs."""
    result = index.result
    tables = area_tables(index)
    is_fixed = result.provenance.settings.capabilities is not None
    # A suite that was fitted has a section of its own.
    sections = [table for table in tables if is_fixed or not all(row.in_suite for row in table.rows)]
    n_areas = sum(table.group.area is not None for table in sections)
    return {
        "result": result,
        "index": index,
        "settings": result.provenance.settings,
        "margin": words.level(result.provenance.settings.margin),
        "margin_percent": f"{100 * result.provenance.settings.margin:g}",
        "level": words.level(result.provenance.settings.level),
        "findings": findings(index),
        "tables": tables,
        "area_sections": sections,
        "benchmarks": benchmarks(index),
        "suites": [_suite(population, index) for population in result.populations],
        "compute": compute_table(index),
        "marks": marks,
        "verdicts": VERDICTS,
        "columns": 2 + any(one.published for one in result.correlations),
        "false_discovery_rate": words.level(round(1 - result.provenance.settings.level, 10)),
        "other_families": OTHER_FAMILIES,
        "has_published": any(one.published for one in result.correlations),
        "has_areas": n_areas > 0,
        "n_areas": sum(group.area is not None for group in index.groups),
        "has_parts": any(table.n_parts for table in tables),
        "has_compute": any(one.compute for one in result.correlations),
        "most_listed_eigenvalues": MOST_LISTED_EIGENVALUES,
        "by_score": _by_score,
        "is_fixed": is_fixed,
        "sources_of_capability": _cited(result.populations),
    }


def _cited(populations: Sequence[PopulationResult]) -> list[CapabilitiesSource]:
    """Return the references that capability was taken from, each once."""
    found = {one.capabilities.id: one.capabilities for one in populations if one.capabilities.citation}
    return list(found.values())


def _by_score(population: PopulationResult) -> list[ModelResult]:
    """Return the models of a population, the most capable first, those without a score last."""
    return sorted(
        population.models,
        key=lambda model: (model.capabilities_score is None, -(model.capabilities_score or 0.0), model.model),
    )


def _suite(population: PopulationResult, index: Index) -> dict[str, Any]:
    """Return the capability benchmarks of a population with their correlations."""
    found = {
        one.benchmark: one for one in index.result.correlations if one.population == population.population
    }
    return {
        "population": population,
        "members": [
            {
                "name": index.name(member.benchmark),
                "anchor": index.anchor(member.benchmark),
                "loading": member.loading,
                "one": found.get(member.benchmark),
            }
            for member in population.suite
        ],
    }
