"""The page on paper, printed as it was opened: nothing scrolled to, nothing clicked, in the dark."""

from __future__ import annotations

import re
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from confounded.report import write_report
from confounded.report.figures.theme import ROLES
from confounded.report.index import Index
from confounded.study import StudyResult
from tests.report.browsing import opened, until
from tests.report.results import correlation, population, result

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

LIGHT, DARK = 0, 1


@pytest.fixture
def dark_page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(color_scheme="dark", offline=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield page
    context.close()
    assert not complaints


def begin_to_print(page: Page) -> None:
    """Bring the page into the state in which it is printed; nothing is waited for, as nothing is then."""
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")


def colours(pdf: bytes) -> Counter[str]:
    """Return how often each colour is set for filling or stroking in a document."""
    found: Counter[str] = Counter()
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.S):
        try:
            drawn = zlib.decompress(stream)
        except zlib.error:  # not compressed, or no drawing
            continue
        for setting in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|RG)\b", drawn):
            found["#" + "".join(f"{round(255 * float(value)):02x}" for value in setting)] += 1
    return found


def forests(index: Index) -> list[tuple[str, str, int]]:
    """Return the area, the population and the number of benchmarks of each forest."""
    return [
        (group.title, population, len(known))
        for group in index.groups
        for population in index.populations
        if (
            known := [
                entry
                for entry in group.entries
                if (one := entry.correlations.get(population)) and one.rho is not None
            ]
        )
    ]


def test_a_printed_page_has_the_first_picture_and_the_forests_in_light_colours(
    dark_page: Page, report: Path, shipped: StudyResult
) -> None:
    opened(dark_page, report)
    found = colours(dark_page.pdf(format="A4"))
    index = Index.of(shipped)
    # The shaded margin is drawn once in each, and its colour set for filling and for stroking.
    assert found[ROLES["band"][LIGHT]] >= 2 * (len(index.populations) + len(forests(index)))
    assert found[ROLES["entangled"][LIGHT]] > 0
    for role in ("paper", "ink", "entangled", "separable", "inverse", "undecided"):
        assert found[ROLES[role][DARK]] == 0, role


def test_every_chart_is_drawn_by_the_time_the_listener_is_through(
    page: Page, report: Path, shipped: StudyResult
) -> None:
    opened(page, report)
    begin_to_print(page)
    assert page.locator("#paper .waiting").count() == 0
    assert page.locator("#paper", has_text="could not be drawn").count() == 0
    index = Index.of(shipped)
    for area, among, number in forests(index):
        forest = page.get_by_label(f"Forest plot of {area}, {among} models: the")
        assert forest.locator("svg").count() == 1, (area, among)
        assert forest.locator(".mark-symbol path[aria-label]").count() >= number
    width = page.locator("#paper .chart svg").first.bounding_box()
    assert width
    assert width["width"] <= 680


def test_both_populations_of_the_first_picture_are_printed_and_named(page: Page, report: Path) -> None:
    opened(page, report, "benchmarks")
    begin_to_print(page)
    for name in ("base", "chat"):
        shown = page.locator(f'.shown[data-population="{name}"]')
        assert shown.locator(".wide svg").is_visible()
        assert name in shown.evaluate("one => getComputedStyle(one, '::before').content")


@pytest.mark.parametrize(
    "view", ["overview", "benchmarks?population=chat", "benchmark/truthfulqa_mc1", "method"]
)
def test_nothing_to_click_is_on_paper(page: Page, report: Path, view: str) -> None:
    opened(page, report, view)
    begin_to_print(page)
    for what in ("input", "select", "button:not(.sort)", "nav", "details:not([open])", "#tip"):
        shown = [one for one in page.locator(what).all() if one.is_visible()]
        assert not shown, what


def test_the_benchmark_that_is_open_is_printed_with_its_charts_and_what_was_unfolded(
    page: Page, report: Path
) -> None:
    opened(page, report, "benchmark/truthfulqa_mc1?population=chat")
    for summary in page.locator("summary", has_text="The same as a table").all():
        summary.click()
    begin_to_print(page)
    assert page.locator("#view h1").is_visible()
    assert page.locator("#view .waiting").count() == 0
    assert page.locator("#view table", has_text="Ranks allowed").is_visible()
    for figure in page.locator("#view figure svg[width]").all():
        assert float(figure.get_attribute("width") or 0) <= 680
    page.emulate_media(media="screen")
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert page.locator("#paper").count() == 0
    until(
        page,
        "[...document.querySelectorAll('#view .chart')].every(chart => "
        "Math.abs(chart.clientWidth - chart.querySelector('svg')?.getAttribute('width')) < 20)",
    )


def test_an_open_list_is_not_printed_twice(page: Page, report: Path) -> None:
    opened(page, report, "models")
    begin_to_print(page)
    assert not page.locator("#view").is_visible()
    assert page.locator("#paper h1", has_text="Models").count() == 1


def test_on_paper_every_benchmark_stands(page: Page, report: Path, shipped: StudyResult) -> None:
    opened(page, report)
    begin_to_print(page)
    rows = page.locator("#paper table", has=page.locator("th", has_text="Benchmark")).locator("tbody tr")
    assert rows.count() >= len(shipped.correlations)


def test_paper_says_what_it_leaves_out_of_a_long_list(page: Page, tmp_path: Path) -> None:
    models = population("mixed", ["honesty"], models=[f"model {i}" for i in range(600)])
    write_report(result(populations=[models], correlations=[correlation("mixed", "honesty", 0.9)]), tmp_path)
    opened(page, tmp_path)
    begin_to_print(page)
    assert "450 more are not printed" in page.locator("#paper").inner_text()


def test_words_in_the_table_of_benchmarks_stand_whole_on_paper(page: Page, report: Path) -> None:
    page.set_viewport_size({"width": 680, "height": 900})
    opened(page, report)
    begin_to_print(page)
    table = page.locator("#paper table", has=page.locator("th", has_text="Benchmark"))
    assert table.evaluate("table => table.clientWidth") <= 680
    heights = table.evaluate("table => [...table.tBodies[0].rows].map(row => row.clientHeight)")
    assert max(heights) < 80
