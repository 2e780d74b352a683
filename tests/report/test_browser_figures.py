"""What the page draws is what the figures for papers hold: the same marks, at the same places, saying the same."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from confounded.report.figures.benchmark_scatter import benchmark_scatter
from confounded.report.figures.robustness import robustness
from confounded.report.figures.scores import capabilities_scores
from confounded.report.figures.strip import family_strip
from confounded.report.figures.theme import family_marks
from confounded.report.index import Index
from confounded.study import StudyResult
from tests.report.browsing import drawn, opened

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

pytestmark = pytest.mark.browser

Spec = dict[str, Any]

DIGITS = 1e-4
"""The page has its numbers with five significant digits."""


NUMBER = re.compile(r"\u2212?\d+\.\d+")


def near(value: float) -> Any:
    return pytest.approx(value, rel=DIGITS, abs=DIGITS)


def figures(text: str) -> list[float]:
    return [float(found.replace("\u2212", "-")) for found in NUMBER.findall(text)]


def rows_of(spec: Spec | None) -> list[Spec]:
    """Return the marks of a chart of rows, from the top."""
    assert spec
    layer = next(one for one in spec["layer"] if one["mark"]["type"] == "point")
    return sorted(layer["data"]["values"], key=lambda row: row["y"])


def held(chart: Locator) -> list[Spec]:
    """Return the data behind the marks of a chart of the page, from the top."""
    marks = chart.locator(".mark-symbol path[aria-label]")
    found = [mark.evaluate("mark => mark.__data__.datum") for mark in marks.all()]
    return sorted(found, key=lambda row: row["y"])


def figure(page: Page, section: str, place: int = 0) -> Locator:
    return (
        page.locator("#view section", has=page.locator("h2", has_text=section)).locator("figure").nth(place)
    )


def assert_same(ours: list[Spec], theirs: list[Spec]) -> None:
    assert [NUMBER.sub("", row["says"]) for row in theirs] == [NUMBER.sub("", row["says"]) for row in ours]
    for there, here in zip(theirs, ours, strict=True):
        # What lies half way between two roundings may go either way after five digits.
        assert figures(there["says"]) == pytest.approx(figures(here["says"]), abs=0.11)
        for name in ("at", "low", "high"):
            assert there[name] is None if here[name] is None else there[name] == near(here[name]), name
    for name in ("stroke", "fill", "shape"):
        assert [row[name] for row in theirs] == [row[name] for row in ours], name


@pytest.mark.parametrize("benchmark", ["truthfulqa_mc1", "gpqa", "brier_mmlu"])
def test_the_section_of_a_benchmark_has_the_rows_of_the_figures_for_papers(
    page: Page, report: Path, shipped: StudyResult, benchmark: str
) -> None:
    index = Index.of(shipped)
    opened(page, report, f"benchmark/{benchmark}")
    drawn(page)
    for place, population in enumerate(index.populations):
        one = next(
            one
            for one in shipped.correlations
            if (one.benchmark, one.population) == (benchmark, population) and one.rho is not None
        )
        strip = figure(page, "Without each family", place)
        assert_same(rows_of(family_strip(one, 0.4, 486)), held(strip))
        choices = figure(page, "By other choices", place)
        assert_same(rows_of(robustness(index, one, 486)), held(choices))


def test_a_scatter_has_the_marks_of_the_figure_for_papers(
    page: Page, report: Path, shipped: StudyResult
) -> None:
    index, marks = Index.of(shipped), family_marks(shipped.populations)
    opened(page, report, "benchmark/truthfulqa_mc1")
    drawn(page)
    for place, population in enumerate(shipped.populations):
        entry = next(one for one in index.entries() if one.facts.benchmark == "truthfulqa_mc1")
        one = entry.correlations[population.population]
        [panel] = benchmark_scatter(population, one, entry.facts, marks)["concat"]
        layer = next(layer for layer in panel["layer"] if layer["mark"]["type"] == "point")
        looks = {
            entry: (
                layer["encoding"]["color"]["scale"]["range"][at],
                layer["encoding"]["shape"]["scale"]["range"][at],
            )
            for at, entry in enumerate(layer["encoding"]["color"]["scale"]["domain"])
        }
        ours = sorted((row["x"], row["y"], *looks[row["family"]]) for row in layer["data"]["values"])
        theirs = sorted(
            (row["x"], row["y"], row["fill"], row["shape"])
            for row in held(figure(page, "Scores against capability", place))
        )
        assert [row[2:] for row in theirs] == [row[2:] for row in ours]
        for side in (0, 1):
            assert [row[side] for row in theirs] == pytest.approx([row[side] for row in ours], rel=DIGITS)


def test_the_models_have_the_rows_of_the_figure_of_capabilities_scores(
    page: Page, report: Path, shipped: StudyResult
) -> None:
    marks = family_marks(shipped.populations)
    opened(page, report, "models")
    drawn(page)
    for place, population in enumerate(shipped.populations):
        chart = page.locator("#view figure").nth(place)
        assert_same(rows_of(capabilities_scores(population, marks)), held(chart))
