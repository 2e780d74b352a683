"""The page in a real browser, without a network: it draws, it finds, it fits, and it complains of nothing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from confounded.report import write_report
from confounded.study import StudyResult
from tests.report.results import NASTY, facts, population, result

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


def opened(page: Page, report: Path, anchor: str = "") -> Page:
    page.goto((report / "report.html").as_uri() + (f"#{anchor}" if anchor else ""))
    return page


def test_the_page_opens_without_a_network_and_without_a_complaint(page: Page, report: Path) -> None:
    opened(page, report)
    assert page.locator("h1").inner_text() == "How much of each safety benchmark is capability?"
    assert page.locator("details.benchmark").count() == 178


def test_no_scatter_is_drawn_before_it_is_asked_for(page: Page, report: Path) -> None:
    opened(page, report)
    assert page.locator(".scatters svg").count() == 0


def test_a_link_to_a_benchmark_opens_it_and_draws_both_populations_with_models_named(
    page: Page, report: Path, shipped: StudyResult
) -> None:
    opened(page, report, "benchmark-gpqa")
    section = page.locator("#benchmark-gpqa")
    section.locator("figure svg").nth(1).wait_for()
    assert section.get_attribute("open") is not None
    assert page.locator("details.benchmark[open]").count() == 1
    for place, one in enumerate(shipped.populations):
        marks = section.locator("figure").nth(place).locator(".mark-symbol path")
        assert marks.count() == one.n_models
        said = [mark.get_attribute("aria-label") or "" for mark in marks.all()]
        for model in one.models:
            assert any(text.startswith(f"{model.name} ({model.family})") for text in said), model.name
        shown = section.locator("figure").nth(place).locator(".mark-text.role-mark text").all()
        readable = [text for text in shown if (text.get_attribute("opacity") or "1") != "0"]
        # Names stand beside most marks; the rest would cover each other and are shown on pointing.
        assert len([text for text in readable if (text.text_content() or "").strip()]) > one.n_models / 2


def test_a_table_row_leads_to_the_section(page: Page, report: Path) -> None:
    opened(page, report)
    page.locator(".correlations a", has_text="GPQA").first.click()
    page.locator("#benchmark-gpqa figure svg").first.wait_for()
    assert page.url.endswith("#benchmark-gpqa")


def test_pointing_at_a_mark_names_the_model_and_both_scores(page: Page, report: Path) -> None:
    opened(page, report, "benchmark-gpqa")
    mark = page.locator("#benchmark-gpqa figure .mark-symbol path").first
    mark.scroll_into_view_if_needed()
    page.wait_for_timeout(200)  # scrolling hides the line, and its event comes late
    mark.hover()
    tip = page.locator("#tip")
    tip.wait_for(state="visible")
    assert tip.inner_text().count("\n") == 2
    assert "capabilities score: " in tip.inner_text()


def test_scores_stand_in_a_table_too(page: Page, report: Path, shipped: StudyResult) -> None:
    opened(page, report, "benchmark-gpqa")
    section = page.locator("#benchmark-gpqa")
    section.locator(".scatters details.more summary").click()
    rows = section.locator(".scatters tbody tr")
    rows.first.wait_for()
    assert rows.count() == sum(one.n_models for one in shipped.populations)


def test_the_search_finds_by_name_area_kind_and_verdict_and_says_how_many(page: Page, report: Path) -> None:
    opened(page, report)
    search = page.locator("#search")
    for text, least in (
        ("harmbench gcg", 7),
        ("machine ethics", 20),
        ("dynamic attack", 20),
        ("separable", 1),
    ):
        search.fill(text)
        visible = page.locator("details.benchmark:not([hidden])").count()
        assert least <= visible < 178
        assert page.locator(".search output").inner_text() == f"{visible} of 178"
    search.fill("no such thing")
    assert page.locator(".area-title:visible").count() == 0
    search.fill("")
    assert page.locator("details.benchmark:visible").count() == 178


def test_a_link_to_a_benchmark_that_the_search_hides_shows_it(page: Page, report: Path) -> None:
    opened(page, report)
    page.locator("#search").fill("harmbench")
    page.evaluate("location.hash = 'benchmark-gpqa'")
    page.locator("#benchmark-gpqa figure svg").first.wait_for()
    assert page.locator("#benchmark-gpqa").is_visible()


def test_parts_are_shown_when_asked_for(page: Page, report: Path) -> None:
    opened(page, report)
    area = page.locator("#area-adversarial-robustness")
    hidden = area.locator("tbody tr:visible").count()
    area.locator(".parts").check()
    assert area.locator("tbody tr:visible").count() > hidden + 20


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize("anchor", ["", "benchmark-gpqa"])
def test_the_page_never_scrolls_sideways(page: Page, report: Path, width: int, anchor: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, report, anchor)
    if anchor:
        page.locator(f"#{anchor} figure svg").last.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_scatters_stand_side_by_side_where_there_is_room_and_below_each_other_on_a_phone(
    page: Page, report: Path
) -> None:
    for width, side_by_side in ((1280, True), (390, False)):
        page.set_viewport_size({"width": width, "height": 900})
        opened(page, report, "benchmark-gpqa")
        page.locator("#benchmark-gpqa figure svg").nth(1).wait_for()
        figures = page.locator("#benchmark-gpqa figure")
        tops = figures.evaluate_all("figures => figures.map(figure => figure.getBoundingClientRect().top)")
        assert (abs(tops[0] - tops[1]) < 5) == side_by_side
        page.goto("about:blank")


def test_a_mark_of_the_overview_leads_to_its_benchmark(page: Page, report: Path) -> None:
    opened(page, report)
    mark = page.locator("#overview .wide a[*|href='#benchmark-gpqa']").first
    mark.click()
    page.locator("#benchmark-gpqa figure svg").first.wait_for()


def test_a_model_whose_name_is_a_script_is_only_a_name(page: Page, tmp_path: Path) -> None:
    names = [f"{NASTY}{i}" for i in range(4)]
    made = result(
        [facts("b", name=NASTY)], populations=[population("chat", ["b"], models=names, prefix=NASTY)]
    )
    write_report(made, tmp_path)
    page.goto((tmp_path / "report.html").as_uri() + "#benchmark-b")
    title = page.title()
    page.locator("#benchmark-b figure svg").first.wait_for()
    mark = page.locator("#benchmark-b figure .mark-symbol path").first
    mark.hover(force=True)
    page.locator("#benchmark-b .scatters details.more summary").click()
    page.locator("#benchmark-b .scatters tbody tr").first.wait_for()
    assert page.title() == title
    assert page.locator("img").count() == 0
    assert names[0] in page.locator("#benchmark-b .scatters tbody").inner_text()


def test_without_javascript_tables_and_figures_are_there_and_the_page_says_what_is_missing(
    browser: Browser, report: Path
) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = opened(context.new_page(), report)
    assert page.locator("noscript").inner_text().startswith("This page's program is switched off")
    assert page.locator("#overview .wide svg").is_visible()
    assert page.locator("#area-machine-ethics table").is_visible()
    assert not page.locator(".search").is_visible()
    context.close()


def test_dark_surroundings_change_the_figures_too(browser: Browser, report: Path) -> None:
    fills = []
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, offline=True)  # type: ignore[arg-type]
        page = opened(context.new_page(), report)
        page.locator("#overview .wide svg").wait_for()
        fills.append(
            page.evaluate(
                "[document.body, document.querySelector('#overview .wide svg > rect')]"
                ".map((e, i) => getComputedStyle(e)[i ? 'fill' : 'backgroundColor'])"
            )
        )
        context.close()
    (light_body, light_figure), (dark_body, dark_figure) = fills
    assert light_body == light_figure != dark_body == dark_figure
