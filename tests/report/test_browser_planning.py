"""How many models it would take, as the page says and draws it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from confounded.report import write_report
from confounded.report.words import plural, share
from confounded.study import StudyResult
from tests.report.browsing import drawn, opened
from tests.report.results import result

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

TITLE = "How many models would it take?"


def rows(page: Page) -> list[list[str]]:
    return [row.locator("th, td").all_inner_texts() for row in page.locator(".planning table tbody tr").all()]


def expected(shipped: StudyResult) -> list[list[str]]:
    return [
        [
            summary.population,
            share(alike.rho, 0),
            *(
                f"{plural(one.n_families_needed, 'family', 'families')} ({plural(one.n_models_needed, 'model')})"
                for one in (alike, apart)
            ),
            alike.claim,
        ]
        for summary in shipped.population_summaries
        for apart, alike in zip(
            summary.planning[0].correlations, summary.planning[1].correlations, strict=True
        )
    ]


def test_the_first_screen_leads_to_what_it_would_take(page: Page, report: Path, shipped: StudyResult) -> None:
    opened(page, report)
    page.get_by_role("link", name=TITLE).click()
    assert page.locator("h2", has_text=TITLE).is_visible()
    drawn(page)
    found = [[cell.removeprefix("■ ").removeprefix("▲ ") for cell in row] for row in rows(page)]
    assert found == expected(shipped)
    text = page.locator(".planning").inner_text().replace("\u00a0", " ")
    assert "with a chance of 80 %, at the margin of ±40 %" in text
    assert "without measurement error" in text
    assert "correlations of 0.3 in ability and 0.5 in the rest" in text
    for one in shipped.populations:
        assert f"{one.n_models} models of {one.n_families} families ({one.population})" in text


def test_the_curves_are_those_of_the_result(page: Page, report: Path, shipped: StudyResult) -> None:
    opened(page, report, "method/planning")
    drawn(page)
    for place, summary in enumerate(shipped.population_summaries):
        chart = page.locator(".planning .chart").nth(place)
        lines = [
            line.evaluate("line => line.__data__.mark.items.map(item => item.datum)")
            for line in chart.locator(".mark-line path[aria-label]").all()
        ]
        alike = summary.planning[-1]
        assert len(lines) == len(alike.correlations)
        for line, one in zip(lines, alike.correlations, strict=True):
            assert [point["n"] for point in line] == alike.n_families
            assert [point["power"] / 100 for point in line] == pytest.approx(one.power, rel=1e-4)


def test_a_benchmark_that_nobody_can_call_says_what_it_would_take(
    page: Page, report: Path, shipped: StudyResult
) -> None:
    known = {(one.benchmark, one.population): one.verdict for one in shipped.correlations}
    assert (known["truthfulqa_mc1", "base"], known["gpqa", "base"], known["gpqa", "chat"]) == (
        "undecided",
        "entangled",
        "entangled",
    )
    opened(page, report, "benchmark/truthfulqa_mc1?margin=0.6")
    drawn(page)
    assert "Computed at the margin of ±40" in page.locator(".planning").inner_text()
    opened(page, report, "benchmark/gpqa")
    assert page.locator("h2", has_text=TITLE).count() == 0
    page.get_by_role("link", name="How many models would a study").click()
    assert page.locator("h2", has_text=TITLE).is_visible()


def test_a_result_without_planning_says_nothing_of_it(page: Page, tmp_path: Path) -> None:
    write_report(result(), tmp_path)
    opened(page, tmp_path)
    assert page.get_by_role("link", name=TITLE).count() == 0
    for view in ("benchmark/honesty", "method"):
        opened(page, tmp_path, view)
        assert page.locator("h2", has_text=TITLE).count() == 0


@pytest.mark.parametrize("width", [320, 390, 1280, 2000])
def test_the_curves_are_as_wide_as_their_place_and_no_wider(page: Page, report: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    for view in ("method/planning", "method/planning?population=base"):
        opened(page, report, view)
        drawn(page)
        for chart in page.locator(".planning .chart").all():
            room, own = chart.evaluate(
                "c => [c.clientWidth, Number(c.querySelector('svg').getAttribute('width'))]"
            )
            assert 0.8 * room < own <= room


def test_charts_have_the_colour_of_the_paper_behind_them_in_the_dark(browser: Browser, report: Path) -> None:
    context = browser.new_context(color_scheme="dark", offline=True)
    page = context.new_page()
    for view in ("benchmark/truthfulqa_mc1", "models", "area/calibration", "method"):
        opened(page, report, view)
        drawn(page)
        behind = page.evaluate(
            "[...document.querySelectorAll('#view .chart svg')].map(svg => getComputedStyle(svg).backgroundColor)"
        )
        assert behind
        assert set(behind) == {"rgba(0, 0, 0, 0)"}
    context.close()
