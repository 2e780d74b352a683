"""The parts of the models on the page: where a sign turns, each stratum, and what else is allowed for."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from confounded.report import words, write_report
from confounded.report.plain import visible
from confounded.study import Settings, StudyResult, run_study
from tests.report.browsing import drawn, opened
from tests.report.figures.test_row_figures import imputed
from tests.report.results import NASTY, correlation, population, result
from tests.study.test_strata import SUITE, made, noisy, some_small

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytestmark = pytest.mark.browser

TURNS = "Where the sign turns"
PARTS = "In parts of the models"
GIVEN = "With compute, size or date allowed for"
VIEW = "benchmark/safe"


@pytest.fixture(scope="module")
def turning() -> StudyResult:
    """A study in which a benchmark falls with capability among the small models and rises among the others."""
    ability, noise = noisy()
    sizes = some_small(144)
    safety = np.where([one == 1e9 for one in sizes], -ability, ability) + 0.3 * noise
    settings = Settings(suite=SUITE, resamples=0, by=("family",))
    return run_study(made(safety, ability, parameters=sizes), settings)


@pytest.fixture(scope="module")
def folder(turning: StudyResult, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_report(turning, tmp_path_factory.mktemp("turning")).parent


def shown_percent(value: float | None) -> str:
    """Write a correlation from the five digits that the page carries of it."""
    assert value is not None
    return f"{words.published(float(f'{100 * value:.5g}'))}\u00a0%"


def section(page: Page, title: str) -> Locator:
    return page.locator("#view section", has=page.locator("h2", has_text=title))


def test_a_sign_that_turns_is_told_with_its_picture(page: Page, folder: Path, turning: StudyResult) -> None:
    opened(page, folder, VIEW)
    drawn(page)
    shown = section(page, TURNS)
    assert "by size: the sign turns" in shown.locator("figcaption").inner_text()
    [found] = turning.strata
    key = shown.locator(".legend li").all_inner_texts()
    assert key[-1].strip() == "all of them together"
    for text, stratum in zip(key[:-1], found.splits[-2].strata, strict=True):
        assert text.startswith(f"{stratum.stratum}: ρ = ")
    assert found.reversals[0].what in shown.inner_text()
    marks = shown.locator(".chart .mark-symbol path").count()
    assert marks == sum(one.n_models for one in found.splits[-2].strata)
    assert shown.locator(".chart .mark-line path[aria-label]").count() == len(key)


def test_the_first_screen_says_that_a_sign_turns_and_leads_to_the_picture(
    page: Page, folder: Path, turning: StudyResult
) -> None:
    opened(page, folder, "")
    page.get_by_role("link", name="See where").click()
    told = page.locator("#turning")
    assert told.bounding_box()["y"] < page.viewport_size["height"] / 2
    [found] = turning.strata
    text = told.inner_text()
    split = found.splits[-2]
    [turned] = [one for one in split.strata if one.stratum == found.reversals[0].stratum]
    assert (
        f"{words.signed_percent(found.overall.rho)} over all {words.plural(found.overall.n_models, 'model')}, but"
        in text
    )
    assert f"{words.signed_percent(turned.rho)} over the {words.plural(turned.n_models, 'model')} of" in text
    assert f"Read as {found.reversals[0].reading}: {found.reversals[0].because}." in text
    # The suite, whose area nothing says, is not counted among safety benchmarks.
    counted = [int(one) for one in page.locator(".shown [data-verdict] b").all_inner_texts()]
    assert sum(counted) == sum(not one.in_suite for one in turning.correlations)
    # It is drawn before any program runs, for either width.
    for width in ("wide", "narrow"):
        marks = told.locator(f".{width} .mark-symbol path").count()
        assert marks == sum(one.n_models for one in split.strata)


def test_every_part_has_a_row_and_says_what_it_is_of(page: Page, folder: Path, turning: StudyResult) -> None:
    opened(page, folder, VIEW)
    drawn(page)
    shown = section(page, PARTS)
    said = [
        one.get_attribute("aria-label") or "" for one in shown.locator(".mark-symbol path[aria-label]").all()
    ]
    [found] = turning.strata
    strata = [one for split in found.splits for one in split.strata]
    for stratum in (*strata, msgspec.structs.replace(found.overall, stratum="all models")):
        [own] = [text for text in said if text.startswith(f"{words.sentence(stratum.stratum)}: ")]
        assert shown_percent(stratum.rho) in own
        assert words.plural(stratum.n_models, "model") in own
        assert f"{stratum.n_models} in {stratum.n_families}" in shown.locator("svg").first.inner_html()
    shown.locator("summary").click()
    assert shown.locator("tbody tr").count() == len(strata) + 3  # all models, within and between families
    assert "Within parts" in " ".join(said)


def test_what_else_is_allowed_for_stands_beside_the_same_models_without(
    page: Page, folder: Path, turning: StudyResult
) -> None:
    opened(page, folder, VIEW)
    drawn(page)
    shown = section(page, GIVEN)
    [given] = turning.strata[0].given
    said = [one.get_attribute("aria-label") or "" for one in shown.locator(".mark-symbol path").all()]
    assert len(said) == 2
    assert shown_percent(given.rho) in said[0]
    assert "compared with" in said[0]
    assert shown_percent(given.partial) in said[1]


def test_shipped_scores_have_what_else_is_allowed_for_and_no_turn(page: Page, report: Path) -> None:
    opened(page, report, "benchmark/truthfulqa_mc1?population=chat")
    drawn(page)
    assert section(page, GIVEN).locator(".chart").count() == 1
    assert section(page, TURNS).count() == section(page, PARTS).count() == 0
    assert page.locator("#turning").count() == page.locator(".alarm").count() == 0


@pytest.mark.parametrize("width", [320, 1280])
def test_it_fits_a_phone(page: Page, folder: Path, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, folder, VIEW)
    drawn(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(
        "[...document.querySelectorAll('#view .chart svg')]"
        ".every(one => one.getBoundingClientRect().right <= innerWidth)"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier_and_no_chart_is_white_in_the_dark(
    browser: Browser, folder: Path, scheme: str
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=scheme, offline=True, bypass_csp=True)  # type: ignore[arg-type]
    page = opened(context.new_page(), folder, VIEW)
    drawn(page)
    for summary in page.locator("#view summary").all():
        summary.click()
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    found = Axe().run(page, options=options)
    behind = set(
        page.evaluate(
            "[...document.querySelectorAll('#view .chart svg')].map(one => getComputedStyle(one).backgroundColor)"
        )
    )
    context.close()
    assert behind == {"rgba(0, 0, 0, 0)"}
    assert not found.response["violations"], found.generate_report()


def test_names_from_a_file_are_only_names(page: Page, turning: StudyResult, tmp_path: Path) -> None:
    whole = turning.to_json().decode()
    small = "below 3 billion parameters"
    assert small in whole
    named = msgspec.json.decode(whole.replace(small, NASTY.replace('"', '\\"')).encode(), type=StudyResult)
    write_report(named, tmp_path)
    opened(page, tmp_path, VIEW)
    drawn(page)
    assert page.title() != "1"
    assert page.locator("img").count() == 0
    assert visible(NASTY)[:40] in section(page, TURNS).inner_text()


def test_more_models_than_can_be_told_apart_are_counted(
    page: Page, turning: StudyResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("confounded.report.figures.population_split.MOST_MODELS", 100)
    write_report(turning, tmp_path)
    opened(page, tmp_path, VIEW)
    drawn(page)
    shown = section(page, TURNS)
    assert "counted in cells" in shown.inner_text()
    label = shown.locator(".chart").get_attribute("aria-label") or ""
    assert re.search(r"144\smodels, counted in cells", label)


def test_two_capabilities_are_told_apart_and_a_benchmark_is_held_against_both(
    page: Page, report: Path, shipped: StudyResult
) -> None:
    opened(page, report, "method")
    drawn(page)
    counted = section(page, "How many capabilities?")
    assert counted.locator(".chart svg").count() == len(shipped.components)
    for one in shipped.components:
        assert words.significant(one.second_threshold) in counted.inner_text()
    opened(page, report, "benchmark/truthfulqa_mc1?population=base")
    drawn(page)
    shown = section(page, "Which capability does it follow?")
    [own] = [
        one
        for found in shipped.components
        if found.population == "base"
        for one in found.benchmarks
        if one.benchmark == "truthfulqa_mc1"
    ]
    said = [one.get_attribute("aria-label") or "" for one in shown.locator(".mark-symbol path").all()]
    for text, side in zip(said, (own.first, own.second), strict=True):
        assert shown_percent(side.rho) in text
        assert text.endswith(f"; {side.verdict}")
    caption = shown.locator("figcaption").inner_text()
    assert ("cannot be told" in caption) == (own.follows is None)


def test_safety_over_time_is_told_area_by_area(page: Page, report: Path, shipped: StudyResult) -> None:
    opened(page, report, "areas?population=chat")
    drawn(page)
    shown = section(page, "Over time")
    improving = {one.area for one in shipped.trends if one.population == "chat" and one.answer == "improves"}
    titles = [one.title for one in shipped.areas if one.area in improving]
    assert titles
    told = shown.locator("figure > p").inner_text()
    assert all(title in told for title in titles)
    shown.locator("summary").click()
    rows = shown.locator("tbody tr")
    # A mark and, with the error of the capabilities score left in, a stroke for each row.
    assert 2 * rows.count() == shown.locator(".mark-symbol path").count()
    assert rows.count() >= len(titles)


def test_what_was_imputed_is_said_beside_each_result(page: Page, tmp_path: Path) -> None:
    known = imputed()
    models = population("chat", ["honesty"])
    write_report(
        result(populations=[models], correlations=[correlation("chat", "honesty", 0.5, imputed=known)]),
        tmp_path,
    )
    opened(page, tmp_path, "benchmarks?q=honesty")
    assert words.share(known.share, 0) in page.locator(".listed tbody tr").inner_text()
    opened(page, tmp_path, "benchmark/honesty")
    drawn(page)
    shown = section(page, "With missing scores imputed")
    assert shown.locator(".mark-symbol path").count() == 2
    assert shown.locator(".mark-rule line[stroke]").count() >= 3
    shown.locator("summary").click()
    assert shown.locator("tbody th").all_inner_texts() == [
        "as studied",
        "left out of the imputation",
        "were no score missing",
    ]
    assert "48.0\u00a0to\u00a056.0" in shown.locator("tbody").inner_text()
