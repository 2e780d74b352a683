"""The page in a real browser, from a file and without a network: every part, every link, keyboard, paper, and axe.

The fixture `page` fails a test in which the page met an error, complained on the console or asked for a network.
Screenshots are kept in ``build/screenshots``, which Git ignores.
"""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from confounded.report import words, write_report
from confounded.report.plain import visible
from confounded.study import StudyResult
from tests.report.browsing import ROWS, drawn, opened, until
from tests.report.results import NASTY, awkward, correlation, facts, population, result

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parents[2] / "build" / "screenshots"
VIEWS = (
    "overview",
    "areas",
    "area/calibration",
    "benchmarks",
    "benchmark/truthfulqa_mc1",
    "models",
    "method",
)


def row_count(page: Page) -> int:
    return page.locator(ROWS).count()


def test_the_first_screen_shows_the_question_the_answer_and_the_picture(page: Page, report: Path) -> None:
    opened(page, report)
    assert page.locator("h1").inner_text() == "How much of each safety benchmark is capability?"
    for what in (".answer p", ".picture svg .role-mark path"):
        box = page.locator(f"{what}:visible").first.bounding_box()
        assert box
        assert box["y"] < 720


@pytest.mark.parametrize("view", VIEWS)
def test_every_part_opens_by_its_link_and_draws_its_charts(page: Page, report: Path, view: str) -> None:
    opened(page, report, view)
    drawn(page)
    assert page.locator("h1:visible").count() == 1
    assert page.locator("text=could not be drawn").count() == 0


def test_the_parts_are_reached_by_clicking_and_the_back_button_returns(page: Page, report: Path) -> None:
    opened(page, report)
    for name in ("Areas", "Benchmarks", "Models", "Method and data"):
        page.get_by_role("navigation", name="Parts of the report").get_by_role("link", name=name).click()
        assert page.locator("h1:visible").inner_text() == name
        assert page.locator(".bar [aria-current=page]").inner_text() == name
    for name in ("Models", "Benchmarks", "Areas"):
        page.go_back()
        assert page.locator("h1:visible").inner_text() == name


def test_no_vega_runs_before_a_chart_is_looked_at(page: Page, report: Path) -> None:
    opened(page, report, "benchmarks")
    page.wait_for_timeout(300)
    assert page.evaluate("typeof vegaEmbed") == "undefined"
    opened(page, report, "benchmark/gpqa")
    drawn(page)
    assert page.evaluate("typeof vegaEmbed") == "function"


def test_the_switch_shows_the_other_population(page: Page, report: Path) -> None:
    opened(page, report)
    assert page.locator('.shown[data-population="base"]').is_visible()
    page.locator("label", has_text="chat models").click()
    assert page.locator('.shown[data-population="chat"]').is_visible()
    assert not page.locator('.shown[data-population="base"]').is_visible()
    assert "population=chat" in page.url


def test_a_mark_of_the_first_picture_leads_to_its_benchmark(page: Page, report: Path) -> None:
    opened(page, report)
    page.locator(".wide:visible a[*|href='#benchmark/gpqa']").first.click()
    page.locator("h1", has_text="GPQA").wait_for()


def test_scatters_name_every_model_for_pointer_and_keyboard(
    page: Page, report: Path, shipped: StudyResult
) -> None:
    opened(page, report, "benchmark/gpqa")
    drawn(page)
    for place, one in enumerate(shipped.populations):
        chart = page.locator("#view figure .chart").nth(place)
        marks = chart.locator(".mark-symbol path[aria-label]")
        said = [mark.get_attribute("aria-label") or "" for mark in marks.all()]
        for model in one.models:
            assert any(text.startswith(f"{model.name} ({model.family})") for text in said), model.name
    chart = page.locator("#view figure .chart").first
    mark = chart.locator("[tabindex='0']")
    assert mark.count() == 1
    mark.focus()
    first = page.locator("#tip").inner_text()
    assert first.count("\n") == 2
    page.keyboard.press("ArrowRight")
    assert page.locator("#tip").inner_text() != first
    page.keyboard.press("Escape")
    assert not page.locator("#tip").is_visible()
    chart.locator(".mark-symbol path").last.hover(force=True)
    assert page.locator("#tip").is_visible()


def test_a_section_has_curve_adjusted_scores_families_and_robustness(page: Page, report: Path) -> None:
    opened(page, report, "benchmark/truthfulqa_mc1?population=chat")
    drawn(page)
    for title in (
        "Scores against capability",
        "With compute, size or date allowed for",
        "Better or worse than capability predicts",
        "Which capability does it follow?",
        "Without each family",
        "By other choices",
        "In numbers",
        "Definition and source",
    ):
        assert page.locator("h2", has_text=title).count() == 1, title
    assert page.locator("#view figure").count() == 6
    assert page.locator("#view .mark-area path").first.get_attribute("d")
    adjusted = page.locator("#view section", has=page.locator("h2", has_text="Better or worse"))
    adjusted.locator("summary", has_text="The same as a table").click()
    page.locator("#view table", has_text="Ranks allowed").wait_for()
    assert page.locator("#view table", has_text="Ranks allowed").locator("tbody tr").count() == 26


def test_the_search_and_the_filters_leave_what_they_say(
    page: Page, report: Path, shipped: StudyResult
) -> None:
    opened(page, report, "benchmarks")
    page.locator("#q").fill("harmbench gcg")
    until(page, f"document.querySelectorAll('{ROWS}').length < 40")
    assert all("GCG" in text for text in page.locator(f"{ROWS} th").all_inner_texts())
    assert page.evaluate("document.activeElement.id") == "q"
    assert "q=harmbench+gcg" in page.url
    page.locator("#q").fill("")
    page.locator("#filter-population").select_option("chat")
    page.locator("#filter-verdict").select_option("entangled")
    expected = sum(one.population == "chat" and one.verdict == "entangled" for one in shipped.correlations)
    assert row_count(page) == expected
    page.locator("#filter-kind").select_option("knowledge")
    assert row_count(page) < expected
    page.go_back()
    assert row_count(page) == expected
    page.locator("#q").fill("no such thing")
    page.get_by_role("button", name="Clear them").click()
    assert row_count(page) == 150


def test_a_link_with_filters_opens_the_same_rows(page: Page, report: Path, shipped: StudyResult) -> None:
    opened(page, report, "benchmarks?population=chat&verdict=inverse")
    names = {fact.benchmark: fact.name for fact in shipped.benchmarks}
    expected = sorted(
        names[one.benchmark]
        for one in shipped.correlations
        if one.population == "chat" and one.verdict == "inverse"
    )
    assert sorted(page.locator(f"{ROWS} th a").all_inner_texts()) == expected
    assert page.locator("#filter-verdict").input_value() == "inverse"


def test_the_table_is_sorted_by_keyboard_and_says_so(page: Page, report: Path) -> None:
    opened(page, report, "benchmarks?population=base")
    header = page.locator("th[aria-sort]", has_text="ρ")
    for direction in ("ascending", "descending"):
        header.locator("button").focus()
        page.keyboard.press("Enter")
        assert page.locator("th[aria-sort]", has_text="ρ").get_attribute("aria-sort") == direction
        assert page.evaluate("document.activeElement.textContent.includes('ρ')")
        shown = [
            float(text.replace("\u2212", "-"))
            for text in page.locator(f"{ROWS} td:nth-child(6)").all_inner_texts()
            if text != words.NOTHING
        ]
        assert shown == sorted(shown, reverse=direction == "descending")


def test_the_family_filter_shows_what_is_left_without_it(
    page: Page, report: Path, shipped: StudyResult
) -> None:
    opened(page, report, "benchmarks?population=chat&family=Qwen1.5&q=truthfulqa_mc1")
    one = next(
        one for one in shipped.correlations if (one.population, one.benchmark) == ("chat", "truthfulqa_mc1")
    )
    left = next(left for left in one.without_family if left.family == "Qwen1.5")
    assert page.locator(f"{ROWS} td").last.inner_text().startswith(words.percent(left.rho))


@pytest.mark.parametrize("margin", [0.2, 0.6])
def test_the_margin_redraws_verdicts_and_labels_what_it_cannot(
    page: Page, report: Path, shipped: StudyResult, margin: float
) -> None:
    opened(page, report, f"benchmarks?population=base&verdict=entangled&margin={margin}")
    expected = sum(
        one.population == "base"
        and one.interval is not None
        and one.interval.low is not None
        and one.interval.low > margin
        for one in shipped.correlations
    )
    assert row_count(page) == expected
    assert "were computed at ±40" in page.locator("#margin-note").inner_text()
    opened(page, report, f"overview?margin={margin}")
    until(page, "document.querySelector('.wide.chart svg')")
    assert f"at ±{100 * margin:g}" in page.locator("#overview-margin").inner_text()
    page.get_by_role("button", name="back to").click()
    assert "margin" not in page.url


def test_the_slider_moves_by_keyboard(page: Page, report: Path) -> None:
    opened(page, report, "benchmarks")
    page.locator("#margin").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    until(page, "location.hash.includes('margin=0.45')")
    assert page.evaluate("document.activeElement.id") == "margin"


def test_a_model_shows_its_score_and_what_it_does_better_and_worse(
    page: Page, report: Path, shipped: StudyResult
) -> None:
    model = next(model for model in shipped.populations[1].models if model.score_low is not None)
    opened(page, report, f"model/{model.model}")
    drawn(page)
    text = page.locator("#view").inner_text()
    assert f"Capabilities score {words.score(model.capabilities_score)}" in text
    assert f"{words.score(model.score_low)} to {words.score(model.score_high)}" in text
    page.locator("summary", has_text="The same as a table").click()
    page.locator("#view table").wait_for()
    assert page.locator("#view table tbody tr").count() > 100


def test_what_is_not_in_the_report_is_said(page: Page, report: Path) -> None:
    opened(page, report, "benchmark/no%20such")
    assert "There is no benchmark “no such” here." in page.locator("#view").inner_text()
    opened(page, report, "%E0%A4%A?q=%")
    assert page.locator("#overview").is_visible()


PATIENCE = 120_000
"""Milliseconds that a download may take where other work keeps the machine busy."""


def saved(page: Page, name: str) -> bytes:
    with page.expect_download(timeout=PATIENCE) as download:
        page.get_by_role("button", name=name, exact=True).click()
    return Path(download.value.path()).read_bytes()


def test_the_result_is_downloaded_byte_for_byte(page: Page, report: Path) -> None:
    opened(page, report, "method")
    # Not compared in the assertion: to tell the difference of such files takes minutes.
    is_same = saved(page, "result.json") == (report / "result.json").read_bytes()
    assert is_same


def test_a_result_of_odd_names_is_downloaded_byte_for_byte(page: Page, tmp_path: Path) -> None:
    odd = [
        facts(name, name=name)
        for name in ("~", "~~a", "#1", "$x", "7", '\\"\u2028\x1f', "{},:[]", "\U0001f600")
    ]
    write_report(result(odd), tmp_path)
    opened(page, tmp_path, "method")
    assert saved(page, "result.json") == (tmp_path / "result.json").read_bytes()


def test_no_script_runs_but_those_that_the_policy_names(browser: Browser, report: Path) -> None:
    context = browser.new_context(offline=True)
    page = opened(context.new_page(), report)
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'document.title = 1';"
        " document.head.append(script); const place = document.createElement('p');"
        " place.setAttribute('onclick', 'document.title = 1'); document.body.append(place); place.click(); }"
    )
    assert page.title() != "1"
    assert len(refused) == 2
    assert all("Content Security Policy" in text for text in refused)
    context.close()


def as_number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def test_every_table_is_downloaded_as_it_stands_in_its_file(page: Page, report: Path) -> None:
    for number, path in enumerate(sorted((report / "tables").glob("*.csv"))):
        if number % 8 == 0:  # Chromium asks its user before a page saves an eleventh file
            page.goto("about:blank")
            opened(page, report, "method")
        ours = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline="")))
        theirs = list(csv.reader(io.StringIO(saved(page, path.name).decode(), newline="")))
        assert [[as_number(cell) for cell in row] for row in theirs] == [
            [as_number(cell) for cell in row] for row in ours
        ], path.name


@pytest.mark.parametrize("width", [320, 390, 1280, 3840])
@pytest.mark.parametrize("view", VIEWS)
def test_the_page_never_scrolls_sideways(page: Page, report: Path, width: int, view: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    opened(page, report, view)
    page.wait_for_timeout(150)
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("view", [*VIEWS, "model/Meta-Llama-3-70B"])
def test_axe_finds_no_barrier(browser: Browser, report: Path, view: str, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    context = browser.new_context(color_scheme=scheme, offline=True, bypass_csp=True)  # type: ignore[arg-type]
    page = opened(context.new_page(), report, view)
    drawn(page)
    options = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
    found = Axe().run(page, options=options)
    context.close()
    assert not found.response["violations"], found.generate_report()


def test_the_keyboard_reaches_everything_in_the_order_of_the_page(page: Page, report: Path) -> None:
    opened(page, report, "benchmarks?q=gpqa")
    page.evaluate("document.activeElement.blur()")
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(
            page.evaluate(
                "document.activeElement.id || document.activeElement.textContent.trim().slice(0, 30)"
            )
        )
    order = ["Skip to the content", "Areas", "Method and data", "q", "filter-population", "margin"]
    places = [seen.index(one) for one in order]
    assert places == sorted(places)
    assert any(text.startswith("GPQA") for text in seen)
    outline = page.evaluate(
        "getComputedStyle(document.querySelector(':focus') || document.body).outlineStyle"
    )
    assert outline in ("solid", "none", "auto")


@pytest.mark.parametrize(
    "text",
    [
        NASTY,
        '"><svg onload="document.title=1">',
        "\u202eevil\u2069 \x07",
        "$$(document.title=1)",
        "x" * 10_000,
    ],
)
@pytest.mark.parametrize(
    "view", ["overview", "areas", "benchmarks", "benchmark/", "models", "model/", "method"]
)
def test_names_from_a_file_are_only_names(page: Page, tmp_path: Path, text: str, view: str) -> None:
    write_report(awkward(text), tmp_path)
    page.goto((tmp_path / "report.html").as_uri())
    page.locator("html[data-ready]").wait_for(state="attached")
    name = visible(text) if view == "benchmark/" else f"{visible(text)}0"
    page.evaluate(
        "([view, name]) => { location.hash = view.endsWith('/') ? view + encodeURIComponent(name) : view }",
        [view, name],
    )
    page.wait_for_timeout(100)
    drawn(page)
    assert page.title() != "1"
    assert page.locator("img").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert "Not in this report" not in page.locator("main").inner_text()


def test_a_study_of_many_models_is_shown_aggregated(page: Page, tmp_path: Path) -> None:
    names = [f"model {i}" for i in range(600)]
    models = population("mixed", ["honesty"], models=names)
    one = correlation("mixed", "honesty", 0.9)
    write_report(result(populations=[models], correlations=[one]), tmp_path)
    opened(page, tmp_path, "benchmark/honesty")
    drawn(page)
    assert "counted in cells" in page.locator("#view").inner_text()
    opened(page, tmp_path, "models")
    assert "600 models" in page.locator(".listed caption").inner_text().replace("\u00a0", " ")
    page.locator("#q").fill("model 599")
    until(page, f"document.querySelectorAll('{ROWS}').length === 1")


def test_without_a_program_the_answer_and_the_picture_are_there(browser: Browser, report: Path) -> None:
    context = browser.new_context(java_script_enabled=False, offline=True)
    page = context.new_page()
    page.goto((report / "report.html").as_uri())
    assert page.locator("noscript").inner_text().startswith("This page's program is switched off")
    assert page.locator('.shown[data-population="base"] .wide svg').is_visible()
    page.locator("label", has_text="chat models").click()
    assert page.locator('.shown[data-population="chat"] .wide svg').is_visible()
    assert page.locator(".board").is_visible()
    context.close()


def test_dark_surroundings_change_the_figures_too(browser: Browser, report: Path) -> None:
    fills = []
    for scheme in ("light", "dark"):
        context = browser.new_context(color_scheme=scheme, offline=True)  # type: ignore[arg-type]
        page = opened(context.new_page(), report)
        fills.append(
            page.evaluate(
                "[document.body, document.querySelector('.wide svg > rect')]"
                ".map((e, i) => getComputedStyle(e)[i ? 'fill' : 'backgroundColor'])"
            )
        )
        context.close()
    (light_body, light_figure), (dark_body, dark_figure) = fills
    assert light_body == light_figure != dark_body == dark_figure


def test_screenshots_of_light_dark_phone_and_print_are_kept(browser: Browser, report: Path) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    for scheme, width, height in (("light", 1440, 900), ("dark", 1440, 900), ("phone", 390, 844)):
        context = browser.new_context(
            color_scheme="dark" if scheme == "dark" else "light",
            viewport={"width": width, "height": height},
            offline=True,
        )
        page = context.new_page()
        for view in VIEWS:
            opened(page, report, view)
            drawn(page)
            name = re.sub(r"\W", "-", view)
            page.screenshot(path=SCREENSHOTS / f"{scheme}-{name}.png", full_page=True)
        context.close()
    context = browser.new_context(offline=True)
    page = opened(context.new_page(), report)
    paper = page.pdf(path=SCREENSHOTS / "print.pdf", format="A4")
    context.close()
    assert len(re.findall(rb"/Type\s*/Page\b", paper)) > 8


def test_a_result_without_capabilities_suite_opens(page: Page, tmp_path: Path) -> None:
    models = msgspec.structs.replace(
        population("chat", ["honesty"]),
        suite=[],
        eigenvalues=[],
        explained_share=None,
        capability_correlations=None,
    )
    write_report(result([facts("honesty")], populations=[models]), tmp_path)
    for view in ("overview", "benchmark/honesty", "method"):
        opened(page, tmp_path, view)
        drawn(page)
